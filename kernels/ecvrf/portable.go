package ecvrf

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards1"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// runPortable decides jobs [lo,hi) without vectors, one after the other.
func runPortable(b *kernels.Batch, lo, hi int) {
	if lo == hi {
		return
	}
	w := portables.Get().(*portable)
	defer portables.Put(w)
	w.rule = b.Flags()
	for i := lo; i < hi; i++ {
		row, out := b.Row(i), b.Out(i)
		valid := w.verify(row[:KeySize], b.Message(i), row[KeySize:])
		if valid {
			beta := w.output()
			copy(out, beta[:])
		} else {
			clear(out)
		}
		b.SetVerdict(i, kernels.Of(valid))
	}
}

// portables keeps the memory of past calls for later ones.
var portables = sync.Pool{New: func() any { return new(portable) }}

// portable is what is used again from job to job.
type portable struct {
	rule kernels.Flags
	buf  []byte // what is being hashed

	y, gamma, h, gamma8, u, v edwards1.Point
	challenge                 [sha512.Size]byte // its first bytes
	sum                       edwards1.Sum
	room                      [4]edwards1.Element
}

// verify decides one job and leaves 8 Gamma: RFC 9381, section 5.3, with validate_key, in the order of Ref.
func (w *portable) verify(key, alpha, proof []byte) bool {
	gamma, c, s := proof[:32], proof[32:48], proof[48:]
	k := edwards8.Scalar{binary.LittleEndian.Uint64(c), binary.LittleEndian.Uint64(c[8:])}
	var scalar edwards8.Scalar
	if below := scalar.SetBytes(s); !below {
		if w.rule != kernels.Draft03 {
			return false
		}
		scalar.Reduce(&[8]uint64{scalar[0], scalar[1], scalar[2], scalar[3]})
	}
	if !allowedKey(key) || !allowedGamma(w.rule, gamma) || !w.y.Decompress(key) || !w.gamma.Decompress(gamma) || !w.encode(key, alpha) {
		return false
	}
	// U = sB - cY and V = sH - c Gamma. The points are negated, not c: see ref.go.
	w.sum.Reset()
	w.sum.AddBase(&scalar)
	w.sum.Add(&k, &w.y, true)
	w.sum.Compute(&w.u)
	w.sum.Reset()
	w.sum.Add(&scalar, &w.h, false)
	w.sum.Add(&k, &w.gamma, true)
	w.sum.Compute(&w.v)
	w.gamma8.Double(&w.gamma, 3)
	edwards1.Normalise([]*edwards1.Point{&w.h, &w.gamma8, &w.u, &w.v}, w.room[:])

	w.begin(vrfsuite.ChallengeFront)
	if w.rule != kernels.Draft03 {
		w.buf = append(w.buf, key...)
	}
	w.buf = w.h.Append(w.buf)
	w.buf = append(w.buf, gamma...)
	if e := edwards8.EncodingOf(gamma); e.ZeroX() {
		w.buf[len(w.buf)-1] &^= 0x80 // draft 03 takes the sign there, and hashes the point without
	}
	w.buf = w.v.Append(w.u.Append(w.buf))
	w.challenge = w.digest()
	return bytes.Equal(c, w.challenge[:vrfsuite.ChallengeSize])
}

// output is beta: section 5.2.
func (w *portable) output() [sha512.Size]byte {
	w.begin(vrfsuite.OutputFront)
	w.buf = w.gamma8.Append(w.buf)
	return w.digest()
}

// begin begins what is hashed, and digest ends and hashes it.
func (w *portable) begin(front byte) { w.buf = append(w.buf[:0], vrfsuite.ID(w.rule), front) }

func (w *portable) digest() [sha512.Size]byte {
	if w.rule != kernels.Draft03 {
		w.buf = append(w.buf, 0)
	}
	return sha512.Sum512(w.buf)
}

// encode sets H: section 5.4.1.
func (w *portable) encode(key, alpha []byte) bool {
	h := &w.h
	switch w.rule {
	case kernels.TAI:
		return w.tryAndIncrement(key, alpha)
	case kernels.ELL2:
		uniform := w.expand(key, alpha)
		var r edwards1.Element
		r.SetWide(uniform[:])
		h.Elligator2(&r, false)
	default:
		w.begin(vrfsuite.EncodeFront)
		w.buf = append(append(w.buf, key...), alpha...)
		digest := w.digest()
		var r edwards1.Element
		r.SetBytes(digest[:32]) // without the highest bit
		h.Elligator2(&r, true)
	}
	h.Double(h, 3)
	return true
}

// tryAndIncrement is section 5.4.1.1.
func (w *portable) tryAndIncrement(key, alpha []byte) bool {
	for counter := range 256 {
		w.begin(vrfsuite.EncodeFront)
		w.buf = append(append(append(w.buf, key...), alpha...), byte(counter))
		digest := w.digest()
		e := edwards8.EncodingOf(digest[:32])
		if e.Canonical() && !e.Small() && w.h.Decompress(digest[:32]) {
			w.h.Double(&w.h, 3)
			return true
		}
	}
	return false
}

// expand gives the number, little-endian, that encode_to_curve maps: RFC 9380, sections 5.2 and 5.3.1.
func (w *portable) expand(key, alpha []byte) (uniform [48]byte) {
	const end = vrfsuite.DST + string(rune(len(vrfsuite.DST)))
	var pad [sha512.BlockSize]byte
	w.buf = append(append(append(w.buf[:0], pad[:]...), key...), alpha...)
	w.buf = append(append(w.buf, 0, byte(len(uniform)), 0), end...)
	first := sha512.Sum512(w.buf)
	w.buf = append(append(append(w.buf[:0], first[:]...), 1), end...)
	second := sha512.Sum512(w.buf)
	copy(uniform[:], second[:])
	slices.Reverse(uniform[:])
	return uniform
}

// allowedKey tells whether the bytes of a key pass: y below the prime, and not of small order, which the signed forms of x = 0
// are, too.
func allowedKey(key []byte) bool {
	e := edwards8.EncodingOf(key)
	return e.Reduced() && !e.Small()
}

// allowedGamma tells whether the bytes of Gamma pass.
func allowedGamma(rule kernels.Flags, gamma []byte) bool {
	e := edwards8.EncodingOf(gamma)
	if rule == kernels.Draft03 {
		return e.Reduced()
	}
	return e.Canonical()
}
