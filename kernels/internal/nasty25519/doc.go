// Package nasty25519 makes Ed25519 jobs at which implementations go wrong: points of small and of mixed order,
// encodings that are not canonical, scalars at the borders, messages at the borders of hash blocks, and flipped
// bits. It is for tests of package ed25519 and of every faster path.
//
// The expected verdicts do not come from a verifier. Every point with a known discrete logarithm is kept as
// aB + iT, where T has order 8, so what each rule says follows from integers: with A = aB + iT and R = rB + jT,
//
//	sB - kA - R = (s - ka - r)B - (ki + j)T
//
// is zero if s - ka - r = 0 mod L and ki + j = 0 mod 8, and 8 times it is if only the former holds. A point is
// of small order if its multiple of B is zero.
//
// Elligator2 is the map to the curve of ECVRF, for tests of its faster forms.
package nasty25519
