package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// allowed tells whether the encodings of A and R pass the checks of the rule that need only their bytes. That they encode points
// is another matter.
//
// Under RFC8032 and Strict the bytes of R are compared with an encoding of a point, so they must be canonical; under Strict,
// moreover, neither A nor R is of small order.
func allowed(rule kernels.Flags, key, r []byte) bool {
	if rule == kernels.ZIP215 {
		return true
	}
	e := edwards8.EncodingOf(r)
	if !e.Canonical() {
		return false
	}
	if rule == kernels.Strict {
		a := edwards8.EncodingOf(key)
		return !a.Small() && !e.Small()
	}
	return true
}
