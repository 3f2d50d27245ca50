package ed25519

import (
	"bytes"
	stded25519 "crypto/ed25519"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
)

// bin decodes hexadecimal of a vector file.
func bin(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSignInput has the 128 signatures of https://ed25519.cr.yp.to, among them those of RFC 8032, section 7.1.
func TestSignInput(t *testing.T) {
	var jobs []job
	for i, line := range strings.Fields(string(vectors.Read(t, "ed25519/ed25519_cr_yp_to_sign_input_128.txt"))) {
		f := strings.Split(line, ":")
		jobs = append(jobs, job{
			name: fmt.Sprintf("line %d", i+1), key: bin(t, f[1]), message: bin(t, f[2]),
			signature: bin(t, f[3])[:SignatureSize], valid: true,
		})
	}
	everyRule(t, jobs)
}

// TestZIP215 has the pairs of small order of ZIP 215. That rule takes them all, crypto/ed25519 takes 12, and
// Strict none.
func TestZIP215(t *testing.T) {
	var pairs [][2]string
	if err := json.Unmarshal(vectors.Read(t, "ed25519/zip215.json"), &pairs); err != nil {
		t.Fatal(err)
	}
	for _, rule := range Kernel.Rules {
		var jobs []job
		valid := 0
		for i, p := range pairs {
			j := job{name: fmt.Sprintf("pair %d", i), key: bin(t, p[0]), message: []byte("Zcash"), signature: bin(t, p[1])}
			j.valid = rule == kernels.ZIP215 || rule == kernels.RFC8032 && stded25519.Verify(j.key, j.message, j.signature)
			if j.valid {
				valid++
			}
			jobs = append(jobs, j)
		}
		if want := map[kernels.Flags]int{kernels.RFC8032: 12, kernels.ZIP215: 196}[rule]; valid != want {
			t.Errorf("%v: %d pairs expected to be valid, the file is said to have %d", rule, valid, want)
		}
		check(t, rule, jobs)
	}
}

// TestSolana has what Solana's strict rule must reject and what every rule must accept.
func TestSolana(t *testing.T) {
	read := func(name string, valid bool) (jobs []job) {
		data := vectors.Read(t, "ed25519/"+name)
		if len(data)%96 != 0 {
			t.Fatalf("%s has %d bytes, want a multiple of 96", name, len(data))
		}
		for i := 0; i < len(data); i += 96 {
			jobs = append(jobs, job{
				name: fmt.Sprintf("%s, record %d", name, i/96), key: data[i+64 : i+96], message: []byte("Zcash"),
				signature: data[i : i+64], valid: valid,
			})
		}
		return jobs
	}
	check(t, kernels.Strict, read("solana_strict_should_fail.bin", false))
	everyRule(t, read("solana_strict_should_pass.bin", true))
}

// signOfZero is the case of Wycheproof whose R is the neutral point with a sign bit. ZIP 215 allows that encoding,
// and the signature is good otherwise.
const signOfZero = 151

// TestWycheproof has the vectors of Project Wycheproof, which but for one are the same under every rule.
func TestWycheproof(t *testing.T) {
	var file struct {
		TestGroups []struct {
			PublicKey struct{ PK string }
			Tests     []struct {
				TcID              int
				Comment, Msg, Sig string
				Result            string
			}
		}
	}
	if err := json.Unmarshal(vectors.Read(t, "wycheproof/ed25519_test.json"), &file); err != nil {
		t.Fatal(err)
	}
	for _, rule := range Kernel.Rules {
		var jobs []job
		for _, g := range file.TestGroups {
			for _, c := range g.Tests {
				if c.Result != "valid" && c.Result != "invalid" {
					t.Fatalf("case %d: result %q", c.TcID, c.Result)
				}
				jobs = append(jobs, job{
					name: fmt.Sprintf("case %d (%s)", c.TcID, c.Comment), key: bin(t, g.PublicKey.PK),
					message: bin(t, c.Msg), signature: bin(t, c.Sig),
					valid: c.Result == "valid" || c.TcID == signOfZero && rule == kernels.ZIP215,
				})
			}
		}
		check(t, rule, jobs)
	}
}

// TestChains has signatures of real blocks, and the same with one bit of each flipped.
func TestChains(t *testing.T) {
	for _, name := range []string{
		"cosmos/celestia_mocha4_157001.sigs.csv.gz",
		"cosmos/celestia_mocha4_2279100.sigs.csv.gz",
		"algorand/testnet_block_24099447.sigs.csv",
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := csv.NewReader(bytes.NewReader(vectors.Read(t, name))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			var jobs []job
			for i, r := range rows[1:] {
				j := job{name: r[0], key: bin(t, r[1]), message: bin(t, r[2]), signature: bin(t, r[3]), valid: true}
				jobs = append(jobs, j)
				j.name += ", a bit flipped"
				j.valid = false
				j.signature = bytes.Clone(j.signature)
				j.signature[i%SignatureSize] ^= 1 << (i % 8)
				jobs = append(jobs, j)
			}
			everyRule(t, jobs)
		})
	}
}
