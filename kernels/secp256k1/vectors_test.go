package secp256k1

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/sha3"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

func TestWycheproof(t *testing.T) {
	for _, f := range []struct {
		name  string
		tests int
	}{
		{"ecdsa_secp256k1_sha256", 476}, {"ecdsa_secp256k1_sha256_p1363", 252},
		{"ecdsa_secp256k1_sha256_bitcoin", 463}, {"ecdsa_secp256k1_sha3_256", 474},
	} {
		t.Run(f.name, func(t *testing.T) {
			w, err := ecctest.ParseWycheproof(vectors.Read(t, "wycheproof/"+f.name+"_test.json.gz"), ecctest.Secp256k1())
			if err != nil {
				t.Fatal(err)
			}
			if w.Total != f.tests || w.Total != len(w.Jobs)+w.Encoding+w.Range {
				t.Fatalf("%d tests, want %d: %d jobs, %d, %d", w.Total, f.tests, len(w.Jobs), w.Encoding, w.Range)
			}
			t.Logf("%d tests: %d jobs; %d invalid by the encoding of the signature alone, %d by numbers that no row can hold",
				w.Total, len(w.Jobs), w.Encoding, w.Range)
			if !w.LowS {
				check(t, Verify, 0, w.Jobs)
			}
			check(t, Verify, kernels.LowS, w.Jobs)
			if w.LowS {
				high := 0
				for _, j := range w.Jobs {
					if j.HighS && j.Valid {
						t.Errorf("%s is valid with a high s", j.Name)
					}
					if j.HighS {
						high++
					}
				}
				t.Logf("%d with a high s", high)
			}
		})
	}
}

func TestBotanVerify(t *testing.T) {
	records, err := ecctest.ParseBotan(vectors.Read(t, "secp256k1/botan_ecdsa_verify.vec"))
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := ecctest.BotanECDSA(records, "secp256k1", ecctest.Secp256k1())
	if err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 7 {
		t.Errorf("%d records, want 7", len(jobs))
	}
	for _, rule := range Verify.Rules {
		check(t, Verify, rule, jobs)
	}
}

func TestBotanRecover(t *testing.T) {
	records, err := ecctest.ParseBotan(vectors.Read(t, "secp256k1/botan_ecdsa_key_recovery.vec"))
	if err != nil {
		t.Fatal(err)
	}
	var jobs []ecctest.Job
	for _, f := range records {
		if f["Group"] != "secp256k1" {
			continue
		}
		r, s := strings.TrimPrefix(f["R"], "0x"), strings.TrimPrefix(f["S"], "0x")
		row := unhex(t, f["Msg"]+r+s+"0"+f["V"]+strings.Repeat("00", 7))
		jobs = append(jobs, ecctest.Job{Name: "Botan", Row: row, Valid: true, HighS: row[64] >= 0x80, Out: unhex(t, f["Pubkey"])[1:]})
	}
	for _, rule := range Recover.Rules {
		check(t, Recover, rule, jobs)
	}
}

// TestEVMRecover decides the inputs of the precompile ecRecover: hash, v, r, s. Its output is the address of the key.
func TestEVMRecover(t *testing.T) {
	var cases []struct{ Name, Input, Expected string }
	if err := json.Unmarshal(vectors.Read(t, "secp256k1/evm_ecrecover.json"), &cases); err != nil {
		t.Fatal(err)
	}
	b := kernels.New(Recover, 0, len(cases), 0)
	byV := 0 // the precompile refuses them before it looks at the signature: v is not 27 or 28
	var names, addresses []string
	for _, c := range cases {
		in := unhex(t, c.Input)
		v := new(big.Int).SetBytes(in[32:64])
		if v.Sub(v, big.NewInt(27)); v.Sign() < 0 || v.Cmp(big.NewInt(1)) > 0 {
			if byV++; c.Expected != "" {
				t.Errorf("%s is valid with v = %x", c.Name, in[32:64])
			}
			continue
		}
		if err := AppendRecover(b, in[:32], in[64:128], byte(v.Int64())); err != nil {
			t.Fatal(err)
		}
		names, addresses = append(names, c.Name), append(addresses, c.Expected)
	}
	Recover.Run(b, 0, b.Len())
	valid := 0
	for i := range b.Len() {
		want := kernels.Of(addresses[i] != "")
		if got := b.Verdict(i); got != want {
			t.Errorf("%s: %s, want %s", names[i], got, want)
		}
		if want == kernels.Valid {
			valid++
			if got := address(b.Out(i)); hex.EncodeToString(got) != addresses[i][24:] {
				t.Errorf("%s: address %x, want %s", names[i], got, addresses[i][24:])
			}
		}
	}
	t.Logf("%d cases: %d jobs, %d valid, %d invalid; %d refused by v alone", len(cases), b.Len(), valid, b.Len()-valid, byV)
	if len(cases) != 5 || valid != 1 {
		t.Errorf("%d cases, %d valid, want 5 and 1", len(cases), valid)
	}
}

// address is Ethereum's: the last 20 bytes of Keccak-256 of x‖y.
func address(xy []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(xy)
	return h.Sum(nil)[12:]
}

func TestBIP340(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(vectors.Read(t, "secp256k1/bip340_test_vectors.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var jobs []ecctest.Job
	for _, f := range rows[1:] { // index, secret key, public key, aux_rand, message, signature, result, comment
		jobs = append(jobs, ecctest.Job{
			Name: "#" + f[0] + " " + f[7], Row: unhex(t, f[2]+f[5]), Message: unhex(t, f[4]), Valid: f[6] == "TRUE",
		})
	}
	if valid, _ := ecctest.Count(jobs, 0); len(jobs) != 19 || valid != 9 {
		t.Errorf("%d cases, %d valid, want 19 and 9", len(jobs), valid)
	}
	check(t, Schnorr, 0, jobs)
}

// TestBIP341 verifies the key path signatures of taproot's wallet test vectors, whose messages are the sighashes.
func TestBIP341(t *testing.T) {
	var file struct {
		KeyPathSpending []struct {
			InputSpending []struct {
				Given        struct{ InternalPrivkey string }
				Intermediary struct{ TweakedPrivkey, SigHash string }
				Expected     struct{ Witness []string }
			}
		}
	}
	if err := json.Unmarshal(vectors.Read(t, "secp256k1/bip341_wallet_test_vectors.json"), &file); err != nil {
		t.Fatal(err)
	}
	c := ecctest.Secp256k1()
	var jobs []ecctest.Job
	for _, spend := range file.KeyPathSpending {
		for _, in := range spend.InputSpending {
			key := c.Mul(new(big.Int).SetBytes(unhex(t, in.Intermediary.TweakedPrivkey)), c.G)
			signature := unhex(t, in.Expected.Witness[0])[:64] // a hash type may follow
			jobs = append(jobs, ecctest.Job{
				Name: in.Given.InternalPrivkey, Row: append(key.X.FillBytes(make([]byte, 32)), signature...),
				Message: unhex(t, in.Intermediary.SigHash), Valid: true,
			})
		}
	}
	for _, j := range jobs[:len(jobs):len(jobs)] {
		jobs = append(jobs, ecctest.Flips(j)[8*32]) // the first byte of R
	}
	check(t, Schnorr, 0, jobs)
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
