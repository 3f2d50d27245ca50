package ecctest

import "math/big"

// SM2Jobs are jobs of an SM2 verification on the curve: e ‖ r ‖ s ‖ x ‖ y. The first is an ordinary valid one.
func SM2Jobs(c *Curve) []Job {
	m := newMaker(c)
	Q := m.Mul(m.scalar(), m.G)
	base := m.sm2("a signature", m.scalar(), m.scalar(), Q)
	one, minusOne := small(1), minus(m.N, small(1))
	for _, d := range m.keys() {
		Q := m.Mul(d.Int, m.G)
		t := m.scalar()
		m.sm2("key "+d.name, m.scalar(), m.scalar(), Q)
		m.sm2("sG = tQ, key "+d.name, m.mul(t, d.Int), t, Q)
		m.sm2("sG = tQ = Q, key "+d.name, d.Int, one, Q)
		m.sm2("s = 1, t = 2, key "+d.name, one, small(2), Q)
		for _, t := range []*big.Int{t, one, minusOne} { // sG = -tQ: infinity, with x counted as 0 the equation holds
			s := m.sub(small(0), m.mul(t, d.Int))
			r := m.sub(t, s)
			m.verification("sG = -tQ, key "+d.name, false, r, r, s, Q)
		}
	}
	for _, k := range m.edges() {
		m.sm2("s = "+k.name, k.Int, m.scalar(), Q)
		m.sm2("t = "+k.name, m.scalar(), k.Int, Q)
		m.sm2("s = t/2 = r = "+k.name, k.Int, m.add(k.Int, k.Int), Q)
		s := m.scalar()
		m.sm2("r = "+k.name, s, m.add(s, k.Int), Q)
	}
	m.sm2Zero(Q)
	m.sm2X()
	m.sm2Encodings(base, Q)
	m.points(base, func(name string, Q Point) (e, r, s *big.Int) {
		e, r, s, _, _ = split(m.sm2(name, m.scalar(), m.scalar(), Q).Row)
		return e, r, s
	})
	m.rows(base, nil)
	for i := range m.jobs {
		m.jobs[i].HighS = false // SM2 has no such rule
	}
	return m.jobs
}

// sm2 adds the job with these s and t under Q: r = t - s and e = r - x(sG + tQ). Where r would be 0, t is s + 1.
// Where the sum is infinity, the job is invalid, and its equation holds for whoever counts x as 0.
func (m *maker) sm2(name string, s, t *big.Int, Q Point) Job {
	if m.sub(t, s).Sign() == 0 {
		t = m.add(s, small(1))
	}
	r := m.sub(t, s)
	if R := m.Combine(s, m.G, t, Q); R.IsInfinity() {
		m.verification(name+", infinity", false, r, r, s, Q)
	} else {
		m.verification(name, true, m.sub(r, R.X), r, s, Q)
	}
	return m.jobs[len(m.jobs)-1]
}

// sm2Zero makes r, s or t zero modulo n where the equation would hold otherwise.
func (m *maker) sm2Zero(Q Point) {
	s := m.scalar()
	e := func(r, s, t *big.Int) *big.Int { return m.sub(r, m.Combine(s, m.G, t, Q).X) }
	for _, s := range []*big.Int{s, small(1), minus(m.N, small(1)), m.half} {
		r := minus(m.N, s)
		m.verification("r + s = n", false, e(r, s, small(0)), r, s, Q)
	}
	m.verification("r = 0", false, e(small(0), s, s), small(0), s, Q)
	m.verification("r = n", false, e(small(0), s, s), m.N, s, Q)
	m.verification("s = 0", false, e(s, small(0), s), s, small(0), Q)
	m.verification("s = n", false, e(s, small(0), s), s, m.N, Q)
}

// sm2X chooses the x coordinate of the sum, which wraps modulo n from n up, and e at and above n.
func (m *maker) sm2X() {
	for _, R := range []struct {
		name string
		Point
	}{
		{"the smallest x", m.findX(small(0), 1)}, {"x just below n", m.findX(minus(m.N, small(1)), -1)},
		{"x from n up", m.findX(m.N, 1)}, {"x just below p", m.findX(minus(m.P, small(1)), -1)},
	} {
		for _, e := range []named{
			{"0", small(0)}, {"1", small(1)}, {"n-1", minus(m.N, small(1))}, {"n", m.N}, {"n+1", plus(m.N, small(1))},
			{"2^256-1", minus(new(big.Int).Lsh(small(1), 256), small(1))},
		} {
			s := m.scalar()
			r := m.add(e.Int, R.X)
			if r.Sign() == 0 {
				continue
			}
			t := m.add(r, s)
			m.verification(R.name+", e = "+e.name, true, e.Int, r, s, m.keyFor(s, t, R.Point))
			if up := plus(r, m.N); fits(up) {
				m.verification(R.name+", e = "+e.name+", r + n", false, e.Int, up, s, m.keyFor(s, t, R.Point))
			}
			m.verification(R.name+", e = "+e.name+", e + 1", false, m.add(e.Int, small(1)), r, s, m.keyFor(s, t, R.Point))
		}
	}
}

func (m *maker) sm2Encodings(base Job, Q Point) {
	e, r, s, _, _ := split(base.Row)
	m.verification("s negated", false, e, r, minus(m.N, s), Q)
	m.verification("r negated", false, e, minus(m.N, r), s, Q)
	m.verification("r and s exchanged", false, e, s, r, Q)
	m.verification("the key negated", false, e, r, s, m.Neg(Q))
	m.verification("x and y exchanged", false, e, r, s, Point{Q.Y, Q.X})
	low := m.sm2("s = 2 for s + n", small(2), m.scalar(), Q)
	e2, r2, _, _, _ := split(low.Row)
	m.verification("s = 2 + n", false, e2, r2, plus(m.N, small(2)), Q)
	for _, bad := range []named{{"0", small(0)}, {"n", m.N}, {"n + 1", plus(m.N, small(1))}, {"p", m.P}, {"2^256 - 1", minus(new(big.Int).Lsh(small(1), 256), small(1))}} {
		m.verification("r = "+bad.name, false, e, bad.Int, s, Q)
		m.verification("s = "+bad.name, false, e, r, bad.Int, Q)
		m.verification("r = s = "+bad.name, false, e, bad.Int, bad.Int, Q)
	}
}
