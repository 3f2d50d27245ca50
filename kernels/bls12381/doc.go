// Package bls12381 verifies BLS signatures over BLS12-381, kernel "bls12381.verify", with keys in G1 (48 bytes)
// and signatures in G2 (96 bytes): draft-irtf-cfrg-bls-signature-05, minimal-pubkey-size, ciphersuite
// BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_, as Ethereum's consensus layer.
//
// Refused are: keys that fail KeyValidate (infinity, outside of the subgroup), signatures that are infinity or
// outside of the subgroup, and every encoding that is not canonical: compressed form only, coordinates below
// the field's modulus, no stray flags.
//
// A row has one key. For FastAggregateVerify, which is one message and the keys of many signers, the row's key
// is their sum: see [AggregateKeys]. Keys may be summed only after their holders have proved possession of
// the secret keys; otherwise a signer can cancel the keys of others. AggregateVerify of different messages is
// a product of more pairings and no job of this kernel.
//
// Keys and signatures are public data: nothing here is constant time.
package bls12381
