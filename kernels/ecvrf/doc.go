// Package ecvrf verifies proofs of verifiable random functions over edwards25519, kernel "ecvrf.verify". A
// valid proof shows that beta, the output, is what the holder of the key must get for alpha.
//
// There are three rules. TAI and ELL2 are ECVRF-EDWARDS25519-SHA512-TAI and -ELL2 of RFC 9381, section 5.5.
// Draft03 is ECVRF-ED25519-SHA512-Elligator2 of draft-irtf-cfrg-vrf-03, as Algorand's libsodium decides it.
//
//	                           TAI                ELL2               Draft03
//	suite                      03                 04                 04
//	from alpha to the curve    try and increment  RFC 9380           Elligator 2 of the draft
//	challenge over             Y, H, Gamma, U, V  Y, H, Gamma, U, V  H, Gamma, U, V
//	hashes end in              00                 00                 nothing
//	Y, Gamma with y >= p       refused            refused            refused
//	Gamma with x = 0, sign 1   refused            refused            taken
//	key of small order         refused            refused            refused
//	s >= L                     refused            refused            taken modulo L
//
// RFC 9381 leaves validate_key to the application. Here it is always on: other people choose the keys, and with
// a key of small order anybody can make the proofs. Algorand and Cardano refuse such keys too. Nobody asks that
// the key or Gamma lies in the subgroup of order L; beta is of 8 Gamma.
//
// As draft 03 takes s modulo L, a valid proof has other valid forms, all with the same beta; Algorand accepts
// them. Cardano's library (cardano-crypto-praos, vrf03) agrees with Draft03 but for two things: it refuses
// s >= L, which a caller can do before it appends; and it multiplies by L - c where Algorand subtracts c times
// the point, so that proofs with a key or Gamma outside of the subgroup of order L, which only a dishonest
// holder makes, may be valid for the one and not for the other. Proofs of 128 bytes (draft 13,
// batch-compatible) are not for this kernel.
//
// Proofs are decided eight side by side with AVX-512 IFMA or AVX2, one after the other without either; see docs/adr/0011-ecvrf-lanes.md
// and 0012-ed25519-elsewhere.md.
//
// Keys and proofs are public data: nothing here is constant time.
package ecvrf
