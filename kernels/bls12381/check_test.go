package bls12381

import (
	"encoding/hex"
	"errors"
	"strings"
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
func check(t *testing.T, jobs []job) {
	t.Helper()
	bytes := 0
	for _, j := range jobs {
		bytes += len(j.message)
	}
	b := kernels.New(Kernel, 0, len(jobs), bytes)
	var appended []job
	for _, j := range jobs {
		err := Append(b, j.key, j.message, j.signature)
		fits := len(j.key) == KeySize && len(j.signature) == SignatureSize
		switch {
		case fits && err == nil:
			appended = append(appended, j)
		case fits || j.valid || !errors.Is(err, kernels.ErrLength):
			t.Fatalf("%s: key of %d and signature of %d bytes: error %v, expected valid: %v",
				j.name, len(j.key), len(j.signature), err, j.valid)
		}
	}
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, b.Len())
		decide(b, 0, b.Len())
		for i, j := range appended {
			if want := kernels.Of(j.valid); b.Verdict(i) != want {
				t.Errorf("%s: %s: %v, want %v (key %x, message %x, signature %x)",
					name, j.name, b.Verdict(i), want, j.key, j.message, j.signature)
			}
		}
	}
	count(t, jobs, len(jobs)-len(appended))
}

// count logs how many cases there were.
func count(t *testing.T, jobs []job, byLength int) {
	t.Helper()
	valid := 0
	for _, j := range jobs {
		if j.valid {
			valid++
		}
	}
	if len(jobs) == 0 {
		t.Error("no cases")
	}
	t.Logf("%d cases, %d valid, %d invalid (%d of them by length)", len(jobs), valid, len(jobs)-valid, byLength)
}

// bin decodes hexadecimal of a vector file.
func bin(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func bins(t testing.TB, list []string) (all [][]byte) {
	t.Helper()
	for _, s := range list {
		all = append(all, bin(t, s))
	}
	return all
}
