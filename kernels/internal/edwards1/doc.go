// Package edwards1 computes on edwards25519 in Go alone, one point at a time, for processors without vector instructions that packages
// edwards8 and edwards4 use, and for batches too small for those. Scalars are those of edwards8. It differs from
// filippo.io/edwards25519 in what suits verification: sums of several products with short scalars ([Sum]) and of many ([Buckets]), and
// limbs that are carried after products only.
//
// Types are not for concurrent use. Nothing is constant time: all of this is public data.
package edwards1
