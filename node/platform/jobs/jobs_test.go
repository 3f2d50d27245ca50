package jobs

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/node/platform"
)

// runner decides batches by the kernels themselves, and keeps the jobs it saw.
type runner struct {
	seen []string // kernel, rule, row and message of each job
}

func (r *runner) Run(ctx context.Context, b *kernels.Batch) error {
	if !allZero(b.Verdicts()) || !allZero(b.Outs()) {
		return errors.New("verdicts or outputs are set before the engine ran")
	}
	b.Kernel().Run(b, 0, b.Len())
	for i := range b.Len() {
		r.seen = append(r.seen, content(b, i))
	}
	return ctx.Err()
}

func content(b *kernels.Batch, i int) string {
	return fmt.Sprintf("%s %s %x %x", b.Kernel().Name, b.Flags(), b.Row(i), b.Message(i))
}

func verifyWith(e platform.Engine, data []byte, opt platform.Options) (*platform.Report, error) {
	return Platform.Verify(context.Background(), e, platform.NewSource("test", bytes.NewReader(data)), opt)
}

// filled is a batch of valid sample jobs, undecided.
func filled(t testing.TB, k *kernels.Kernel, rule kernels.Flags, n int) *kernels.Batch {
	t.Helper()
	messageBytes := 0
	if k.Message {
		messageBytes = 50
	}
	b := kernels.New(k, rule, n, n*messageBytes)
	if err := sample.Fill(b, n, 7, messageBytes); err != nil {
		t.Fatal(err)
	}
	return b
}

// eachRule calls f for every kernel under every rule.
func eachRule(t *testing.T, f func(t *testing.T, k *kernels.Kernel, rule kernels.Flags)) {
	for _, k := range all.Kernels {
		for _, rule := range k.Rules {
			t.Run(strings.TrimSuffix(k.Name+" "+rule.String(), " "), func(t *testing.T) { f(t, k, rule) })
		}
	}
}

// marshalAll is the lines of a batch.
func marshalAll(t testing.TB, b *kernels.Batch) []byte {
	t.Helper()
	var data []byte
	for i := range b.Len() {
		line, err := Marshal(b, i)
		if err != nil {
			t.Fatal(err)
		}
		data = append(append(data, line...), '\n')
	}
	return data
}

// TestRoundTrip writes jobs of every kernel and rule as lines and reads them back: samples, and the kernel's known
// answers with verdicts and outputs.
func TestRoundTrip(t *testing.T) {
	jobs := 0
	eachRule(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		for _, b := range []*kernels.Batch{filled(t, k, rule, 3), k.Known(rule)} {
			data := marshalable(t, b)
			engine := &runner{}
			r, err := verifyWith(engine, data.lines, platform.Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, data.lines)
			}
			if !r.Valid() || r.Blocks != 0 || r.Transactions != 0 || r.NotCheckable != 0 {
				t.Errorf("%+v\n%s", r, data.lines)
			}
			if !slices.Equal(engine.seen, data.content) {
				t.Errorf("jobs\n%q\nback from\n%q", engine.seen, data.content)
			}
			if c := r.Jobs[k.Name]; c.Valid+c.Invalid != int64(len(data.content)) {
				t.Errorf("%d jobs counted as %+v", len(data.content), c)
			}
			jobs += len(data.content)
		}
	})
	t.Logf("%d jobs written and read", jobs)
}

type marshaled struct {
	lines   []byte
	content []string
}

// marshalable is the lines of the jobs that have one; the others must be rows of padding or flags that a line
// cannot state.
func marshalable(t *testing.T, b *kernels.Batch) (m marshaled) {
	for i := range b.Len() {
		line, err := Marshal(b, i)
		if err != nil {
			id := b.Kernel().ID
			if !errors.Is(err, ErrNoLine) || id != kernels.SHA256Chain && id != kernels.Secp256k1Recover {
				t.Fatal(err)
			}
			continue
		}
		m.lines = append(append(m.lines, line...), '\n')
		m.content = append(m.content, content(b, i))
	}
	return m
}

func TestMarshalRefuses(t *testing.T) {
	for _, c := range []struct {
		id kernels.ID
		at int
	}{
		{kernels.Secp256k1Recover, 97},
		{kernels.Secp256k1Recover, 103},
		{kernels.SHA256Chain, 101},
	} {
		k := all.ByID(c.id)
		b := filled(t, k, k.Default(), 1)
		b.Row(0)[c.at] ^= 2
		if line, err := Marshal(b, 0); !errors.Is(err, ErrNoLine) {
			t.Errorf("%s, byte %d set: %s, %v", k.Name, c.at, line, err)
		}
	}
	chain := all.ByID(kernels.SHA256Chain)
	b := filled(t, chain, 0, 1)
	copy(b.Row(0)[32:], []byte{9})
	b.Row(0)[100] = 0
	if line, err := Marshal(b, 0); !errors.Is(err, ErrNoLine) {
		t.Errorf("a mixin that counts for nothing: %s, %v", line, err)
	}
	if _, err := Marshal(kernels.New(&kernels.Kernel{Name: "other", Rules: []kernels.Flags{0}}, 0, 1, 0), 0); !errors.Is(err, ErrNoLine) {
		t.Error(err)
	}
}

