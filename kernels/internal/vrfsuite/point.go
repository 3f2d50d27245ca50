package vrfsuite

import (
	"bytes"

	"filippo.io/edwards25519"
)

// Decode sets p from its canonical encoding and reports whether it is one: RFC 8032, section 5.1.3, so y < p,
// and no sign with x = 0.
func Decode(p *edwards25519.Point, encoded []byte) bool {
	_, err := p.SetBytes(encoded)
	return err == nil && bytes.Equal(p.Bytes(), encoded)
}

// DecodeDraft03 is Decode as libsodium has it: y < p, but the sign of x = 0 does not matter.
func DecodeDraft03(p *edwards25519.Point, encoded []byte) bool {
	if _, err := p.SetBytes(encoded); err != nil {
		return false
	}
	canonical := p.Bytes()
	return bytes.Equal(canonical[:31], encoded[:31]) && canonical[31]&0x7f == encoded[31]&0x7f
}

// SmallOrder tells whether 8P is neutral.
func SmallOrder(p *edwards25519.Point) bool {
	var q, neutral edwards25519.Point
	neutral.Set(edwards25519.NewIdentityPoint())
	return q.MultByCofactor(p).Equal(&neutral) == 1
}
