package bls12381

import "github.com/sluice-engine/sluice/kernels"

// Lengths in bytes of the fields of a job, points in compressed form. A row is the key followed by the
// signature.
const (
	KeySize       = 48
	SignatureSize = 96

	rowSize = KeySize + SignatureSize
)

// Kernel is "bls12381.verify": is the signature of the message by the key valid? It has no output.
var Kernel = newKernel()

func newKernel() *kernels.Kernel {
	k := &kernels.Kernel{
		ID:      kernels.BLS12381Verify,
		Name:    "bls12381.verify",
		In:      rowSize,
		Message: true,
		Rules:   []kernels.Flags{0},
		Run:     ref,
		Ref:     ref,
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return known(k, rule) }
	return k
}

// Append adds a job: len(key) == 48, len(signature) == 96, any message.
// Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, key, message, signature []byte) error {
	if err := kernels.CheckKernel(b, kernels.BLS12381Verify); err != nil {
		return err
	}
	if err := kernels.CheckLength("key", key, KeySize); err != nil {
		return err
	}
	if err := kernels.CheckLength("signature", signature, SignatureSize); err != nil {
		return err
	}
	row, err := b.Add(message)
	if err != nil {
		return err
	}
	copy(row, key)
	copy(row[KeySize:], signature)
	return nil
}
