// Package ed25519 verifies Ed25519 signatures (RFC 8032), kernel "ed25519.verify".
//
// Chains do not agree on which signatures are valid: points of small order, encodings that are not canonical,
// and the equation with or without the cofactor separate them. A batch therefore names its rule:
//
//	                          RFC8032   ZIP215   Strict
//	s < L                     wanted    wanted   wanted
//	key A encoded as y >= p   taken     taken    taken
//	A or R of small order     taken     taken    refused
//	R                         bytes     point    bytes
//	equation                  plain     x 8      plain
//
// RFC8032 gives the verdicts of Go's crypto/ed25519: R is not decoded, its bytes are compared with the encoding
// of sB - kA. ZIP215 is the rule of Zcash and CometBFT (https://zips.z.cash/zip-0215): A and R may have any
// encoding of a point, and 8(sB - R - kA) = 0 decides. Strict is verify_strict of ed25519-dalek, for Solana. In
// all of them k = SHA-512(R || A || message) mod L is over the bytes as given, and A is decoded as Go does it:
// y is taken modulo p, and the sign bit of x = 0 does not matter.
//
// About Strict: versions of ed25519-dalek before 2 compare R as a point, later ones as bytes, and so do we. They
// differ for an R with y >= p that is not of small order. Such an R is one of a few fixed points whose
// discrete logarithm nobody knows, so there is no valid signature with it to disagree about.
//
// Only ZIP215 gives one signature the verdict that it has in a random linear combination of many; the other
// rules must never be decided that way.
//
// Run decides eight jobs side by side with AVX-512 IFMA or AVX2, one after the other without either, each for itself; and
// ZIP215 batches of 24 jobs or more (4, one after the other) by one equation with random numbers, which takes an invalid signature for
// valid with probability 2^-128 (see combine_amd64.go). For that it remembers the points of up to 4,096 keys, and whether such equations
// held of late; neither changes a verdict. docs/adr/0010-ed25519-lanes.md and 0012-ed25519-elsewhere.md have the reasons and the figures.
//
// Signatures and keys are public data: nothing here is constant time.
package ed25519
