package jobs

import (
	"bytes"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/node/platform"
)

// FuzzLine decodes a line, appends it, writes it and decodes it again: the job stays the same.
func FuzzLine(f *testing.F) {
	data, _, _ := mixed(f, 1)
	for line := range bytes.Lines(data) {
		f.Add(bytes.TrimSpace(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		j, err := parseLine(line, 0)
		if err != nil {
			if at := offsetOf(err, -1); at < 0 || at > int64(len(line)) {
				t.Fatalf("offset %d: %v", at, err)
			}
			return
		}
		b := kernels.New(j.kernel, j.rule, 1, arena(j))
		if err := j.add(b); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		again, err := Marshal(b, 0)
		if err != nil {
			t.Fatal(err)
		}
		k, err := parseLine(again, 0)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		b2 := kernels.New(k.kernel, k.rule, 1, arena(k))
		if err := k.add(b2); err != nil || content(b, 0) != content(b2, 0) {
			t.Fatalf("%s becomes %s: %v", line, again, err)
		}
	})
}

func arena(j *job) int {
	if j.kernel.Message {
		return len(j.values.bytes["msg"])
	}
	return 0
}

// FuzzVerify reads files of any content.
func FuzzVerify(f *testing.F) {
	data, _, _ := mixed(f, 1)
	f.Add(data)
	for _, k := range all.Kernels[:3] {
		f.Add(file(f, k.Known(k.Default())))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sniff(data, "x")
		verdicts := int64(0)
		r, err := verifyWith(&fast{}, data, platform.Options{BatchJobs: 4, Verdict: func(bool) { verdicts++ }})
		var parse *platform.ParseError
		if err != nil && (!errors.As(err, &parse) || parse.Offset < 0 || parse.Offset > int64(len(data))) {
			t.Fatal(err)
		}
		jobs := int64(0)
		for _, c := range r.Jobs {
			jobs += c.Valid + c.Invalid
		}
		if jobs != verdicts {
			t.Fatalf("%d jobs, %d verdicts", jobs, verdicts)
		}
	})
}
