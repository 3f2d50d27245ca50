package algorand

import (
	"slices"
)

// maxMembers bounds the fields of a structure; the block header, the largest, has about 40.
const maxMembers = 100

// object is a map with string keys, taken apart.
type object struct {
	value
	members []member
}

type member struct {
	key string
	value
}

// object takes a map apart. The raw bytes must be canonical.
func (v value) object() (*object, error) {
	h, err := v.head(kMap)
	if err != nil {
		return nil, err
	}
	if h.n > maxMembers {
		return nil, v.fail("a map of %d fields, at most %d are known", h.n, maxMembers)
	}
	o := &object{value: v}
	at := h.size
	for range h.n {
		key := v.part(at)
		name, err := key.str()
		if err != nil {
			return nil, err
		}
		at += len(key.raw)
		val := v.part(at)
		at += len(val.raw)
		o.members = append(o.members, member{name, val})
	}
	return o, nil
}

// part is the value inside v that begins at raw[at:].
func (v value) part(at int) value {
	end, err := canonical(v.raw, at, 0)
	if err != nil {
		panic("algorand: a value was not checked: " + err.Error())
	}
	return value{v.raw[at:end:end], v.at + int64(at)}
}

// each calls f for the elements of a list.
func (v value) each(f func(i int, e value) error) error {
	h, err := v.head(kArray)
	if err != nil {
		return err
	}
	at := h.size
	for i := range h.n {
		e := v.part(at)
		at += len(e.raw)
		if err := f(int(i), e); err != nil {
			return err
		}
	}
	return nil
}

// head is the head of a value that must be of the kind.
func (v value) head(want kind) (head, error) {
	h, _ := parseHead(v.raw)
	if h.kind != want {
		return h, v.fail("a %s where a %s is wanted", h.kind, want)
	}
	return h, nil
}

func (v value) str() (string, error) {
	h, err := v.head(kStr)
	if err != nil {
		return "", err
	}
	return string(v.raw[h.size:]), nil
}

func (v value) uint() (uint64, error) {
	h, err := v.head(kUint)
	return h.n, err
}

func (v value) bool() (bool, error) {
	h, err := v.head(kBool)
	return h.n == 1, err
}

// bytes is a byte string of the length; -1 allows any.
func (v value) bytes(n int) ([]byte, error) {
	h, err := v.head(kBin)
	if err != nil {
		return nil, err
	}
	b := v.raw[h.size:]
	if n >= 0 && len(b) != n {
		return nil, v.fail("%d bytes where %d are wanted", len(b), n)
	}
	return b, nil
}

// get finds a field.
func (o *object) get(key string) (value, bool) {
	i := slices.IndexFunc(o.members, func(m member) bool { return m.key == key })
	if i < 0 {
		return value{}, false
	}
	return o.members[i].value, true
}

// only checks that there are no other fields.
func (o *object) only(keys ...string) error {
	for _, m := range o.members {
		if !slices.Contains(keys, m.key) {
			return m.fail("unknown field %q", clip(m.key))
		}
	}
	return nil
}

// set puts a field in its place, instead of the one that is there.
func (o *object) set(key string, raw []byte) {
	i, found := slices.BinarySearchFunc(o.members, key, func(m member, key string) int {
		switch {
		case m.key < key:
			return -1
		case m.key > key:
			return 1
		}
		return 0
	})
	if !found {
		o.members = slices.Insert(o.members, i, member{key: key})
	}
	o.members[i].raw = raw
}

// without is a copy that lacks a field.
func (o *object) without(key string) *object {
	return &object{o.value, slices.DeleteFunc(slices.Clone(o.members), func(m member) bool { return m.key == key })}
}

// encode is the canonical encoding after the prefix.
func (o *object) encode(prefix string) []byte {
	p := appendMapHead([]byte(prefix), len(o.members))
	for _, m := range o.members {
		p = append(appendStr(p, m.key), m.raw...)
	}
	return p
}

// fields reads fields one by one, and keeps the first error. An absent field is its zero value, as the encoding
// leaves those out; one that is there and zero is not canonical.
type fields struct {
	of  *object
	err error
}

func (f *fields) take(key string) (value, bool) {
	v, ok := f.of.get(key)
	return v, ok && f.err == nil
}

func (f *fields) check(v value, key string, zero bool, err error) {
	switch {
	case f.err != nil:
	case err != nil:
		f.err = err
	case zero:
		f.err = v.fail("not canonical: %q is there though it is zero", key)
	}
}

func (f *fields) uint(key string) uint64 {
	v, ok := f.take(key)
	if !ok {
		return 0
	}
	n, err := v.uint()
	f.check(v, key, n == 0, err)
	return n
}

func (f *fields) bool(key string) bool {
	v, ok := f.take(key)
	if !ok {
		return false
	}
	b, err := v.bool()
	f.check(v, key, !b, err)
	return b
}

func (f *fields) str(key string) string {
	v, ok := f.take(key)
	if !ok {
		return ""
	}
	s, err := v.str()
	f.check(v, key, s == "", err)
	return s
}

// bytes is a byte string of the length, nil if it is absent; -1 allows any length but 0.
func (f *fields) bytes(key string, n int) []byte {
	v, ok := f.take(key)
	if !ok {
		return nil
	}
	b, err := v.bytes(n)
	f.check(v, key, n < 0 && len(b) == 0 || n >= 0 && isZero(b), err)
	return b
}

// object is a map, nil if it is absent.
func (f *fields) object(key string) *object {
	v, ok := f.take(key)
	if !ok {
		return nil
	}
	o, err := v.object()
	f.check(v, key, err == nil && len(o.members) == 0, err)
	return o
}

// list is a list, absent if !ok.
func (f *fields) list(key string) (v value, ok bool) {
	v, ok = f.take(key)
	if !ok {
		return value{}, false
	}
	h, err := v.head(kArray)
	f.check(v, key, h.n == 0, err)
	return v, f.err == nil
}

func isZero(p []byte) bool {
	for _, c := range p {
		if c != 0 {
			return false
		}
	}
	return true
}

// clip bounds what an error repeats of the input.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
