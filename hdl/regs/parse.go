package regs

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Error tells where a file is not sound, and why.
type Error struct {
	File   string
	Line   int // 0: the file as a whole
	Reason string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Parse reads and checks a file; name is for errors. Every error is an *Error, or several joined.
func Parse(name string, text []byte) (*Spec, error) {
	var s Spec
	meta, err := toml.Decode(string(text), &s)
	var syntax toml.ParseError
	switch {
	case errors.As(err, &syntax):
		return nil, &Error{name, syntax.Position.Line, oneLine(syntax.Message)}
	case err != nil:
		return nil, &Error{name, 0, oneLine(err.Error())}
	}
	keys := slices.DeleteFunc(meta.Undecoded(), func(k toml.Key) bool {
		return len(k) == 4 && k[2] == "fields" // Field looks at its own
	})
	if len(keys) > 0 {
		return nil, &Error{name, lineOfKey(text, keys[0]), fmt.Sprintf("unknown key %s", keys[0])}
	}
	s.number(text)
	c := checker{file: name, spec: &s}
	c.all()
	if len(c.bad) > 0 {
		return nil, errors.Join(c.bad...)
	}
	return &s, nil
}

func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "toml: "), "\n")
	return s
}

// lineOfKey is the line of the first key with that last part; keys of tables have no position of their own.
func lineOfKey(text []byte, key toml.Key) int {
	is := regexp.MustCompile(`(^|[\s{,\[.])` + regexp.QuoteMeta(key[len(key)-1]) + `\s*[=\]]`)
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if is.MatchString(line) {
			return i + 1
		}
	}
	return 0
}

var header = regexp.MustCompile(`^\s*\[\[\s*([a-z.]+)\s*\]\]`)

// number notes on which line each table stands, and fills in what the file need not say.
func (s *Spec) number(text []byte) {
	lines := map[string][]int{}
	for i, line := range strings.Split(string(text), "\n") {
		if m := header.FindStringSubmatch(line); m != nil {
			lines[m[1]] = append(lines[m[1]], i+1)
		}
	}
	next := func(table string) int {
		all := lines[table]
		if len(all) == 0 {
			return 0 // written in another form
		}
		lines[table] = all[1:]
		return all[0]
	}
	words := func(table string, all []Word) {
		for i := range all {
			w := &all[i]
			w.Line = next(table)
			w.Width = or(w.Width, 32)
			w.Count = or(w.Count, 1)
		}
	}
	for i := range s.Blocks {
		b := &s.Blocks[i]
		b.Line = next("block")
		b.Count = or(b.Count, 1)
		words("block.register", b.Registers)
	}
	for i := range s.Entries {
		s.Entries[i].Line = next("entry")
		words("entry.word", s.Entries[i].Words)
	}
	for table, all := range map[string][]Number{"opcode": s.Opcodes, "status": s.Statuses, "rule": s.Rules} {
		for i := range all {
			all[i].Line = next(table)
		}
	}
	for i := range s.Kernels {
		s.Kernels[i].Line = next("kernel")
	}
}

func or(v, otherwise int64) int64 {
	if v == 0 {
		return otherwise
	}
	return v
}

// parseBits reads "hi:lo" or "bit".
func parseBits(s string) (hi, lo int, ok bool) {
	a, b, pair := strings.Cut(s, ":")
	if !pair {
		b = a
	}
	hi, err1 := strconv.Atoi(a)
	lo, err2 := strconv.Atoi(b)
	return hi, lo, err1 == nil && err2 == nil && hi >= lo && lo >= 0
}
