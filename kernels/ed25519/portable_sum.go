package ed25519

import (
	"crypto/rand"
	"encoding/binary"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards1"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// How many jobs of a ZIP215 batch go into one equation: see combine_amd64.go, which has the same equation in lanes.
const (
	minPortable = 4   // with fewer, deciding each is faster
	minBuckets  = 100 // with fewer, shared doublings are faster than buckets
	maxPortable = maxTogether
)

// What calls remember for later ones: points of keys, and whether combining paid. Both change what a call costs, never a verdict.
var (
	portableKeys   = sync.OnceValue(newKeyCache[edwards1.Affine])
	portableRecent history
)

// portableSum is the memory of one equation, 8 (sum zR + sum zkA - (sum zs)B) = 0, with random z of 128 bits: a megabyte.
type portableSum struct {
	sum     *edwards1.Sum
	buckets edwards1.Buckets
	keys    int
	long    [maxPortable + 1]edwards1.Term // keys, each once, and B
	short   [maxPortable]edwards1.Term     // R of those that take part
	random  [16 * maxPortable]byte
	in      [maxPortable]bool // the job takes part

	// Of the keys of long.
	hash   [maxPortable]uint64
	job    [maxPortable]int32     // a job with the key
	point  [maxPortable]bool      // the key is one
	places [4 * maxPortable]int32 // hash table: number of a key + 1
}

// portableSums keeps the memory of past calls for later ones.
var portableSums = sync.Pool{New: func() any { return newPortableSum() }}

func newPortableSum() *portableSum { return &portableSum{sum: edwards1.NewSum(2*minBuckets + 2)} }

// decideMany decides jobs [lo,hi), at most [maxPortable], by one equation if it holds.
func (w *portable) decideMany(b *kernels.Batch, lo, hi int) {
	if !portableRecent.combine() {
		w.decideEach(b, lo, hi)
		return
	}
	c := portableSums.Get().(*portableSum)
	held := c.combine(w, portableKeys(), b, lo, hi)
	portableSums.Put(c)
	portableRecent.learn(held)
	if !held {
		w.decideEach(b, lo, hi)
	}
}

// combine decides jobs [lo,hi), at most [maxPortable], and reports whether the equation held: if not, those that passed all other
// checks are not decided.
func (c *portableSum) combine(w *portable, keys *keyCache[edwards1.Affine], b *kernels.Batch, lo, hi int) bool {
	rand.Read(c.random[:16*(hi-lo)])
	clear(c.places[:])
	c.keys = 0
	terms, known := 0, 0
	var total edwards8.Scalar // sum of z s
	for i := range hi - lo {
		row := b.Row(lo + i)
		key, encodedR := row[:KeySize], row[KeySize:KeySize+32]
		u, hit := c.keyOf(w, keys, b, lo, i)
		if hit {
			known++
		}
		c.in[i] = c.point[u] && w.s.SetBytes(row[KeySize+32:]) && w.r.Decompress(encodedR)
		if !c.in[i] {
			continue
		}
		w.challenge(encodedR, key, b.Message(lo+i))
		z := edwards8.Scalar{binary.LittleEndian.Uint64(c.random[16*i:]), binary.LittleEndian.Uint64(c.random[16*i+8:])}
		c.short[terms].Scalar = z
		c.short[terms].Point.Set(&w.r)
		terms++
		var t edwards8.Scalar
		t.Mul(&z, &w.k)
		c.long[u].Scalar.Add(&c.long[u].Scalar, &t)
		t.Mul(&z, &w.s)
		total.Add(&total, &t)
	}
	keys.count(known, c.keys-known)
	total.Neg(&total)
	p := c.add(c.short[:terms], &total)
	p.Double(&p, 3)
	held := p.Identity()
	for i := range hi - lo {
		switch {
		case !c.in[i]:
			b.SetVerdict(lo+i, kernels.Invalid)
		case held:
			b.SetVerdict(lo+i, kernels.Valid)
		}
	}
	return held
}

// add gives the sum of the terms of keys, the short ones, and kB.
func (c *portableSum) add(short []edwards1.Term, k *edwards8.Scalar) (p edwards1.Point) {
	if len(short) >= minBuckets {
		base := edwards1.Base()
		c.long[c.keys].Scalar = *k
		c.long[c.keys].Point.Set(&base)
		c.buckets.Compute(&p, c.long[:c.keys+1], short)
		return p
	}
	c.sum.Reset()
	c.sum.AddBase(k)
	for i := range c.long[:c.keys] {
		c.sum.AddTerm(&c.long[i])
	}
	for i := range short {
		c.sum.AddTerm(&short[i])
	}
	c.sum.Compute(&p)
	return p
}

// keyOf gives the number of the key of job lo+i among those of long, and puts it there if it is new; hit says that it is, and its point
// was remembered. A key that is no point has any point and a scalar of zero.
func (c *portableSum) keyOf(w *portable, keys *keyCache[edwards1.Affine], b *kernels.Batch, lo, i int) (u int, hit bool) {
	key := (*[KeySize]byte)(b.Row(lo + i))
	hash := keys.hash(key)
	at := hash >> 32 % uint64(len(c.places))
	for ; c.places[at] != 0; at = (at + 1) % uint64(len(c.places)) {
		u = int(c.places[at]) - 1
		if c.hash[u] == hash && [KeySize]byte(b.Row(lo+int(c.job[u]))) == *key {
			return u, false
		}
	}
	u = c.keys
	c.keys++
	c.long[u].Scalar = edwards8.Scalar{}
	c.places[at], c.hash[u], c.job[u] = int32(u)+1, hash, int32(i)
	point := &c.long[u].Point
	found, again := keys.get(hash, key, point)
	if found {
		c.point[u] = true
		return u, true
	}
	if c.point[u] = w.a.Decompress(key[:]); c.point[u] {
		point.Set(&w.a)
		if again {
			keys.put(hash, key, point)
		}
	} else {
		base := edwards1.Base()
		point.Set(&base)
	}
	return u, false
}
