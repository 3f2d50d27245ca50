// Package vrfsuite has the parts that provers and verifiers of ECVRF over edwards25519 share: the three suites,
// their way from alpha to a point of the curve, their challenge and their output. Package ecvrf says how the
// suites differ.
//
// TAI and ELL2 are those of RFC 9381, section 5.5. Draft03 is draft-irtf-cfrg-vrf-03 as Algorand's libsodium
// has it. Nothing here is constant time.
package vrfsuite

import (
	"crypto/sha512"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
)

// ChallengeSize is the length of a challenge in bytes.
const ChallengeSize = 16

// What a hash begins with, after the suite: RFC 9381, sections 5.2, 5.4.1.1, 5.4.3. Hashes of RFC 9381 end in
// the byte 0.
const (
	EncodeFront    = 1
	ChallengeFront = 2
	OutputFront    = 3
	back           = 0
)

// ID is the byte that names the suite of a rule in its hashes.
func ID(rule kernels.Flags) byte {
	if rule == kernels.TAI {
		return 3
	}
	return 4
}

// Suite is one of the three suites, with a buffer that is used again: not for concurrent use.
type Suite struct {
	rule kernels.Flags
	id   byte
	buf  []byte // what is being hashed
}

// New gives the suite of the rule: kernels.TAI, ELL2 or Draft03. It panics for another.
func New(rule kernels.Flags) *Suite {
	switch rule {
	case kernels.TAI, kernels.ELL2, kernels.Draft03:
		return &Suite{rule: rule, id: ID(rule)}
	}
	panic("vrfsuite: no suite for the rule " + rule.String())
}

// Encode sets h to the point for the key's bytes and alpha, a multiple of the cofactor: RFC 9381, section
// 5.4.1, with the key as the salt. It reports false if there is none, which nobody will ever see.
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

// Challenge gives c, little-endian: RFC 9381, section 5.4.3. Draft 03 leaves the key out.
func (s *Suite) Challenge(key []byte, h, gamma, u, v *edwards25519.Point) [ChallengeSize]byte {
	s.buf = append(s.buf[:0], s.id, ChallengeFront)
	if s.rule != kernels.Draft03 {
		s.buf = append(s.buf, key...)
	}
	for _, p := range [...]*edwards25519.Point{h, gamma, u, v} {
		s.buf = append(s.buf, p.Bytes()...)
	}
	digest := s.sum()
	return [ChallengeSize]byte(digest[:])
}

// Output gives beta: RFC 9381, section 5.2.
func (s *Suite) Output(gamma *edwards25519.Point) [sha512.Size]byte {
	var p edwards25519.Point
	s.buf = append(s.buf[:0], s.id, OutputFront)
	s.buf = append(s.buf, p.MultByCofactor(gamma).Bytes()...)
	return s.sum()
}

// sum hashes the buffer and what the suite's hashes end in.
func (s *Suite) sum() [sha512.Size]byte {
	if s.rule != kernels.Draft03 {
		s.buf = append(s.buf, back)
	}
	return sha512.Sum512(s.buf)
}
