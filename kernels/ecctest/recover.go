package ecctest

import (
	"bytes"
	"math/big"
)

// RecoverJobs are jobs of a public key recovery on the curve: digest ‖ r ‖ s ‖ v ‖ zeros. The first is an ordinary
// valid one.
func RecoverJobs(c *Curve) []Job {
	m := newMaker(c)
	R := m.Mul(m.scalar(), m.G)
	base := m.recovery("a recovery", m.scalar(), m.scalar(), R)
	for _, k := range m.keys() {
		R := m.Mul(k.Int, m.G)
		m.recovery("R = kG, k = "+k.name, m.scalar(), m.scalar(), R)
		m.recoveredSums(k.name, k.Int, R)
	}
	for _, s := range m.edges() {
		m.recovery("s = "+s.name, m.scalar(), s.Int, R)
		m.recovery("digest = "+s.name, s.Int, m.scalar(), R)
	}
	all := minus(new(big.Int).Lsh(small(1), 256), small(1))
	for _, e := range []named{{"0", small(0)}, {"n-1", minus(m.N, small(1))}, {"n", m.N}, {"n+1", plus(m.N, small(1))}, {"2^256-1", all}} {
		m.recovery("digest = "+e.name, e.Int, m.scalar(), R)
	}
	m.recoveredX()
	m.recoveredEncodings(base, R)
	m.rows(base, m.decideRecovery)
	return m.jobs
}

// flag is the v of the point R: bit 0 its y odd, bit 1 its x not below n.
func (m *maker) flag(R Point) byte {
	v := byte(R.Y.Bit(0))
	if R.X.Cmp(m.N) >= 0 {
		v |= 2
	}
	return v
}

// recoverRow is a row; the zero bytes at its end are left.
func recoverRow(e, r, s *big.Int, v byte) []byte { return append(row(e, r, s), v, 0, 0, 0, 0, 0, 0, 0) }

// recovery adds the job whose key is (sR - eG) / r, not infinity.
func (m *maker) recovery(name string, e, s *big.Int, R Point) Job {
	r := m.add(R.X, small(0))
	w := m.inverse(r)
	Q := m.Combine(m.mul(s, w), R, m.mul(m.sub(small(0), e), w), m.G)
	j := Job{Name: name, Row: recoverRow(e, r, s, m.flag(R)), Valid: true, HighS: s.Cmp(m.half) > 0, Out: row(Q.X, Q.Y)}
	m.jobs = append(m.jobs, j)
	return j
}

func (m *maker) badRecovery(name string, e, r, s *big.Int, v byte) {
	m.jobs = append(m.jobs, Job{Name: name, Row: recoverRow(e, r, s, v)})
}

// recoveredSums makes sR and -eG equal, opposite or infinity, for R = kG.
func (m *maker) recoveredSums(name string, k *big.Int, R Point) {
	for _, s := range []named{{"1", small(1)}, {"2", small(2)}, {"n-1", minus(m.N, small(1))}, {"random", m.scalar()}} {
		sk := m.mul(s.Int, k)
		m.recovery("sR = -eG, k = "+name+", s = "+s.name, m.sub(small(0), sk), s.Int, R)
		m.recovery("digest = 0, k = "+name+", s = "+s.name, small(0), s.Int, R)
		m.badRecovery("sR = eG, k = "+name+", s = "+s.name, sk, m.add(R.X, small(0)), s.Int, m.flag(R))
	}
}

// recoveredX chooses the x coordinate of R: wrapping modulo n, at the ends of the field, and off the curve.
func (m *maker) recoveredX() {
	gap := minus(m.P, m.N)
	for _, from := range []struct {
		name string
		x    *big.Int
		step int64
	}{
		{"from 1 up", small(1), 1}, {"from p - n - 1 down", minus(gap, small(1)), -1}, {"from p - n up", gap, 1},
		{"from n - 1 down", minus(m.N, small(1)), -1}, {"from n + 1 up", plus(m.N, small(1)), 1}, {"from p - 1 down", minus(m.P, small(1)), -1},
	} {
		R := m.findX(from.x, from.step)
		name := "x " + from.name
		e, s := m.scalar(), m.scalar()
		m.recovery(name, e, s, R)
		m.recovery(name+", y negated", e, s, m.Neg(R))
		r := m.add(R.X, small(0))
		up := plus(r, m.N)
		switch {
		case R.X.Cmp(r) != 0:
			m.badRecovery(name+", r = x, not below n", e, R.X, s, m.flag(R)&1)
			m.badRecovery(name+", r = x, not below n, v + 2", e, R.X, s, m.flag(R))
		case up.Cmp(m.P) >= 0:
			m.badRecovery(name+", v + 2, r + n not below p", e, r, s, m.flag(R)|2)
		default:
			m.badRecovery(name+", r + n, not below n", e, up, s, m.flag(R))
		}
	}
	// r whose x, or r + n, is on no point
	for _, wrap := range []byte{0, 2} {
		x := small(1)
		for ; ; x.Add(x, small(1)) {
			at := new(big.Int).Set(x)
			if wrap != 0 {
				at.Add(at, m.N)
			}
			if _, ok := m.LiftX(at, false); !ok {
				break
			}
		}
		for odd := range byte(2) {
			m.badRecovery("x not on the curve, v = "+small(int64(wrap|odd)).String(), m.scalar(), x, m.scalar(), wrap|odd)
		}
	}
	for _, r := range []named{{"p - n", gap}, {"p - n + 1", plus(gap, small(1))}, {"n - 1", minus(m.N, small(1))}} {
		for odd := range byte(2) {
			m.badRecovery("r + n not below p, r = "+r.name, m.scalar(), r.Int, m.scalar(), 2|odd)
		}
	}
}

func (m *maker) recoveredEncodings(base Job, R Point) {
	e, r, s := integer(base.Row), integer(base.Row[32:]), integer(base.Row[64:])
	v := base.Row[96]
	m.recovery("y negated", e, s, m.Neg(R))
	for _, bad := range []byte{v | 2, v | 4, v | 8, 27, 28, 29, 30, 0x1b | 0x80, 37, 38, 128, 254, 255} {
		m.badRecovery("v = "+small(int64(bad)).String(), e, r, s, bad)
	}
	for i := 97; i < 104; i++ {
		for _, bit := range []byte{1, 0x80} {
			j := Job{Name: "a byte behind v is not zero: " + small(int64(i)).String(), Row: bytes.Clone(base.Row)}
			j.Row[i] = bit
			m.jobs = append(m.jobs, j)
		}
	}
	for _, bad := range []named{{"0", small(0)}, {"n", m.N}, {"n + 1", plus(m.N, small(1))}, {"p", m.P}, {"2^256 - 1", minus(new(big.Int).Lsh(small(1), 256), small(1))}} {
		m.badRecovery("r = "+bad.name, e, bad.Int, s, v)
		m.badRecovery("s = "+bad.name, e, r, bad.Int, v)
		m.badRecovery("r = s = "+bad.name, e, bad.Int, bad.Int, v)
	}
}

// decideRecovery asks the textbook.
func (m *maker) decideRecovery(j *Job) {
	out, ok := m.Recover(j.Row)
	j.Valid, j.HighS = ok, integer(j.Row[64:]).Cmp(m.half) > 0
	if ok {
		j.Out = out[:]
	}
}
