//go:build cgo

package bls12381

import (
	"bytes"
	"testing"

	blst "github.com/supranational/blst/bindings/go"

	"github.com/sluice-engine/sluice/kernels"
)

// blstVerify is the same question asked of blst.
func blstVerify(key, message, signature []byte) bool {
	return new(blst.P2Affine).VerifyCompressed(signature, true, key, true, message, []byte(ciphersuite))
}

// FuzzVerify compares Ref and Run with blst. With signed, the first bytes of the key are a secret, and the rest,
// and the signature, say which bits of a good key and signature are flipped.
func FuzzVerify(f *testing.F) {
	known := Kernel.Known(0)
	for i := range known.Len() {
		f.Add(known.Row(i)[:KeySize], known.Message(i), known.Row(i)[KeySize:], false)
	}
	f.Add(append([]byte{7}, make([]byte, KeySize-1)...), []byte("message"), make([]byte, SignatureSize), true)
	f.Add(append([]byte{7}, make([]byte, KeySize-1)...), []byte{}, append([]byte{0x20}, make([]byte, SignatureSize-1)...), true)
	f.Fuzz(func(t *testing.T, key, message, signature []byte, signed bool) {
		if len(key) != KeySize || len(signature) != SignatureSize {
			t.Skip("wrong length")
		}
		if signed {
			goodKey, goodSignature := sign(t, int64(key[0])+1, message)
			for i := range key[1:] {
				goodKey[i+1] ^= key[i+1]
			}
			for i := range signature {
				goodSignature[i] ^= signature[i]
			}
			key, signature = goodKey, goodSignature
		}
		b := kernels.New(Kernel, 0, 1, len(message))
		if err := Append(b, key, message, signature); err != nil {
			t.Fatal(err)
		}
		want := kernels.Of(blstVerify(key, message, signature))
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
			b.Unset(0, 1)
			decide(b, 0, 1)
			if b.Verdict(0) != want {
				t.Errorf("%s: %v, blst %v (key %x, message %x, signature %x)", name, b.Verdict(0), want, key, message, signature)
			}
		}
	})
}

// FuzzDecode compares the decoders of keys and signatures with those of blst.
func FuzzDecode(f *testing.F) {
	key, signature := sign(f, 3, nil)
	f.Add(key)
	f.Add(signature)
	f.Add(append([]byte{0xc0}, make([]byte, KeySize-1)...))
	f.Add(append([]byte{0xc0}, make([]byte, SignatureSize-1)...))
	f.Add(append(append([]byte{0x80}, make([]byte, 46)...), 4))
	f.Fuzz(func(t *testing.T, p []byte) {
		sum, err := AggregateKeys(nil, p)
		k := new(blst.P1Affine).Uncompress(p)
		if want := k != nil && k.KeyValidate(); (err == nil) != want || want && !bytes.Equal(sum, p) {
			t.Errorf("key %x: %x, %v, blst %v", p, sum, err, want)
		}
		sum, err = AggregateSignatures(nil, p)
		s := new(blst.P2Affine).Uncompress(p)
		if want := s != nil && s.SigValidate(false); (err == nil) != want || want && !bytes.Equal(sum, p) {
			t.Errorf("signature %x: %x, %v, blst %v", p, sum, err, want)
		}
	})
}
