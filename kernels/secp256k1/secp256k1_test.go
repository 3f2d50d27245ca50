package secp256k1

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// three are the kernels with jobs of each.
func three() map[*kernels.Kernel][]ecctest.Job {
	return map[*kernels.Kernel][]ecctest.Job{Verify: verifyJobs(), Recover: recoverJobs(), Schnorr: schnorrJobs()}
}

// TestKnown: Ref, Run and the textbook agree with the known answers, which hold valid and invalid jobs.
func TestKnown(t *testing.T) {
	c := ecctest.Secp256k1()
	for _, k := range []*kernels.Kernel{Verify, Recover, Schnorr} {
		for _, rule := range k.Rules {
			known := k.Known(rule)
			if known.Kernel() != k || known.Flags() != rule {
				t.Errorf("%s: known answers of %s, %q", k.Name, known.Kernel().Name, known.Flags())
			}
			counts := map[kernels.Verdict]int{}
			ref, run := known.Shadow(), known.Shadow()
			k.Ref(ref, 0, ref.Len())
			k.Run(run, 0, run.Len())
			for i := range known.Len() {
				want := known.Verdict(i)
				counts[want]++
				row := known.Row(i)
				low := true
				var ok bool
				var out []byte
				switch k {
				case Verify:
					ok, low = c.ECDSA(row), lowS(row[64:96])
				case Recover:
					var xy [64]byte
					if xy, ok = c.Recover(row); ok {
						out = xy[:]
					}
					low = lowS(row[64:96])
				case Schnorr:
					ok = c.Schnorr(row, known.Message(i))
				}
				if got := kernels.Of(ok && (low || rule != kernels.LowS)); got != want {
					t.Errorf("%s, rule %q, job %d: the textbook says %s, want %s", k.Name, rule, i, got, want)
				} else if got == kernels.Valid && !bytes.Equal(out, known.Out(i)) {
					t.Errorf("%s, rule %q, job %d: the textbook gives %x, want %x", k.Name, rule, i, out, known.Out(i))
				}
				for name, b := range map[string]*kernels.Batch{"Ref": ref, "Run": run} {
					if b.Verdict(i) != want || !bytes.Equal(b.Out(i), known.Out(i)) {
						t.Errorf("%s, rule %q, job %d: %s says %s, %x", k.Name, rule, i, name, b.Verdict(i), b.Out(i))
					}
				}
			}
			if counts[kernels.Valid] < 2 || counts[kernels.Invalid] < 4 || len(counts) != 2 {
				t.Errorf("%s, rule %q: %v", k.Name, rule, counts)
			}
		}
	}
}

// halfOrder is (n-1)/2.
const halfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"

func lowS(s []byte) bool { return hex.EncodeToString(s) <= halfOrder }

// TestKnownAddress: the recovered key of the EVM's example has the address that is published with it.
func TestKnownAddress(t *testing.T) {
	for _, c := range recoverCases {
		if c.source == "go-ethereum precompile ecRecover: ValidKey, v 28" {
			if got := hex.EncodeToString(address(ecc.Hex(c.key))); got != "a94f5374fce5edbc8e2a8697c15331677e6ebf0b" {
				t.Errorf("address %s", got)
			}
			return
		}
	}
	t.Error("the example is gone")
}

// TestSpans: a span decides its jobs and no others, one by one, by sevens, or in the middle of a batch.
func TestSpans(t *testing.T) {
	for k, jobs := range three() {
		jobs = jobs[:40]
		for _, span := range []int{1, 7, 40} {
			for _, d := range ecctest.Diff(k, 0, jobs, span, k.Run) {
				t.Errorf("%s, spans of %d: %s", k.Name, span, d)
			}
		}
		b := ecctest.Batch(k, 0, jobs).Shadow()
		k.Run(b, 10, 20)
		k.Run(b, 30, 30)
		for i := range b.Len() {
			if inside := 10 <= i && i < 20; (b.Verdict(i) != kernels.Unset) != inside {
				t.Errorf("%s: job %d is %s after Run(10, 20)", k.Name, i, b.Verdict(i))
			}
		}
		k.Run(b, 0, 0)
	}
}

