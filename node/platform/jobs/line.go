package jobs

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// MaxLine is the length that a line may have, in bytes.
const MaxLine = 16 << 20

// maxFields is more than any form has.
const maxFields = 16

// job is what a line asks for.
type job struct {
	kernel *kernels.Kernel
	rule   kernels.Flags
	form   *form
	values values
	expect bool
	out    []byte // nil: any
}

// add appends the job to a batch of its kernel and rule.
func (j *job) add(b *kernels.Batch) error { return j.form.add(b, &j.values) }

// wrong says what of a verdict and output is not as the line states; "" if nothing.
func (j *job) wrong(valid bool, out []byte) string {
	switch {
	case valid != j.expect:
		return fmt.Sprintf("%s is %s, expected %s", j.kernel.Name, kernels.Of(valid), kernels.Of(j.expect))
	case j.out != nil && !bytes.Equal(out, j.out):
		return fmt.Sprintf("output is %x, expected %x", out, j.out)
	}
	return ""
}

// fieldError is a fault of one field of a line.
type fieldError struct {
	offset int64
	err    error
}

func (e *fieldError) Error() string { return e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

// parseLine reads one line that begins at the offset. The errors are *strictjson.Error and *fieldError, with
// offsets in the file.
func parseLine(line []byte, offset int64) (*job, error) {
	var members map[string]strictjson.Value
	if err := strictjson.Decode(line, offset, maxFields, &members); err != nil {
		return nil, err
	}
	p := &lineParser{members: members, offset: offset}
	j := &job{expect: true}
	p.kernel(j)
	p.rule(j)
	p.expectation(j)
	p.form(j)
	if p.err != nil {
		return nil, p.err
	}
	return j, nil
}

// lineParser takes the members of a line one by one. After the first error it does nothing.
type lineParser struct {
	members map[string]strictjson.Value
	offset  int64
	err     *fieldError
}

func (p *lineParser) fail(offset int64, format string, a ...any) {
	if p.err == nil {
		p.err = &fieldError{offset, fmt.Errorf(format, a...)}
	}
}

// take removes a member; false if it is not there or something failed before.
func (p *lineParser) take(name string) (strictjson.Value, bool) {
	v, ok := p.members[name]
	delete(p.members, name)
	return v, ok && p.err == nil
}

// text removes a member that is a string.
func (p *lineParser) text(name string) (s string, offset int64, ok bool) {
	v, ok := p.take(name)
	if !ok {
		return "", 0, false
	}
	if err := json.Unmarshal(v.Raw, &s); err != nil || v.Raw[0] != '"' {
		p.fail(v.Offset, "%s: a string is wanted", name)
		return "", 0, false
	}
	return s, v.Offset, true
}

// hex removes a member that is a byte string.
func (p *lineParser) hex(name string) (b []byte, offset int64, ok bool) {
	s, offset, ok := p.text(name)
	if !ok {
		return nil, 0, false
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		p.fail(offset, "%s: %w", name, err)
		return nil, 0, false
	}
	return b, offset, true
}

func (p *lineParser) kernel(j *job) {
	name, offset, ok := p.text("kernel")
	if !ok {
		p.fail(p.offset, `field "kernel" is missing`)
		return
	}
	if j.kernel = all.ByName(name); j.kernel == nil {
		p.fail(offset, "unknown kernel %q (known: %s)", clip(name), strings.Join(names(), ", "))
	}
}

func (p *lineParser) rule(j *job) {
	if p.err != nil {
		return
	}
	j.rule = j.kernel.Default()
	name, offset, ok := p.text("rule")
	if !ok {
		return
	}
	rule, err := kernels.ParseFlags(clip(name))
	if err != nil {
		p.fail(offset, "rule: %w", err)
	} else if !j.kernel.Allows(rule) {
		p.fail(offset, "rule: %s has none of the name %q", j.kernel.Name, name)
	}
	j.rule = rule
}

// expectation reads expect and out.
func (p *lineParser) expectation(j *job) {
	if s, offset, ok := p.text("expect"); ok {
		if s != "valid" && s != "invalid" {
			p.fail(offset, `expect: %q is neither "valid" nor "invalid"`, clip(s))
		}
		j.expect = s == "valid"
	}
	if out, offset, ok := p.hex("out"); ok {
		switch {
		case j.kernel.Out == 0:
			p.fail(offset, "out: %s has no output", j.kernel.Name)
		case len(out) != j.kernel.Out:
			p.fail(offset, "out: %d bytes, want %d", len(out), j.kernel.Out)
		}
		j.out = out
	}
}

// form reads the fields of the kernel's form, which must be all that is left.
func (p *lineParser) form(j *job) {
	if p.err != nil {
		return
	}
	j.form = p.choose(formsOf(j.kernel))
	for _, f := range j.form.fields {
		if _, ok := p.members[f.name]; !ok && !f.optional {
			p.fail(p.offset, "%s wants the field %q", j.kernel.Name, f.name)
		}
	}
	unknown, at := "", int64(-1)
	for name, v := range p.members {
		if _, ok := j.form.has(name); !ok && (at < 0 || v.Offset < at) {
			unknown, at = name, v.Offset
		}
	}
	if at >= 0 {
		p.fail(at, "%s has no field %q", j.kernel.Name, clip(unknown))
	}
	j.values = values{map[string][]byte{}, map[string]uint32{}}
	for _, f := range j.form.fields {
		if f.kind == number {
			p.number(f.name, j.values.numbers)
			continue
		}
		b, offset, ok := p.hex(f.name)
		if !ok {
			continue
		}
		if f.sizes != nil && !slices.Contains(f.sizes, len(b)) {
			p.fail(offset, "%s: %d bytes, want %s", f.name, len(b), either(f.sizes))
		}
		j.values.bytes[f.name] = b
	}
}

// choose is the form whose fields are there, or the first.
func (p *lineParser) choose(of []*form) *form {
	for _, f := range of {
		if !slices.ContainsFunc(f.fields, func(x field) bool { _, ok := p.members[x.name]; return !ok && !x.optional }) {
			return f
		}
	}
	return of[0]
}

func (p *lineParser) number(name string, numbers map[string]uint32) {
	v, ok := p.take(name)
	if !ok {
		return
	}
	var n uint32
	if err := json.Unmarshal(v.Raw, &n); err != nil || v.Raw[0] == 'n' {
		p.fail(v.Offset, "%s: a number from 0 to 4294967295 is wanted", name)
	}
	numbers[name] = n
}

// either lists sizes for a message.
func either(sizes []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(sizes), "[]"), " ", " or ")
}

// clip bounds what an error repeats of the input.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// offsetOf is where in the file a parseLine error is.
func offsetOf(err error, line int64) int64 {
	var j *strictjson.Error
	var f *fieldError
	switch {
	case errors.As(err, &j):
		return j.Offset
	case errors.As(err, &f):
		return f.offset
	}
	return line
}
