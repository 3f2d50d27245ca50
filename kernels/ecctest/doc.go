// Package ecctest makes awkward jobs for the kernels of secp256k1, P-256 and SM2, with their verdicts: extreme r, s
// and digests, r + n below p, final additions that double or vanish, keys that are small multiples of the generator,
// coordinates at and above p, points off the curve. The verdicts follow from how the jobs are made; a textbook
// implementation with math/big, slow and independent of every library, confirms them and decides random jobs.
//
// It is for tests only: of the kernels' reference and of every faster implementation.
package ecctest
