package sm2

import (
	"github.com/emmansun/gmsm/sm2/sm2ec"

	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// Why [DecodeKey] refuses a key.
var (
	ErrHybrid = ecc.ErrHybrid // 65 bytes that begin with 6 or 7
	ErrForm   = ecc.ErrForm   // neither compressed, uncompressed nor hybrid
	ErrPoint  = ecc.ErrPoint  // a coordinate is not below p, or the point is not on the curve
)

// DecodeKey gives the x‖y of a public key in SEC 1, section 2.3.4: 33 bytes that begin with 2 or 3, or 65 that begin
// with 4. The errors wrap ErrHybrid, ErrForm or ErrPoint.
func DecodeKey(sec1 []byte) (xy [64]byte, err error) {
	return ecc.DecodeKey("sm2", sm2ec.P256(), onCurve, sec1)
}

// onCurve tells whether x‖y are below p and on the curve.
func onCurve(xy *[64]byte) bool {
	_, err := parseKey(xy)
	return err == nil
}
