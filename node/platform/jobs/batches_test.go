package jobs

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/node/platform"
)

func file(t testing.TB, batches ...*kernels.Batch) []byte {
	t.Helper()
	var buf bytes.Buffer
	for _, b := range batches {
		if _, err := b.WriteTo(&buf); err != nil {
			t.Fatal(err)
		}
	}
	return buf.Bytes()
}

// TestBatchFiles reads a stream of all kernels' known answers, valid and invalid ones with outputs, and of
// undecided samples.
func TestBatchFiles(t *testing.T) {
	var batches []*kernels.Batch
	var verdicts []bool
	want := map[string]platform.Count{}
	for _, k := range all.Kernels {
		for _, rule := range k.Rules {
			for _, b := range []*kernels.Batch{k.Known(rule), filled(t, k, rule, 2), kernels.New(k, rule, 0, 0)} {
				batches = append(batches, b)
				for i := range b.Len() {
					valid := b.Verdict(i) != kernels.Invalid
					verdicts = append(verdicts, valid)
					c := want[k.Name]
					if valid {
						c.Valid++
					} else {
						c.Invalid++
					}
					want[k.Name] = c
				}
			}
		}
	}
	data := file(t, batches...)
	var got []bool
	var seen int64
	r, err := verifyWith(&runner{}, data, platform.Options{Verdict: func(v bool) { got = append(got, v) }, Block: func(n int64) { seen = n }})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Valid() || !slices.Equal(got, verdicts) || seen != int64(len(data)) {
		t.Errorf("%v; verdicts as stated: %v; progress to %d of %d", r.InvalidAt, slices.Equal(got, verdicts), seen, len(data))
	}
	for name, c := range want {
		if r.Jobs[name] != c {
			t.Errorf("%s: %+v, want %+v", name, r.Jobs[name], c)
		}
	}
	t.Logf("%d jobs in %d batches: %d valid, %d invalid", len(verdicts), len(batches), count01(verdicts, true), count01(verdicts, false))
}

// TestBatchExpectations changes what a file says of its jobs.
func TestBatchExpectations(t *testing.T) {
	hashes := func(change func(b *kernels.Batch)) []byte {
		b := filled(t, sha256.Kernel, 0, 3)
		change(b)
		return file(t, filled(t, ed25519.Kernel, kernels.ZIP215, 2), b)
	}
	decided := func(b *kernels.Batch) { b.Kernel().Run(b, 0, b.Len()) }
	for _, c := range []struct {
		name  string
		data  []byte
		wrong string // of job 3, or of none
	}{
		{"undecided", hashes(func(*kernels.Batch) {}), ""},
		{"decided", hashes(decided), ""},
		{"decided otherwise", hashes(func(b *kernels.Batch) { decided(b); b.SetVerdict(1, kernels.Invalid) }), "job 3: sha256 is valid, expected invalid"},
		{"another output", hashes(func(b *kernels.Batch) { decided(b); b.Out(1)[5] ^= 1 }), "job 3: output is"},
		{"no output", hashes(func(b *kernels.Batch) { decided(b); clear(b.Out(1)) }), "job 3: output is"},
		{"undecided, no output", hashes(func(b *kernels.Batch) { decided(b); clear(b.Out(1)); b.SetVerdict(1, kernels.Unset) }), ""},
		{"undecided, the output", hashes(func(b *kernels.Batch) { decided(b); b.SetVerdict(1, kernels.Unset) }), ""},
		{"undecided, another output", hashes(func(b *kernels.Batch) { b.Out(1)[31] = 1 }), "job 3: output is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := verifyWith(&runner{}, c.data, platform.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if c.wrong == "" {
				if !r.Valid() {
					t.Error(r.InvalidAt)
				}
				return
			}
			if r.Wrong != 1 || r.InvalidAt[0].Input != 3 || !strings.HasPrefix(r.InvalidAt[0].Reason, c.wrong) {
				t.Errorf("%v, want %q", r.InvalidAt, c.wrong)
			}
		})
	}
}

// TestBatchMutants changes one byte of a stream of decided batches at a time. A verdict that becomes unset is still
// expected to be valid.
func TestBatchMutants(t *testing.T) {
	signed := filled(t, ed25519.Kernel, kernels.RFC8032, 3)
	signed.Kernel().Run(signed, 0, 3)
	hashed := filled(t, sha256.Kernel, 0, 3)
	hashed.Kernel().Run(hashed, 0, 3)
	data := file(t, signed, hashed)
	var broken, wrong, undecided, streams int
	for at := range data {
		for _, flip := range []byte{1, 2, 0x80} {
			m := bytes.Clone(data)
			m[at] ^= flip
			r, err := verifyWith(&runner{}, m, platform.Options{})
			var parse *platform.ParseError
			switch {
			case errors.As(err, &parse):
				broken++
				if parse.Offset < 0 || parse.Offset > int64(len(m)) {
					t.Errorf("byte %d: offset %d of %d", at, parse.Offset, len(m))
				}
			case err != nil:
				t.Fatal(err)
			case !r.Valid():
				wrong++
			case data[at] == byte(kernels.Valid) && m[at] == byte(kernels.Unset):
				undecided++
			default:
				t.Errorf("byte %d ^ %#x: still valid", at, flip)
			}
		}
		// A prefix is a stream only where a batch ends.
		if _, err := verifyWith(&runner{}, data[:at], platform.Options{}); err == nil {
			if at != len(file(t, signed)) {
				t.Errorf("%d bytes of %d are accepted", at, len(data))
			}
			streams++
		}
	}
	if streams != 1 {
		t.Errorf("%d prefixes are streams", streams)
	}
	if undecided != 6 {
		t.Errorf("%d verdicts became unset, there are 6", undecided)
	}
	t.Logf("%d mutants: %d no batches, %d found false, %d without a verdict", broken+wrong+undecided, broken, wrong, undecided)
}

func TestHugeClaim(t *testing.T) {
	b := file(t, filled(t, sha256.Node, 0, 1))
	copy(b[12:], []byte{0xff, 0xff, 0xff, 0x7f}) // jobs
	_, err := verifyWith(&runner{}, b, platform.Options{})
	var parse *platform.ParseError
	if !errors.As(err, &parse) || parse.Offset != 12 && parse.Offset != 24 && parse.Offset != 32 {
		t.Error(err)
	}
}
