package vrfsuite

import (
	"bytes"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// tryAndIncrement is RFC 9381, section 5.4.1.1: the first hash that is a point whose multiple by the cofactor
// is not neutral.
func (s *Suite) tryAndIncrement(h *edwards25519.Point, key, alpha []byte) bool {
	for ctr := range 256 {
		d := s.sum([]byte{s.id, encodeFront}, key, alpha, []byte{byte(ctr)}, s.end())
		if !DecodeStrict(h, d[:32]) {
			continue
		}
		if h.MultByCofactor(h).Equal(edwards25519.NewIdentityPoint()) == 0 {
			return true
		}
	}
	return false
}

// DecodeStrict sets p from its canonical encoding and reports whether it is one: RFC 8032, section 5.1.3, so
// y < p, and no sign with x = 0.
func DecodeStrict(p *edwards25519.Point, encoded []byte) bool {
	_, err := p.SetBytes(encoded)
	return err == nil && bytes.Equal(p.Bytes(), encoded)
}

// Decode is DecodeStrict as libsodium and draft 03 have it: y < p, but the sign of x = 0 does not matter.
func Decode(p *edwards25519.Point, encoded []byte) bool {
	_, err := p.SetBytes(encoded)
	return err == nil && bytes.Equal(p.Bytes()[:31], encoded[:31]) && (p.Bytes()[31]^encoded[31])&0x7f == 0
}

// dst is the domain separation tag of RFC 9381, section 5.5, for ECVRF-EDWARDS25519-SHA512-ELL2, followed by
// its length as expand_message_xmd wants it.
const dst = "ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04" + "\x28"

// elligator2 is RFC 9381, section 5.4.1.2: encode_to_curve of RFC 9380 in the suite
// edwards25519_XMD:SHA-512_ELL2_NU_, over key || alpha.
func (s *Suite) elligator2(h *edwards25519.Point, key, alpha []byte) {
	// RFC 9380, section 5.3.1: expand_message_xmd to 48 bytes, which one block of SHA-512 gives.
	var block [128]byte
	b0 := bytes.Clone(s.sum(block[:], key, alpha, []byte{0, 48, 0}, []byte(dst)))
	uniform := s.sum(b0, []byte{1}, []byte(dst))[:48]

	// Section 5.2: big-endian, modulo p.
	var wide [64]byte
	for i, x := range uniform {
		wide[47-i] = x
	}
	var r field.Element
	if _, err := r.SetWideBytes(wide[:]); err != nil {
		panic("vrfsuite: " + err.Error()) // only for a length other than 64
	}
	u, v := montgomery(&r)
	fromMontgomery(h, u, v)
	h.MultByCofactor(h)
}

// elligator2Draft03 is section 5.4.1.2 of draft 03. The hash is taken as a number below 2^255, Elligator 2
// gives a u coordinate, and the point has the y of it and the even x.
func (s *Suite) elligator2Draft03(h *edwards25519.Point, key, alpha []byte) bool {
	d := s.sum([]byte{s.id, encodeFront}, key, alpha)[:32]
	d[31] &= 0x7f
	var r, y field.Element
	if _, err := r.SetBytes(d); err != nil {
		panic("vrfsuite: " + err.Error()) // only for a length other than 32
	}
	u, _ := montgomery(&r)
	edwardsY(&y, u)
	if _, err := h.SetBytes(y.Bytes()); err != nil {
		return false
	}
	h.MultByCofactor(h)
	return true
}
