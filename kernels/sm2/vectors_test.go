package sm2

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"math/big"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// TestStandard is the example of GB/T 32918.5, with ZA, e, the nonce and both keys.
func TestStandard(t *testing.T) {
	var cases []map[string]string
	if err := json.Unmarshal(vectors.Read(t, "sm/gmt0003_5_sm2_sign.json"), &cases); err != nil {
		t.Fatal(err)
	}
	c := ecctest.SM2()
	var jobs []ecctest.Job
	for _, f := range cases {
		xy := unhex(t, f["px"]+f["py"])
		if public := c.Mul(new(big.Int).SetBytes(unhex(t, f["d"])), c.G); hex.EncodeToString(public.X.Bytes()) != strings.ToLower(f["px"]) {
			t.Errorf("%s: the public key is not d G", f["name"])
		}
		for _, id := range [][]byte{[]byte(f["id_ascii"]), nil} {
			e, err := Digest(id, xy, []byte(f["msg_ascii"]))
			if err != nil || !strings.EqualFold(hex.EncodeToString(e[:]), f["e"]) {
				t.Errorf("%s, id %q: e is %x, %v", f["name"], id, e, err)
			}
		}
		if e := digest(sm3.New, f["id_ascii"], xy, []byte(f["msg_ascii"])); !strings.EqualFold(hex.EncodeToString(e), f["e"]) {
			t.Errorf("%s: the test's own e is %x", f["name"], e)
		}
		jobs = append(jobs, ecctest.Job{Name: f["name"], Row: unhex(t, f["e"]+f["r"]+f["s"]+f["px"]+f["py"]), Valid: true})
	}
	check(t, withFlips(jobs))
}

// TestBotan takes the records on sm2p256v1, hashed with SM3 and with SHA-256.
func TestBotan(t *testing.T) {
	records, err := ecctest.ParseBotan(vectors.Read(t, "sm/botan_sm2_sig.vec"))
	if err != nil {
		t.Fatal(err)
	}
	c := ecctest.SM2()
	var jobs []ecctest.Job
	ours, others := false, 0
	for _, f := range records {
		if f["P"] != "" { // a curve, for the records that follow
			p, ok := new(big.Int).SetString(f["P"], 0)
			ours = ok && p.Cmp(c.P) == 0
			continue
		}
		if !ours {
			others++
			continue
		}
		d, ok := new(big.Int).SetString(f["x"], 0)
		if !ok {
			t.Fatalf("private key %q", f["x"])
		}
		Q := c.Mul(d, c.G)
		xy := append(Q.X.FillBytes(make([]byte, 32)), Q.Y.FillBytes(make([]byte, 32))...)
		message := unhex(t, f["Msg"])
		e := digest(map[string]func() hash.Hash{"SM3": sm3.New, "SHA-256": sha256.New}[f["Hash"]], f["Ident"], xy, message)
		if f["Hash"] == "SM3" {
			if got, err := Digest([]byte(f["Ident"]), xy, message); err != nil || string(got[:]) != string(e) {
				t.Errorf("Digest gives %x, %v, want %x", got, err, e)
			}
		}
		jobs = append(jobs, ecctest.Job{Name: f["Ident"] + ", " + f["Hash"], Row: append(append(e, unhex(t, f["Signature"])...), xy...), Valid: true})
	}
	t.Logf("%d records: %d on sm2p256v1, %d on other curves", len(jobs)+others, len(jobs), others)
	if len(jobs) != 2 || others != 5 {
		t.Error("want 2 and 5")
	}
	check(t, withFlips(jobs))
}

// TestOpenSSL takes the Verify records, whose input is e.
func TestOpenSSL(t *testing.T) {
	text := string(vectors.Read(t, "sm/openssl_evppkey_sm2.txt"))
	_, pem, _ := strings.Cut(text, "-----BEGIN PRIVATE KEY-----")
	pem, rest, ok := strings.Cut(pem, "-----END PRIVATE KEY-----")
	pkcs8, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(pem, "\n", ""))
	if err != nil || !ok || len(pkcs8) < 65 {
		t.Fatalf("private key: %v", err)
	}
	xy, err := DecodeKey(pkcs8[len(pkcs8)-65:]) // the public key ends the structure
	if err != nil {
		t.Fatal(err)
	}
	var jobs []ecctest.Job
	refused := 0
	for record := range strings.SplitSeq(rest, "\n\n") {
		if !strings.HasPrefix(record, "Verify = SM2_key1") {
			continue
		}
		f := map[string]string{}
		for line := range strings.SplitSeq(record, "\n") {
			name, value, _ := strings.Cut(line, " = ")
			f[name] = value
		}
		if f["Ctrl"] != "digest:SM3" {
			refused++ // the digest is not SM3's: OpenSSL does not come to the signature
			continue
		}
		r, s, err := ecctest.ParseDER(unhex(t, f["Output"]))
		if err != nil {
			t.Fatal(err)
		}
		row := unhex(t, f["Input"])
		row = append(append(row, r.FillBytes(make([]byte, 32))...), s.FillBytes(make([]byte, 32))...)
		jobs = append(jobs, ecctest.Job{Name: record, Row: append(row, xy[:]...), Valid: f["Result"] == ""})
	}
	t.Logf("%d Verify records: %d jobs, %d with another digest", len(jobs)+refused, len(jobs), refused)
	if len(jobs) != 2 || refused != 1 {
		t.Error("want 2 and 1")
	}
	check(t, withFlips(jobs))
}

// TestKnown: Ref, Run and the textbook agree with the known answers, which hold valid and invalid jobs.
func TestKnown(t *testing.T) {
	c := ecctest.SM2()
	known := Kernel.Known(0)
	if known.Kernel() != Kernel {
		t.Errorf("known answers of %s", known.Kernel().Name)
	}
	ref, run := known.Shadow(), known.Shadow()
	Kernel.Ref(ref, 0, ref.Len())
	Kernel.Run(run, 0, run.Len())
	counts := map[kernels.Verdict]int{}
	for i := range known.Len() {
		want := known.Verdict(i)
		counts[want]++
		if got := kernels.Of(c.SM2(known.Row(i))); got != want {
			t.Errorf("job %d: the textbook says %s, want %s", i, got, want)
		}
		if ref.Verdict(i) != want || run.Verdict(i) != want {
			t.Errorf("job %d: Ref says %s, Run %s, want %s", i, ref.Verdict(i), run.Verdict(i), want)
		}
	}
	if counts[kernels.Valid] < 4 || counts[kernels.Invalid] < 4 || len(counts) != 2 {
		t.Errorf("%v", counts)
	}
}

// digest is e as GB/T 32918.2 writes it, with any hash function.
func digest(hash func() hash.Hash, id string, xy, message []byte) []byte {
	c := ecctest.SM2()
	h := hash()
	h.Write(binary.BigEndian.AppendUint16(nil, uint16(len(id)*8)))
	h.Write([]byte(id))
	for _, n := range []*big.Int{c.A, c.B, c.G.X, c.G.Y} {
		h.Write(n.FillBytes(make([]byte, 32)))
	}
	h.Write(xy)
	za := h.Sum(nil)
	h = hash()
	h.Write(za)
	h.Write(message)
	return h.Sum(nil)
}

// withFlips adds each job with each of its bits changed.
func withFlips(jobs []ecctest.Job) []ecctest.Job {
	for _, j := range jobs[:len(jobs):len(jobs)] {
		jobs = append(jobs, ecctest.Flips(j)...)
	}
	return jobs
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
