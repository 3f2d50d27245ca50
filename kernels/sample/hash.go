package sample

import (
	stdsha256 "crypto/sha256"
	"encoding/binary"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/kernels/sha512"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

func sha256Messages(b *kernels.Batch, src *source, _ int) appender {
	return func(int) error { return sha256.Append(b, src.next()) }
}

func sha512Messages(b *kernels.Batch, src *source, _ int) appender {
	return func(int) error { return sha512.Append(b, src.next()) }
}

func keccak256Messages(b *kernels.Batch, src *source, _ int) appender {
	return func(int) error { return keccak256.Append(b, src.next()) }
}

func sm3Messages(b *kernels.Batch, src *source, _ int) appender {
	return func(int) error { return sm3.Append(b, src.next()) }
}

func blake2bMessages(b *kernels.Batch, src *source, _ int) appender {
	return func(int) error { return blake2b.Append(b, src.next()) }
}

func merkleNodes(b *kernels.Batch, src *source, _ int) appender {
	return func(int) error {
		left, right := src.bytes32(), src.bytes32()
		return sha256.AppendNode(b, left[:], right[:])
	}
}

// searches begin at any nonce and hit with one hash in 16. The count goes up to 15 beyond the first hit.
func searches(b *kernels.Batch, src *source, _ int) appender {
	var target [32]byte
	for i := range target {
		target[i] = 0xff
	}
	target[31] = 0x0f
	return func(int) error {
		var header [sha256.HeaderSize]byte
		src.bytes(header[:])
		first := src.below(1<<32 - 1)
		count := uint32(0)
		for hit := false; !hit; count++ {
			binary.LittleEndian.PutUint32(header[76:], first+count)
			h := stdsha256.Sum256(header[:])
			h = stdsha256.Sum256(h[:])
			hit = h[31] <= target[31]
		}
		src.bytes(header[76:])
		return sha256.AppendPoW(b, header[:], target[:], first, count+src.below(16))
	}
}

// chains have 1 to 32 hashes, those of odd jobs with a mixin.
func chains(b *kernels.Batch, src *source, _ int) appender {
	return func(i int) error {
		start := src.bytes32()
		count := 1 + src.below(32)
		end := start
		for range count - 1 {
			end = stdsha256.Sum256(end[:])
		}
		if i%2 == 0 {
			end = stdsha256.Sum256(end[:])
			return sha256.AppendChain(b, start[:], nil, end[:], count)
		}
		mixin := src.bytes32()
		end = stdsha256.Sum256(append(end[:], mixin[:]...))
		return sha256.AppendChain(b, start[:], mixin[:], end[:], count)
	}
}
