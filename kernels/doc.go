// Package kernels holds the job format and the contract of a kernel.
//
// A kernel is one algorithm with a fixed job layout, such as "ed25519.verify". A job is one row of work for
// it. A [Batch] is n jobs of one kernel in one region of memory that the CPU reads in place, a GPU copies, a
// chip fetches by DMA, and a file keeps for replay, all unchanged. The answer of a job is its [Verdict].
//
// The algorithms live one folder below; each exports its kernels and an Append function with the checks of
// its row. Package kernels/all lists them. To decide a batch on the fastest device of a machine, use package
// engine; [Kernel.Run] is only what one CPU core does.
//
// All kernels handle public data (signatures, keys, messages that everybody sees). Nothing here is constant
// time, and none of it may be given a secret.
package kernels
