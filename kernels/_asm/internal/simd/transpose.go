package simd

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Transpose turns as many rows as there are lanes, one row in each register of r, into columns: word c of all rows is in
// t[c]. The rows are destroyed.
func (m Machine) Transpose(r, t []reg.VecPhysical) {
	switch {
	case m.Lanes() == 16:
		transpose16(r, t)
	case m.Lanes() == 4:
		transpose4(r, t)
	case m.Word == 8:
		transpose8x64(r, t)
	default:
		transpose8x32(r, t)
	}
}

// transpose16 is 16x16 words of 32 bits: 64 shuffles.
func transpose16(r, t []reg.VecPhysical) {
	unpack32(r, t)
	unpack64(t, r)
	// r[i+c], 128-bit lane L: word 4L+c of rows i to i+3. What is left is a 4x4 transposition of 128-bit lanes.
	for c := range 4 {
		x, out := every(4, r[c:]), every(4, t[c:])
		transpose128(x, []reg.VecPhysical{out[2], out[3], x[0], x[2]}, out)
	}
}

// transpose8x64 is 8x8 words of 64 bits: 24 shuffles.
func transpose8x64(r, t []reg.VecPhysical) {
	for i := 0; i < 8; i += 2 {
		VPUNPCKLQDQ(r[i+1], r[i], t[i])
		VPUNPCKHQDQ(r[i+1], r[i], t[i+1])
	}
	// t[i+c], 128-bit lane L: word 2L+c of rows i and i+1.
	for c := range 2 {
		x := every(2, t[c:])
		transpose128(x, r[4*c:4*c+4], x)
	}
}

// transpose8x32 is 8x8 words of 32 bits: 24 shuffles.
func transpose8x32(r, t []reg.VecPhysical) {
	unpack32(r, t)
	unpack64(t, r)
	for c := range 4 {
		VPERM2I128(operand.U8(0x20), r[4+c], r[c], t[c])
		VPERM2I128(operand.U8(0x31), r[4+c], r[c], t[4+c])
	}
}

// transpose4 is 4x4 words of 64 bits: 8 shuffles.
func transpose4(r, t []reg.VecPhysical) {
	VPUNPCKLQDQ(r[1], r[0], t[0]) // words 0 and 2 of rows 0 and 1
	VPUNPCKHQDQ(r[1], r[0], r[0]) // words 1 and 3
	VPUNPCKLQDQ(r[3], r[2], t[1])
	VPUNPCKHQDQ(r[3], r[2], r[2])
	VPERM2I128(operand.U8(0x31), t[1], t[0], t[2])
	VPERM2I128(operand.U8(0x20), t[1], t[0], t[0])
	VPERM2I128(operand.U8(0x20), r[2], r[0], t[1])
	VPERM2I128(operand.U8(0x31), r[2], r[0], t[3])
}

// unpack32 pairs rows: to[i], i even, is words 0,1 of rows i and i+1 in turn, to[i+1] words 2,3, in each 128-bit lane.
func unpack32(from, to []reg.VecPhysical) {
	for i := 0; i < len(from); i += 2 {
		VPUNPCKLDQ(from[i+1], from[i], to[i])
		VPUNPCKHDQ(from[i+1], from[i], to[i+1])
	}
}

// unpack64 goes on: to[i+c], i mod 4 = 0, is word c of rows i to i+3, in each 128-bit lane.
func unpack64(from, to []reg.VecPhysical) {
	for i := 0; i < len(from); i += 4 {
		VPUNPCKLQDQ(from[i+2], from[i], to[i])
		VPUNPCKHQDQ(from[i+2], from[i], to[i+1])
		VPUNPCKLQDQ(from[i+3], from[i+1], to[i+2])
		VPUNPCKHQDQ(from[i+3], from[i+1], to[i+3])
	}
}

// transpose128 is 4x4 128-bit lanes of 512-bit registers: rows in x, columns in out, halfway in y. y[0] and y[1] are not in
// x, and out not in y[1:], unless it is in y[0] last.
func transpose128(x, y, out []reg.VecPhysical) {
	low, high := operand.Imm(0x44), operand.Imm(0xee)
	even, odd := operand.Imm(0x88), operand.Imm(0xdd)
	VSHUFI32X4(low, x[1], x[0], y[0])
	VSHUFI32X4(low, x[3], x[2], y[1])
	VSHUFI32X4(high, x[1], x[0], y[2])
	VSHUFI32X4(high, x[3], x[2], y[3])
	VSHUFI32X4(even, y[1], y[0], out[0])
	VSHUFI32X4(odd, y[1], y[0], out[1])
	VSHUFI32X4(even, y[3], y[2], out[2])
	VSHUFI32X4(odd, y[3], y[2], out[3])
}

// every is four registers, n apart.
func every(n int, r []reg.VecPhysical) []reg.VecPhysical {
	return []reg.VecPhysical{r[0], r[n], r[2*n], r[3*n]}
}

// Pairs is the controls of VPERMI2Q that [Machine.Digests] needs for half rows.
type Pairs struct{ low, high operand.Mem }

// NewPairs puts the controls into memory.
func NewPairs() *Pairs {
	return &Pairs{
		Words64("pairLow", []uint64{0, 1, 8, 9, 2, 3, 10, 11}),
		Words64("pairHigh", []uint64{4, 5, 12, 13, 6, 7, 14, 15}),
	}
}

// Digests turns the words of a state, w[i] in all lanes, into one row for each lane, and calls store with where it is: a
// register, and for rows of half its width whether that is the high half. A row of more words than lanes comes in parts,
// one register each. p is for half rows. w and t, as many registers, are destroyed.
func (m Machine) Digests(w, t []reg.VecPhysical, p *Pairs, store func(x reg.VecPhysical, high bool, lane, part int)) {
	lanes := m.Lanes()
	if len(w) >= lanes {
		for part := range len(w) / lanes {
			r, c := w[part*lanes:(part+1)*lanes], t[part*lanes:(part+1)*lanes]
			m.Transpose(r, c)
			for lane := range lanes {
				store(c[lane], false, lane, part)
			}
		}
		return
	}
	// The 128-bit lanes L of a[c] and b[c], c < n, are the halves of the digest of lane n*L+c.
	var a, b, out []reg.VecPhysical
	if m.Word == 4 {
		unpack32(w, t)
		unpack64(t, w)
		a, b, out = w[:4], w[4:8], t
	} else {
		for i := 0; i < 4; i += 2 {
			VPUNPCKLQDQ(w[i+1], w[i], t[i])
			VPUNPCKHQDQ(w[i+1], w[i], t[i+1])
		}
		a, b, out = t[:2], t[2:4], w
	}
	n := len(a)
	for c := range n {
		low, high := out[2*c], out[2*c+1]
		VMOVDQU64(p.low, low)
		VPERMI2Q(b[c], a[c], low)
		VMOVDQU64(p.high, high)
		VPERMI2Q(b[c], a[c], high)
		store(low, false, c, 0)
		store(low, true, n+c, 0)
		store(high, false, 2*n+c, 0)
		store(high, true, 3*n+c, 0)
	}
}

// StoreRow stores a register, or the half of it, as Digests gives them.
func (m Machine) StoreRow(x reg.VecPhysical, high, half bool, to operand.Mem) {
	switch {
	case high:
		VEXTRACTI64X4(operand.U8(1), x, to)
	case half:
		VMOVDQU64(x.AsY(), to)
	default:
		m.Move(x, to)
	}
}
