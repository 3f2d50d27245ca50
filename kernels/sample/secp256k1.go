package sample

import (
	"crypto/sha256"

	curve "github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
)

type secp256k1Key struct {
	secret *curve.PrivateKey
	public []byte // x‖y
}

func secp256k1Keys(src *source, n int) []secp256k1Key {
	return pool(n, func() secp256k1Key {
		for {
			secret := src.bytes32()
			var d curve.ModNScalar
			if d.SetBytes(&secret) == 0 && !d.IsZero() {
				key := curve.NewPrivateKey(&d)
				return secp256k1Key{key, key.PubKey().SerializeUncompressed()[1:]}
			}
		}
	})
}

// signCompact gives r‖s and the recovery id. high asks for the s above half the order, which is as right.
func signCompact(key *curve.PrivateKey, digest []byte, high bool) (rs [64]byte, v byte) {
	compact := ecdsa.SignCompact(key, digest, false) // 27 + v, r, s; low s
	copy(rs[:], compact[1:])
	v = compact[0] - 27
	if high {
		var s curve.ModNScalar
		s.SetByteSlice(rs[32:])
		s.Negate().PutBytesUnchecked(rs[32:])
		v ^= 1
	}
	return rs, v
}

// highS tells whether the i-th job has a high s.
func highS(b *kernels.Batch, i int) bool { return b.Flags()&kernels.LowS == 0 && i%2 == 1 }

func secp256k1Signatures(b *kernels.Batch, src *source, n int) appender {
	keys := secp256k1Keys(src, n)
	return func(i int) error {
		key, digest := keys[i%n], src.bytes32()
		rs, _ := signCompact(key.secret, digest[:], highS(b, i))
		return secp256k1.AppendVerify(b, digest[:], rs[:], key.public)
	}
}

func secp256k1Recoveries(b *kernels.Batch, src *source, n int) appender {
	keys := secp256k1Keys(src, n)
	return func(i int) error {
		digest := src.bytes32()
		rs, v := signCompact(keys[i%n].secret, digest[:], highS(b, i))
		return secp256k1.AppendRecover(b, digest[:], rs[:], v)
	}
}

func schnorrSignatures(b *kernels.Batch, src *source, n int) appender {
	keys := secp256k1Keys(src, n)
	return func(i int) error {
		message, aux := src.next(), src.bytes32()
		key, signature := signSchnorr(&keys[i%n].secret.Key, message, aux)
		return secp256k1.AppendSchnorr(b, key[:], message, signature[:])
	}
}

// signSchnorr is the default signing of BIP 340, for messages of any length (libraries take only 32 bytes).
func signSchnorr(secret *curve.ModNScalar, message []byte, aux [32]byte) (key [32]byte, signature [64]byte) {
	d, key := evenY(secret)
	t, masked := tagged("BIP0340/aux", aux[:]), d.Bytes()
	for i := range t {
		t[i] ^= masked[i]
	}
	nonce := tagged("BIP0340/nonce", t[:], key[:], message)
	var k0 curve.ModNScalar
	k0.SetBytes(&nonce)
	k, r := evenY(&k0)

	challenge := tagged("BIP0340/challenge", r[:], key[:], message)
	var e curve.ModNScalar
	e.SetBytes(&challenge)
	s := e.Mul(&d).Add(&k)
	copy(signature[:], r[:])
	s.PutBytesUnchecked(signature[32:])
	return key, signature
}

// evenY is the scalar ±k whose multiple of the generator has an even y, and the x of that point.
func evenY(k *curve.ModNScalar) (curve.ModNScalar, [32]byte) {
	var p curve.JacobianPoint
	curve.ScalarBaseMultNonConst(k, &p)
	p.ToAffine()
	out := *k
	if p.Y.IsOdd() {
		out.Negate()
	}
	return out, *p.X.Bytes()
}

// tagged is the tagged hash of BIP 340.
func tagged(tag string, parts ...[]byte) (sum [32]byte) {
	t := sha256.Sum256([]byte(tag))
	h := sha256.New()
	h.Write(t[:])
	h.Write(t[:])
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}
