package ecc

import (
	"crypto/elliptic"
	"errors"
	"fmt"
)

// Why a SEC 1 key is refused. The packages of the curves export them under the same names, so that a caller can
// tell a key that no library accepts from one that only some refuse.
var (
	// ErrHybrid: the hybrid form of X9.62 (65 bytes, first byte 6 or 7), which Bitcoin accepted in old scripts.
	ErrHybrid = errors.New("hybrid public key")
	// ErrForm: neither 33 bytes that begin with 2 or 3, nor 65 that begin with 4. The point at infinity
	// (one zero byte) is no key.
	ErrForm = errors.New("public key is not in a form of SEC 1")
	// ErrPoint: a coordinate is not below p, or the point is not on the curve.
	ErrPoint = errors.New("public key is not a point of the curve")
)

// Form says how a key in SEC 1, section 2.3.3, is encoded: Compressed (33 bytes) or Uncompressed (65). It looks at
// the length and the first byte only. Errors: ErrHybrid, ErrForm.
func Form(sec1 []byte) (compressed bool, err error) {
	switch {
	case len(sec1) == 33 && (sec1[0] == 2 || sec1[0] == 3):
		return true, nil
	case len(sec1) == 65 && sec1[0] == 4:
		return false, nil
	case len(sec1) == 65 && (sec1[0] == 6 || sec1[0] == 7):
		return false, ErrHybrid
	case len(sec1) == 0:
		return false, fmt.Errorf("%w: it is empty", ErrForm)
	}
	return false, fmt.Errorf("%w: %d bytes that begin with %#02x", ErrForm, len(sec1), sec1[0])
}

// DecodeKey gives the x‖y of a public key in SEC 1, section 2.3.4, on a curve that crypto/elliptic decompresses:
// 33 bytes that begin with 2 or 3, or 65 that begin with 4. onCurve checks x‖y. The errors wrap ErrHybrid, ErrForm or
// ErrPoint and begin with the package's name.
func DecodeKey(name string, curve elliptic.Curve, onCurve func(xy *[64]byte) bool, sec1 []byte) (xy [64]byte, err error) {
	compressed, err := Form(sec1)
	if err != nil {
		return xy, fmt.Errorf("%s: %w", name, err)
	}
	if compressed {
		if x, y := elliptic.UnmarshalCompressed(curve, sec1); x != nil {
			x.FillBytes(xy[:32])
			y.FillBytes(xy[32:])
			return xy, nil
		}
	} else if p := (*[64]byte)(sec1[1:]); onCurve(p) {
		return *p, nil
	}
	return xy, fmt.Errorf("%s: %w", name, ErrPoint)
}
