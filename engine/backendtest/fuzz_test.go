package backendtest

import (
	"testing"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/cpu"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sample"
)

// FuzzCPU: for any bytes, the CPU backend answers like Ref. A batch is a valid job with the bytes laid over it from some
// place on, among valid ones.
func FuzzCPU(f *testing.F) {
	for i := range all.Kernels {
		f.Add(uint8(i), uint8(0), uint8(0), []byte{}, []byte("message"))
		f.Add(uint8(i), uint8(1), uint8(31), []byte{0xff, 0, 0xff}, []byte{})
	}
	be := cpu.New(cpu.Config{Workers: 2})
	f.Cleanup(func() { be.Close() })
	f.Fuzz(func(t *testing.T, kernel, rule, at uint8, over, message []byte) {
		k := all.Kernels[int(kernel)%len(all.Kernels)]
		c := &Case{Backend: backend.Backend(be), Kernel: k, Rule: k.Rules[int(rule)%len(k.Rules)]}
		info := be.Info()
		c.support, _ = info.Supports(k.ID)
		size := 0
		if k.Message {
			size = len(message)
		}
		const n = 3
		valid := kernels.New(k, c.Rule, n, n*size)
		if err := sample.Fill(valid, n, 1, size); err != nil {
			t.Fatal(err)
		}
		p := &pool{kernel: k, rule: c.Rule}
		for i := range n {
			row, m := valid.Row(i), valid.Message(i)
			if i == 1 {
				copy(row[min(int(at), len(row)):], over)
				m = message
			}
			p.add(row, m)
		}
		want, err := p.decide(0, n)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.right(want, 0, n); err != nil {
			t.Error(err)
		}
	})
}
