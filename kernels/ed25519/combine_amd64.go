//go:build amd64 && !purego

package ed25519

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// Under ZIP215, many signatures are decided by one equation: for random numbers z of 128 bits,
//
//	8 (sum z R + sum z k A - (sum z s) B) = 0
//
// holds if all are valid. If one is not, its 8(R + kA - sB) is of prime order L > 2^128, and the equation holds for at most one value
// of its z, whatever the others are: with probability 2^-128. If it does not hold, nothing is known but that some signature is
// invalid, and the lanes decide each. No other rule may be decided so: without the factor 8, parts of small order could cancel.

// How many jobs go into one equation.
const (
	minCombined = 24 // with fewer, lanes are faster
	maxCombined = maxTogether
)

// combination is the memory of one equation, about a megabyte.
type combination struct {
	room        edwards8.Room
	weigher     edwards8.Weigher
	p           edwards8.Point
	q           edwards8.Affine
	y, x        edwards8.Six
	sum         edwards8.Sum
	long, short edwards8.Terms // keys, and B at the end; R
	random      mathrand.ChaCha8
	in          [maxCombined]bool // the job takes part

	keys     int                          // different keys
	keyOf    [maxCombined]int32           // of a job
	key      [maxCombined]int32           // a job with the key
	hash     [maxCombined]uint64          // of the key
	scalar   [maxCombined]edwards8.Scalar // sum of z k over the jobs of the key
	point    [maxCombined]bool            // the key is one
	again    [maxCombined]bool            // the key has come before, and is to be remembered
	places   [4 * maxCombined]int32       // hash table: number of a key + 1
	missing  [maxCombined]int32           // keys that have to be decompressed
	rows     [edwards8.Lanes]edwards8.Row
	longEnd  [edwards8.Lanes]uint64 // offsets of scalars
	shortEnd [edwards8.Lanes]uint64
}

// combinations keeps the memory of past calls for later ones.
var combinations = sync.Pool{New: func() any {
	c := new(combination)
	for _, t := range []*edwards8.Terms{&c.long, &c.short} {
		t.Rows = make([]edwards8.Row, maxCombined+edwards8.Lanes)
		t.Scalars = make([][edwards8.Lanes]uint64, maxCombined+edwards8.Lanes)
	}
	return c
}}

// combine decides jobs [lo,hi), at most [maxCombined], and reports whether the equation held: if not, those that passed all other
// checks are not decided.
func (c *combination) combine(w *workspace, keys *keyCache[edwards8.Row], b *kernels.Batch, lo, hi int) bool {
	n := hi - lo
	c.sum.SetWidth(windowWidth(n), maxCombined+1)
	c.longEnd, c.shortEnd = c.sum.Long(), c.sum.Short()
	// ChaCha8 of a fresh seed: numbers that nobody can foresee, ten times as fast as the system's.
	var seed [32]byte
	rand.Read(seed[:])
	c.random.Seed(seed)
	c.findKeys(keys, b, lo, hi)
	for i := 0; i < n; i += perRoot {
		c.decompressR(b, lo, i, n)
	}
	total := c.weigh(w, b, lo, hi)
	for u := range c.keys {
		c.long.Scalars[u] = c.scalar[u].WithOffset(&c.longEnd)
	}
	total.Neg(&total)
	c.long.Rows[c.keys] = edwards8.Base().Row()
	c.long.Scalars[c.keys] = total.WithOffset(&c.longEnd)
	long := edwards8.Terms{Rows: c.long.Rows[:c.keys+1], Scalars: c.long.Scalars[:c.keys+1]}
	short := edwards8.Terms{Rows: c.short.Rows[:n], Scalars: c.short.Scalars[:n]}
	p := c.sum.Compute(&long, &short)
	p.Double(3)
	held := p.Identity()&1 == 1
	for i := range n {
		switch {
		case !c.in[i]:
			b.SetVerdict(lo+i, kernels.Invalid)
		case held:
			b.SetVerdict(lo+i, kernels.Valid)
		}
	}
	return held
}

