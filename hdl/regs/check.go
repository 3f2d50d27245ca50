package regs

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// checker collects what is wrong with a spec.
type checker struct {
	file string
	spec *Spec
	bad  []error
}

func (c *checker) errorf(line int, format string, a ...any) {
	c.bad = append(c.bad, &Error{c.file, line, fmt.Sprintf(format, a...)})
}

var (
	word       = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	ruleName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	kernelName = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9]+)*$`)
)

// names checks form and uniqueness.
type names struct {
	c    *checker
	what string
	form *regexp.Regexp
	seen map[string]bool
}

func (c *checker) names(what string, form *regexp.Regexp) names {
	return names{c, what, form, map[string]bool{}}
}

func (n names) add(line int, name string) {
	switch {
	case !n.form.MatchString(name):
		n.c.errorf(line, "%s name %q is not of the form %s", n.what, name, n.form)
	case n.seen[name]:
		n.c.errorf(line, "there are two %ss %q", n.what, name)
	}
	n.seen[name] = true
}

func powerOfTwo(v int64) bool { return v > 0 && v&(v-1) == 0 }

func (c *checker) all() {
	c.chip()
	c.blocks()
	c.entries()
	c.numbers("opcode", c.spec.Opcodes, word, 0xff)
	c.numbers("status", c.spec.Statuses, word, 0xff)
	c.numbers("rule", c.spec.Rules, ruleName, 1<<31)
	for _, r := range c.spec.Rules {
		if !powerOfTwo(r.Value) {
			c.errorf(r.Line, "rule %s: %#x is not one bit", r.Name, r.Value)
		}
	}
	c.kernels()
	c.agree()
}

// agree compares what the file says twice: once for software that reads the map, once in the map itself.
func (c *checker) agree() {
	s := c.spec
	for i := range s.Blocks {
		b := &s.Blocks[i]
		if (b.Name == "queue" || b.Name == "doorbell") && b.Count != s.Chip.Queues {
			c.errorf(b.Line, "block %s: count %d, but the chip has room for %d queues", b.Name, b.Count, s.Chip.Queues)
		}
		for j := range b.Registers {
			w := &b.Registers[j]
			switch name := b.Name + "." + w.Name; {
			case name == "global.id" && len(s.Chip.ID) == 4 && uint32(w.Reset) != s.Chip.idValue():
				c.errorf(w.Line, "register id: reset %#x is not %q", w.Reset, s.Chip.ID)
			case name == "global.version" && len(s.Chip.Version) == 3 && uint32(w.Reset) != s.Chip.versionValue():
				c.errorf(w.Line, "register version: reset %#x is not %v", w.Reset, s.Chip.Version)
			case name == "global.kernels" && 32*w.Count != maxKernel+1:
				c.errorf(w.Line, "register kernels: %d bits, want %d", 32*w.Count, maxKernel+1)
			case b.Name == "unit" && w.Count != s.Chip.Units, strings.HasPrefix(name, "counter.unit_") && w.Count != s.Chip.Units:
				c.errorf(w.Line, "register %s: count %d, but the unit table has %d rows", w.Name, w.Count, s.Chip.Units)
			}
		}
	}
}

func (c *checker) chip() {
	s := &c.spec.Chip
	if len(s.ID) != 4 || slices.ContainsFunc([]byte(s.ID), func(b byte) bool { return b < 'A' || b > 'Z' }) {
		c.errorf(0, "chip id %q is not four capital letters", s.ID)
	}
	if len(s.Version) != 3 || s.Version[0]|s.Version[1] != (s.Version[0]|s.Version[1])&0xff || s.Version[2] != s.Version[2]&0xffff {
		c.errorf(0, "chip version %v is not major and minor up to 255 and patch up to 65535", s.Version)
	}
	for _, v := range []struct {
		name  string
		value int64
		max   int64
	}{
		{"vendor", s.Vendor, 0xfffe}, {"device", s.Device, 0xffff}, {"class", s.Class, 0xffffff},
		{"queues", s.Queues, 256}, {"units", s.Units, 256}, {"max_jobs", s.MaxJobs, 1<<31 - 1},
		{"bar_size", s.BARSize, 1 << 31}, {"page_size", s.PageSize, 1 << 16},
	} {
		if v.value < 1 || v.value > v.max {
			c.errorf(0, "chip %s %#x is not from 1 to %#x", v.name, v.value, v.max)
		}
	}
	if !powerOfTwo(s.BARSize) || !powerOfTwo(s.PageSize) || s.BARSize < s.PageSize {
		c.errorf(0, "chip bar_size %#x and page_size %#x are not powers of two, the first the larger", s.BARSize, s.PageSize)
	}
}

// span is a range of bytes that something takes.
type span struct {
	lo, hi int64
	line   int
	name   string
}

func (c *checker) overlaps(spans []span) {
	sort.SliceStable(spans, func(i, j int) bool { return spans[i].lo < spans[j].lo })
	for i := 1; i < len(spans); i++ {
		if a, b := spans[i-1], spans[i]; b.lo < a.hi {
			c.errorf(b.line, "%s at %#x overlaps %s, which ends at %#x", b.name, b.lo, a.name, a.hi)
		}
	}
}

func (c *checker) blocks() {
	n := c.names("block", word)
	var spans []span
	for i := range c.spec.Blocks {
		b := &c.spec.Blocks[i]
		n.add(b.Line, b.Name)
		if b.Size <= 0 || b.Size%4 != 0 || b.Base < 0 || b.Base%4 != 0 || b.Count < 1 || b.Count > 4096 || b.Size > c.spec.Chip.BARSize {
			c.errorf(b.Line, "block %s: base %#x, size %#x or count %d is impossible", b.Name, b.Base, b.Size, b.Count)
			continue
		}
		end := b.Base + b.Size*b.Count
		if end > c.spec.Chip.BARSize {
			c.errorf(b.Line, "block %s ends at %#x, the BAR at %#x", b.Name, end, c.spec.Chip.BARSize)
		}
		if page := c.spec.Chip.PageSize; b.OwnPages && page > 0 && (b.Base%page != 0 || b.Size%page != 0) {
			c.errorf(b.Line, "block %s: base %#x and size %#x are not multiples of the page %#x", b.Name, b.Base, b.Size, page)
		}
		spans = append(spans, span{b.Base, end, b.Line, "block " + b.Name})
		c.words("register of "+b.Name, b.Registers, b.Size, true)
	}
	c.overlaps(spans)
}

var accesses = []string{"ro", "rw", "wo", "w1c", "w1s"}

// words checks the registers of a block or the words of an entry, which has size bytes.
func (c *checker) words(what string, words []Word, size int64, registers bool) (spans []span) {
	n := c.names(what, word)
	for i := range words {
		w := &words[i]
		n.add(w.Line, w.Name)
		name := what + " " + w.Name
		if w.Width != 32 && w.Width != 64 {
			c.errorf(w.Line, "%s: width %d is neither 32 nor 64", name, w.Width)
			continue
		}
		if w.Count < 1 || w.Count > 4096 || !registers && w.Count != 1 {
			c.errorf(w.Line, "%s: count %d is impossible", name, w.Count)
			continue
		}
		switch end := w.Offset + w.Bytes(); {
		case w.Offset < 0 || w.Offset%(w.Width/8) != 0:
			c.errorf(w.Line, "%s: offset %#x is not a multiple of its %d bytes", name, w.Offset, w.Width/8)
		case end > size:
			c.errorf(w.Line, "%s ends at %#x, beyond %#x", name, end, size)
		}
		if registers && !slices.Contains(accesses, w.Access) {
			c.errorf(w.Line, "%s: access %q is none of %v", name, w.Access, accesses)
		}
		if !registers && (w.Access != "" || w.Reset != 0) {
			c.errorf(w.Line, "%s: a queue entry has neither access nor reset", name)
		}
		if w.Reset < 0 || w.Width == 32 && w.Reset >= 1<<32 {
			c.errorf(w.Line, "%s: reset %#x does not fit %d bits", name, w.Reset, w.Width)
		}
		c.fields(name, w)
		spans = append(spans, span{w.Offset, w.Offset + w.Bytes(), w.Line, name})
	}
	c.overlaps(spans)
	return spans
}

func (c *checker) fields(name string, w *Word) {
	n := c.names("field of "+name, word)
	var used uint64
	for i := range w.Fields {
		f := &w.Fields[i]
		n.add(w.Line, f.Name)
		hi, lo, ok := parseBits(f.Bits)
		if !ok || int64(hi) >= w.Width {
			c.errorf(w.Line, "%s: field %s has bits %q, want \"hi:lo\" below %d", name, f.Name, f.Bits, w.Width)
			continue
		}
		f.Hi, f.Lo = hi, lo
		mask := f.mask()
		if used&mask != 0 {
			c.errorf(w.Line, "%s: field %s (bits %s) overlaps another", name, f.Name, f.Bits)
		}
		used |= mask
	}
	if len(w.Fields) > 0 && uint64(w.Reset)&^used != 0 {
		c.errorf(w.Line, "%s: reset %#x sets bits that no field names", name, w.Reset)
	}
}

func (f *Field) mask() uint64 { return (1<<f.Width() - 1) << f.Lo }

func (c *checker) entries() {
	n := c.names("entry", word)
	for i := range c.spec.Entries {
		e := &c.spec.Entries[i]
		n.add(e.Line, e.Name)
		if !powerOfTwo(e.Size) || e.Size < 4 || e.Size > 4096 {
			c.errorf(e.Line, "entry %s: size %d is not a power of two from 4 to 4096", e.Name, e.Size)
			continue
		}
		spans := c.words("word of "+e.Name, e.Words, e.Size, false)
		at := int64(0)
		for _, s := range spans {
			if s.lo > at {
				c.errorf(s.line, "entry %s: nothing names bytes %#x to %#x", e.Name, at, s.lo)
			}
			at = max(at, s.hi)
		}
		if at < e.Size {
			c.errorf(e.Line, "entry %s: nothing names bytes %#x to %#x", e.Name, at, e.Size)
		}
	}
	c.phase()
}

// phase: what tells software that a completion is there must be the last thing written, so in the last word.
func (c *checker) phase() {
	i := slices.IndexFunc(c.spec.Entries, func(e Entry) bool { return e.Name == "completion" })
	if i < 0 {
		c.errorf(0, "there is no entry completion")
		return
	}
	e := &c.spec.Entries[i]
	for _, w := range e.Words {
		if slices.ContainsFunc(w.Fields, func(f Field) bool { return f.Name == "phase" && f.Width() == 1 }) &&
			w.Offset == e.Size-4 && w.Width == 32 {
			return
		}
	}
	c.errorf(e.Line, "entry completion has no one-bit field phase in its last 32-bit word")
}

// numbers checks values from 1 to limit; zero means that nobody wrote.
func (c *checker) numbers(what string, all []Number, form *regexp.Regexp, limit int64) {
	n := c.names(what, form)
	seen := map[int64]string{}
	for _, v := range all {
		n.add(v.Line, v.Name)
		if v.Value < 1 || v.Value > limit {
			c.errorf(v.Line, "%s %s: %#x is not from 1 to %#x", what, v.Name, v.Value, limit)
		}
		if other, ok := seen[v.Value]; ok {
			c.errorf(v.Line, "%s %s has the value %#x of %s", what, v.Name, v.Value, other)
		}
		seen[v.Value] = v.Name
	}
}

// maxKernel bounds the ids that the capability bitmap has bits for.
const maxKernel = 127

func (c *checker) kernels() {
	n := c.names("kernel", kernelName)
	seen := map[int64]string{}
	for _, k := range c.spec.Kernels {
		n.add(k.Line, k.Name)
		if k.ID < 1 || k.ID > maxKernel {
			c.errorf(k.Line, "kernel %s: id %#x is not from 1 to %#x", k.Name, k.ID, maxKernel)
		}
		if other, ok := seen[k.ID]; ok {
			c.errorf(k.Line, "kernel %s has the id %#x of %s", k.Name, k.ID, other)
		}
		seen[k.ID] = k.Name
		if k.In < 0 || k.In > 4096 || k.Out < 0 || k.Out > 4096 {
			c.errorf(k.Line, "kernel %s: rows of %d and %d bytes, at most 4096 fit", k.Name, k.In, k.Out)
		}
		if len(k.Rules) == 0 {
			c.errorf(k.Line, "kernel %s has no rule set", k.Name)
		}
		for _, r := range k.Rules {
			if r != "" && !slices.ContainsFunc(c.spec.Rules, func(n Number) bool { return n.Name == r }) {
				c.errorf(k.Line, "kernel %s: unknown rule %q", k.Name, r)
			}
		}
	}
	if int64(len(c.spec.Kernels)) > c.spec.Chip.Units {
		c.errorf(0, "%d kernels, but the unit table has %d rows", len(c.spec.Kernels), c.spec.Chip.Units)
	}
}
