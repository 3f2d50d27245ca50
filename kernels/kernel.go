package kernels

import (
	"fmt"
	"slices"
	"strings"
)

// ID names a kernel in a batch header and on the chip's bus. Values are part of the file format: they are
// never reused.
type ID uint16

// The kernels of format version 1.
const (
	SHA256           ID = 0x01 // FIPS 180-4
	SHA256d          ID = 0x02 // SHA-256 of SHA-256, as Bitcoin hashes
	SHA512           ID = 0x03 // FIPS 180-4
	Keccak256        ID = 0x04 // Keccak with the padding before FIPS 202, as Ethereum hashes
	SM3              ID = 0x05 // GB/T 32905-2016
	BLAKE2b256       ID = 0x06 // RFC 7693, unkeyed, 32-byte digest
	SHA256Node       ID = 0x08 // SHA-256 of two Merkle children
	SHA256dPoW       ID = 0x09 // proof-of-work search over Bitcoin headers
	SHA256Chain      ID = 0x0a // proof of history
	Ed25519Verify    ID = 0x10 // RFC 8032, ZIP 215
	Secp256k1Verify  ID = 0x20 // SEC 1, section 4.1.4
	Secp256k1Recover ID = 0x21 // SEC 1, section 4.1.6
	Secp256k1Schnorr ID = 0x22 // BIP 340
	P256Verify       ID = 0x28 // FIPS 186-5, section 6.4.2
	SM2Verify        ID = 0x30 // GB/T 32918.2-2016
	ECVRFVerify      ID = 0x38 // RFC 9381, draft-irtf-cfrg-vrf-03
	BLS12381Verify   ID = 0x40 // draft-irtf-cfrg-bls-signature-05, proof of possession, min-pubkey-size
)

// Flags choose the rule set of a batch. They belong to the batch, never to the process, so that two chains
// with different rules share one engine. Zero is the plain rule of a kernel that has one.
type Flags uint32

const (
	RFC8032 Flags = 1 << iota // Ed25519: cofactorless, as Go's crypto/ed25519
	ZIP215                    // Ed25519: cofactored, non-canonical points allowed
	Strict                    // Ed25519: RFC8032, and small-order A or R refused, as Solana
	LowS                      // ECDSA: s above half the group order refused
	TAI                       // ECVRF: RFC 9381, ECVRF-EDWARDS25519-SHA512-TAI
	ELL2                      // ECVRF: RFC 9381, ECVRF-EDWARDS25519-SHA512-ELL2
	Draft03                   // ECVRF: draft 03 with Elligator 2, as Algorand and Cardano
)

var flagNames = [...]string{"RFC8032", "ZIP215", "Strict", "LowS", "TAI", "ELL2", "Draft03"}

// String gives the rule's name as job files spell it; "" for no flags.
func (f Flags) String() string {
	var s []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			s = append(s, name)
			f &^= 1 << i
		}
	}
	if f != 0 {
		s = append(s, fmt.Sprintf("%#x", uint32(f)))
	}
	return strings.Join(s, "+")
}

// ParseFlags is the inverse of [Flags.String] for one rule, without regard to case; "" gives 0.
func ParseFlags(s string) (Flags, error) {
	if s == "" {
		return 0, nil
	}
	for i, name := range flagNames {
		if strings.EqualFold(s, name) {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("%w: %q (known: %s)", ErrRule, s, strings.Join(flagNames[:], ", "))
}

// Verdict is the one-byte answer of a job.
type Verdict uint8

const (
	Unset   Verdict = iota // not decided
	Valid                  // the job's statement is true
	Invalid                // the job's statement is false
)

func (v Verdict) String() string {
	switch v {
	case Unset:
		return "unset"
	case Valid:
		return "valid"
	case Invalid:
		return "invalid"
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// Of turns a boolean into a verdict.
func Of(valid bool) Verdict {
	if valid {
		return Valid
	}
	return Invalid
}

// Kernel is one algorithm with a fixed job layout. Kernels are package variables of the algorithm folders and
// never change.
type Kernel struct {
	ID      ID
	Name    string // "ed25519.verify"
	In, Out int    // bytes per row
	Message bool   // whether jobs carry a message in the arena

	// Rules lists the flags that a batch of this kernel may have; the first is the default.
	Rules []Flags

	// Run decides jobs [lo,hi) of b: it sets every verdict in that span and writes every output row, those
	// of invalid jobs as zeros. It is the fastest code for this CPU. Calls on disjoint spans may run
	// concurrently. It neither allocates per job nor keeps b.
	Run func(b *Batch, lo, hi int)

	// Ref is Run in readable, portable, slow code: it is the meaning of the kernel. Every other
	// implementation gives its verdicts and outputs, for every byte string.
	Ref func(b *Batch, lo, hi int)

	// Together, where it is not nil, tells how many jobs under the rule Run decides by one computation, with which each job costs the
	// less the more there are, so that a span had better not be cut into smaller ones; 0 if it decides each for itself.
	Together func(rule Flags) int

	// Memory, where it is not nil, counts how often Run asked what it remembers of past batches, the decompressed points of keys for
	// example, and found it (hits) or not (misses). Such a memory never changes a verdict. It is safe for concurrent use.
	Memory func() (hits, misses uint64)

	// Known gives a small new batch of jobs under the rule, valid and invalid ones, from the published vectors
	// of the kernel's standard, with the right verdicts and outputs already set. A backend must reproduce
	// them before it serves.
	Known func(rule Flags) *Batch
}

// Default is the rule set of jobs that state none.
func (k *Kernel) Default() Flags { return k.Rules[0] }

// Allows tells whether a batch of this kernel may have the flags.
func (k *Kernel) Allows(f Flags) bool { return slices.Contains(k.Rules, f) }
