package ed25519

import "github.com/sluice-engine/sluice/kernels"

// Lengths in bytes of the fields of a job. A row is the key followed by the signature, R || s.
const (
	KeySize       = 32
	SignatureSize = 64

	rowSize = KeySize + SignatureSize
)

// maxTogether is how many jobs under ZIP215 one equation decides at most, on every path.
const maxTogether = 1024

// Kernel is "ed25519.verify": is the signature of the message by the key valid under the batch's rule?
// It has no output.
var Kernel = newKernel()

func newKernel() *kernels.Kernel {
	k := &kernels.Kernel{
		ID:      kernels.Ed25519Verify,
		Name:    "ed25519.verify",
		In:      rowSize,
		Message: true,
		Rules:   []kernels.Flags{kernels.RFC8032, kernels.ZIP215, kernels.Strict},
		Run:     path(),
		Ref:     ref,
		Memory:  KeyStats,
	}
	k.Together = func(rule kernels.Flags) int {
		if rule == kernels.ZIP215 {
			return maxTogether
		}
		return 0
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return known(k, rule) }
	return k
}

// Append adds a job: len(key) == 32, len(signature) == 64, any message.
// Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, key, message, signature []byte) error {
	if err := kernels.CheckKernel(b, kernels.Ed25519Verify); err != nil {
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
