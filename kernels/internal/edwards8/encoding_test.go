package edwards8

import (
	"bytes"
	"testing"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

// TestEncoding compares with filippo.io/edwards25519, which takes all encodings that name a point, on points of small order in all
// encodings and on other awkward ones.
func TestEncoding(t *testing.T) {
	encodings := nasty25519.SmallOrder()
	for i, c := range nasty25519.Cases() {
		if i%3 == 0 {
			encodings = append(encodings, c.Key, c.Signature[:32])
		}
	}
	smalls, canonicals, reduced := 0, 0, 0
	for _, b := range encodings {
		p, err := new(edwards25519.Point).SetBytes(b)
		if err != nil {
			continue
		}
		e := EncodingOf(b)
		again := p.Bytes()
		canonical := bytes.Equal(again, b)
		below := bytes.Equal(again[:31], b[:31]) && (again[31]^b[31])&127 == 0
		var eight, negative edwards25519.Point
		small := eight.MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1
		zeroX := negative.Negate(p).Equal(p) == 1 && below
		if e.Canonical() != canonical || e.Reduced() != below || e.ZeroX() != zeroX || e.Signed() != (b[31]>>7 == 1) {
			t.Errorf("%x: canonical %v, y reduced %v, x zero %v; want %v, %v, %v",
				b, e.Canonical(), e.Reduced(), e.ZeroX(), canonical, below, zeroX)
		}
		if e.Small() != small {
			t.Errorf("%x: small %v, want %v", b, e.Small(), small)
		}
		if small {
			smalls++
		}
		if canonical {
			canonicals++
		}
		if below {
			reduced++
		}
	}
	if smalls < 20 || canonicals == reduced || reduced == len(encodings) {
		t.Errorf("%d encodings: %d small, %d canonical, %d reduced", len(encodings), smalls, canonicals, reduced)
	}
}
