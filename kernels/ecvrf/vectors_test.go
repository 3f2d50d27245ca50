package ecvrf

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
)

// proof is a vector: a seed and all that follows from it.
type proof struct {
	rule            kernels.Flags
	name            string
	seed, pk, alpha []byte
	pi, beta        []byte
}

// TestRFC9381 has the examples of RFC 9381, appendices B.3 and B.4.
func TestRFC9381(t *testing.T) {
	var file []struct {
		Suite, SK, PK, Alpha, Pi, Beta string
		Example                        int
	}
	if err := json.Unmarshal(vectors.Read(t, "vrf/rfc9381_ecvrf.json"), &file); err != nil {
		t.Fatal(err)
	}
	var proofs []proof
	others := 0
	for _, v := range file {
		rule := map[string]kernels.Flags{
			"ECVRF-EDWARDS25519-SHA512-TAI":  kernels.TAI,
			"ECVRF-EDWARDS25519-SHA512-ELL2": kernels.ELL2,
		}[v.Suite]
		if rule == 0 {
			others++
			continue
		}
		proofs = append(proofs, proof{
			rule, fmt.Sprintf("example %d", v.Example),
			bin(t, v.SK), bin(t, v.PK), bin(t, v.Alpha), bin(t, v.Pi), bin(t, v.Beta),
		})
	}
	t.Logf("%d examples over P-256, which are not for this kernel", others)
	checkProofs(t, proofs, 6)
}

// TestAlgorand has the vectors of Algorand's libsodium.
func TestAlgorand(t *testing.T) {
	var file []struct{ Seed, PK, Alpha, Pi, Beta string }
	if err := json.Unmarshal(vectors.Read(t, "vrf/algorand_vrf_draft03_a.json"), &file); err != nil {
		t.Fatal(err)
	}
	var proofs []proof
	for i, v := range file {
		proofs = append(proofs, proof{
			kernels.Draft03, fmt.Sprintf("case %d", i),
			bin(t, v.Seed), bin(t, v.PK), bin(t, v.Alpha), bin(t, v.Pi), bin(t, v.Beta),
		})
	}
	checkProofs(t, proofs, 16)
}

// cardano reads one of Cardano's files: lines "name: value".
func cardano(t *testing.T, name string) map[string]string {
	fields := map[string]string{}
	for _, line := range strings.Split(string(vectors.Read(t, "vrf/cardano/"+name)), "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			fields[name] = strings.TrimSpace(value)
		}
	}
	if fields["alpha"] == "empty" {
		fields["alpha"] = ""
	}
	return fields
}

// TestCardano has Cardano's vectors of draft 03. Those of draft 13 have proofs of 128 bytes, which no row takes.
func TestCardano(t *testing.T) {
	var proofs []proof
	var longer []job
	for n := 10; n <= 12; n++ {
		v := cardano(t, fmt.Sprintf("vrf_ver03_standard_%d.txt", n))
		proofs = append(proofs, proof{
			kernels.Draft03, fmt.Sprintf("standard %d", n),
			bin(t, v["sk"]), bin(t, v["pk"]), bin(t, v["alpha"]), bin(t, v["pi"]), bin(t, v["beta"]),
		})
		v = cardano(t, fmt.Sprintf("vrf_ver13_standard_%d.txt", n))
		longer = append(longer, job{
			name: fmt.Sprintf("draft 13, standard %d", n),
			key:  bin(t, v["pk"]), alpha: bin(t, v["alpha"]), proof: bin(t, v["pi"]),
		})
	}
	checkProofs(t, proofs, 3)
	check(t, kernels.Draft03, longer)
}

// checkProofs expects every proof to be valid under its rule and under no other, its output from the kernel
// and from ProofToHash, and vrfprove to make the same proof again.
func checkProofs(t *testing.T, proofs []proof, want int) {
	t.Helper()
	if len(proofs) != want {
		t.Errorf("%d proofs, want %d", len(proofs), want)
	}
	for _, rule := range Kernel.Rules {
		var jobs []job
		for _, p := range proofs {
			j := job{name: p.name, key: p.pk, alpha: p.alpha, proof: p.pi}
			if p.rule == rule {
				j.beta = p.beta
			}
			jobs = append(jobs, j)
		}
		check(t, rule, jobs)
	}
	for _, p := range proofs {
		beta, err := ProofToHash(p.rule, p.pi)
		if err != nil || !bytes.Equal(beta[:], p.beta) {
			t.Errorf("%s: ProofToHash gives %x, %v, want %x", p.name, beta, err, p.beta)
		}
		key, pi := vrfprove.Prove(p.rule, [32]byte(p.seed), p.alpha)
		if !bytes.Equal(key[:], p.pk) || !bytes.Equal(pi[:], p.pi) {
			t.Errorf("%s: Prove gives key %x and proof %x, want %x and %x", p.name, key, pi, p.pk, p.pi)
		}
	}
}

// TestCredentials has the sortition credentials of an Algorand block. Their VRF keys are in the ledger, so the
// proofs can only be decoded; they cannot be valid for the accounts' addresses, which are other keys.
func TestCredentials(t *testing.T) {
	const name = "algorand/testnet_block_24099447.credentials.csv"
	rows, err := csv.NewReader(bytes.NewReader(vectors.Read(t, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job
	seen := map[[OutputSize]byte]bool{}
	for _, r := range rows[1:] {
		p := bin(t, r[4])
		beta, err := ProofToHash(kernels.Draft03, p)
		if err != nil {
			t.Errorf("round %s, step %s, sender %s: %v", r[0], r[1], r[2], err)
		}
		seen[beta] = true
		jobs = append(jobs, job{name: r[2], key: bin(t, r[2]), alpha: bin(t, r[3]), proof: p})
	}
	if len(seen) != 18 {
		t.Errorf("%d different outputs, want 18", len(seen))
	}
	t.Logf("%d credentials decoded", len(jobs))
	check(t, kernels.Draft03, jobs)
}
