package sample

import (
	"math/big"

	"github.com/emmansun/gmsm/ecdh"
	"github.com/emmansun/gmsm/sm2/sm2ec"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sm2"
)

type sm2Key struct {
	secret *big.Int
	public [64]byte
}

// sm2Signatures are made on gmsm's curve by GB/T 32918.2-2016, section 6.1; gmsm's own signing takes no nonce.
func sm2Signatures(b *kernels.Batch, src *source, n int) appender {
	keys := pool(n, func() (k sm2Key) {
		k.secret = sm2Scalar(src)
		k.public = sm2Point(k.secret)
		return k
	})
	return func(i int) error {
		key, e := keys[i%n], src.bytes32()
		rs := signSM2(src, key.secret, e[:])
		return sm2.Append(b, e[:], rs[:], key.public[:])
	}
}

// signSM2 is r = e + x(kG), s = (k - r d) / (1 + d), with a new k for the rare zeros.
func signSM2(src *source, d *big.Int, digest []byte) (rs [64]byte) {
	n := sm2ec.P256().Params().N
	e := new(big.Int).SetBytes(digest)
	inverse := new(big.Int).Add(d, big.NewInt(1))
	inverse.ModInverse(inverse, n)
	for {
		k := sm2Scalar(src)
		p := sm2Point(k)
		r := new(big.Int).SetBytes(p[:32])
		r.Add(r, e).Mod(r, n)
		if r.Sign() == 0 || new(big.Int).Add(r, k).Cmp(n) == 0 {
			continue
		}
		s := new(big.Int).Mul(r, d)
		s.Sub(k, s).Mul(s, inverse).Mod(s, n)
		if s.Sign() == 0 {
			continue
		}
		r.FillBytes(rs[:32])
		s.FillBytes(rs[32:])
		return rs
	}
}

// sm2Scalar is in [1, n-2], as a secret has to be.
func sm2Scalar(src *source) *big.Int {
	n2 := new(big.Int).Sub(sm2ec.P256().Params().N, big.NewInt(2))
	p := src.bytes32()
	k := new(big.Int).SetBytes(p[:])
	return k.Mod(k, n2).Add(k, big.NewInt(1))
}

// sm2Point is x‖y of the multiple k of the generator; k is from sm2Scalar.
func sm2Point(k *big.Int) [64]byte {
	var p [32]byte
	key, err := ecdh.P256().NewPrivateKey(k.FillBytes(p[:]))
	if err != nil {
		panic("sample: sm2 scalar: " + err.Error()) // k is in range
	}
	return [64]byte(key.PublicKey().Bytes()[1:])
}
