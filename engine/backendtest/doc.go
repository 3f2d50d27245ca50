// Package backendtest is the conformance suite that every backend passes: it holds an implementation of
// backend.Backend against the contract and against [kernels.Kernel.Ref].
//
// For each kernel and rule that the backend offers it makes a pool of jobs (published vectors, samples, samples with
// every byte changed, awkward points and scalars, extreme and random rows, messages of odd lengths), has Ref decide them,
// and then has the backend decide them: in spans with guard bytes around them, in huge batches, from many goroutines,
// with contexts that end. Verdicts that the backend declares inexact may differ; everything else may not.
//
//	func TestBackend(t *testing.T) {
//		backendtest.Run(t, func(t testing.TB) backend.Backend { return open(t) }, backendtest.Options{})
//	}
//
// Each property is a function that returns an error, so that the suite itself is tested: with backends that lie about
// one job, write beside their span, change the jobs, claim success without verdicts, leak, and so on.
package backendtest
