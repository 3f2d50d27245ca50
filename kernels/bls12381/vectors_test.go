package bls12381

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"

	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"github.com/sluice-engine/sluice/internal/vectors"
)

func load(t *testing.T, name string, v any) {
	t.Helper()
	if err := json.Unmarshal(vectors.Read(t, name), v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// sorted gives the names of cases in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// TestEthereumVerify has the verify cases of Ethereum's vectors.
func TestEthereumVerify(t *testing.T) {
	var file map[string]struct {
		Input  struct{ Pubkey, Message, Signature string }
		Output bool
	}
	load(t, "bls/eth_bls12_381_verify.json", &file)
	var jobs []job
	for _, name := range sorted(file) {
		in := file[name].Input
		jobs = append(jobs, job{name, bin(t, in.Pubkey), bin(t, in.Message), bin(t, in.Signature), file[name].Output})
	}
	check(t, jobs)
}

// TestEthereumSign has the sign cases: the signatures are valid for the keys of the secrets.
func TestEthereumSign(t *testing.T) {
	var file map[string]struct {
		Input  struct{ Privkey, Message string }
		Output string
	}
	load(t, "bls/eth_bls12_381_sign.json", &file)
	var jobs []job
	for _, name := range sorted(file) {
		secret := new(big.Int).SetBytes(bin(t, file[name].Input.Privkey))
		if secret.Sign() == 0 {
			continue // nothing is signed with it
		}
		var p curve.G1Affine
		key := p.ScalarMultiplicationBase(secret).Bytes()
		jobs = append(jobs, job{name, key[:], bin(t, file[name].Input.Message), bin(t, file[name].Output), true})
	}
	if len(file) != 10 || len(jobs) != 9 {
		t.Errorf("%d cases with %d signatures, want 10 with 9", len(file), len(jobs))
	}
	check(t, jobs)
}

// TestEthereumFastAggregateVerify has many signers of one message: a job with the sum of their keys, or a
// refusal to add them.
func TestEthereumFastAggregateVerify(t *testing.T) {
	var file map[string]struct {
		Input struct {
			Pubkeys            []string
			Message, Signature string
		}
		Output bool
	}
	load(t, "bls/eth_bls12_381_fast_aggregate_verify.json", &file)
	var jobs []job
	refused := 0
	for _, name := range sorted(file) {
		in := file[name].Input
		key, err := AggregateKeys(nil, bins(t, in.Pubkeys)...)
		if err != nil {
			if !errors.Is(err, ErrKey) && !errors.Is(err, ErrNone) || file[name].Output {
				t.Errorf("%s: %v, want %v", name, err, file[name].Output)
			}
			refused++
			continue
		}
		jobs = append(jobs, job{name, key, bin(t, in.Message), bin(t, in.Signature), file[name].Output})
	}
	if refused != 3 {
		t.Errorf("%d cases with keys that cannot be added, want 3: one with infinity, two with none", refused)
	}
	t.Logf("%d more invalid cases, refused by AggregateKeys", refused)
	check(t, jobs)
}

// TestEthereumAggregateVerify has different messages, which is no job of this kernel but where there are no
// signers at all. It checks that, and that none of the others is taken for a signature of its parts.
func TestEthereumAggregateVerify(t *testing.T) {
	var file map[string]struct {
		Input struct {
			Pubkeys, Messages []string
			Signature         string
		}
		Output bool
	}
	load(t, "bls/eth_bls12_381_aggregate_verify.json", &file)
	var jobs []job
	none := 0
	for _, name := range sorted(file) {
		in := file[name].Input
		if len(in.Pubkeys) == 0 {
			if _, err := AggregateKeys(nil); !errors.Is(err, ErrNone) || file[name].Output {
				t.Errorf("%s: %v, want %v", name, err, file[name].Output)
			}
			none++
			continue
		}
		for i := range in.Pubkeys {
			jobs = append(jobs, job{
				fmt.Sprintf("%s, part %d", name, i),
				bin(t, in.Pubkeys[i]), bin(t, in.Messages[i]), bin(t, in.Signature), false,
			})
		}
	}
	t.Logf("%d cases: %d without signers, the others are products of pairings and no jobs of this kernel", len(file), none)
	check(t, jobs)
}

// TestEthereumAggregate adds signatures.
func TestEthereumAggregate(t *testing.T) {
	var file map[string]struct {
		Input  []string
		Output *string
	}
	load(t, "bls/eth_bls12_381_aggregate.json", &file)
	for _, name := range sorted(file) {
		got, err := AggregateSignatures([]byte("before"), bins(t, file[name].Input)...)
		if file[name].Output == nil {
			if !errors.Is(err, ErrNone) {
				t.Errorf("%s: %x, %v, want ErrNone", name, got, err)
			}
			continue
		}
		if want := append([]byte("before"), bin(t, *file[name].Output)...); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, %v, want %x", name, got, err, want)
		}
	}
	t.Logf("%d cases", len(file))
}

// TestMainnet has signatures of Ethereum's sync committees, by 493 to 512 keys each; then with a key missing,
// with one twice, and with a message changed.
func TestMainnet(t *testing.T) {
	var file []struct {
		Name        string
		Pubkeys     []string
		SigningRoot string `json:"signing_root"`
		Signature   string
		Output      bool
	}
	load(t, "bls/eth_mainnet_light_client/fast_aggregate_verify.json", &file)
	var jobs []job
	for _, c := range file {
		keys := bins(t, c.Pubkeys)
		add := func(name string, keys [][]byte, message []byte, valid bool) {
			key, err := AggregateKeys(nil, keys...)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			jobs = append(jobs, job{fmt.Sprintf("%s, %d keys%s", c.Name, len(keys), name), key, message, bin(t, c.Signature), valid})
		}
		root := bin(t, c.SigningRoot)
		other := bytes.Clone(root)
		other[31] ^= 1
		add("", keys, root, c.Output)
		add(", one missing", keys[1:], root, false)
		add(", one twice", append(slices.Clone(keys), keys[0]), root, false)
		add(", another message", keys, other, false)
	}
	check(t, jobs)
}

// wycheproof is a file of signatures.
type wycheproof struct {
	TestGroups []struct {
		Ciphersuite string
		PublicKey   struct{ PK string }
		Tests       []struct {
			TcID              int
			Comment, Msg, Sig string
			Result            string
		}
	}
}

func (w *wycheproof) jobs(t *testing.T, suite string) (jobs []job) {
	for _, g := range w.TestGroups {
		if g.Ciphersuite != suite {
			t.Fatalf("ciphersuite %q, want %q", g.Ciphersuite, suite)
		}
		for _, c := range g.Tests {
			if c.Result != "valid" && c.Result != "invalid" {
				t.Fatalf("case %d: result %q", c.TcID, c.Result)
			}
			jobs = append(jobs, job{
				fmt.Sprintf("case %d (%s)", c.TcID, c.Comment),
				bin(t, g.PublicKey.PK), bin(t, c.Msg), bin(t, c.Sig), c.Result == "valid",
			})
		}
	}
	return jobs
}

func TestWycheproofPOP(t *testing.T) {
	var file wycheproof
	load(t, "wycheproof/bls_sig_g2_pop_verify_test.json", &file)
	check(t, file.jobs(t, ciphersuite))
}

// basic is the ciphersuite of the basic scheme, which the kernel does not have.
const basic = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"

// TestWycheproofBasic has signatures of the basic scheme. The verifier behind Ref gives their verdicts when it is
// told that ciphersuite; for the kernel, which separates domains, none is valid.
func TestWycheproofBasic(t *testing.T) {
	var file wycheproof
	load(t, "wycheproof/bls_sig_g2_basic_verify_test.json", &file)
	jobs := file.jobs(t, basic)
	v := newVerifier(basic)
	for i, j := range jobs {
		if got := v.verify(j.key, j.message, j.signature); got != j.valid {
			t.Errorf("basic scheme: %s: %v, want %v", j.name, got, j.valid)
		}
		jobs[i].valid = false
	}
	count(t, file.jobs(t, basic), 0)
	check(t, jobs)
}

// TestWycheproofAggregate has aggregates in the basic scheme, of which those by one signer are signatures.
func TestWycheproofAggregate(t *testing.T) {
	var file struct {
		TestGroups []struct {
			Ciphersuite string
			Tests       []struct {
				TcID              int
				Comment           string
				Pubkeys, Messages []string
				Sig, Result       string
			}
		}
	}
	load(t, "wycheproof/bls_sig_g2_aggregate_verify_test.json", &file)
	v := newVerifier(basic)
	var jobs []job
	others := 0
	for _, g := range file.TestGroups {
		if g.Ciphersuite != basic {
			t.Fatalf("ciphersuite %q, want %q", g.Ciphersuite, basic)
		}
		for _, c := range g.Tests {
			if len(c.Pubkeys) != 1 || len(c.Messages) != 1 {
				others++
				continue
			}
			j := job{
				fmt.Sprintf("case %d (%s)", c.TcID, c.Comment),
				bin(t, c.Pubkeys[0]), bin(t, c.Messages[0]), bin(t, c.Sig), c.Result == "valid",
			}
			if got := v.verify(j.key, j.message, j.signature); got != j.valid {
				t.Errorf("basic scheme: %s: %v, want %v", j.name, got, j.valid)
			}
			jobs = append(jobs, j)
		}
	}
	t.Logf("%d cases of several signers, which are no jobs of this kernel", others)
	count(t, jobs, 0)
}
