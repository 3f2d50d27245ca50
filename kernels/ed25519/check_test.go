package ed25519

import (
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// job is a job with the verdict that is expected.
type job struct {
	name                    string
	key, message, signature []byte
	valid                   bool
}

// check decides the jobs in one batch, with Run and with Ref, and logs how many there were. A job whose
// key or signature has another length than a row has room for must be refused by Append, and be invalid.
func check(t *testing.T, rule kernels.Flags, jobs []job) {
	t.Helper()
	bytes := 0
	for _, j := range jobs {
		bytes += len(j.message)
	}
	b := kernels.New(Kernel, rule, len(jobs), bytes)
	var appended []job
	valid := 0
	for _, j := range jobs {
		if j.valid {
			valid++
		}
		err := Append(b, j.key, j.message, j.signature)
		fits := len(j.key) == KeySize && len(j.signature) == SignatureSize
		switch {
		case fits && err == nil:
			appended = append(appended, j)
		case fits:
			t.Fatalf("%s: %v", j.name, err)
		case !errors.Is(err, kernels.ErrLength):
			t.Fatalf("%s: key of %d and signature of %d bytes: error %v, want ErrLength",
				j.name, len(j.key), len(j.signature), err)
		case j.valid:
			t.Fatalf("%s: valid, with a key of %d and a signature of %d bytes", j.name, len(j.key), len(j.signature))
		}
	}
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, b.Len())
		decide(b, 0, b.Len())
		for i, j := range appended {
			if want := kernels.Of(j.valid); b.Verdict(i) != want {
				t.Errorf("%s: %v %s: %v, want %v (key %x, message %x, signature %x)",
					name, rule, j.name, b.Verdict(i), want, j.key, j.message, j.signature)
			}
		}
	}
	if len(jobs) == 0 {
		t.Error("no cases")
	}
	t.Logf("%v: %d cases, %d valid, %d invalid (%d of them by length)",
		rule, len(jobs), valid, len(jobs)-valid, len(jobs)-len(appended))
}

// everyRule runs check under every rule.
func everyRule(t *testing.T, jobs []job) {
	t.Helper()
	for _, rule := range Kernel.Rules {
		check(t, rule, jobs)
	}
}
