package p256

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

func TestWycheproof(t *testing.T) {
	for _, f := range []struct {
		name  string
		tests int
	}{
		{"ecdsa_secp256r1_sha256", 484}, {"ecdsa_secp256r1_sha256_p1363", 262}, {"ecdsa_secp256r1_sha3_256", 482},
	} {
		t.Run(f.name, func(t *testing.T) {
			w, err := ecctest.ParseWycheproof(vectors.Read(t, "wycheproof/"+f.name+"_test.json.gz"), ecctest.P256())
			if err != nil {
				t.Fatal(err)
			}
			if w.Total != f.tests || w.Total != len(w.Jobs)+w.Encoding+w.Range {
				t.Fatalf("%d tests, want %d: %d jobs, %d, %d", w.Total, f.tests, len(w.Jobs), w.Encoding, w.Range)
			}
			t.Logf("%d tests: %d jobs; %d invalid by the encoding of the signature alone, %d by numbers that no row can hold",
				w.Total, len(w.Jobs), w.Encoding, w.Range)
			for _, rule := range Kernel.Rules {
				check(t, rule, w.Jobs)
			}
		})
	}
}

func TestBotan(t *testing.T) {
	records, err := ecctest.ParseBotan(vectors.Read(t, "secp256k1/botan_ecdsa_verify.vec"))
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := ecctest.BotanECDSA(records, "secp256r1", ecctest.P256())
	if err != nil {
		t.Fatal(err)
	}
	if valid, _ := ecctest.Count(jobs, 0); len(jobs) != 10 || valid != 10 {
		t.Errorf("%d records, %d valid, want 10 and 10", len(jobs), valid)
	}
	for _, rule := range Kernel.Rules {
		check(t, rule, jobs)
	}
}

// TestBotanRecovered verifies the P-256 record of the recovery file under the key it gives.
func TestBotanRecovered(t *testing.T) {
	records, err := ecctest.ParseBotan(vectors.Read(t, "secp256k1/botan_ecdsa_key_recovery.vec"))
	if err != nil {
		t.Fatal(err)
	}
	var verifications []map[string]string
	for _, r := range records {
		if key := r["Pubkey"]; r["Group"] == "secp256r1" {
			verifications = append(verifications, map[string]string{
				"Group": "secp256r1", "Msg": r["Msg"], "Signature": r["R"][2:] + r["S"][2:],
				"Px": "0x" + key[2:66], "Py": "0x" + key[66:],
			})
		}
	}
	jobs, err := ecctest.BotanECDSA(verifications, "secp256r1", ecctest.P256())
	if err != nil {
		t.Fatal(err)
	}
	check(t, 0, jobs)
}

// TestEVM decides the inputs of the precompile P256VERIFY (EIP 7951): hash, r, s, x, y, which are rows of the kernel.
// Inputs of other lengths fail by that alone.
func TestEVM(t *testing.T) {
	var file struct {
		Data []struct{ Name, Input, Expected string }
	}
	if err := json.Unmarshal(vectors.Read(t, "secp256k1/evm_p256verify.json.gz"), &file); err != nil {
		t.Fatal(err)
	}
	const one = "0000000000000000000000000000000000000000000000000000000000000001"
	var jobs []ecctest.Job
	byLength := 0
	for _, c := range file.Data {
		input, err := hex.DecodeString(c.Input)
		if err != nil || c.Expected != "" && c.Expected != one {
			t.Fatalf("%s: %v, expected %q", c.Name, err, c.Expected)
		}
		if len(input) != Kernel.In {
			if byLength++; c.Expected != "" {
				t.Errorf("%s: valid with %d bytes", c.Name, len(input))
			}
			continue
		}
		jobs = append(jobs, ecctest.Job{Name: c.Name, Row: input, Valid: c.Expected == one, HighS: !lowS(input[64:96])})
	}
	t.Logf("%d cases: %d jobs, %d of another length", len(file.Data), len(jobs), byLength)
	if len(jobs) < 200 {
		t.Errorf("only %d jobs", len(jobs))
	}
	for _, rule := range Kernel.Rules {
		check(t, rule, jobs)
	}
}

// lowS tells whether s, 32 bytes, is at most (n-1)/2.
func lowS(s []byte) bool {
	return hex.EncodeToString(s) <= "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"
}

// TestKnown: Ref, Run and the textbook agree with the known answers, which hold valid and invalid jobs.
func TestKnown(t *testing.T) {
	c := ecctest.P256()
	for _, rule := range Kernel.Rules {
		known := Kernel.Known(rule)
		if known.Kernel() != Kernel || known.Flags() != rule {
			t.Errorf("known answers of %s, %q", known.Kernel().Name, known.Flags())
		}
		ref, run := known.Shadow(), known.Shadow()
		Kernel.Ref(ref, 0, ref.Len())
		Kernel.Run(run, 0, run.Len())
		counts := map[kernels.Verdict]int{}
		for i := range known.Len() {
			want, row := known.Verdict(i), known.Row(i)
			counts[want]++
			if got := kernels.Of(c.ECDSA(row) && (rule != kernels.LowS || lowS(row[64:96]))); got != want {
				t.Errorf("rule %q, job %d: the textbook says %s, want %s", rule, i, got, want)
			}
			if ref.Verdict(i) != want || run.Verdict(i) != want {
				t.Errorf("rule %q, job %d: Ref says %s, Run %s, want %s", rule, i, ref.Verdict(i), run.Verdict(i), want)
			}
		}
		if counts[kernels.Valid] < 4 || counts[kernels.Invalid] < 4 || len(counts) != 2 {
			t.Errorf("rule %q: %v", rule, counts)
		}
	}
}
