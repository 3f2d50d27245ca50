package regs

import "fmt"

// Spec is the contents of chip.toml after [Parse] has found them sound.
type Spec struct {
	Chip     Chip     `toml:"chip"`
	Blocks   []Block  `toml:"block"`
	Entries  []Entry  `toml:"entry"`
	Opcodes  []Number `toml:"opcode"`
	Statuses []Number `toml:"status"`
	Rules    []Number `toml:"rule"`
	Kernels  []Kernel `toml:"kernel"`
}

// Chip holds the identity and the limits of the map. Sizes are in bytes.
type Chip struct {
	Name     string  `toml:"name"`
	ID       string  `toml:"id"`
	Version  []int64 `toml:"version"`
	Vendor   int64   `toml:"vendor"`
	Device   int64   `toml:"device"`
	Class    int64   `toml:"class"`
	BARSize  int64   `toml:"bar_size"`
	PageSize int64   `toml:"page_size"`
	Queues   int64   `toml:"queues"`
	Units    int64   `toml:"units"`
	MaxJobs  int64   `toml:"max_jobs"`
}

// Block is a range of BAR0, or Count equal ranges one after the other, of Size bytes each.
type Block struct {
	Name      string `toml:"name"`
	Doc       string `toml:"doc"`
	Base      int64  `toml:"base"`
	Size      int64  `toml:"size"`
	Count     int64  `toml:"count"` // 1 if the file does not say
	OwnPages  bool   `toml:"own_pages"`
	Registers []Word `toml:"register"`

	Line int `toml:"-"` // in the file, 0 if unknown
}

// Array tells whether the block repeats.
func (b *Block) Array() bool { return b.Count > 1 }

// Word is a register of a block, or a word of a queue entry.
type Word struct {
	Name   string  `toml:"name"`
	Doc    string  `toml:"doc"`
	Offset int64   `toml:"offset"` // in bytes from the block or entry
	Width  int64   `toml:"width"`  // in bits, 32 (if the file does not say) or 64
	Count  int64   `toml:"count"`  // that follow one another; 1 if the file does not say
	Access string  `toml:"access"` // of registers only
	Reset  int64   `toml:"reset"`
	Fields []Field `toml:"fields"` // without any, the word is one value

	Line int `toml:"-"`
}

// Bytes is what the word takes, all of its Count.
func (w *Word) Bytes() int64 { return w.Width / 8 * w.Count }

// Field is a range of bits of a word.
type Field struct {
	Name string `toml:"name"`
	Bits string `toml:"bits"` // "7:0", or "3" for one bit
	Doc  string `toml:"doc"`

	Hi, Lo int `toml:"-"` // of Bits
}

// UnmarshalTOML reads the inline table of a field. The library notes no unknown keys in those.
func (f *Field) UnmarshalTOML(v any) error {
	table, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("a field is a table { name, bits, doc }, not %v", v)
	}
	for key, v := range table {
		to, known := map[string]*string{"name": &f.Name, "bits": &f.Bits, "doc": &f.Doc}[key]
		if !known {
			return fmt.Errorf("unknown key %s of a field", key)
		}
		if *to, ok = v.(string); !ok {
			return fmt.Errorf("%s of a field is %v, not text", key, v)
		}
	}
	return nil
}

// Width is the number of bits.
func (f *Field) Width() int { return f.Hi - f.Lo + 1 }

// Entry is an element of a queue, of Size bytes.
type Entry struct {
	Name  string `toml:"name"`
	Doc   string `toml:"doc"`
	Size  int64  `toml:"size"`
	Words []Word `toml:"word"`

	Line int `toml:"-"`
}

// Number is an opcode, a status or a rule.
type Number struct {
	Name  string `toml:"name"`
	Value int64  `toml:"value"`
	Doc   string `toml:"doc"`

	Line int `toml:"-"`
}

// Kernel repeats what package kernels says of a kernel, for those who cannot import it.
type Kernel struct {
	Name    string   `toml:"name"`
	ID      int64    `toml:"id"`
	In      int64    `toml:"in"`
	Out     int64    `toml:"out"`
	Message bool     `toml:"message"`
	Rules   []string `toml:"rules"`

	Line int `toml:"-"`
}
