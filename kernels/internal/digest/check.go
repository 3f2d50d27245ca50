package digest

import (
	"bytes"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
)

// Check is for tests: it hashes the messages as one batch with Ref and with Run of a plain hash and compares each
// digest to want(i). Outputs and verdicts hold rubbish before. The error names the first job that is wrong.
func Check(k *kernels.Kernel, messages [][]byte, want func(i int) []byte) error {
	size := 0
	for _, m := range messages {
		size += len(m)
	}
	b := kernels.New(k, 0, len(messages), size)
	for _, m := range messages {
		if err := Append(b, k.ID, m); err != nil {
			return err
		}
	}
	for _, impl := range []struct {
		name   string
		decide func(b *kernels.Batch, lo, hi int)
	}{{"Ref", k.Ref}, {"Run", k.Run}} {
		fill(b.Outs(), 0xa5)
		fill(b.Verdicts(), byte(kernels.Invalid))
		impl.decide(b, 0, b.Len())
		for i, m := range messages {
			if w := want(i); b.Verdict(i) != kernels.Valid || !bytes.Equal(b.Out(i), w) {
				return fmt.Errorf("%s.%s: job %d, %d bytes: %v, digest %x, want %x",
					k.Name, impl.name, i, len(m), b.Verdict(i), b.Out(i), w)
			}
		}
	}
	return nil
}

func fill(p []byte, c byte) {
	for i := range p {
		p[i] = c
	}
}
