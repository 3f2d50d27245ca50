package nasty25519

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"

	"filippo.io/edwards25519"
)

// invalid appends a job that no rule accepts.
func (g *generator) invalid(name string, key, message, signature []byte) {
	g.cases = append(g.cases, Case{Name: name, Key: key, Message: message, Signature: signature})
}

// strangers has encodings of no point, and those that are not canonical though not of small order, as A and
// as R. Nobody knows the discrete logarithms of the latter, so they are in no valid signature.
func (g *generator) strangers() {
	a, r := g.at("aB", g.draw(), 0), g.at("rB", g.draw(), 0)
	message := []byte("stranger")
	for _, e := range g.strange() {
		s := littleEndian(g.draw())
		name := hex.EncodeToString(e)
		g.invalid("A = "+name, e, message, slices.Concat(r.encoded, s))
		g.invalid("A = "+name+", s = 0", e, message, slices.Concat(g.small[0].encoded, make([]byte, 32)))
		g.invalid("R = "+name, a.encoded, message, slices.Concat(e, s))
		g.invalid("R = "+name+", s = 0", g.small[0].encoded, message, slices.Concat(e, make([]byte, 32)))
	}
}

// strange lists the encodings: of no point, canonical and not; and of points with y >= p.
func (g *generator) strange() (list [][]byte) {
	known := func(e []byte) bool {
		return slices.ContainsFunc(g.small, func(p point) bool { return slices.Equal(p.encoded, e) })
	}
	noPoints := 0
	for y := range 60 {
		e := make([]byte, 32)
		e[0] = byte(y)
		if _, err := new(edwards25519.Point).SetBytes(e); err != nil && noPoints < 8 {
			noPoints++
			list = append(list, e)
		}
	}
	for low := 0xed; low <= 0xff; low++ {
		for _, high := range []byte{0x7f, 0xff} {
			e := slices.Repeat([]byte{0xff}, 32)
			e[0], e[31] = byte(low), high
			if !known(e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// flips has a good job with each bit of the key, the signature and the message flipped, and the negated points.
func (g *generator) flips() {
	a, r := g.at("aB", g.draw(), 0), g.at("rB", g.draw(), 0)
	message := []byte("each bit of this job matters")
	s := g.sign(a, r, message)
	g.add("to be flipped", a, r, message, s)

	signature := slices.Concat(r.encoded, littleEndian(s))
	fields := map[string][]byte{"key": a.encoded, "message": message, "signature": signature}
	for _, name := range []string{"key", "message", "signature"} {
		for bit := range 8 * len(fields[name]) {
			flipped := map[string][]byte{}
			for k, v := range fields {
				flipped[k] = v
			}
			flipped[name] = slices.Clone(fields[name])
			flipped[name][bit/8] ^= 1 << (bit % 8)
			g.invalid(fmt.Sprintf("bit %d of the %s", bit, name), flipped["key"], flipped["message"], flipped["signature"])
		}
	}
	minus := func(p point) point { return g.at("-"+p.name, new(big.Int).Neg(p.a), 0) }
	g.add("negated", minus(a), r, message, s)
	g.add("negated", a, minus(r), message, s)
	g.add("negated", minus(a), minus(r), message, s)
}
