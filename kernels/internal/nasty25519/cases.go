package nasty25519

import (
	"crypto/sha512"
	"fmt"
	"math/big"
	"slices"
)

// Case is a job, and whether it is valid under each rule of package ed25519.
type Case struct {
	Name                    string
	Key, Message, Signature []byte // 32, any, 64 bytes
	RFC8032, ZIP215, Strict bool
}

// Cases gives all cases, some thousands, the same on every call.
func Cases() []Case {
	g := &generator{curve: newCurve()}
	g.orders()
	g.borders()
	g.strangers()
	g.smallMultiples()
	g.lengths()
	g.flips()
	return g.cases
}

type generator struct {
	curve
	cases []Case
	drawn int
}

// draw gives a number below L, the next of a fixed sequence.
func (g *generator) draw() *big.Int {
	g.drawn++
	d := sha512.Sum512(fmt.Appendf(nil, "nasty25519 %d", g.drawn))
	x := new(big.Int).SetBytes(d[:])
	return x.Mod(x, g.order)
}

// add appends the job with the points A and R and 0 <= s < 2^256.
func (g *generator) add(name string, a, r point, message []byte, s *big.Int) {
	k := g.challenge(r.encoded, a.encoded, message)
	rest := new(big.Int).Mul(k, a.a) // s - ka - r
	rest.Sub(s, rest.Add(rest, r.a))
	cofactored := s.Cmp(g.order) < 0 && rest.Mod(rest, g.order).Sign() == 0
	plain := cofactored && smallPart(k, a, r) == 0 && r.canonical
	g.cases = append(g.cases, Case{
		Name:      fmt.Sprintf("%s: A = %s, R = %s", name, a.name, r.name),
		Key:       a.encoded,
		Message:   message,
		Signature: slices.Concat(r.encoded, littleEndian(s)),
		RFC8032:   plain,
		ZIP215:    cofactored,
		Strict:    plain && a.a.Sign() != 0 && r.a.Sign() != 0,
	})
}

// smallPart is ki + j modulo 8.
func smallPart(k *big.Int, a, r point) int64 {
	k8 := new(big.Int).And(k, big.NewInt(7)).Int64()
	return (k8*a.i + r.i) % 8
}

// sign gives s = r + ka, with which the job is valid but for parts of small order.
func (g *generator) sign(a, r point, message []byte) *big.Int {
	s := g.challenge(r.encoded, a.encoded, message)
	s.Mul(s, a.a)
	return s.Mod(s.Add(s, r.a), g.order)
}

// both appends two signed jobs, as far as there are such: one where the parts of small order cancel, and one
// where they do not. They differ in the message.
func (g *generator) both(name string, a, r point) {
	var cancel, stay bool
	for i := 0; i < 64 && !(cancel && stay); i++ {
		message := fmt.Appendf(nil, "message %d", i)
		done := &stay
		if smallPart(g.challenge(r.encoded, a.encoded, message), a, r) == 0 {
			done = &cancel
		}
		if !*done {
			*done = true
			g.add(name, a, r, message, g.sign(a, r, message))
		}
	}
}

// orders has every pair of points of small, mixed and prime order, in every encoding.
func (g *generator) orders() {
	for _, a := range g.small {
		for _, r := range g.small {
			g.add("ZIP 215", a, r, []byte("Zcash"), new(big.Int))
			g.both("small order", a, r)
		}
	}
	as, rs := slices.Clone(g.small), slices.Clone(g.small)
	for i := range int64(8) {
		as = append(as, g.at(fmt.Sprintf("aB+%dT", i), g.draw(), i))
		rs = append(rs, g.at(fmt.Sprintf("rB+%dT", i), g.draw(), i))
	}
	for _, a := range as {
		for _, r := range rs {
			if a.a.Sign() != 0 || r.a.Sign() != 0 {
				g.both("mixed order", a, r)
			}
		}
	}
}

// borders has s at the borders of L and of powers of two. A small key lets any s below L be valid.
func (g *generator) borders() {
	power := func(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }
	centres := []*big.Int{power(0), power(21), power(51), power(52), power(64), power(128), power(192)}
	for n := uint(247); n < 256; n++ {
		centres = append(centres, power(n))
	}
	for n := int64(1); n < 16; n++ {
		centres = append(centres, new(big.Int).Mul(g.order, big.NewInt(n)))
	}
	message := []byte("s")
	for _, centre := range centres {
		for d := int64(-2); d <= 2; d++ {
			s := new(big.Int).Add(centre, big.NewInt(d))
			if s.Sign() < 0 {
				continue
			}
			g.add(fmt.Sprintf("s = %#x", s), g.small[0], g.at("sB", s, 0), message, s)
		}
	}
	top := power(256)
	top.Sub(top, big.NewInt(1))
	g.add("s = 2^256 - 1", g.small[0], g.at("sB", top, 0), message, top)

	// Every other form of the s of a good signature.
	a, r := g.at("aB", g.draw(), 0), g.at("rB", g.draw(), 0)
	s := g.sign(a, r, message)
	for n := 0; s.BitLen() <= 256; n++ {
		g.add(fmt.Sprintf("s + %dL", n), a, r, message, s)
		s = new(big.Int).Add(s, g.order)
	}
	// s may not be negated or reduced by less than it is.
	s = g.sign(a, r, message)
	g.add("-s", a, r, message, new(big.Int).Sub(g.order, s))
}

// smallMultiples has keys and R that are small multiples of B and of -B, so that points to add are often equal,
// opposite, or in a table.
func (g *generator) smallMultiples() {
	var multiples []*big.Int
	for _, n := range []int64{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 127, 128, 255, 256} {
		multiples = append(multiples, big.NewInt(n), new(big.Int).Sub(g.order, big.NewInt(n)))
	}
	half := new(big.Int).Rsh(g.order, 1)
	multiples = append(multiples, half, new(big.Int).Add(half, big.NewInt(1)))
	for i, a := range multiples {
		for _, r := range []*big.Int{a, multiples[0], multiples[1], multiples[(i+7)%len(multiples)], g.draw()} {
			g.both("small multiple", g.at(a.String()+"B", a, 0), g.at(r.String()+"B", r, 0))
		}
	}
}

// lengths has messages around the borders of SHA-512's blocks, good ones and with the last byte changed.
func (g *generator) lengths() {
	a := g.at("aB", g.draw(), 0)
	sizes := []int{0, 1, 2, 3, 1000, 4096, 10000}
	for block := 128; block <= 1024; block += 128 {
		// R || A takes 64 bytes, the padding at least 17.
		for d := -2; d <= 2; d++ {
			sizes = append(sizes, block-64+d, block-64-17+d)
		}
	}
	for _, n := range sizes {
		message := make([]byte, n)
		for i := range message {
			message[i] = byte(i*7 + n)
		}
		r := g.at("rB", g.draw(), 0)
		s := g.sign(a, r, message)
		name := fmt.Sprintf("%d bytes", n)
		g.add(name, a, r, message, s)
		g.add(name+" and one more", a, r, append(slices.Clone(message), 0), s)
		if n > 0 {
			other := slices.Clone(message)
			other[n-1] ^= 0x80
			g.add(name+", the last changed", a, r, other, s)
			g.add(name+", the last missing", a, r, message[:n-1], s)
		}
	}
}
