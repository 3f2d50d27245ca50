package ecctest

import (
	"bytes"
	"math/big"
)

// SchnorrJobs are jobs of a BIP 340 verification on the curve, secp256k1: px ‖ rx ‖ s and a message. The
// first is an ordinary valid one.
func SchnorrJobs(c *Curve) []Job {
	m := newMaker(c)
	message := []byte("a message of another length than 32 bytes")
	base := m.schnorr("a signature", m.scalar(), m.scalar(), message)
	for _, d := range m.keys() {
		if even, _ := m.even(d.Int); even != d.Int {
			continue // the key of -d
		}
		m.schnorr("key "+d.name, d.Int, m.scalar(), message)
		m.schnorr("key and nonce "+d.name, d.Int, d.Int, message)
		m.schnorrVanishing("sG = eP, key "+d.name, d.Int, message)
	}
	for n := range 131 { // every padding of the challenge's SHA-256
		text := make([]byte, n)
		m.rng.Read(text)
		m.schnorr("message of "+small(int64(n)).String()+" bytes", m.scalar(), m.scalar(), text)
	}
	m.schnorr("message of 10,000 bytes", m.scalar(), m.scalar(), bytes.Repeat([]byte("0123456789"), 1000))
	m.schnorrEncodings(base)
	m.rows(base, nil)
	return m.jobs
}

// even is k or -k, whose multiple of G has an even y, and that point.
func (m *maker) even(k *big.Int) (*big.Int, Point) {
	p := m.Mul(k, m.G)
	if p.Y.Bit(0) == 0 {
		return k, p
	}
	return minus(m.N, k), m.Neg(p)
}

// schnorr signs with the key d and the nonce k, or their negatives.
func (m *maker) schnorr(name string, d, k *big.Int, message []byte) Job {
	d, P := m.even(d)
	k, R := m.even(k)
	e := challenge(row(R.X), row(P.X), message)
	j := Job{Name: name, Row: row(P.X, R.X, m.add(k, m.mul(e, d))), Message: message, Valid: true}
	m.jobs = append(m.jobs, j)

	// The same with the negative nonce: sG - eP = -R has an odd y.
	bad := Job{Name: name + ", y of R odd", Row: row(P.X, R.X, m.sub(m.mul(e, d), k)), Message: message}
	m.jobs = append(m.jobs, bad)
	return j
}

// schnorrVanishing adds jobs whose sum is infinity, for some r.
func (m *maker) schnorrVanishing(name string, d *big.Int, message []byte) {
	d, P := m.even(d)
	for _, r := range []named{{"0", small(0)}, {"1", small(1)}, {"x(P)", P.X}, {"x(G)", m.G.X}, {"p", m.P}} {
		s := m.mul(challenge(row(r.Int), row(P.X), message), d)
		m.jobs = append(m.jobs, Job{Name: name + ", r = " + r.name, Row: row(P.X, r.Int, s), Message: message})
	}
}

func (m *maker) schnorrEncodings(base Job) {
	bad := func(name string, px, rx, s *big.Int, message []byte) {
		m.jobs = append(m.jobs, Job{Name: name, Row: row(px, rx, s), Message: message})
	}
	px, rx, s := integer(base.Row), integer(base.Row[32:]), integer(base.Row[64:])
	bad("s negated", px, rx, minus(m.N, s), base.Message)
	bad("r and s exchanged", px, s, rx, base.Message)
	bad("key and r exchanged", rx, px, s, base.Message)
	bad("no message", px, rx, s, nil)
	bad("a byte less of message", px, rx, s, base.Message[1:])
	bad("a byte more of message", px, rx, s, append(bytes.Clone(base.Message), 0))
	all := minus(new(big.Int).Lsh(small(1), 256), small(1))
	for _, v := range []named{{"0", small(0)}, {"n", m.N}, {"n + 1", plus(m.N, small(1))}, {"p", m.P}, {"p + 1", plus(m.P, small(1))}, {"2^256 - 1", all}} {
		bad("key = "+v.name, v.Int, rx, s, base.Message)
		bad("r = "+v.name, px, v.Int, s, base.Message)
		bad("s = "+v.name, px, rx, v.Int, base.Message)
	}

	for _, Q := range []Point{m.findX(small(1), 1), m.findX(small(500), 1)} { // x + p is below 2^256; nobody can sign
		bad("key with a small x", Q.X, rx, s, base.Message)
		bad("key with a small x, x + p", plus(Q.X, m.P), rx, s, base.Message)
		bad("small r", px, Q.X, s, base.Message)
		bad("small r, r + p", px, plus(Q.X, m.P), s, base.Message)
	}
}
