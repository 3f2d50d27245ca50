// Package cpu is the backend that every machine has: it runs [kernels.Kernel.Run] on all cores.
//
// A batch is cut into spans that workers claim one after the other, so that all end together. The size of a span
// follows what a job of its kernel has cost so far: large enough that lanes stay full and claiming costs nothing, small
// enough that a cancelled context is noticed soon. Jobs that a kernel decides together are cut into as few spans as there
// are free cores. The goroutine that calls Run works too; the others help where there is enough to do. A kernel that
// panics is a fault of the batch, not the end of the process.
//
// All verdicts are exact: the engine measures other backends by this one.
package cpu
