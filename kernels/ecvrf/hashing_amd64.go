//go:build amd64 && !purego

package ecvrf

import (
	"bytes"
	"hash"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/sha512lanes"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// bufferSize is the longest message in bytes that is put together in memory; longer ones are hashed piece by piece.
const bufferSize = 512

// hashing is the memory of hashes, one for each job.
type hashing struct {
	lanes    sha512lanes.Hasher
	hash     hash.Hash
	front    [2]byte
	pieces   [perTurn][4][]byte
	buffers  [perTurn][bufferSize]byte
	messages [perTurn]sha512lanes.Message
	digests  [perTurn][sha512lanes.Size]byte
}

// sumPieces hashes the pieces of n messages, one behind the other.
func (h *hashing) sumPieces(n int) {
	long := false
	for i := range h.pieces[:n] {
		size := 0
		for _, p := range &h.pieces[i] {
			size += len(p)
		}
		if size > bufferSize {
			h.messages[i] = sha512lanes.Message{}
			long = true
			continue
		}
		buf := h.buffers[i][:0]
		for _, p := range &h.pieces[i] {
			buf = append(buf, p...)
		}
		h.set(i, buf)
	}
	h.sum(n)
	if !long {
		return
	}
	for i := range h.pieces[:n] {
		if h.messages[i].Len() != 0 {
			continue
		}
		h.hash.Reset()
		for _, p := range &h.pieces[i] {
			h.hash.Write(p)
		}
		h.hash.Sum(h.digests[i][:0])
	}
}

// set makes what is in a buffer a message.
func (h *hashing) set(i int, buf []byte) { h.messages[i][2] = buf }

// sum hashes the first n messages.
func (h *hashing) sum(n int) { h.lanes.Sum(h.digests[:n], h.messages[:n]) }

// What follows the fields of a hash: nothing in draft 03.
func (w *workspace) back() []byte {
	if w.rule == kernels.Draft03 {
		return nil
	}
	return []byte{0}
}

// conclude compares the challenges, section 5.4.3, and sets verdicts and outputs, section 5.2.
func (w *workspace) conclude() {
	b, id, back := w.batch, vrfsuite.ID(w.rule), w.back()
	for j := range w.n {
		of, l := &w.groups[j/lanes], j%lanes
		row := b.Row(w.lo + j)
		buf := append(w.buffers[j][:0], id, vrfsuite.ChallengeFront)
		if w.rule != kernels.Draft03 {
			buf = append(buf, row[:KeySize]...)
		}
		buf = of.h.AppendLane(buf, l)
		buf = append(buf, row[KeySize:KeySize+32]...)
		if e := edwards8.EncodingOf(row[KeySize:]); e.ZeroX() {
			buf[len(buf)-1] &^= 0x80 // draft 03 takes the sign there, and hashes the point without
		}
		buf = of.v.AppendLane(of.u.AppendLane(buf, l), l)
		w.set(j, append(buf, back...))
	}
	w.sum(w.n)
	var valid [perTurn]uint8
	n := 0
	for j := range w.n {
		c := b.Row(w.lo + j)[KeySize+32:][:vrfsuite.ChallengeSize]
		if !w.isFine(j) || !bytes.Equal(c, w.digests[j][:vrfsuite.ChallengeSize]) {
			clear(b.Out(w.lo + j))
			b.SetVerdict(w.lo+j, kernels.Invalid)
			continue
		}
		buf := append(w.buffers[n][:0], id, vrfsuite.OutputFront)
		buf = w.groups[j/lanes].gamma8.AppendLane(buf, j%lanes)
		w.set(n, append(buf, back...))
		valid[n] = uint8(j)
		n++
	}
	w.sum(n)
	for i, j := range valid[:n] {
		copy(b.Out(w.lo+int(j)), w.digests[i][:])
		b.SetVerdict(w.lo+int(j), kernels.Valid)
	}
}
