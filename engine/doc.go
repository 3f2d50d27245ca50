// Package engine decides batches on the fastest backends that a machine has, and never gives a wrong verdict
// for it.
//
// [Open] starts the backends and lets each serve only the kernels whose known answers it reproduces. [Engine.Run]
// splits a batch between them so that all parts end together; [Engine.Stream] gathers single jobs from many
// goroutines into batches. What no backend needs to know is done here: dispatch by a learned cost model, stealing
// from slow backends, audit, re-checks, quarantine, back-pressure, metrics.
//
// # What is guaranteed
//
// The processor's own code (package engine/cpu) is the judge: it is always there, whether or not "cpu" is among the
// backends asked for. Of every other backend,
//
//   - a verdict that it declares inexact is decided again by the processor, always;
//   - of those it declares exact, a random sample is (Config.AuditRate, and at least one of every span). A backend
//     that lies about a share p of its jobs, with samples at rate a, is caught within about 1/(p*a) jobs. With
//     AuditRate 1 no wrong verdict leaves Run;
//   - verdicts left unset or out of range, errors, panics and hangs are found always;
//   - from the first mismatch or fault on it is in quarantine: all that it decided of the batches then running is
//     decided again elsewhere, and it serves again only after a while and after the known answers;
//   - it works on memory of its own for verdicts and outputs, so that late writes reach nobody.
//
// A fault of a device is never an invalid verdict: when nothing can decide a job, Run returns an error and the job is
// unset.
package engine