// findKeys numbers the different keys of the jobs and puts the point of each, where it has one, into the long list.
func (c *combination) findKeys(keys *keyCache[edwards8.Row], b *kernels.Batch, lo, hi int) {
	clear(c.places[:])
	c.keys = 0
	missing := 0
	for i := range hi - lo {
		key := (*[KeySize]byte)(b.Row(lo + i))
		hash := keys.hash(key)
		at := hash >> 32 % uint64(len(c.places))
		for c.places[at] != 0 {
			u := c.places[at] - 1
			if c.hash[u] == hash && [KeySize]byte(b.Row(lo+int(c.key[u]))) == *key {
				break
			}
			at = (at + 1) % uint64(len(c.places))
		}
		if c.places[at] == 0 {
			u := c.keys
			c.keys++
			c.places[at] = int32(u) + 1
			c.key[u], c.hash[u], c.scalar[u] = int32(i), hash, edwards8.Scalar{}
			c.point[u], c.again[u] = keys.get(hash, key, &c.long.Rows[u])
			if !c.point[u] {
				c.missing[missing] = int32(u)
				missing++
			}
		}
		c.keyOf[i] = c.places[at] - 1
	}
	keys.count(c.keys-missing, missing)

	// Lanes without a key repeat the last one.
	for i := 0; i < missing; i += perRoot {
		var odd, ok rootMasks
		groups := groupsOf(missing - i)
		for l := range groups * edwards8.Lanes {
			u := c.missing[min(i+l, missing-1)]
			c.setLane(l, b.Row(lo + int(c.key[u]))[:KeySize], &odd)
		}
		c.room.Decompress(c.x[:groups], c.y[:groups], odd[:groups], ok[:groups])
		for g := range groups {
			c.affine(g, &c.rows)
			for l := range min(edwards8.Lanes, missing-i-g*edwards8.Lanes) {
				u := c.missing[i+g*edwards8.Lanes+l]
				c.long.Rows[u] = c.rows[l]
				if c.point[u] = ok[g]>>l&1 == 1; c.point[u] && c.again[u] {
					keys.put(c.hash[u], (*[KeySize]byte)(b.Row(lo+int(c.key[u]))), &c.rows[l])
				}
			}
		}
	}
}

// perRoot is how many points are decompressed together, at most.
const perRoot = 6 * edwards8.Lanes

// rootMasks has a bit for each of them.
type rootMasks [perRoot / edwards8.Lanes]uint8

// groupsOf is into how many groups of lanes, an even number, the first of n points go that are decompressed together.
func groupsOf(n int) int {
	const pair = 2 * edwards8.Lanes
	return 2 * ((min(n, perRoot) + pair - 1) / pair)
}

// setLane sets lane l, of all groups, to the encoding of a point.
func (c *combination) setLane(l int, encoded []byte, odd *rootMasks) {
	g, l := l/edwards8.Lanes, l%edwards8.Lanes
	c.y[g].SetLane(l, encoded)
	odd[g] |= encoded[31] >> 7 << l
}

// affine stores the points with c.x and c.y.
func (c *combination) affine(g int, rows *[edwards8.Lanes]edwards8.Row) {
	c.p.SetAffine(&c.x[g], &c.y[g])
	c.q.Set(&c.p)
	c.q.Rows(rows)
}

// decompressR puts the R of jobs lo+i, i < n, [perRoot] of them from i on, into the short list.
func (c *combination) decompressR(b *kernels.Batch, lo, i, n int) {
	var odd, ok rootMasks
	groups := groupsOf(n - i)
	for l := range groups * edwards8.Lanes {
		c.setLane(l, b.Row(lo + min(i+l, n-1))[KeySize:KeySize+32], &odd)
	}
	c.room.Decompress(c.x[:groups], c.y[:groups], odd[:groups], ok[:groups])
	for g := range groups {
		if at := i + g*edwards8.Lanes; at < n {
			c.affine(g, (*[edwards8.Lanes]edwards8.Row)(c.short.Rows[at:]))
			for l := range min(edwards8.Lanes, n-at) {
				c.in[at+l] = ok[g]>>l&1 == 1
			}
		}
	}
}

// weigh draws the z: it sets the scalars of R, adds up those of the keys, and gives the sum of z s. Jobs that do not take part get 0.
//
// What is drawn are the windows of z: z is the number drawn less offset, and each of 2^128 values as likely.
func (c *combination) weigh(w *workspace, b *kernels.Batch, lo, hi int) edwards8.Scalar {
	z := &c.weigher
	z.Reset(&c.shortEnd)
	for i := 0; i < hi-lo; i += edwards8.Lanes {
		n := min(edwards8.Lanes, hi-lo-i)
		if i%perTurn == 0 {
			w.challenges.compute(b, lo+i, min(lo+i+perTurn, hi))
		}
		z.S = edwards8.Words{}
		for l := range n {
			var s edwards8.Scalar
			j := i + l
			c.in[j] = c.in[j] && c.point[c.keyOf[j]] && s.SetBytes(b.Row(lo + j)[KeySize+32:])
			if !c.in[j] {
				c.short.Scalars[j] = c.shortEnd // z = 0, and s = 0 in the sum
				continue
			}
			z.S.SetLane(l, &s)
			z.Random[0][l], z.Random[1][l] = c.random.Uint64(), c.random.Uint64()
			c.short.Scalars[j] = [edwards8.Lanes]uint64{z.Random[0][l], z.Random[1][l]}
		}
		z.Add(&w.k[i%perTurn/edwards8.Lanes])
		for l := range n {
			if j := i + l; c.in[j] {
				u, x := c.keyOf[j], z.ZK.Lane(l)
				c.scalar[u].Add(&c.scalar[u], &x)
			}
		}
	}
	return z.Sum()
}

// windowWidth is the width of windows that is fastest for n jobs with different keys, in bits.
func windowWidth(n int) int {
	switch {
	case n < 140:
		return 4
	case n < 280:
		return 6
	}
	return edwards8.MaxWidth
}
