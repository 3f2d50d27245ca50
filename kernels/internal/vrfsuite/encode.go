package vrfsuite

import (
	"crypto/sha512"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// tryAndIncrement is RFC 9381, section 5.4.1.1: the first of 256 hashes that is the encoding of a point, times
// the cofactor, unless that is neutral.
func (s *Suite) tryAndIncrement(h *edwards25519.Point, key, alpha []byte) bool {
	for ctr := range 256 {
		s.buf = append(s.buf[:0], s.id, EncodeFront)
		s.buf = append(append(append(s.buf, key...), alpha...), byte(ctr))
		digest := s.sum()
		if Decode(h, digest[:32]) && !SmallOrder(h) {
			h.MultByCofactor(h)
			return true
		}
	}
	return false
}

// DST is the domain separation tag of RFC 9381, section 5.5, for ECVRF-EDWARDS25519-SHA512-ELL2.
const DST = "ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04"

// elligator2 is RFC 9381, section 5.4.1.2: encode_to_curve of RFC 9380, section 3, in the suite
// edwards25519_XMD:SHA-512_ELL2_NU_, of key || alpha.
func (s *Suite) elligator2(h *edwards25519.Point, key, alpha []byte) {
	// RFC 9380, section 5.3.1: expand_message_xmd to 48 bytes, which the first block of output gives.
	const length = 48
	var pad [sha512.BlockSize]byte
	s.buf = append(append(append(s.buf[:0], pad[:]...), key...), alpha...)
	s.buf = append(s.buf, 0, length, 0)
	s.buf = append(append(s.buf, DST...), byte(len(DST)))
	b0 := sha512.Sum512(s.buf)

	s.buf = append(append(s.buf[:0], b0[:]...), 1)
	s.buf = append(append(s.buf, DST...), byte(len(DST)))
	b1 := sha512.Sum512(s.buf)

	// Section 5.2: a big-endian number modulo p.
	var wide [64]byte
	for i, x := range b1[:length] {
		wide[length-1-i] = x
	}
	var r, u, v field.Element
	if _, err := r.SetWideBytes(wide[:]); err != nil {
		panic("vrfsuite: " + err.Error()) // only for a length other than 64
	}
	mapToCurve25519(&u, &v, &r)
	toEdwards(h, &u, &v)
	h.MultByCofactor(h)
}

// elligator2Draft03 is section 5.4.1.2 of draft 03 as libsodium has it: the hash is a number below 2^255,
// Elligator 2 gives the coordinate u of a point on Curve25519, and the point taken is the one of edwards25519
// with the y of that and an even x.
func (s *Suite) elligator2Draft03(h *edwards25519.Point, key, alpha []byte) bool {
	s.buf = append(s.buf[:0], s.id, EncodeFront)
	s.buf = append(append(s.buf, key...), alpha...)
	digest := s.sum()
	digest[31] &= 0x7f
	var r, u, v, y field.Element
	if _, err := r.SetBytes(digest[:32]); err != nil {
		panic("vrfsuite: " + err.Error()) // only for a length other than 32
	}
	mapToCurve25519(&u, &v, &r)
	edwardsY(&y, &u)
	if _, err := h.SetBytes(y.Bytes()); err != nil {
		return false // never: u is of a point, so y is
	}
	h.MultByCofactor(h)
	return true
}
