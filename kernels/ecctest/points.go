package ecctest

import (
	"bytes"
	"math/big"
)

// signer adds a job that is valid under a key whose logarithm nobody knows, and returns its numbers.
type signer func(name string, Q Point) (e, r, s *big.Int)

// ecdsaUnder is a signer for ECDSA.
func (m *maker) ecdsaUnder(name string, Q Point) (e, r, s *big.Int) {
	u1, u2 := m.scalar(), m.scalar()
	m.sum(name, u1, u2, Q, m.Combine(u1, m.G, u2, Q))
	e, r, s, _, _ = split(m.jobs[len(m.jobs)-1].Row)
	return e, r, s
}

// points adds keys with extreme coordinates, their forms at and above p, and points off the curve. base is a valid
// job of any key.
func (m *maker) points(base Job, under signer) {
	for _, Q := range []struct {
		name string
		Point
	}{
		{"key with the smallest x", m.findX(small(0), 1)},
		{"key with a small x", m.findX(small(500), 1)},
		{"key with the largest x", m.findX(minus(m.P, small(1)), -1)},
		{"key with x from n up", m.findX(m.N, 1)},
		{"key with the smallest y", m.findY(small(1))},
		{"key with a small y", m.findY(small(500))},
		{"key with the largest y", m.Neg(m.findY(small(1)))},
	} {
		e, r, s := under(Q.name, Q.Point)
		if x := plus(Q.X, m.P); fits(x) {
			m.verification(Q.name+", x + p", false, e, r, s, Point{x, Q.Y})
		}
		if y := plus(Q.Y, m.P); fits(y) {
			m.verification(Q.name+", y + p", false, e, r, s, Point{Q.X, y})
		}
		m.verification(Q.name+", x + 1", false, e, r, s, Point{plus(Q.X, small(1)), Q.Y})
		m.verification(Q.name+", y + 1", false, e, r, s, Point{Q.X, plus(Q.Y, small(1))})
	}

	e, r, s, x, y := split(base.Row)
	all := minus(new(big.Int).Lsh(small(1), 256), small(1))
	twist := small(1) // an x of the other curve, whose points form another group
	for ; ; twist.Add(twist, small(1)) {
		if _, ok := m.LiftX(twist, false); !ok {
			break
		}
	}
	for _, Q := range []struct {
		name string
		x, y *big.Int
	}{
		{"0, 0", small(0), small(0)}, {"0, 1", small(0), small(1)}, {"1, 0", small(1), small(0)}, {"1, 1", small(1), small(1)},
		{"x, 0", x, small(0)}, {"0, y", small(0), y}, {"x, y + 1", x, plus(y, small(1))}, {"x + 1, y", plus(x, small(1)), y},
		{"p, p", m.P, m.P}, {"p, y", m.P, y}, {"x, p", x, m.P}, {"p, 0", m.P, small(0)}, {"p - 1, p - 1", minus(m.P, small(1)), minus(m.P, small(1))},
		{"2^256 - 1 twice", all, all}, {"x, 2^256 - 1", x, all}, {"2^256 - 1, y", all, y}, {"of the twist", twist, small(1)},
	} {
		if m.OnCurve(Q.x, Q.y) {
			panic("ecctest: meant to be off the curve: " + Q.name)
		}
		m.verification("key "+Q.name, false, e, r, s, Point{Q.x, Q.y})
	}
}

// rows adds rows of zeros and ones, and the base with each field of 32 bytes so. None is valid, unless decide, where
// it is not nil, says so.
func (m *maker) rows(base Job, decide func(*Job)) {
	for _, fill := range []struct {
		name  string
		value byte
	}{{"zeros", 0}, {"ones", 0xff}} {
		add := func(name string, lo, hi int) {
			j := Job{Name: name, Row: bytes.Clone(base.Row), Message: base.Message}
			copy(j.Row[lo:hi], bytes.Repeat([]byte{fill.value}, hi-lo))
			if decide != nil {
				decide(&j)
			}
			m.jobs = append(m.jobs, j)
		}
		add("a row of "+fill.name, 0, len(base.Row))
		for lo := 0; lo+32 <= len(base.Row); lo += 32 {
			add("a field of "+fill.name+" from byte "+small(int64(lo)).String(), lo, lo+32)
		}
	}
}
