package vectors

import (
	"bytes"
	"strings"
	"testing"
)

// Record is one case of a text file of cases, by the names of its fields as the file spells them. Field "[]" is
// the last section line before it, without brackets.
type Record map[string]string

// Records is the content of a file whose cases are lines "name = value" or "name: value" between blank lines, as
// NIST, OpenSSL, Botan and BLAKE2 write them. Lines that begin with # are comments, those in brackets sections. A
// line of another form fails the test.
func Records(t testing.TB, name string) []Record {
	t.Helper()
	var all []Record
	var now Record
	section := ""
	for i, line := range bytes.Split(Read(t, name), []byte("\n")) {
		s := strings.TrimSpace(string(line))
		switch {
		case s == "":
			now = nil
			continue
		case s[0] == '#':
			continue
		case s[0] == '[' && s[len(s)-1] == ']':
			section, now = s[1:len(s)-1], nil
			continue
		}
		at := strings.IndexAny(s, "=:")
		if at < 1 {
			t.Fatalf("%s:%d: neither a field nor a comment: %.40q", name, i+1, s)
		}
		if now == nil {
			now = Record{"[]": section}
			all = append(all, now)
		}
		now[strings.TrimSpace(s[:at])] = strings.TrimSpace(s[at+1:])
	}
	return all
}
