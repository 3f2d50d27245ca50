// Package ed25519 verifies Ed25519 signatures (RFC 8032), kernel "ed25519.verify".
//
// Chains do not agree on which signatures are valid: keys and points of small order, encodings that are not
// canonical and the choice between the equation with and without the cofactor separate them. A batch
// therefore names its rule:
//
//	                            RFC8032   ZIP215   Strict
//	s < L                       wanted    wanted   wanted
//	key A encoded with y >= p   taken     taken    taken
//	A or R of small order       taken     taken    refused
//	R                           bytes     point    bytes
//	equation                    plain     x 8      plain
//
// RFC8032 gives the verdicts of Go's crypto/ed25519: R is never decoded, the encoding of sB - kA is compared
// with its bytes. ZIP215 is that of Zcash, CometBFT and ed25519consensus: A and R may have any encoding of a
// point, and 8(sB - R - kA) = 0 decides. Strict is ed25519-dalek's verify_strict, as Solana. In all of them
// k = SHA-512(R || A || message) mod L over the bytes as given, and A is decoded as Go does it: y modulo p, and
// the sign bit of x = 0 does not matter.
//
// Only ZIP215 is the same for one signature and for a random linear combination of many.
//
// Signatures and keys are public data: nothing here is constant time.
package ed25519
