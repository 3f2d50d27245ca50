//go:build amd64 && !purego

package edwards8

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards4"
)

// The routines of this package exist twice: in AVX-512 IFMA, eight lanes at a time, and in AVX2, as two fours, in package edwards4, on the
// same memory. Everything above them is the same code. They are functions with a branch that always goes the same way, not pointers to
// functions, so that the compiler sees that arguments do not escape. What IFMA has longer routines for is put together in
// narrow_amd64.go.
//
// Elements are tight in the sense of the routines that are taken: limbs below 2^51 + 2^16, or below 2^51 + 2^37 with AVX2.

// ifma says which.
var ifma = cpu.Get() >= cpu.IFMA

func doMul(out, a, b *byte) {
	if ifma {
		mul(out, a, b)
	} else {
		edwards4.Mul(out, a, b)
	}
}

func doAdd(out, a, b *byte) {
	if ifma {
		add(out, a, b)
	} else {
		edwards4.Add(out, a, b)
	}
}

func doSub(out, a, b *byte) {
	if ifma {
		sub(out, a, b)
	} else {
		edwards4.Sub(out, a, b)
	}
}

func doChoose(out, a, b *byte, mask uint64) {
	if ifma {
		choose(out, a, b, mask)
	} else {
		edwards4.Choose(out, a, b, mask)
	}
}

func doCanonical(out, a *byte) (zero, odd uint64) {
	if ifma {
		return canonical(out, a)
	}
	return edwards4.Canonical(out, a)
}

func doSquare1(out, a *byte, n int) {
	if ifma {
		square1(out, a, n)
		return
	}
	to := (*Element)(unsafe.Pointer(out))
	*to = *(*Element)(unsafe.Pointer(a))
	edwards4.Square(to.ptr(), n)
}

func doSquare2(out, a *byte, n int) {
	if ifma {
		square2(out, a, n)
		return
	}
	to := (*Pair)(unsafe.Pointer(out))
	*to = *(*Pair)(unsafe.Pointer(a))
	edwards4.Square(to[0].ptr(), n)
}

func doMul2(out, a, b *byte) {
	if ifma {
		mul2(out, a, b)
		return
	}
	to, x, y := (*Pair)(unsafe.Pointer(out)), (*Pair)(unsafe.Pointer(a)), (*Pair)(unsafe.Pointer(b))
	edwards4.Mul(to[0].ptr(), x[0].ptr(), y[0].ptr())
	edwards4.Mul(to[1].ptr(), x[1].ptr(), y[1].ptr())
}

func doDouble(p *byte, groups, n int) {
	if ifma {
		double(p, groups, n)
	} else {
		edwards4.Double(p, groups, n)
	}
}

func doAddPoints(p, q *byte, groups, affine, t int) {
	if ifma {
		addPoints(p, q, groups, affine, t)
	} else {
		edwards4.AddPoints(p, q, groups, affine, t)
	}
}

func doToCached(t *Table, p *Point, multiple int) {
	if ifma {
		toCached((*byte)(unsafe.Pointer(t)), p.ptr(), multiple)
	} else {
		t.setNarrow(p, multiple)
	}
}
