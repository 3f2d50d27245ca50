// Package sample makes valid jobs of every kernel from a seed, for tests and benchmarks.
//
// The same seed gives the same bytes on every machine. Keys come from the seed too: they protect nothing, and signing
// here is not constant time. Jobs of real chains come from package node/platform instead.
package sample

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/sluice-engine/sluice/kernels"
)

// DefaultKeys is how many different keys [Fill] signs with. A chain's block has more; a benchmark in which
// repeated keys could matter states its own number with [FillKeys].
const DefaultKeys = 64

// ErrArgument: a negative count, or no key at all.
var ErrArgument = errors.New("sample: argument out of range")

// Fill appends n valid jobs to b, undecided, by the rule of b. Kernels with messages get n different ones of
// messageBytes bytes each (as far as messageBytes allows); the others ignore messageBytes.
//
// Where a rule leaves a choice, the jobs vary: ECDSA without LowS has high s in every other job, every other chain a
// mixin. A proof-of-work search hits within some tens of nonces; a chain has 1 to 32 hashes.
//
// Errors: ErrArgument; kernels.ErrKernel for an unknown kernel; kernels.ErrFull where b has not the room, which
// leaves the jobs that had it.
func Fill(b *kernels.Batch, n int, seed uint64, messageBytes int) error {
	return FillKeys(b, n, seed, messageBytes, DefaultKeys)
}

// FillKeys is [Fill] with that many different keys (n where n is fewer), used in turn. Kernels without keys ignore
// the number.
func FillKeys(b *kernels.Batch, n int, seed uint64, messageBytes, keys int) error {
	if n < 0 || messageBytes < 0 || keys < 1 {
		return fmt.Errorf("%w: %d jobs, %d message bytes, %d keys", ErrArgument, n, messageBytes, keys)
	}
	makeAppender := appenders[b.Kernel().ID]
	if makeAppender == nil {
		return fmt.Errorf("%w: no samples of %s", kernels.ErrKernel, b.Kernel().Name)
	}
	src := newSource(seed, b.Kernel().ID, b.Flags(), messageBytes)
	add := makeAppender(b, src, min(n, keys))
	for i := range n {
		if err := add(i); err != nil {
			return fmt.Errorf("sample: job %d: %w", i, err)
		}
	}
	return nil
}

// An appender appends the i-th job.
type appender func(i int) error

// appenders makes the appender of each kernel, with a pool of keys.
var appenders = map[kernels.ID]func(b *kernels.Batch, src *source, keys int) appender{
	kernels.SHA256:           sha256Messages,
	kernels.SHA256d:          sha256Messages,
	kernels.SHA512:           sha512Messages,
	kernels.Keccak256:        keccak256Messages,
	kernels.SM3:              sm3Messages,
	kernels.BLAKE2b256:       blake2bMessages,
	kernels.SHA256Node:       merkleNodes,
	kernels.SHA256dPoW:       searches,
	kernels.SHA256Chain:      chains,
	kernels.Ed25519Verify:    ed25519Signatures,
	kernels.ECVRFVerify:      vrfProofs,
	kernels.Secp256k1Verify:  secp256k1Signatures,
	kernels.Secp256k1Recover: secp256k1Recoveries,
	kernels.Secp256k1Schnorr: schnorrSignatures,
	kernels.P256Verify:       p256Signatures,
	kernels.SM2Verify:        sm2Signatures,
	kernels.BLS12381Verify:   blsSignatures,
}

// source is the deterministic generator of one Fill.
type source struct {
	chacha  *rand.ChaCha8
	message []byte // the last one
}

func newSource(seed uint64, id kernels.ID, flags kernels.Flags, messageBytes int) *source {
	key := [32]byte([]byte("sluice sample jobs, version 1   "))
	binary.LittleEndian.PutUint64(key[24:], seed)
	binary.LittleEndian.PutUint16(key[16:], uint16(id))
	binary.LittleEndian.PutUint32(key[20:], uint32(flags))
	return &source{rand.NewChaCha8(key), make([]byte, messageBytes)}
}

// bytes fills p.
func (s *source) bytes(p []byte) { s.chacha.Read(p) } // never fails

// bytes32 is 32 bytes for a digest, a seed or a scalar.
func (s *source) bytes32() (p [32]byte) {
	s.bytes(p[:])
	return p
}

// below is a number in [0, n).
func (s *source) below(n uint32) uint32 { return uint32(s.chacha.Uint64() % uint64(n)) }

// next is the next message, valid until the one after it.
func (s *source) next() []byte {
	s.bytes(s.message)
	return s.message
}

// pool makes n keys.
func pool[K any](n int, one func() K) []K {
	keys := make([]K, n)
	for i := range keys {
		keys[i] = one()
	}
	return keys
}
