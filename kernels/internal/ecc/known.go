package ecc

import (
	"encoding/hex"

	"github.com/sluice-engine/sluice/kernels"
)

// Answer is the verdict of a known case.
type Answer uint8

const (
	Invalid Answer = iota // under every rule
	Valid                 // under every rule
	NotLowS               // valid, but s is above half the order
)

// Under is the verdict that the rule gives.
func (a Answer) Under(rule kernels.Flags) kernels.Verdict {
	return kernels.Of(a == Valid || a == NotLowS && rule&kernels.LowS == 0)
}

// Case is a known verification. The fields but Source are hexadecimal: 32, 64 and 64 bytes.
type Case struct {
	Source                 string // where it was published, and what it shows
	Answer                 Answer
	Digest, Signature, Key string
}

// Known makes a batch of the cases under the rule, with verdicts. The tables are part of the program: one that
// does not parse panics.
func Known(k *kernels.Kernel, rule kernels.Flags, cases []Case) *kernels.Batch {
	b := kernels.New(k, rule, len(cases), 0)
	for i, c := range cases {
		if err := Append(b, k.ID, Hex(c.Digest), Hex(c.Signature), Hex(c.Key)); err != nil {
			panic(err)
		}
		b.SetVerdict(i, c.Answer.Under(rule))
	}
	return b
}

// Define ties a kernel to its known answers, which are batches of that very kernel.
func Define(k *kernels.Kernel, known func(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch) *kernels.Kernel {
	k.Known = func(rule kernels.Flags) *kernels.Batch { return known(k, rule) }
	return k
}

// Hex decodes a constant of the program; it panics if that is not hexadecimal.
func Hex(s string) []byte {
	p, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return p
}
