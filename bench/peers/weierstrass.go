package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"math/big"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	gnark "github.com/consensys/gnark-crypto/ecc/secp256k1/ecdsa"
	decred "github.com/decred/dcrd/dcrec/secp256k1/v4"
	decdsa "github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/sluice-engine/sluice/bench"
	"github.com/sluice-engine/sluice/kernels"
)

// Rows of ECDSA and SM2: digest, r, s, x, y, 32 bytes each.

func weierstrass() []bench.Contender {
	d := version("github.com/decred/dcrd/dcrec/secp256k1/v4")
	return []bench.Contender{
		simple("decred secp256k1", d, job{kernels.Secp256k1Verify, nil}, one(decredVerify)),
		simple("gnark-crypto ecdsa", version("github.com/consensys/gnark-crypto")+"; a high s is negated first, as it takes none",
			job{kernels.Secp256k1Verify, nil}, one(gnarkVerify)),
		simple("decred secp256k1", d, job{kernels.Secp256k1Recover, nil}, one(decredRecover)),
		peer("btcec schnorr", version("github.com/btcsuite/btcd/btcec/v2")+", messages of 32 bytes only", job{kernels.Secp256k1Schnorr, nil},
			func(b *kernels.Batch) (decider, error) {
				for i := range b.Len() {
					if len(b.Message(i)) != 32 {
						return nil, bench.ErrSkip
					}
				}
				return one(btcecSchnorr), nil
			}),
		peer("crypto/ecdsa", version(""), job{kernels.P256Verify, nil}, func(b *kernels.Batch) (decider, error) {
			signatures, err := der(b)
			return one(func(b *kernels.Batch, i int) bool {
				key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), uncompressed(b.Row(i)[96:160]))
				return err == nil && ecdsa.VerifyASN1(key, b.Row(i)[:32], signatures[i])
			}), err
		}),
		peer("gmsm sm2", version("github.com/emmansun/gmsm"), job{kernels.SM2Verify, nil}, func(b *kernels.Batch) (decider, error) {
			signatures, err := der(b)
			curve := sm2.P256()
			return one(func(b *kernels.Batch, i int) bool {
				row := b.Row(i) // verification checks that the point is on the curve
				key := ecdsa.PublicKey{Curve: curve, X: new(big.Int).SetBytes(row[96:128]), Y: new(big.Int).SetBytes(row[128:160])}
				return sm2.VerifyASN1(&key, row[:32], signatures[i])
			}), err
		}),
	}
}

// uncompressed is the encoding of x‖y that libraries parse.
func uncompressed(xy []byte) []byte {
	var p [65]byte
	p[0] = 4
	copy(p[1:], xy)
	return p[:]
}

func decredSignature(rs []byte) (r, s decred.ModNScalar, ok bool) {
	ok = !r.SetByteSlice(rs[:32]) && !s.SetByteSlice(rs[32:64])
	return r, s, ok
}

func decredVerify(b *kernels.Batch, i int) bool {
	row := b.Row(i)
	r, s, ok := decredSignature(row[32:96])
	if !ok || b.Flags() == kernels.LowS && s.IsOverHalfOrder() {
		return false
	}
	key, err := decred.ParsePubKey(uncompressed(row[96:160]))
	return err == nil && decdsa.NewSignature(&r, &s).Verify(row[:32], key)
}

func gnarkVerify(b *kernels.Batch, i int) bool {
	row := b.Row(i)
	_, s, ok := decredSignature(row[32:96])
	if !ok {
		return false
	}
	signature := [64]byte(row[32:96])
	if s.IsOverHalfOrder() {
		if b.Flags() == kernels.LowS {
			return false
		}
		s.Negate().PutBytesUnchecked(signature[32:])
	}
	var key gnark.PublicKey
	if _, err := key.SetBytes(row[96:160]); err != nil {
		return false
	}
	valid, err := key.Verify(signature[:], row[:32], nil)
	return valid && err == nil
}

func decredRecover(b *kernels.Batch, i int) bool {
	row, out := b.Row(i), b.Out(i)
	if b.Flags() == kernels.LowS {
		if _, s, _ := decredSignature(row[32:96]); s.IsOverHalfOrder() {
			clear(out)
			return false
		}
	}
	var compact [65]byte
	compact[0] = 27 + row[96]
	copy(compact[1:], row[32:96])
	key, _, err := decdsa.RecoverCompact(compact[:], row[:32])
	if err != nil {
		clear(out)
		return false
	}
	key.X().FillBytes(out[:32])
	key.Y().FillBytes(out[32:])
	return true
}

func btcecSchnorr(b *kernels.Batch, i int) bool {
	row := b.Row(i)
	signature, err := schnorr.ParseSignature(row[32:96])
	if err != nil {
		return false
	}
	var key *btcec.PublicKey
	if key, err = schnorr.ParsePubKey(row[:32]); err != nil {
		return false
	}
	return signature.Verify(b.Message(i), key)
}

// der rewrites the signatures of all jobs from r‖s.
func der(b *kernels.Batch) (signatures [][]byte, err error) {
	signatures = make([][]byte, b.Len())
	for i := range signatures {
		row := b.Row(i)
		var out cryptobyte.Builder
		out.AddASN1(asn1.SEQUENCE, func(c *cryptobyte.Builder) {
			c.AddASN1BigInt(new(big.Int).SetBytes(row[32:64]))
			c.AddASN1BigInt(new(big.Int).SetBytes(row[64:96]))
		})
		if signatures[i], err = out.Bytes(); err != nil {
			return nil, err
		}
	}
	return signatures, nil
}
