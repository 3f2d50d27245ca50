package sm3

import (
	"github.com/emmansun/gmsm/sm3"

	"github.com/sluice-engine/sluice/kernels"
)

// ref is the meaning of the kernel: gmsm's SM3. One hash serves all jobs of a call.
func ref(b *kernels.Batch, lo, hi int) {
	h := sm3.New()
	for i := lo; i < hi; i++ {
		h.Reset()
		h.Write(b.Message(i)) // never fails
		h.Sum(b.Out(i)[:0])
		b.SetVerdict(i, kernels.Valid)
	}
}
