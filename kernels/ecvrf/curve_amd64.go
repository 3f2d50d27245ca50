//go:build amd64 && !purego

package ecvrf

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

const (
	perTry   = 2 * lanes // hashes that try and increment decompresses at a time
	fewOpen  = 2         // for so many jobs, half of that will do
	maxTries = 256
)

// curve is the memory of the way from alpha to the curve.
type curve struct {
	edwards8.Elligator
	x, y   edwards8.Pair
	points edwards8.Points
}

// encodeToCurve sets H, with T, for all jobs of the turn: section 5.4.1.
func (w *workspace) encodeToCurve(groups int) {
	switch w.rule {
	case kernels.TAI:
		w.tryAndIncrement(groups)
		return
	case kernels.ELL2:
		w.expand()
	default:
		w.hashDraft03()
	}
	c := &w.curve
	for g := 0; g < groups; g += 2 {
		for i := range min(2*lanes, w.n-lanes*g) {
			digest := &w.digests[lanes*g+i]
			if w.rule == kernels.ELL2 {
				c.y[i/lanes].SetWideLane(i%lanes, digest[:fieldBytes])
			} else {
				c.y[i/lanes].SetLane(i%lanes, digest[:32]) // without the highest bit
			}
		}
		sign := edwards8.SignRFC9380
		if w.rule == kernels.Draft03 {
			sign = edwards8.SignEvenX
		}
		c.Map(&c.points, &c.y, sign)
		n := min(2, groups-g)
		c.points.Double(n, 3)
		for i := range n {
			w.groups[g+i].h = c.points[i]
		}
	}
}

// hashDraft03 hashes as section 5.4.1.2 of draft 03 says.
func (w *workspace) hashDraft03() {
	w.front = [2]byte{vrfsuite.ID(w.rule), vrfsuite.EncodeFront}
	for j := range w.n {
		w.pieces[j] = [4][]byte{w.front[:], w.batch.Row(w.lo + j)[:KeySize], w.batch.Message(w.lo + j)}
	}
	w.sumPieces(w.n)
}

// fieldBytes is how many bytes RFC 9380 makes an element of the field of.
const fieldBytes = 48

var (
	zeros [128]byte
	// What expand_message_xmd puts behind the message and behind b0: RFC 9380, section 5.3.1.
	tail0 = []byte("\x00\x30\x00" + vrfsuite.DST + string(rune(len(vrfsuite.DST))))
	tail1 = []byte("\x01" + vrfsuite.DST + string(rune(len(vrfsuite.DST))))
)

// expand leaves the number, little-endian, that encode_to_curve maps in the digest of each job: RFC 9380, section 5.2.
func (w *workspace) expand() {
	for j := range w.n {
		w.pieces[j] = [4][]byte{zeros[:], w.batch.Row(w.lo + j)[:KeySize], w.batch.Message(w.lo + j), tail0}
	}
	w.sumPieces(w.n)
	for j := range w.n {
		w.set(j, append(append(w.buffers[j][:0], w.digests[j][:]...), tail1...))
	}
	w.sum(w.n)
	for j := range w.n {
		d := w.digests[j][:fieldBytes]
		for i := range fieldBytes / 2 {
			d[i], d[fieldBytes-1-i] = d[fieldBytes-1-i], d[i]
		}
	}
}

// tryAndIncrement is section 5.4.1.1: the first of 256 hashes that encodes a point, times the cofactor, unless that is neutral.
// All lanes try at once: where fewer jobs than lanes are left to find their point, each tries several counters, of which the
// lowest that does wins. One or two jobs have one group of lanes, which is not enough for one in 256 times, or in 8. Only jobs with short
// alphas do, lest somebody make us hash a long one for nothing.
func (w *workspace) tryAndIncrement(groups int) {
	var open, counter [perTurn]int // jobs without a point; what each tries next
	n := 0
	for j := range w.n {
		if w.isFine(j) {
			open[n] = j
			n++
		}
	}
	for g := range groups {
		w.groups[g].h.SetIdentity()
	}
	w.front = [2]byte{vrfsuite.ID(w.rule), vrfsuite.EncodeFront}
	c := &w.curve
	for n > 0 {
		var job [perTry]int
		count, most := 0, perTry
		if n <= fewOpen {
			most = lanes
		}
		for again := false; count < most; again = true {
			before := count
			for _, j := range open[:n] {
				alpha := w.batch.Message(w.lo + j)
				if count == most || counter[j] == w.tries || again && len(alpha) > bufferSize/2 {
					continue
				}
				w.pieces[count] = [4][]byte{w.front[:], w.batch.Row(w.lo + j)[:KeySize], alpha, ends[2*counter[j]:][:2]}
				job[count] = j
				counter[j]++
				count++
			}
			if count == before {
				break
			}
		}
		if count == 0 {
			break // nobody will ever see this
		}
		w.sumPieces(count)
		var fine, odd, ok [2]uint8
		for i := range count {
			digest := w.digests[i][:32]
			if e := edwards8.EncodingOf(digest); e.Canonical() && !e.Small() {
				fine[i/lanes] |= 1 << (i % lanes)
			}
			c.y[i/lanes].SetLane(i%lanes, digest)
			odd[i/lanes] |= digest[31] >> 7 << (i % lanes)
		}
		tried := (count + lanes - 1) / lanes
		c.Decompress(c.x[:tried], c.y[:tried], odd[:tried], ok[:tried])
		var found [perTurn]bool
		for i, j := range job[:count] {
			if g, l := i/lanes, i%lanes; !found[j] && (ok[g]&fine[g])>>l&1 == 1 {
				found[j] = true
				h := &w.groups[j/lanes].h
				for k := range h.X {
					h.X[k][j%lanes], h.Y[k][j%lanes] = c.x[g][k][l], c.y[g][k][l]
				}
			}
		}
		left := 0
		for _, j := range open[:n] {
			if !found[j] {
				open[left] = j
				left++
			}
		}
		n = left
	}
	for _, j := range open[:n] {
		w.fine[j/lanes] &^= 1 << (j % lanes)
	}
	for g := range groups {
		h := &w.groups[g].h
		h.SetAffine(&h.X, &h.Y)
		h.Double(3)
	}
}

// ends has the counter and the byte 0 of each try.
var ends = func() (p [2 * maxTries]byte) {
	for i := range maxTries {
		p[2*i] = byte(i)
	}
	return p
}()
