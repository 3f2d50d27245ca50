package ecctest

import "math/big"

// ECDSAJobs are jobs of an ECDSA verification on the curve: digest ‖ r ‖ s ‖ x ‖ y. The first is an ordinary valid
// one.
func ECDSAJobs(c *Curve) []Job {
	m := newMaker(c)
	base := m.ecdsaEncodings()
	m.ecdsaKeys()
	m.ecdsaSignatures()
	m.ecdsaDigests()
	m.ecdsaSums()
	m.ecdsaX()
	m.points(base, m.ecdsaUnder)
	m.rows(base, nil)
	return m.jobs
}

// sign adds the signature of e under the key d with the nonce k.
func (m *maker) sign(name string, d, k, e *big.Int) Job {
	r := m.add(m.Mul(k, m.G).X, small(0))
	s := m.mul(m.add(e, m.mul(r, d)), m.inverse(k))
	m.verification(name, true, e, r, s, m.Mul(d, m.G))
	return m.jobs[len(m.jobs)-1]
}

// sum adds a job whose sum is u1 G + u2 Q = R, not infinity: r = x(R), s = r / u2, e = u1 s.
func (m *maker) sum(name string, u1, u2 *big.Int, Q, R Point) {
	r := m.add(R.X, small(0))
	s := m.mul(r, m.inverse(u2))
	m.verification(name, true, m.mul(u1, s), r, s, Q)
}

// keyFor is the Q that gives u1 G + u2 Q = R.
func (m *maker) keyFor(u1, u2 *big.Int, R Point) Point {
	return m.Mul(m.inverse(u2), m.Add(R, m.Neg(m.Mul(u1, m.G))))
}

func (m *maker) ecdsaKeys() {
	for _, d := range m.keys() {
		m.sign("key "+d.name, d.Int, m.scalar(), m.scalar())
		m.sign("key and nonce "+d.name, d.Int, d.Int, m.scalar())
		m.sign("key "+d.name+", nonce n-1", d.Int, minus(m.N, small(1)), m.scalar())
	}
}

func (m *maker) ecdsaSignatures() {
	d, k := m.scalar(), m.scalar()
	Q, r := m.Mul(d, m.G), m.add(m.Mul(k, m.G).X, small(0))
	for _, s := range m.edges() {
		e := m.sub(m.mul(s.Int, k), m.mul(r, d))
		m.verification("s = "+s.name, true, e, r, s.Int, Q)
		m.verification("s = "+s.name+", digest + 1", false, m.add(e, small(1)), r, s.Int, Q)
	}
}

func (m *maker) ecdsaDigests() {
	all := minus(new(big.Int).Lsh(small(1), 256), small(1))
	for _, e := range []named{
		{"0", small(0)}, {"1", small(1)}, {"n-1", minus(m.N, small(1))}, {"n", m.N}, {"n+1", plus(m.N, small(1))},
		{"p", m.P}, {"2^255", new(big.Int).Lsh(small(1), 255)}, {"2^256-1", all},
	} {
		j := m.sign("digest "+e.name, m.scalar(), m.scalar(), e.Int)
		reduced := m.add(e.Int, small(0))
		m.jobs = append(m.jobs, Job{Name: j.Name + " modulo n", Row: append(row(reduced), j.Row[32:]...), Valid: true, HighS: j.HighS})
	}
}

// ecdsaSums chooses u1 and u2: final additions that double (u1 = u2 d) or vanish (u1 = -u2 d), terms that are
// infinity (u1 = 0), and terms and sums that meet table entries.
func (m *maker) ecdsaSums() {
	for _, d := range m.keys() {
		Q := m.Mul(d.Int, m.G)
		m.sum("u1 = 0, key "+d.name, small(0), small(1), Q, Q)
		for _, u2 := range []named{{"1", small(1)}, {"n-1", minus(m.N, small(1))}, {"random", m.scalar()}} {
			u1 := m.mul(u2.Int, d.Int)
			m.sum("u1 G = u2 Q, u2 = "+u2.name+", key "+d.name, u1, u2.Int, Q, m.Mul(m.add(u1, u1), m.G))
			m.vanishing("u1 G = -u2 Q, u2 = "+u2.name+", key "+d.name, d.Int, u2.Int, Q)
		}
	}
	d := m.scalar()
	for _, u := range m.edges() {
		v := m.scalar()
		m.sum("u1 = "+u.name, u.Int, v, m.Mul(d, m.G), m.Mul(m.add(u.Int, m.mul(v, d)), m.G))
		m.sum("u2 = "+u.name, v, u.Int, m.Mul(d, m.G), m.Mul(m.add(v, m.mul(u.Int, d)), m.G))
		m.sum("u1 = u2 = "+u.name, u.Int, u.Int, m.Mul(d, m.G), m.Mul(m.mul(u.Int, plus(d, small(1))), m.G))
		m.sum("u1 = u2 = "+u.name+", key 1", u.Int, u.Int, m.G, m.Mul(m.add(u.Int, u.Int), m.G))
	}
}

