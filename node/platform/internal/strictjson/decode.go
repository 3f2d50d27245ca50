package strictjson

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

var (
	// ErrField: a field is unknown, missing, or there twice.
	ErrField = errors.New("wrong field")
	// ErrTooMany: a list or an object has more entries than the caller allows.
	ErrTooMany = errors.New("too many entries")
)

// Error tells where and why a document is not what its form asks for.
type Error struct {
	Offset int64  // bytes, from where base counts
	Path   string // "transactions[3].hash"; empty at the top
	Err    error
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Value is a value left as it is, valid JSON, with its offset.
type Value struct {
	Raw    json.RawMessage
	Offset int64
}

// Decode decodes one document into v, a pointer. base is the offset of raw in its file, for errors; no list or
// object may have more than maxEntries entries.
//
// Structs name their fields by json tags; embedded structs and map keys other than string are not supported. The
// object must have exactly these fields, spelled exactly so. A field tagged omitempty may be absent or null; one that
// is a pointer a json.RawMessage or a [Value] must be present and may be null; the others must be present and not null. Types
// with an UnmarshalJSON or UnmarshalText of their own decode themselves. All errors are *[Error].
func Decode(raw []byte, base int64, maxEntries int, v any) error {
	d := &decoder{raw: raw, base: base, maxEntries: maxEntries}
	if !json.Valid(raw) {
		err := json.Unmarshal(raw, new(json.RawMessage))
		at := 0
		if s := (*json.SyntaxError)(nil); errors.As(err, &s) {
			at = max(0, int(s.Offset)-1) // it counts the byte that is wrong
		}
		return d.fail(at, err)
	}
	lo := space(raw, 0)
	return d.decode(lo, value(raw, lo), reflect.ValueOf(v).Elem())
}

// Names lists the names of the members of an object, in order; nil if raw, which must be valid JSON, is none.
func Names(raw []byte) []string {
	lo := space(raw, 0)
	if lo == len(raw) || raw[lo] != '{' {
		return nil
	}
	var names []string
	members(raw, lo, func(name, nameEnd, _, _ int) error {
		s, err := unquote(raw[name:nameEnd])
		if err == nil {
			names = append(names, s)
		}
		return nil
	})
	return names
}

type decoder struct {
	raw        []byte
	base       int64
	maxEntries int
	path       []string
}

func (d *decoder) fail(at int, err error) error {
	return &Error{d.base + int64(at), strings.TrimPrefix(strings.Join(d.path, ""), "."), err}
}

// in decodes raw[lo:hi] into v under the name that errors give it.
func (d *decoder) in(name string, lo, hi int, v reflect.Value) error {
	d.path = append(d.path, name)
	err := d.decode(lo, hi, v)
	d.path = d.path[:len(d.path)-1]
	return err
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	rawMessage      = reflect.TypeFor[json.RawMessage]()
	offsetValue     = reflect.TypeFor[Value]()
)

// decodesItself tells whether values of the type are leaves.
func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler)
}

func (d *decoder) decode(lo, hi int, v reflect.Value) error {
	t, null := v.Type(), d.raw[lo] == 'n'
	switch {
	case t == rawMessage:
		v.SetBytes(d.raw[lo:hi:hi])
		return nil
	case t == offsetValue:
		v.Set(reflect.ValueOf(Value{d.raw[lo:hi:hi], d.base + int64(lo)}))
		return nil
	case t.Kind() == reflect.Pointer:
		if null {
			v.SetZero()
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return d.decode(lo, hi, v.Elem())
	case null:
		return d.fail(lo, fmt.Errorf("%w: null where a value is wanted", ErrField))
	case decodesItself(t):
		return d.leaf(lo, hi, v)
	case t.Kind() == reflect.Struct:
		return d.object(lo, v)
	case t.Kind() == reflect.Map:
		return d.dictionary(lo, v)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return d.list(lo, v)
	}
	return d.leaf(lo, hi, v)
}

func (d *decoder) leaf(lo, hi int, v reflect.Value) error {
	if err := json.Unmarshal(d.raw[lo:hi], v.Addr().Interface()); err != nil {
		return d.fail(lo, plain(err))
	}
	return nil
}

// plain drops from an error what the path says better.
func plain(err error) error {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return fmt.Errorf("a %s where %s is wanted", t.Value, t.Type)
	}
	return err
}

func (d *decoder) list(lo int, v reflect.Value) error {
	if d.raw[lo] != '[' {
		return d.fail(lo, fmt.Errorf("%w: a list is wanted", ErrField))
	}
	n := 0
	list := reflect.MakeSlice(v.Type(), 0, 0)
	err := elements(d.raw, lo, func(lo, hi int) error {
		if n == d.maxEntries {
			return d.fail(lo, fmt.Errorf("%w: more than %d", ErrTooMany, n))
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if err := d.in(fmt.Sprintf("[%d]", n), lo, hi, e); err != nil {
			return err
		}
		list = reflect.Append(list, e)
		n++
		return nil
	})
	v.Set(list)
	return err
}

func (d *decoder) dictionary(lo int, v reflect.Value) error {
	if d.raw[lo] != '{' {
		return d.fail(lo, fmt.Errorf("%w: an object is wanted", ErrField))
	}
	m := reflect.MakeMap(v.Type())
	err := members(d.raw, lo, func(name, nameEnd, lo, hi int) error {
		key, err := unquote(d.raw[name:nameEnd])
		switch {
		case err != nil:
			return d.fail(name, err)
		case m.Len() == d.maxEntries:
			return d.fail(name, fmt.Errorf("%w: more than %d", ErrTooMany, m.Len()))
		case m.MapIndex(reflect.ValueOf(key)).IsValid():
			return d.fail(name, fmt.Errorf("%w: %q is there twice", ErrField, key))
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if err := d.in("."+key, lo, hi, e); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(key), e)
		return nil
	})
	v.Set(m)
	return err
}

func (d *decoder) object(lo int, v reflect.Value) error {
	if d.raw[lo] != '{' {
		return d.fail(lo, fmt.Errorf("%w: an object is wanted", ErrField))
	}
	fields := fieldsOf(v.Type())
	seen := make([]bool, len(fields))
	err := members(d.raw, lo, func(name, nameEnd, lo, hi int) error {
		key, err := unquote(d.raw[name:nameEnd])
		if err != nil {
			return d.fail(name, err)
		}
		i := find(fields, key)
		switch {
		case i < 0:
			return d.fail(name, fmt.Errorf("%w: %q is not known", ErrField, clip(key)))
		case seen[i]:
			return d.fail(name, fmt.Errorf("%w: %q is there twice", ErrField, key))
		}
		seen[i] = true
		if fields[i].optional && d.raw[lo] == 'n' {
			return nil
		}
		return d.in("."+key, lo, hi, v.Field(i))
	})
	if err != nil {
		return err
	}
	for i, f := range fields {
		if !seen[i] && !f.optional {
			return d.fail(lo, fmt.Errorf("%w: %q is missing", ErrField, f.name))
		}
	}
	return nil
}

type field struct {
	name     string
	optional bool
}

func fieldsOf(t reflect.Type) []field {
	fields := make([]field, t.NumField())
	for i := range fields {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[i] = field{name, options == "omitempty"}
	}
	return fields
}

func find(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}

func unquote(p []byte) (string, error) {
	var s string
	err := json.Unmarshal(p, &s)
	return s, err
}

// clip bounds what an error repeats of hostile input.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
