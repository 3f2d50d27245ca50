package algorand

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// rows reads a CSV file of the vectors, without its header.
func rows(t testing.TB, name string) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(vectors.Read(t, name))).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatal(len(all), err)
	}
	return all[1:]
}

// realJobs is what the real block's report counts: 41 signatures, and for five transactions 2*5 hashes, 8 leaves
// and 7 nodes of the vector commitment.
var realJobs = map[string]platform.Count{"ed25519.verify": {Valid: 41}, "sha256": {Valid: 25}}

// TestRealBlock compares the jobs of the real block with the signatures that were taken out of it by other means:
// keys, messages and signatures must be exactly those of the 41 rows. The other jobs are the attempts at dilutions.
func TestRealBlock(t *testing.T) {
	for _, batch := range []int{0, 10} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) {
			data := vectors.Read(t, blockFile)
			seen := int64(0)
			e := newRunner()
			r, err := e.verify(data, platform.Options{BatchJobs: batch, Block: func(n int64) { seen = n }})
			if err != nil {
				t.Fatal(err)
			}
			platformtest.Want(t, r, 1, 5, 0, 18+18+1, realJobs)
			if seen != int64(len(data)) {
				t.Errorf("progress to %d of %d", seen, len(data))
			}
			var got, expected []string
			for job, result := range e.Engine {
				if job.Kernel == "ed25519.verify" && result.Verdict == kernels.Valid {
					got = append(got, fmt.Sprintf("ed25519.verify %s %x %x", job.Rule, job.Row, job.Message))
				}
			}
			for _, row := range rows(t, signaturesFile) {
				expected = append(expected, fmt.Sprintf("ed25519.verify ZIP215 %s%s %s", row[1], row[3], row[2]))
			}
			slices.Sort(got)
			slices.Sort(expected)
			if len(expected) != 41 || !slices.Equal(got, expected) {
				t.Errorf("%d jobs, %d rows, not the same", len(got), len(expected))
			}
			t.Logf("%d signatures valid, none invalid, %v not checkable", len(got), r.Why)
		})
	}
}

// sideFile is the real voters with the key dilutions that the rows show: batch and offset are the round's quotient
// and remainder.
func sideFile(t *testing.T) string {
	credentials := rows(t, credentialsFile)
	s := accountHeader + "\n"
	for _, row := range rows(t, signaturesFile) {
		var i int
		if n, _ := fmt.Sscanf(row[0], "vote%d.p1s", &i); n != 1 || !strings.HasSuffix(row[0], "p1s") {
			continue
		}
		m, err := hex.DecodeString(row[2])
		if err != nil {
			t.Fatal(err)
		}
		o, err := value{raw: bytes.TrimPrefix(m, []byte("OT2"))}.object()
		if err != nil {
			t.Fatal(err)
		}
		f := fields{of: o}
		batch, offset := f.uint("batch"), f.uint("off")
		if f.err != nil {
			t.Fatal(f.err)
		}
		s += fmt.Sprintf("%s,,%d,\n", credentials[i][2], (24099447-offset)/batch)
	}
	return s
}

// TestRealBlockWithDilutions needs no attempts: the engine sees the 41 signatures and the hashes only.
func TestRealBlockWithDilutions(t *testing.T) {
	e := newRunner()
	r, err := e.verify(vectors.Read(t, blockFile), side(sideFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	platformtest.Want(t, r, 1, 5, 0, 37, realJobs)
	if len(e.Engine) != 41+25-2 { // the three bottom leaves are one job for this runner
		t.Errorf("the engine saw %d different jobs", len(e.Engine))
	}
}

// TestRealCredentials compares voters, proofs and seed with those taken out by other means.
func TestRealCredentials(t *testing.T) {
	b, err := value{raw: vectors.Read(t, blockFile)}.object()
	if err != nil {
		t.Fatal(err)
	}
	f := fields{of: b}
	body, cert := f.object("block"), f.object("cert")
	h, err := parseHeader(body)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := cert.get("vote")
	expected := rows(t, credentialsFile)
	n := 0
	err = list.each(func(i int, e value) error {
		o, err := e.object()
		if err != nil {
			return err
		}
		f := fields{of: o}
		cred := fields{of: f.object("cred")}
		step, _ := cert.get("step")
		s, _ := step.uint()
		got := []string{h.name, fmt.Sprint(s), hex.EncodeToString(f.bytes("snd", 32)), hex.EncodeToString(h.seed), hex.EncodeToString(cred.bytes("pf", 80))}
		if !slices.Equal(got, expected[i]) {
			t.Errorf("vote %d: %v, want %v", i, got, expected[i])
		}
		n++
		return nil
	})
	if err != nil || n != len(expected) {
		t.Errorf("%d credentials, want %d; %v", n, len(expected), err)
	}
	t.Logf("%d credentials", n)
}

// TestRule runs the edge cases of ZIP 215, all of which have a key of small order: Algorand refuses them; and 200
// that every rule accepts.
func TestRule(t *testing.T) {
	var pairs [][2]string
	if err := json.Unmarshal(vectors.Read(t, "ed25519/zip215.json"), &pairs); err != nil {
		t.Fatal(err)
	}
	reasons := map[string]int{}
	for i, p := range pairs {
		key, sig := unhex(t, p[0]), unhex(t, p[1])
		why := refused(key, sig)
		if why == "" {
			t.Errorf("case %d is not refused", i)
		}
		reasons[why]++
	}
	pass := vectors.Read(t, "ed25519/solana_strict_should_pass.bin")
	n := 0
	for record := range slices.Chunk(pass, 96) {
		n++
		if why := refused(record[64:], record[:64]); why != "" {
			t.Errorf("record %d: %s", n, why)
		}
	}
	if len(pairs) != 196 || n != 200 {
		t.Errorf("%d and %d cases", len(pairs), n)
	}
	t.Logf("%d refused (%v), %d not", len(pairs), slices.Sorted(maps.Keys(reasons)), n)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSniff(t *testing.T) {
	data := vectors.Read(t, blockFile)
	for _, c := range []struct {
		head []byte
		want platform.Confidence
	}{
		{data, platform.Sure},
		{data[:100], platform.Sure},
		{data[:10], platform.Likely},
		{data[:8], platform.No},
		{[]byte("\x81\xa5block\x81\xa3gen"), platform.Sure},
		{[]byte("\x81\xa5block\x81\xa3xyz"), platform.Likely},
		{[]byte("\x82\xa5block\x01"), platform.No},
		{[]byte("\x82\xa5block"), platform.No},
		{[]byte("\x82\xa5black\x81"), platform.No},
		{[]byte("\x83\xa5block\x81\xa3gen"), platform.No},
		{[]byte("\x80"), platform.No},
		{nil, platform.No},
		{[]byte("{\"block\":1}"), platform.No},
	} {
		if got := sniff(c.head, "x"); got != c.want {
			t.Errorf("%.20q: %d, want %d", c.head, got, c.want)
		}
	}
}
