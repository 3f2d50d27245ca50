package ed25519

import (
	"crypto/sha512"
	"hash"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards1"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// runPortable decides jobs [lo,hi) without vectors: each for itself, or, under ZIP215, many by one equation.
func runPortable(b *kernels.Batch, lo, hi int) {
	if lo == hi {
		return
	}
	w := portables.Get().(*portable)
	defer portables.Put(w)
	if b.Flags() != kernels.ZIP215 || hi-lo < minPortable {
		w.decideEach(b, lo, hi)
		return
	}
	turns := (hi - lo + maxPortable - 1) / maxPortable
	size := (hi - lo + turns - 1) / turns
	for ; lo < hi; lo += size {
		w.decideMany(b, lo, min(hi, lo+size))
	}
}

// portables keeps the memory of past calls for later ones.
var portables = sync.Pool{New: func() any { return &portable{hash: sha512.New(), sum: edwards1.NewSum(4)} }}

// portable is what is used again from job to job.
type portable struct {
	hash   hash.Hash
	digest [sha512.Size]byte
	k, s   edwards8.Scalar
	a, r   edwards1.Point
	sum    *edwards1.Sum
}

// decideEach decides jobs [lo,hi), each for itself.
func (w *portable) decideEach(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := b.Row(i)
		b.SetVerdict(i, kernels.Of(w.verify(b.Flags(), row[:KeySize], row[KeySize:], b.Message(i))))
	}
}

// verify decides one job. It wants sB - kA - R = 0, or that times 8. Multiplied by the v of [edwards8.Scalar.Halve], the equation has half
// of the doublings. R is the point of its bytes, and, but under ZIP215, [allowed] has refused all other bytes of that point.
func (w *portable) verify(rule kernels.Flags, key, signature, message []byte) bool {
	encodedR := signature[:32]
	if !w.s.SetBytes(signature[32:]) || !allowed(rule, key, encodedR) || !w.a.Decompress(key) || !w.r.Decompress(encodedR) {
		return false
	}
	w.challenge(encodedR, key, message)
	w.sum.Reset()
	if u, v, negative, ok := w.k.Halve(); ok {
		var vs edwards8.Scalar
		vs.Mul(&w.s, &v)
		if negative {
			vs.Neg(&vs)
		}
		w.sum.AddBase(&vs)
		w.sum.Add(&u, &w.a, true)
		w.sum.Add(&v, &w.r, !negative)
	} else {
		w.sum.AddBase(&w.s)
		w.sum.Add(&w.k, &w.a, true)
		w.sum.Add(&edwards8.Scalar{1}, &w.r, true)
	}
	var p edwards1.Point
	w.sum.Compute(&p)
	if rule == kernels.ZIP215 {
		p.Double(&p, 3)
	}
	return p.Identity()
}

// challenge sets k = SHA-512(R || A || message) mod L, over the bytes as given.
func (w *portable) challenge(encodedR, key, message []byte) {
	w.hash.Reset()
	w.hash.Write(encodedR)
	w.hash.Write(key)
	w.hash.Write(message)
	w.hash.Sum(w.digest[:0])
	w.k.SetDigest(&w.digest)
}