func TestAppend(t *testing.T) {
	f := func(n int) []byte { return bytes.Repeat([]byte{7}, n) }
	for _, c := range []struct {
		name   string
		batch  *kernels.Batch
		append func(*kernels.Batch) error
		want   error
	}{
		{"verify", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendVerify(b, f(32), f(64), f(64)) }, nil},
		{"verify, digest", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendVerify(b, f(31), f(64), f(64)) }, kernels.ErrLength},
		{"verify, signature", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendVerify(b, f(32), f(65), f(64)) }, kernels.ErrLength},
		{"verify, key", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendVerify(b, f(32), f(64), f(65)) }, kernels.ErrLength},
		{"verify, nil", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendVerify(b, nil, nil, nil) }, kernels.ErrLength},
		{"verify, full", kernels.New(Verify, 0, 0, 0), func(b *kernels.Batch) error { return AppendVerify(b, f(32), f(64), f(64)) }, kernels.ErrFull},
		{"verify, other kernel", kernels.New(Recover, 0, 1, 0), func(b *kernels.Batch) error { return AppendVerify(b, f(32), f(64), f(64)) }, kernels.ErrKernel},
		{"recover", kernels.New(Recover, kernels.LowS, 1, 0), func(b *kernels.Batch) error { return AppendRecover(b, f(32), f(64), 255) }, nil},
		{"recover, digest", kernels.New(Recover, 0, 1, 0), func(b *kernels.Batch) error { return AppendRecover(b, f(33), f(64), 0) }, kernels.ErrLength},
		{"recover, signature", kernels.New(Recover, 0, 1, 0), func(b *kernels.Batch) error { return AppendRecover(b, f(32), f(63), 0) }, kernels.ErrLength},
		{"recover, full", kernels.New(Recover, 0, 0, 0), func(b *kernels.Batch) error { return AppendRecover(b, f(32), f(64), 0) }, kernels.ErrFull},
		{"recover, other kernel", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendRecover(b, f(32), f(64), 0) }, kernels.ErrKernel},
		{"schnorr", kernels.New(Schnorr, 0, 1, 5), func(b *kernels.Batch) error { return AppendSchnorr(b, f(32), f(5), f(64)) }, nil},
		{"schnorr, no message", kernels.New(Schnorr, 0, 1, 0), func(b *kernels.Batch) error { return AppendSchnorr(b, f(32), nil, f(64)) }, nil},
		{"schnorr, key", kernels.New(Schnorr, 0, 1, 5), func(b *kernels.Batch) error { return AppendSchnorr(b, f(33), f(5), f(64)) }, kernels.ErrLength},
		{"schnorr, signature", kernels.New(Schnorr, 0, 1, 5), func(b *kernels.Batch) error { return AppendSchnorr(b, f(32), f(5), f(65)) }, kernels.ErrLength},
		{"schnorr, arena", kernels.New(Schnorr, 0, 1, 5), func(b *kernels.Batch) error { return AppendSchnorr(b, f(32), f(6), f(64)) }, kernels.ErrFull},
		{"schnorr, other kernel", kernels.New(Verify, 0, 1, 0), func(b *kernels.Batch) error { return AppendSchnorr(b, f(32), nil, f(64)) }, kernels.ErrKernel},
	} {
		err := c.append(c.batch)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if want := map[bool]int{true: 1}[c.want == nil]; c.batch.Len() != want {
			t.Errorf("%s: %d jobs, want %d", c.name, c.batch.Len(), want)
		}
	}
}

// TestRows: the appenders put the fields where the layout says.
func TestRows(t *testing.T) {
	digest, rs, xy := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 64), bytes.Repeat([]byte{3}, 64)
	v, r, s := kernels.New(Verify, 0, 1, 0), kernels.New(Recover, 0, 1, 0), kernels.New(Schnorr, 0, 1, 2)
	if err := errors.Join(AppendVerify(v, digest, rs, xy), AppendRecover(r, digest, rs, 3), AppendSchnorr(s, digest, []byte("hi"), rs)); err != nil {
		t.Fatal(err)
	}
	join := func(p ...[]byte) []byte { return bytes.Join(p, nil) }
	for _, c := range []struct{ got, want []byte }{
		{v.Row(0), join(digest, rs, xy)},
		{r.Row(0), join(digest, rs, []byte{3, 0, 0, 0, 0, 0, 0, 0})},
		{s.Row(0), join(digest, rs)},
		{s.Message(0), []byte("hi")},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("row %x, want %x", c.got, c.want)
		}
	}
	if len(v.Out(0)) != 0 || len(r.Out(0)) != 64 || len(s.Out(0)) != 0 {
		t.Error("wrong length of outputs")
	}
}
