// Package secp256k1 holds the kernels of the curve of SEC 2, section 2.4.1: ECDSA verification and public key
// recovery (SEC 1, sections 4.1.4 and 4.1.6) and Schnorr verification (BIP 340).
//
// The rows take digests, bare r‖s and x‖y; decoders of DER signatures belong to the platform whose rules they
// follow. [DecodeKey] turns SEC 1 keys into x‖y. Ethereum's v of 27 or 28, or of EIP 155, is for the caller to map to
// 0 and 1.
//
// Everything handled is public: nothing here is constant time, and none of it may be given a secret.
package secp256k1
