// Package vrfsuite has the parts that the provers and verifiers of ECVRF over edwards25519 share: the three
// suites, their way from a message to a point of the curve, their challenge and their output.
//
//	          suite  encode to curve          challenge over               ends in
//	TAI       03     try and increment        key, H, Gamma, U, V          00
//	ELL2      04     RFC 9380, Elligator 2    key, H, Gamma, U, V          00
//	Draft03   04     Elligator 2 of draft 03       H, Gamma, U, V          nothing
//
// TAI and ELL2 are those of RFC 9381, section 5.5. Draft03 is draft-irtf-cfrg-vrf-03 as Algorand's libsodium
// has it: the challenge does not bind the key, and no hash ends in a zero byte.
//
// Nothing here is constant time.
package vrfsuite

import (
	"crypto/sha512"
	"hash"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
)

// ChallengeSize is the length of a challenge in bytes.
const ChallengeSize = 16

// Domain separators of RFC 9381, sections 5.2 to 5.4.
const (
	encodeFront    = 1
	challengeFront = 2
	outputFront    = 3
	back           = 0
)

// Suite is one of the three suites, with a hash and buffers that are used again: not for concurrent use.
type Suite struct {
	id     byte
	rule   kernels.Flags
	hash   hash.Hash
	digest [sha512.Size]byte
}

// New gives the suite of the rule: kernels.TAI, ELL2 or Draft03. It panics for another.
func New(rule kernels.Flags) *Suite {
	switch rule {
	case kernels.TAI:
		return &Suite{id: 3, rule: rule, hash: sha512.New()}
	case kernels.ELL2, kernels.Draft03:
		return &Suite{id: 4, rule: rule, hash: sha512.New()}
	}
	panic("vrfsuite: no suite for rule " + rule.String())
}

// sum hashes the parts; the result is overwritten by the next call.
func (s *Suite) sum(parts ...[]byte) []byte {
	s.hash.Reset()
	for _, p := range parts {
		s.hash.Write(p)
	}
	return s.hash.Sum(s.digest[:0])
}

// end is what the suite's hashes end in.
func (s *Suite) end() []byte {
	if s.rule == kernels.Draft03 {
		return nil
	}
	return []byte{back}
}

// Encode sets h to the point that the suite makes of the key's bytes and alpha, a multiple of the cofactor:
// RFC 9381, section 5.4.1, with the key as the salt. It reports false if there is none, which has for TAI the
// probability 2^-256 and for the others none.
func (s *Suite) Encode(h *edwards25519.Point, key, alpha []byte) bool {
	switch s.rule {
	case kernels.TAI:
		return s.tryAndIncrement(h, key, alpha)
	case kernels.ELL2:
		s.elligator2(h, key, alpha)
		return true
	default:
		return s.elligator2Draft03(h, key, alpha)
	}
}

// Challenge gives c, 16 little-endian bytes: RFC 9381, section 5.4.3. The result is overwritten by the next
// call of a method.
func (s *Suite) Challenge(key []byte, h, gamma, u, v *edwards25519.Point) []byte {
	if s.rule == kernels.Draft03 {
		key = nil
	}
	d := s.sum([]byte{s.id, challengeFront}, key, h.Bytes(), gamma.Bytes(), u.Bytes(), v.Bytes(), s.end())
	return d[:ChallengeSize]
}

// Output appends beta, the 64 bytes of VRF output, to dst: RFC 9381, section 5.2.
func (s *Suite) Output(dst []byte, gamma *edwards25519.Point) []byte {
	p := new(edwards25519.Point).MultByCofactor(gamma)
	return append(dst, s.sum([]byte{s.id, outputFront}, p.Bytes(), s.end())...)
}
