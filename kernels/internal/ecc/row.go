package ecc

import "github.com/sluice-engine/sluice/kernels"

// RowSize is the length of the row of a verification: digest 32, r 32, s 32, x 32, y 32, all big-endian.
const RowSize = 32 + 64 + 64

// Row is such a row.
type Row [RowSize]byte

func (r *Row) Digest() *[32]byte    { return (*[32]byte)(r[:32]) }
func (r *Row) Signature() *[64]byte { return (*[64]byte)(r[32:96]) }
func (r *Row) Key() *[64]byte       { return (*[64]byte)(r[96:]) }

// Append adds a verification to a batch of the kernel with the id: digest 32 bytes, rs 64, xy 64. Only lengths
// are checked. Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, id kernels.ID, digest, rs, xy []byte) error {
	if err := kernels.CheckKernel(b, id); err != nil {
		return err
	}
	if err := kernels.CheckLength("digest", digest, 32); err != nil {
		return err
	}
	if err := kernels.CheckLength("signature", rs, 64); err != nil {
		return err
	}
	if err := kernels.CheckLength("key", xy, 64); err != nil {
		return err
	}
	row, err := b.Add(nil)
	if err != nil {
		return err
	}
	copy(row, digest)
	copy(row[32:], rs)
	copy(row[96:], xy)
	return nil
}
