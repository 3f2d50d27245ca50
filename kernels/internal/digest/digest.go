// Package digest builds the kernels of plain hashes: a message in, its digest out, every job valid, one rule.
package digest

import (
	"encoding/hex"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
)

// Answer is one published pair: the message (the bytes themselves; see [Hex]) and its digest (hexadecimal).
type Answer [2]string

// Hex is the bytes of a hexadecimal constant. It panics if s is not one.
func Hex(s string) string {
	p, err := hex.DecodeString(s)
	if err != nil {
		panic(fmt.Sprintf("constant %q: %v", s, err))
	}
	return string(p)
}

// Kernel completes a kernel that has ID, Name, Out, Run and Ref: jobs with a message and no row, the one rule
// 0, and the answers as known ones.
func Kernel(k kernels.Kernel, answers func() []Answer) *kernels.Kernel {
	k.Message = true
	k.Rules = []kernels.Flags{0}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return known(&k, rule, answers()) }
	return &k
}

// Append adds the message as a job to a batch of the kernel with the id. Errors: ErrKernel, ErrFull.
func Append(b *kernels.Batch, id kernels.ID, message []byte) error {
	if err := kernels.CheckKernel(b, id); err != nil {
		return err
	}
	_, err := b.Add(message)
	return err
}

func known(k *kernels.Kernel, rule kernels.Flags, answers []Answer) *kernels.Batch {
	size := 0
	for _, a := range answers {
		size += len(a[0])
	}
	b := kernels.New(k, rule, len(answers), size)
	for i, a := range answers {
		if _, err := b.Add([]byte(a[0])); err != nil {
			panic(fmt.Sprintf("%s: known answer %d: %v", k.Name, i, err))
		}
		if d := Hex(a[1]); copy(b.Out(i), d) != k.Out || len(d) != k.Out {
			panic(fmt.Sprintf("%s: known answer %d: a digest of %d bytes", k.Name, i, len(d)))
		}
		b.SetVerdict(i, kernels.Valid)
	}
	return b
}
