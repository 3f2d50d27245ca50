package all

import (
	"bytes"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestKnown checks that the known answers of every kernel and rule are what Ref and Run say.
func TestKnown(t *testing.T) {
	for _, k := range Kernels {
		for _, rule := range k.Rules {
			name := k.Name
			if rule != 0 {
				name += "/" + rule.String()
			}
			t.Run(name, func(t *testing.T) {
				known := k.Known(rule)
				n := known.Len()
				if known.Kernel() != k || known.Flags() != rule || n == 0 {
					t.Fatalf("Known gives %d jobs of %s, rule %q", n, known.Kernel().Name, known.Flags())
				}
				count := map[kernels.Verdict]int{}
				for i := range n {
					count[known.Verdict(i)]++
				}
				t.Logf("%d jobs, %d valid, %d invalid", n, count[kernels.Valid], count[kernels.Invalid])
				if count[kernels.Valid] == 0 || count[kernels.Unset] != 0 {
					t.Errorf("verdicts of known jobs: %v", count)
				}
				if (count[kernels.Invalid] != 0) == alwaysValid[k.ID] {
					t.Errorf("%d invalid known jobs", count[kernels.Invalid])
				}
				for impl, decide := range map[string]func(*kernels.Batch, int, int){"Ref": k.Ref, "Run": k.Run} {
					b := k.Known(rule)
					spoil(b)
					decide(b, 0, n)
					for i := range n {
						if b.Verdict(i) != known.Verdict(i) {
							t.Errorf("%s: job %d is %v, known to be %v", impl, i, b.Verdict(i), known.Verdict(i))
						}
						if !bytes.Equal(b.Out(i), known.Out(i)) {
							t.Errorf("%s: job %d: out\n%x, known to be\n%x", impl, i, b.Out(i), known.Out(i))
						}
					}
				}
			})
		}
	}
}

// alwaysValid are the kernels that hash whatever they are given.
var alwaysValid = map[kernels.ID]bool{
	kernels.SHA256: true, kernels.SHA256d: true, kernels.SHA512: true, kernels.Keccak256: true,
	kernels.SM3: true, kernels.BLAKE2b256: true, kernels.SHA256Node: true,
}

// spoil forgets the verdicts and leaves rubbish in the outputs, all of which a kernel writes.
func spoil(b *kernels.Batch) {
	b.Unset(0, b.Len())
	for i := range b.Outs() {
		b.Outs()[i] = 0xa5
	}
}