// vanishing adds jobs whose sum is infinity: e = -r d, whatever r and s = r / u2.
func (m *maker) vanishing(name string, d, u2 *big.Int, Q Point) {
	for _, r := range []named{{"1", small(1)}, {"random", m.scalar()}} {
		e := m.mul(minus(m.N, r.Int), d)
		m.verification(name+", r = "+r.name, false, e, r.Int, m.mul(r.Int, m.inverse(u2)), Q)
	}
}

// ecdsaX chooses the x coordinate of the sum: where it wraps modulo n, at the ends of the field, and with r that
// only a wrong comparison accepts.
func (m *maker) ecdsaX() {
	gap := minus(m.P, m.N) // r below it has r + n below p
	all := new(big.Int).Lsh(small(1), 256)
	for _, R := range []struct {
		name string
		Point
	}{
		{"the smallest x", m.findX(small(1), 1)},
		{"a small x", m.findX(small(1000), 1)},
		{"x just below p - n", m.findX(minus(gap, small(1)), -1)},
		{"x from p - n up", m.findX(gap, 1)},
		{"x just below n", m.findX(minus(m.N, small(1)), -1)},
		{"x from n + 1 up: r + n = x", m.findX(plus(m.N, small(1)), 1)},
		{"x = n + 2^64 or so: r + n = x", m.findX(plus(m.N, new(big.Int).Lsh(small(1), 64)), 1)},
		{"x just below p: r + n = x", m.findX(minus(m.P, small(1)), -1)},
	} {
		u1, u2 := m.scalar(), m.scalar()
		Q := m.keyFor(u1, u2, R.Point)
		m.sum(R.name, u1, u2, Q, R.Point)
		m.sum(R.name+", y negated", u1, u2, m.keyFor(u1, u2, m.Neg(R.Point)), m.Neg(R.Point))

		// r' with s' = r'/u2 and e' = u1 s' has the same sum; only r' = x modulo n may pass.
		for _, wrong := range []named{
			{"x + 1", plus(R.X, small(1))}, {"x - 1", minus(R.X, small(1))},
			{"x + n", plus(R.X, m.N)}, {"x + p - n, so r + n = x modulo p", plus(R.X, gap)},
			{"x - n modulo 2^256", minus(plus(R.X, all), m.N)}, {"p - x", minus(m.P, R.X)}, {"x itself, not below n", R.X},
		} {
			if r := wrong.Int; fits(r) && r.Cmp(m.add(R.X, small(0))) != 0 {
				s := m.mul(r, m.inverse(u2))
				m.verification(R.name+", r = "+wrong.name, false, m.mul(u1, s), r, s, Q)
			}
		}
	}
	if R, ok := m.LiftX(small(0), false); ok { // r would be 0; r = p - n makes r + n = 0 modulo p
		u1, u2 := m.scalar(), m.scalar()
		Q := m.keyFor(u1, u2, R)
		for _, r := range []named{{"0", small(0)}, {"n", m.N}, {"p - n", gap}} {
			s := m.mul(r.Int, m.inverse(u2))
			m.verification("x = 0, r = "+r.name, false, m.mul(u1, s), r.Int, s, Q)
		}
	}
}

// ecdsaEncodings adds forms of one signature and returns it.
func (m *maker) ecdsaEncodings() Job {
	d, k := m.scalar(), m.scalar()
	Q := m.Mul(d, m.G)
	base := m.sign("a signature", d, k, m.scalar())
	e, r, s, _, _ := split(base.Row)
	m.verification("s negated", true, e, r, minus(m.N, s), Q)
	m.verification("r negated", false, e, minus(m.N, r), s, Q)
	m.verification("r and s exchanged", false, e, s, r, Q)
	m.verification("digest + 1", false, m.add(e, small(1)), r, s, Q)
	m.verification("the key negated", false, e, r, s, m.Neg(Q))
	m.verification("the key doubled", false, e, r, s, m.Add(Q, Q))
	m.verification("x and y exchanged", false, e, r, s, Point{Q.Y, Q.X})

	// s = 1/k (e + r d) chosen small: s + n is below 2^256.
	e = m.sub(m.mul(small(2), k), m.mul(r, d))
	m.verification("s = 2", true, e, r, small(2), Q)
	m.verification("s = 2 + n", false, e, r, plus(m.N, small(2)), Q)
	for _, bad := range []named{{"0", small(0)}, {"n", m.N}, {"n + 1", plus(m.N, small(1))}, {"p", m.P}, {"p + 1", plus(m.P, small(1))}, {"2^256 - 1", minus(new(big.Int).Lsh(small(1), 256), small(1))}} {
		m.verification("r = "+bad.name, false, e, bad.Int, s, Q)
		m.verification("s = "+bad.name, false, e, r, bad.Int, Q)
		m.verification("r = s = "+bad.name, false, e, bad.Int, bad.Int, Q)
		m.verification("digest = 0, r = s = "+bad.name, false, small(0), bad.Int, bad.Int, Q)
	}
	return base
}
