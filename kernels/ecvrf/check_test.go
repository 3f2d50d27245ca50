package ecvrf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// job is a job with the output that is expected: beta, or nil if it is invalid.
type job struct {
	name              string
	key, alpha, proof []byte
	beta              []byte
}

// check decides the jobs in one batch, with Run and with Ref, and logs how many there were. A job with a proof
// of another length must be refused by Append, and be invalid.
func check(t *testing.T, rule kernels.Flags, jobs []job) {
	t.Helper()
	size := 0
	for _, j := range jobs {
		size += len(j.alpha)
	}
	b := kernels.New(Kernel, rule, len(jobs), size)
	var appended []job
	valid := 0
	for _, j := range jobs {
		if j.beta != nil {
			valid++
		}
		err := Append(b, j.key, j.alpha, j.proof)
		switch {
		case err == nil:
			appended = append(appended, j)
		case !errors.Is(err, kernels.ErrLength) || len(j.proof) == ProofSize || j.beta != nil:
			t.Fatalf("%s: %v", j.name, err)
		}
	}
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, b.Len())
		for i := range b.Outs() { // what was there before must not stay
			b.Outs()[i] = 0xaa
		}
		decide(b, 0, b.Len())
		for i, j := range appended {
			want := j.beta
			if want == nil {
				want = make([]byte, OutputSize)
			}
			if b.Verdict(i) != kernels.Of(j.beta != nil) || !bytes.Equal(b.Out(i), want) {
				t.Errorf("%s: %v %s: %v %x, want %v %x (key %x, alpha %x, proof %x)", name, rule, j.name,
					b.Verdict(i), b.Out(i), kernels.Of(j.beta != nil), want, j.key, j.alpha, j.proof)
			}
		}
	}
	if len(jobs) == 0 {
		t.Error("no cases")
	}
	t.Logf("%v: %d cases, %d valid, %d invalid (%d of them by length)",
		rule, len(jobs), valid, len(jobs)-valid, len(jobs)-len(appended))
}

// bin decodes hexadecimal of a vector file.
func bin(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
