// Package engine decides batches of jobs on the fastest silicon that the machine has: all cores of the CPU, and the
// devices (GPU, chip) that were asked for. A node embeds it: [Open] once, then [Engine.Run] a batch, or [Engine.Stream]
// for single jobs from many goroutines.
//
// For one batch on one core, without goroutines, metrics or devices, use [kernels.Kernel.Run]. All data is public;
// nothing is constant time.
//
// # What is guaranteed
//
// The engine trusts the CPU and nothing else. Whatever a device does (answer wrongly, fail, hang, panic, write late, or
// beyond its span), the following holds:
//
//   - Where Run returns nil, every verdict is valid or invalid, and every output is written.
//   - A verdict of a kind that the backend declares inexact (see backend.Support) was decided by the CPU.
//   - A verdict of a kind that it declares exact was either decided by the CPU, or is the answer of a backend that gave
//     the right answer to all known-answer tests of the kernel and rule, and to every job of the same span that was
//     drawn for audit. [Config.AuditRate] of the jobs are drawn, at least one of each span. The draw is made after the
//     backend has answered, from a generator that it cannot predict.
//   - So m wrong verdicts in one span leave Run unnoticed with a probability of at most (1-AuditRate)^m; with an
//     AuditRate of 1, never.
//   - After the first mismatch nothing of that backend leaves Run, in this batch or in one that runs at the same time:
//     it is quarantined, and all that it has decided in these batches is decided again by others.
//   - Where Run returns an error, jobs that are not decided are unset. A fault of a device is no reason for an error:
//     the CPU decides what the device left. Only a done context, a closed engine, a kernel or rule that this engine does
//     not have, and a kernel that panics on the CPU are.
//
// What a device can still do: write over the rows and messages of a batch that is in its memory. backendtest shows that
// a driver does not; an IOMMU mapping that is read-only prevents it.
//
// # How a batch is decided
//
// Each backend has, for each kernel, a cost model t(n) = a + n/r that starts from its known-answer tests and follows
// what is measured. A batch is cut so that all parts end together; one that is too small for a device stays on the CPU.
// A backend that has nothing left takes over what another has not begun; the CPU also takes over, from the end, what
// another has begun but should long have finished. A device's call that exceeds [Config.Hang] is cancelled and its span
// decided elsewhere; if it does not come back within [Config.Grace] either, it is abandoned: the batch's memory is left
// to it (see kernels.Batch.Lend), and it gets no more work until the call does come back.
//
// A backend that is preferred ([Config.Prefer]), or that is simulated, gets every job that it can decide, whatever its cost
// model says; the CPU then only decides what is left.
//
// A quarantined backend is tested with all known answers again after [Config.Probation], and serves again if it gives
// them; each quarantine doubles the wait, and the first jobs after it are audited one by one.
//
// The package neither logs (unless given a logger) nor exits, and registers no metrics (unless given a registerer).
package engine