// mixed is lines of all kernels and rules in turn. Signatures are invalid where the index is a multiple of 5, and the
// lines state so where it is a multiple of 10; wrong lists the others.
func mixed(t testing.TB, rounds int) (data []byte, verdicts []bool, wrong []int) {
	var sources [][][]byte
	for _, k := range all.Kernels {
		for _, rule := range k.Rules {
			sources = append(sources, bytes.Split(marshalAll(t, filled(t, k, rule, rounds)), []byte("\n")))
		}
	}
	n := 0
	for round := range rounds {
		for _, s := range sources {
			line := bytes.Clone(s[round])
			at := bytes.Index(line, []byte(`"sig":"`))
			valid := n%5 != 0 || at < 0 || bytes.Contains(line, []byte("recover")) // which gives another key
			if !valid {
				at += len(`"sig":"`) + 20
				line[at] = "123456789abcdef0"[strings.IndexByte("0123456789abcdef", line[at])]
				if n%10 == 0 {
					line = append(bytes.TrimSuffix(line, []byte("}")), `,"expect":"invalid"}`...)
				} else {
					wrong = append(wrong, n)
				}
			}
			data = append(append(data, line...), '\n')
			verdicts = append(verdicts, valid)
			n++
		}
	}
	return data, verdicts, wrong
}

// TestOrder asks for verdicts and faults in the order of the lines though kernels and rules are mixed.
func TestOrder(t *testing.T) {
	data, verdicts, wrong := mixed(t, 4)
	for _, batch := range []int{0, 1, 2, 3, 100} {
		var got []bool
		r, err := verifyWith(&runner{}, data, platform.Options{BatchJobs: batch, Verdict: func(v bool) { got = append(got, v) }})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, verdicts) {
			t.Errorf("batches of %d: verdicts %v, want %v", batch, got, verdicts)
		}
		var at []int
		for _, l := range r.InvalidAt {
			if l.Transaction != -1 || l.Block != "" || !strings.HasPrefix(l.Reason, fmt.Sprintf("line %d: ", l.Input+1)) {
				t.Errorf("location %+v", l)
			}
			at = append(at, l.Input)
		}
		if !slices.Equal(at, wrong) || r.Wrong != int64(len(wrong)) {
			t.Errorf("batches of %d: wrong lines %v (%d), want %v", batch, at, r.Wrong, wrong)
		}
	}
	t.Logf("%d lines of %d kernels, %d valid, %d invalid, %d of them as stated",
		len(verdicts), len(all.Kernels), count01(verdicts, true), count01(verdicts, false), count01(verdicts, false)-len(wrong))
}

func count01(v []bool, want bool) (n int) {
	for _, x := range v {
		if x == want {
			n++
		}
	}
	return n
}

// fast decides every job valid without looking.
type fast struct{ runs, most int }

func (f *fast) Run(_ context.Context, b *kernels.Batch) error {
	f.runs++
	f.most = max(f.most, b.Len())
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Valid)
	}
	return nil
}

// TestOneRareLine has a line that waits for its batch while very many others are decided: the queue is bounded.
func TestOneRareLine(t *testing.T) {
	data := []byte(`{"kernel":"sm3","msg":"00"}` + "\n")
	data = append(data, bytes.Repeat([]byte(`{"kernel":"sha256","msg":""}`+"\n"), maxWaiting+10)...)
	n, most := 0, 0
	lag := func(bool) { n++; most = max(most, n) }
	q := &queue{report: platform.NewReport("jobs"), verdict: lag}
	src := platform.NewSource("f", bytes.NewReader(data))
	c := platform.NewCollector(&fast{}, q.report, 100)
	if err := lines(context.Background(), c, q, src, platform.Options{}); err != nil {
		t.Fatal(err)
	}
	if n != maxWaiting || cap(q.waiting) > 2*maxWaiting {
		t.Errorf("%d verdicts came before the end, room for %d waiting", n, cap(q.waiting))
	}
	if err := c.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if q.drain(); n != maxWaiting+11 {
		t.Errorf("%d verdicts", n)
	}
}

