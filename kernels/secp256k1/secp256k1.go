package secp256k1

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// Verify is the kernel secp256k1.verify: whether r‖s signs the digest under the key. Big-endian throughout.
//
//	row  digest 32, r 32, s 32, x 32, y 32
//
// Valid when r and s are in [1, n-1], x and y are below p and on the curve, and the x coordinate of
// (digest/s)G + (r/s)Q is r modulo n. The digest counts modulo n. Under the rule LowS, s > (n-1)/2 is invalid.
var Verify = ecc.Define(&kernels.Kernel{
	ID:    kernels.Secp256k1Verify,
	Name:  "secp256k1.verify",
	In:    ecc.RowSize,
	Rules: []kernels.Flags{0, kernels.LowS},
	Run:   refVerify,
	Ref:   refVerify,
}, knownVerify)

// Recover is the kernel secp256k1.recover: the key under which r‖s signs the digest. Big-endian throughout.
//
//	row  digest 32, r 32, s 32, v 1, zero 7
//	out  x 32, y 32
//
// v is 0 to 3: bit 0 says that the y coordinate of the signer's point is odd, bit 1 that its x coordinate is
// r + n. Valid when r and s are in [1, n-1], that x coordinate is below p and on the curve, the key is not the
// point at infinity, v is at most 3 and the rest of the row is zero. Under the rule LowS, s > (n-1)/2 is invalid.
// The out row of an invalid job is zero.
var Recover = ecc.Define(&kernels.Kernel{
	ID:    kernels.Secp256k1Recover,
	Name:  "secp256k1.recover",
	In:    recoverIn,
	Out:   recoverOut,
	Rules: []kernels.Flags{0, kernels.LowS},
	Run:   refRecover,
	Ref:   refRecover,
}, knownRecover)

// Schnorr is the kernel secp256k1.schnorr: BIP 340 verification of a message of any length. Big-endian
// throughout.
//
//	row      key x 32, R x 32, s 32
//	message  any length
//
// Valid when both x coordinates are below p, the key's is on the curve, s < n, and sG - eP is a point with an
// even y and the x of R, where P is the key's point with even y and e the tagged hash of R, key and message.
var Schnorr = ecc.Define(&kernels.Kernel{
	ID:      kernels.Secp256k1Schnorr,
	Name:    "secp256k1.schnorr",
	In:      schnorrIn,
	Message: true,
	Rules:   []kernels.Flags{0},
	Run:     refSchnorr,
	Ref:     refSchnorr,
}, knownSchnorr)

const (
	recoverIn  = 32 + 64 + 1 + 7
	recoverOut = 64
	schnorrIn  = 32 + 64
)

// AppendVerify adds a job to a batch of [Verify]: digest 32 bytes, rs 64, xy 64. Only lengths are checked here.
// Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func AppendVerify(b *kernels.Batch, digest, rs, xy []byte) error {
	return ecc.Append(b, kernels.Secp256k1Verify, digest, rs, xy)
}

// AppendRecover adds a job to a batch of [Recover]: digest 32 bytes, rs 64, v as it is (a v above 3 makes the job
// invalid). Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func AppendRecover(b *kernels.Batch, digest, rs []byte, v byte) error {
	if err := kernels.CheckKernel(b, kernels.Secp256k1Recover); err != nil {
		return err
	}
	if err := kernels.CheckLength("digest", digest, 32); err != nil {
		return err
	}
	if err := kernels.CheckLength("signature", rs, 64); err != nil {
		return err
	}
	row, err := b.Add(nil)
	if err != nil {
		return err
	}
	copy(row, digest)
	copy(row[32:], rs)
	row[96] = v
	return nil
}

// AppendSchnorr adds a job to a batch of [Schnorr]: key 32 bytes, signature 64, message of any length that the
// arena has room for. Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func AppendSchnorr(b *kernels.Batch, key, message, signature []byte) error {
	if err := kernels.CheckKernel(b, kernels.Secp256k1Schnorr); err != nil {
		return err
	}
	if err := kernels.CheckLength("key", key, 32); err != nil {
		return err
	}
	if err := kernels.CheckLength("signature", signature, 64); err != nil {
		return err
	}
	row, err := b.Add(message)
	if err != nil {
		return err
	}
	copy(row, key)
	copy(row[32:], signature)
	return nil
}
