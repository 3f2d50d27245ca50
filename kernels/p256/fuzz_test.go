package p256

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// FuzzVerify compares Ref and Run with gnark-crypto and the textbook.
func FuzzVerify(f *testing.F) {
	c := ecctest.P256()
	for i := 0; i < len(awkward()); i += 8 {
		f.Add(awkward()[i].Row)
	}
	f.Fuzz(func(t *testing.T, row []byte) {
		if len(row) != Kernel.In {
			return
		}
		want := c.ECDSA(row)
		if got := gnarkVerify(row); got != want {
			t.Errorf("gnark-crypto says %v, the textbook %v", got, want)
		}
		job := []ecctest.Job{{Row: row, Valid: want, HighS: !lowS(row[64:96])}}
		for _, rule := range Kernel.Rules {
			for _, d := range append(ecctest.Diff(Kernel, rule, job, 1, Kernel.Ref), ecctest.Diff(Kernel, rule, job, 1, Kernel.Run)...) {
				t.Error(d)
			}
		}
	})
}

// FuzzSigned makes a valid job and changes it by mask.
func FuzzSigned(f *testing.F) {
	c := ecctest.P256()
	f.Add([]byte{1}, []byte{2}, []byte{4}, make([]byte, 160))
	f.Add(c.N.Bytes(), []byte{2}, []byte{4}, []byte{1})
	f.Fuzz(func(t *testing.T, key, nonce, digest, mask []byte) {
		row, _, ok := c.SignECDSA(c.Scalar(key), c.Scalar(nonce), c.Scalar(digest))
		if !ok {
			return
		}
		valid := true
		if xor(row, mask) {
			valid = gnarkVerify(row)
		}
		job := []ecctest.Job{{Row: row, Valid: valid, HighS: !lowS(row[64:96])}}
		for _, rule := range Kernel.Rules {
			for _, d := range append(ecctest.Diff(Kernel, rule, job, 1, Kernel.Ref), ecctest.Diff(Kernel, rule, job, 1, Kernel.Run)...) {
				t.Error(d)
			}
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

// FuzzDecodeKey compares with crypto/ecdh and crypto/elliptic.
func FuzzDecodeKey(f *testing.F) {
	for _, j := range awkward()[:20] {
		f.Add(append([]byte{4}, j.Row[96:]...))
		f.Add(append([]byte{2}, j.Row[96:128]...))
		f.Add(append([]byte{6}, j.Row[96:]...))
	}
	f.Fuzz(func(t *testing.T, sec1 []byte) {
		xy, err := DecodeKey(sec1)
		if x, y := elliptic.UnmarshalCompressed(elliptic.P256(), sec1); x != nil {
			sec1 = append(append([]byte{4}, x.FillBytes(make([]byte, 32))...), y.FillBytes(make([]byte, 32))...)
		}
		key, reason := ecdh.P256().NewPublicKey(sec1)
		if (err == nil) != (reason == nil) || err == nil && !bytes.Equal(key.Bytes()[1:], xy[:]) {
			t.Errorf("%x, %v; crypto/ecdh says %v", xy, err, reason)
		}
		if err != nil && !errors.Is(err, ErrForm) && !errors.Is(err, ErrPoint) && !errors.Is(err, ErrHybrid) {
			t.Errorf("an error of no kind: %v", err)
		}
	})
}
