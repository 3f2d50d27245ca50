package strictjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/node/platform"
)

type inner struct {
	N int             `json:"n"`
	P *string         `json:"p"`
	R json.RawMessage `json:"r,omitempty"`
}

type outer struct {
	A inner            `json:"a"`
	L []inner          `json:"l,omitempty"`
	M map[string]inner `json:"m,omitempty"`
	B []byte           `json:"b,omitempty"`
	V Value            `json:"v,omitempty"`
}

func TestDecode(t *testing.T) {
	x := "x"
	tests := []struct {
		name, in string
		want     outer
		err      error
		offset   int64
		path     string
	}{
		{name: "least", in: `{"a":{"n":1,"p":null}}`, want: outer{A: inner{N: 1}}},
		{name: "all", in: ` { "a" : {"n":1,"p":"x","r":[1, "]}"]} ,"l":[{"n":2,"p":null},{"n":3,"p":"x"}],"m":{"k":{"n":4,"p":null}},"b":"AQ=="} `,
			want: outer{A: inner{1, &x, json.RawMessage(`[1, "]}"]`)}, L: []inner{{2, nil, nil}, {3, &x, nil}}, M: map[string]inner{"k": {N: 4}}, B: []byte{1}}},
		{name: "optional null", in: `{"a":{"n":1,"p":null},"l":null,"m":null}`, want: outer{A: inner{N: 1}}},
		{name: "value", in: `{"a":{"n":1,"p":null}, "v": {"x":[]} }`, want: outer{A: inner{N: 1}, V: Value{json.RawMessage(`{"x":[]}`), 1028}}},
		{name: "escaped name", in: `{"\u0061":{"n":1,"p":null}}`, want: outer{A: inner{N: 1}}},
		{name: "case", in: `{"A":{"n":1,"p":null}}`, err: ErrField, offset: 1},
		{name: "unknown", in: `{"a":{"n":1,"p":null,"q":1}}`, err: ErrField, offset: 21, path: "a"},
		{name: "twice", in: `{"a":{"n":1,"p":null,"n":1}}`, err: ErrField, offset: 21, path: "a"},
		{name: "twice by escape", in: `{"a":{"n":1,"p":null,"\u006e":1}}`, err: ErrField, offset: 21, path: "a"},
		{name: "missing", in: `{"a":{"n":1}}`, err: ErrField, offset: 5, path: "a"},
		{name: "null", in: `{"a":{"n":null,"p":null}}`, err: ErrField, offset: 10, path: "a.n"},
		{name: "type", in: `{"a":{"n":"1","p":null}}`, offset: 10, path: "a.n"},
		{name: "object for list", in: `{"a":{"n":1,"p":null},"l":{}}`, err: ErrField, offset: 26, path: "l"},
		{name: "list for object", in: `{"a":[]}`, err: ErrField, offset: 5, path: "a"},
		{name: "in list", in: `{"a":{"n":1,"p":null},"l":[{"n":1,"p":null},{"n":1}]}`, err: ErrField, offset: 44, path: "l[1]"},
		{name: "key twice", in: `{"a":{"n":1,"p":null},"m":{"k":{"n":1,"p":null},"k":{"n":1,"p":null}}}`, err: ErrField, offset: 48, path: "m"},
		{name: "too many", in: `{"a":{"n":1,"p":null},"l":[{"n":1,"p":null},{"n":1,"p":null},{"n":1,"p":null}]}`, err: ErrTooMany, offset: 61, path: "l"},
		{name: "syntax", in: `{"a":!}`, offset: 5},
		{name: "empty", in: ``, offset: 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got outer
			err := Decode([]byte(test.in), 1000, 2, &got)
			if test.err == nil && test.offset == 0 && test.in != "" {
				if err != nil || !reflect.DeepEqual(got, test.want) {
					t.Fatalf("got %+v, %v", got, err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if test.err != nil && !errors.Is(err, test.err) || e.Offset != 1000+test.offset || e.Path != test.path {
				t.Fatalf("error %v at %d in %q, want %v at %d in %q", err, e.Offset, e.Path, test.err, 1000+test.offset, test.path)
			}
		})
	}
}

func source(s string) *platform.Source { return platform.NewSource("f", strings.NewReader(s)) }

func TestReader(t *testing.T) {
	const limit = 20
	tests := []struct {
		in     string
		want   []string // "offset document", the last one the error at "offset"
		failed int64    // -1: none
	}{
		{"", nil, -1},
		{" \n", nil, -1},
		{`{"a":1}`, []string{`0 {"a":1}`}, -1},
		{`{"a":1}{"b":"}\""}` + "\n[1,2 , {}] \"x\" ", []string{`0 {"a":1}`, `7 {"b":"}\""}`, "20 1", "22 2", "26 {}", `30 "x"`}, -1},
		{"[]", nil, -1},
		{"[[1],[]]", []string{"1 [1]", "5 []"}, -1},
		{"[1", []string{"1 1"}, 2},
		{"[,1]", nil, 1},
		{"[1,]", []string{"1 1"}, 3},
		{"[1 2]", []string{"1 1"}, 3},
		{"[1,,2]", []string{"1 1"}, 3},
		{`{"a":1`, nil, 6},
		{`{"a":"`, nil, 6},
		{`{"a":1]`, nil, 6},
		{`}`, nil, 0},
		{"\xef\xbb\xbf{}", nil, 0},
		{`{"a":tru}`, nil, 8},
		{`{"aaaaaaaaaaaaaaa":1}`, nil, 20},
		{`{"aaaaaaaaaaaaaa":1}`, []string{`0 {"aaaaaaaaaaaaaa":1}`}, -1},
		{strings.Repeat("[", limit+1), nil, limit + 1},
	}
	for _, test := range tests {
		r := NewReader(source(test.in))
		var got []string
		for {
			raw, offset, err := r.Next(limit)
			if err == io.EOF {
				if test.failed >= 0 {
					t.Errorf("%q: no error, want one at %d", test.in, test.failed)
				}
				break
			}
			if err != nil {
				var p *platform.ParseError
				if !errors.As(err, &p) || p.Offset != test.failed {
					t.Errorf("%q: error %v, want one at %d", test.in, err, test.failed)
				}
				break
			}
			got = append(got, fmt.Sprintf("%d %s", offset, raw))
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	if got := Names([]byte(` {"a":{"x":1},"\u0062":[{}] , "c":"}"}`)); !reflect.DeepEqual(got, []string{"a", "b", "c"}) {
		t.Errorf("%q", got)
	}
	if got := Names([]byte(`[1]`)); got != nil {
		t.Errorf("%q", got)
	}
}

// FuzzScan holds the scanner against encoding/json: both see the same members.
func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":[{"b":"\"]"}],"c":-1.5e+3,"d":null}`, `{}`, `[]`, `"x"`, ` {"a" : {} , "b":[ ] } `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if !json.Valid(p) {
			if err := Decode(p, 0, 10, new(outer)); err == nil {
				t.Fatal("decoded what is no JSON")
			}
			return
		}
		Decode(p, 0, 10, new(outer))
		var m map[string]json.RawMessage
		if json.Unmarshal(p, &m) != nil || m == nil {
			return
		}
		got := map[string]json.RawMessage{}
		lo := space(p, 0)
		members(p, lo, func(name, nameEnd, lo, hi int) error {
			key, err := unquote(p[name:nameEnd])
			if err != nil {
				t.Fatal(err)
			}
			got[key] = p[lo:hi]
			return nil
		})
		if len(m) != len(got) {
			t.Fatalf("%d members, want %d", len(got), len(m))
		}
		for k := range m {
			if string(m[k]) != string(got[k]) {
				t.Fatalf("%q: %q, want %q", k, got[k], m[k])
			}
		}
	})
}

func TestPeek(t *testing.T) {
	tests := map[string][]string{
		`{"a":{"b":["x:","c",{"d" : 1}]},"e":"\"f\":1","g`: {"a", "b", "d", "e"},
		`[{"a":1},"b"`: {"a"},
		`"a":1`:        nil,
		`{"a\`:         {},
		``:             nil,
	}
	for in, want := range tests {
		got := Peek([]byte(in))
		if (got == nil) != (want == nil) || len(got) != len(want) {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
		for _, name := range want {
			if !got[name] {
				t.Errorf("%s: %q is missing", in, name)
			}
		}
	}
}
