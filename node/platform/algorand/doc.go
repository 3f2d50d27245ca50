// Package algorand decodes Algorand's blocks with their certificates, as a node gives them for
// GET /v2/blocks/{round}?format=msgpack: a map of "block" and, where the round has one, "cert". A file holds one
// such map or several, one after the other.
//
// The encoding is canonical MessagePack: sorted keys, shortest forms, zero values left out. Hashes and signatures are
// over exactly these bytes, so what is not canonical is refused.
//
// What is checked (references are to algorandfoundation/specs, and to go-algorand where that says more):
//
//   - transactions: the genesis id and hash that the block leaves out are put back from its header, then the single
//     signature, every signature of a multisignature with its threshold and address, or the delegation of a logic
//     signature; a logic signature without one must be the account itself
//   - the header's commitments to the transactions: "txn" (Merkle tree by SHA-512/256, or the flat form of old
//     rounds) and "txn256" (vector commitment by SHA-256)
//   - that the certificate is of this block: its digest is that of the header, round and step fit, no account votes twice
//   - votes: the one-time key's signature of the vote; the batch key's signature of the one-time key, for which the
//     account's key dilution is needed: it is given in the side file, or found by trying the values that wallets
//     choose; the account's signature of the batch key, if the side file has its voting key
//   - sortition credentials, if the side file has the account's selection key and the block two rounds before is in
//     the same file, whose seed they are made from
//
// Signatures are Ed25519 by Algorand's rule (specs, "Ed25519"): the equation with cofactor, no encodings of A or R that
// are not canonical, no A of small order. The engine decides it under ZIP215 once these encodings are excluded.
//
// Not checkable without the ledger, and counted so: voting and selection keys, weights of votes, whether an account
// was rekeyed to the key that signed for it; and without the virtual machine, logic programs. Neither are state
// proofs.
//
// The side file (Options.Prevouts) is a CSV with the header "account,vote_key,key_dilution,selection_key": keys in hex,
// as goal or the REST API show them for an account's participation. Cells may be empty.
package algorand
