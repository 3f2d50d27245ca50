package sm2

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// FuzzVerify compares Ref and Run with the textbook.
func FuzzVerify(f *testing.F) {
	c := ecctest.SM2()
	for i := 0; i < len(awkward()); i += 8 {
		f.Add(awkward()[i].Row)
	}
	f.Fuzz(func(t *testing.T, row []byte) {
		if len(row) != Kernel.In {
			return
		}
		job := []ecctest.Job{{Row: row, Valid: c.SM2(row)}}
		for _, d := range append(ecctest.Diff(Kernel, 0, job, 1, Kernel.Ref), ecctest.Diff(Kernel, 0, job, 1, Kernel.Run)...) {
			t.Error(d)
		}
	})
}

// FuzzSigned makes a valid job and changes it by mask.
func FuzzSigned(f *testing.F) {
	c := ecctest.SM2()
	f.Add([]byte{1}, []byte{2}, []byte{4}, make([]byte, 160))
	f.Add(c.N.Bytes(), []byte{2}, []byte{4}, []byte{1})
	f.Fuzz(func(t *testing.T, key, r, s, mask []byte) {
		row, ok := c.SignSM2(c.Scalar(key), c.Scalar(r), c.Scalar(s))
		if !ok {
			return
		}
		valid := true
		if xor(row, mask) {
			valid = c.SM2(row)
		}
		job := []ecctest.Job{{Row: row, Valid: valid}}
		for _, d := range append(ecctest.Diff(Kernel, 0, job, 1, Kernel.Ref), ecctest.Diff(Kernel, 0, job, 1, Kernel.Run)...) {
			t.Error(d)
		}
	})
}

// xor changes the row and tells whether it did.
func xor(row, mask []byte) (changed bool) {
	for i := range min(len(mask), len(row)) {
		row[i] ^= mask[i]
		changed = changed || mask[i] != 0
	}
	return changed
}

// FuzzDecodeKey compares with the textbook.
func FuzzDecodeKey(f *testing.F) {
	c := ecctest.SM2()
	for _, j := range awkward()[:20] {
		f.Add(append([]byte{4}, j.Row[96:]...))
		f.Add(append([]byte{2}, j.Row[96:128]...))
		f.Add(append([]byte{6}, j.Row[96:]...))
	}
	f.Fuzz(func(t *testing.T, sec1 []byte) {
		xy, err := DecodeKey(sec1)
		var want error
		var point ecctest.Point
		switch {
		case len(sec1) == 33 && sec1[0]&^1 == 2:
			var ok bool
			if point, ok = c.LiftX(new(big.Int).SetBytes(sec1[1:]), sec1[0] == 3); !ok {
				want = ErrPoint
			}
		case len(sec1) == 65 && sec1[0] == 4:
			point = ecctest.Point{X: new(big.Int).SetBytes(sec1[1:33]), Y: new(big.Int).SetBytes(sec1[33:])}
			if !c.OnCurve(point.X, point.Y) {
				want = ErrPoint
			}
		case len(sec1) == 65 && sec1[0]&^1 == 6:
			want = ErrHybrid
		default:
			want = ErrForm
		}
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		if want == nil && !bytes.Equal(xy[:], append(point.X.FillBytes(make([]byte, 32)), point.Y.FillBytes(make([]byte, 32))...)) {
			t.Errorf("%x, want %x, %x", xy, point.X, point.Y)
		}
	})
}
