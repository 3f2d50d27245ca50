package secp256k1

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// Why [DecodeKey] refuses a key. A caller whose chain accepts hybrid keys (Bitcoin did in old scripts) knows
// them by ErrHybrid.
var (
	ErrHybrid = ecc.ErrHybrid // 65 bytes that begin with 6 or 7
	ErrForm   = ecc.ErrForm   // neither compressed, uncompressed nor hybrid
	ErrPoint  = ecc.ErrPoint  // a coordinate is not below p, or the point is not on the curve
)

// DecodeKey gives the x‖y of a public key in SEC 1, section 2.3.4: 33 bytes that begin with 2 or 3, or 65 that begin
// with 4. The errors wrap ErrHybrid, ErrForm or ErrPoint.
func DecodeKey(sec1 []byte) (xy [64]byte, err error) {
	compressed, err := ecc.Form(sec1)
	if err != nil {
		return xy, fmt.Errorf("secp256k1: %w", err)
	}
	var q point
	ok := false
	if compressed {
		var x element
		if x.SetBytes((*[32]byte)(sec1[1:])) == 0 {
			q, ok = lift(&x, sec1[0] == 3)
		}
	} else {
		q, ok = key((*[64]byte)(sec1[1:]))
	}
	if !ok {
		return xy, fmt.Errorf("secp256k1: %w", ErrPoint)
	}
	q.X.PutBytesUnchecked(xy[:32])
	q.Y.PutBytesUnchecked(xy[32:])
	return xy, nil
}
