package regs

import (
	"strings"
	"unicode"
)

// initialisms keep their case in Go names.
var initialisms = map[string]string{"id": "ID", "sq": "SQ", "cq": "CQ", "dma": "DMA"}

// camel turns "sq_base" and "ed25519.verify" into SQBase and Ed25519Verify.
func camel(parts ...string) string {
	var b strings.Builder
	for _, p := range strings.FieldsFunc(strings.Join(parts, "_"), notWord) {
		if s, ok := initialisms[p]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteString(strings.ToUpper(p[:1]) + p[1:])
	}
	return b.String()
}

// upper turns "sq_base" and "ed25519.verify" into SQ_BASE and ED25519_VERIFY.
func upper(parts ...string) string {
	return strings.ToUpper(strings.Join(strings.FieldsFunc(strings.Join(parts, "_"), notWord), "_"))
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// rulesOf is the rule sets of a kernel as a list of their values.
func (s *Spec) rulesOf(k Kernel) []int64 {
	var all []int64
	for _, name := range k.Rules {
		v := int64(0)
		for _, r := range s.Rules {
			if r.Name == name {
				v = r.Value
			}
		}
		all = append(all, v)
	}
	return all
}

func (c *Chip) idValue() uint32 {
	return uint32(c.ID[0])<<24 | uint32(c.ID[1])<<16 | uint32(c.ID[2])<<8 | uint32(c.ID[3])
}

func (c *Chip) versionValue() uint32 {
	return uint32(c.Version[0])<<24 | uint32(c.Version[1])<<16 | uint32(c.Version[2])
}