func TestSEC1Keys(t *testing.T) {
	for _, id := range []kernels.ID{kernels.Secp256k1Verify, kernels.P256Verify, kernels.SM2Verify} {
		k := all.ByID(id)
		t.Run(k.Name, func(t *testing.T) {
			b := filled(t, k, k.Default(), 2)
			xy := b.Row(0)[96:]
			x, y := hex.EncodeToString(xy[:32]), hex.EncodeToString(xy[32:])
			sign := []string{"02", "03"}[xy[63]&1]
			other := []string{"03", "02"}[xy[63]&1]
			// An x that is on no point of the curve, found by trying.
			bad := ""
			for _, c := range "0123456789abcdef" {
				x := x[:63] + string(c)
				if _, err := decoderOf(id)(unhex(t, "02"+x)); err != nil {
					bad = x
				}
			}
			if bad == "" {
				t.Fatal("all 16 x are on the curve")
			}
			for _, c := range []struct {
				key   string
				valid bool
			}{
				{x + y, true},
				{"04" + x + y, true},
				{sign + x, true},
				{strings.ToUpper(sign + x), true},
				{other + x, false},
				{"04" + x + x, false},                   // not on the curve
				{"06" + x + y, false},                   // hybrid
				{"07" + x + y, false},                   // hybrid
				{"05" + x, false},                       // no form
				{"02" + bad, false},                     // no point
				{"02" + strings.Repeat("f", 64), false}, // x is not below p
				{strings.Repeat("0", 128), false},
			} {
				line := fmt.Sprintf(`{"kernel":%q,"digest":"%x","sig":"%x","key":%q}`, k.Name, b.Row(0)[:32], b.Row(0)[32:96], c.key)
				r, err := verifyWith(&runner{}, []byte(line), platform.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if r.Valid() != c.valid || (r.Jobs[k.Name] == platform.Count{Valid: 1}) != c.valid {
					t.Errorf("key %s: valid %v, %+v", c.key, r.Valid(), r.Jobs)
				}
			}
		})
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOut(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	pair := strings.Repeat("ab", 64)
	const node = "ec65c8798ecf95902413c40f7b9e6d4b0068885f5f324aba1f9ba1c8e14aea61"
	for _, c := range []struct {
		line  string
		wrong string
	}{
		{`{"kernel":"sha256","msg":""}`, ""},
		{`{"msg":"","kernel":"sha256","out":"` + empty + `"}`, ""},
		{`{"kernel":"sha256","msg":"","out":"` + strings.ToUpper(empty) + `","expect":"valid"}`, ""},
		{`{"kernel":"sha256","msg":"00","out":"` + empty + `"}`, "line 1: output is 6e34"},
		{`{"kernel":"sha256","msg":"","out":"` + empty + `","expect":"invalid"}`, "line 1: sha256 is valid, expected invalid"},
		{`{"kernel":"sha256.node","msg":"` + pair + `"}`, ""},
		{`{"kernel":"sha256.node","left":"` + pair[:64] + `","right":"` + pair[:64] + `","out":"` + node + `"}`, ""},
		{`{"kernel":"sha256.node","msg":"` + pair + `","out":"` + node + `"}`, ""},
		{`{"kernel":"sha256.chain","start":"` + empty + `","end":"` + empty + `","count":0}`, ""},
		{`{"kernel":"sha256.chain","start":"` + empty + `","end":"` + empty + `","count":1}`, "line 1: sha256.chain is invalid, expected valid"},
		{`{"kernel":"sha256.chain","start":"` + empty + `","mixin":"` + empty + `","end":"` + empty + `","count":1}`, "line 1: sha256.chain is invalid"},
	} {
		r, err := verifyWith(&runner{}, []byte(c.line), platform.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		switch {
		case c.wrong == "" && !r.Valid():
			t.Errorf("%s: %v", c.line, r.InvalidAt)
		case c.wrong != "" && (r.Valid() || !strings.HasPrefix(r.InvalidAt[0].Reason, c.wrong)):
			t.Errorf("%s: %v, want %q", c.line, r.InvalidAt, c.wrong)
		}
	}
}

func TestSniff(t *testing.T) {
	long := `{"kernel":"sha256","msg":"` + strings.Repeat("00", platform.SniffBytes) + `"}`
	for _, c := range []struct {
		head string
		want platform.Confidence
	}{
		{"SLBT", platform.Sure},
		{"SLBTwhatever", platform.Sure},
		{`{"kernel":"sha256","msg":""}`, platform.Sure},
		{"\n\r\n" + ` {"kernel":"sha256","msg":""}` + "\r\nwhatever", platform.Sure},
		{`{"kernel":"sha256","mgs":""}` + "\n", platform.Likely},
		{long[:platform.SniffBytes], platform.Likely},
		{`{"a":"kernel"}` + "\n", platform.Likely},
		{`{"block":1}` + "\n", platform.No},
		{"{\n\"kernel\":1}", platform.No},
		{"[]", platform.No},
		{"SLB", platform.No},
		{"", platform.No},
	} {
		if got := sniff([]byte(c.head), "x"); got != c.want {
			t.Errorf("%.40q: %d, want %d", c.head, got, c.want)
		}
	}
}
