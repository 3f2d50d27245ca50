package ed25519

import (
	"errors"
	"runtime/debug"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// TestNasty has the cases at which implementations go wrong, with verdicts that come from integers.
func TestNasty(t *testing.T) {
	cases := nasty25519.Cases()
	for _, rule := range Kernel.Rules {
		var jobs []job
		for _, c := range cases {
			valid := map[kernels.Flags]bool{
				kernels.RFC8032: c.RFC8032, kernels.ZIP215: c.ZIP215, kernels.Strict: c.Strict,
			}[rule]
			jobs = append(jobs, job{c.Name, c.Key, c.Message, c.Signature, valid})
		}
		t.Run(rule.String(), func(t *testing.T) { check(t, rule, jobs) })
	}
}

func TestAppend(t *testing.T) {
	key, signature := make([]byte, 32), make([]byte, 64)
	b := kernels.New(Kernel, kernels.ZIP215, 2, 5)
	for _, c := range []struct {
		name                    string
		b                       *kernels.Batch
		key, message, signature []byte
		want                    error
	}{
		{"another kernel", kernels.New(sha256.Kernel, 0, 1, 8), key, nil, signature, kernels.ErrKernel},
		{"no key", b, nil, nil, signature, kernels.ErrLength},
		{"short key", b, key[:31], nil, signature, kernels.ErrLength},
		{"long key", b, make([]byte, 33), nil, signature, kernels.ErrLength},
		{"short signature", b, key, nil, signature[:63], kernels.ErrLength},
		{"long signature", b, key, nil, make([]byte, 65), kernels.ErrLength},
		{"long message", b, key, []byte("123456"), signature, kernels.ErrFull},
		{"fits", b, key, []byte("12345"), signature, nil},
		{"empty message fits", b, key, nil, signature, nil},
		{"full", b, key, nil, signature, kernels.ErrFull},
	} {
		n := c.b.Len()
		err := Append(c.b, c.key, c.message, c.signature)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if grown := c.b.Len() - n; grown != 1 && err == nil || grown != 0 && err != nil {
			t.Errorf("%s: the batch grew by %d jobs, error %v", c.name, grown, err)
		}
	}
	if got := string(b.Message(0)) + string(b.Message(1)); got != "12345" {
		t.Errorf("messages %q", got)
	}
}

// TestSpan decides a part of a batch and expects the rest to be left alone.
func TestSpan(t *testing.T) {
	want := Kernel.Known(kernels.RFC8032)
	b := Kernel.Known(kernels.RFC8032)
	b.Unset(0, b.Len())
	lo, hi := 1, b.Len()-2
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, b.Len())
		decide(b, lo, lo) // an empty span
		decide(b, lo, hi)
		for i := range b.Len() {
			v := kernels.Unset
			if lo <= i && i < hi {
				v = want.Verdict(i)
			}
			if b.Verdict(i) != v {
				t.Errorf("%s: job %d: %v, want %v", name, i, b.Verdict(i), v)
			}
		}
	}
}

// TestAllocs: a batch of valid jobs costs the same few allocations whatever its size.
func TestAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets at random")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // and at a collection it forgets all
	for _, rule := range Kernel.Rules {
		b := signed(t, rule, 20, 100)
		one := testing.AllocsPerRun(10, func() { Kernel.Run(b, 0, 1) })
		all := testing.AllocsPerRun(10, func() { Kernel.Run(b, 0, b.Len()) })
		if all > one {
			t.Errorf("%v: %v allocations for %d jobs, %v for one", rule, all, b.Len(), one)
		}
	}
}
