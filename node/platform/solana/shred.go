package solana

import (
	"encoding/binary"
	"fmt"
)

// Layout of a data shred, little-endian, as agave's ledger/src/shred.rs has it: the common header, the data header,
// then the data up to the size that the data header states. What follows is the Merkle proof.
const (
	shredVariantAt = 64 // after the leader's signature
	shredSlotAt    = 65
	shredIndexAt   = 73
	shredParentAt  = 83
	shredFlagsAt   = 85
	shredSizeAt    = 86
	shredDataAt    = 88

	// maxShred is the size of a packet; maxShreds that of a slot.
	maxShred  = MaxTransaction
	maxShreds = 32768

	flagDataComplete = 0x40 // the last shred of a batch of entries
	flagLastInSlot   = 0xc0 // it is also the slot's last
)

// shred is what a data shred says.
type shred struct {
	slot     uint64
	index    uint32
	parent   uint16 // slots back to the one that this slot follows
	complete bool   // a batch of entries ends here
	last     bool   // the slot ends here
	data     []byte // part of the shred's bytes
}

// decodeShred parses one data shred. The error is a *[DecodeError].
func decodeShred(raw []byte) (shred, error) {
	var s shred
	if len(raw) < shredDataAt {
		return s, &DecodeError{len(raw), fmt.Sprintf("shred ends after %d bytes; its headers have %d", len(raw), shredDataAt)}
	}
	proof, err := proofSize(raw[shredVariantAt])
	if err != nil {
		return s, &DecodeError{shredVariantAt, err.Error()}
	}
	le := binary.LittleEndian
	size := int(le.Uint16(raw[shredSizeAt:]))
	if room := len(raw) - proof; size < shredDataAt || size > room {
		return s, &DecodeError{shredSizeAt, fmt.Sprintf("shred states a size of %d, %d to %d fit", size, shredDataAt, room)}
	}
	flags := raw[shredFlagsAt]
	return shred{
		slot:     le.Uint64(raw[shredSlotAt:]),
		index:    le.Uint32(raw[shredIndexAt:]),
		parent:   le.Uint16(raw[shredParentAt:]),
		complete: flags&flagDataComplete != 0,
		last:     flags&flagLastInSlot == flagLastInSlot,
		data:     raw[shredDataAt:size],
	}, nil
}

// proofSize is the number of bytes after the data that a shred of the variant has: a chained Merkle root, the
// proof, the retransmitter's signature.
func proofSize(variant byte) (int, error) {
	const node = 20
	proof := int(variant&0x0f) * node
	switch variant & 0xf0 {
	case 0x80:
		return proof, nil
	case 0x90:
		return hashSize + proof, nil
	case 0xb0:
		return hashSize + proof + signatureSize, nil
	case 0x40, 0x60, 0x70:
		return 0, fmt.Errorf("variant %#x is a coding shred; data shreds are wanted", variant)
	}
	if variant == 0xa5 { // legacy, before Merkle proofs
		return 0, nil
	}
	return 0, fmt.Errorf("unknown shred variant %#x", variant)
}
