package sm2

import (
	"encoding/binary"
	"fmt"

	"github.com/emmansun/gmsm/sm2/sm2ec"
	"github.com/emmansun/gmsm/sm3"

	"github.com/sluice-engine/sluice/kernels"
)

const (
	// DefaultID is the identity of signers that have none of their own (GM/T 0009-2012, section 10).
	DefaultID = "1234567812345678"

	// MaxID is the longest identity in bytes: its length in bits has 16 bits.
	MaxID = 1<<13 - 1
)

// curveBytes is a ‖ b ‖ xG ‖ yG, which every ZA covers.
var curveBytes = func() (c [128]byte) {
	p := sm2ec.P256().Params()
	p.P.FillBytes(c[:32])
	c[31] -= 3 // a = p - 3, and p ends in 0xff
	p.B.FillBytes(c[32:64])
	p.Gx.FillBytes(c[64:96])
	p.Gy.FillBytes(c[96:])
	return c
}()

// Digest is e of GB/T 32918.2-2016, sections 5.5 and 6.1: SM3(ZA ‖ message), where
// ZA = SM3(bits of id ‖ id ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA) covers the signer's identity and key. A nil id stands for
// [DefaultID]; an id that is empty but not nil is the empty identity. xy is 64 bytes and is not checked to be a key.
// Errors: kernels.ErrLength for another length of xy, or an id of more than MaxID bytes.
func Digest(id, xy, message []byte) (e [32]byte, err error) {
	if id == nil {
		id = []byte(DefaultID)
	}
	if len(id) > MaxID {
		return e, fmt.Errorf("%w: id has %d bytes, at most %d", kernels.ErrLength, len(id), MaxID)
	}
	if err := kernels.CheckLength("key", xy, 64); err != nil {
		return e, err
	}
	h := sm3.New()
	h.Write(binary.BigEndian.AppendUint16(nil, uint16(8*len(id))))
	h.Write(id)
	h.Write(curveBytes[:])
	h.Write(xy)
	za := h.Sum(nil)
	h.Reset()
	h.Write(za)
	h.Write(message)
	h.Sum(e[:0])
	return e, nil
}
