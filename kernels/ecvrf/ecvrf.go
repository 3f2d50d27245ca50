package ecvrf

import "github.com/sluice-engine/sluice/kernels"

// Lengths in bytes of the fields of a job. A row is the key followed by the proof, Gamma 32 || c 16 || s 32;
// the message is alpha, the output beta.
const (
	KeySize    = 32
	ProofSize  = 80
	OutputSize = 64

	rowSize = KeySize + ProofSize
)

// Kernel is "ecvrf.verify": does the proof show that beta is the output of the key's function for alpha?
// The output is beta, or zeros if not.
var Kernel = newKernel()

func newKernel() *kernels.Kernel {
	k := &kernels.Kernel{
		ID:      kernels.ECVRFVerify,
		Name:    "ecvrf.verify",
		In:      rowSize,
		Out:     OutputSize,
		Message: true,
		Rules:   []kernels.Flags{kernels.TAI, kernels.ELL2, kernels.Draft03},
		Run:     path(),
		Ref:     ref,
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return known(k, rule) }
	return k
}

// Append adds a job: len(key) == 32, len(proof) == 80, any alpha.
// Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, key, alpha, proof []byte) error {
	if err := kernels.CheckKernel(b, kernels.ECVRFVerify); err != nil {
		return err
	}
	if err := kernels.CheckLength("key", key, KeySize); err != nil {
		return err
	}
	if err := kernels.CheckLength("proof", proof, ProofSize); err != nil {
		return err
	}
	row, err := b.Add(alpha)
	if err != nil {
		return err
	}
	copy(row, key)
	copy(row[KeySize:], proof)
	return nil
}
