package secp256k1

import (
	"crypto/sha256"

	"github.com/sluice-engine/sluice/kernels"
)

// challengeTag is SHA-256 of the tag; BIP 340 puts it in front of the hashed bytes twice.
var challengeTag = sha256.Sum256([]byte("BIP0340/challenge"))

func refSchnorr(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := (*[schnorrIn]byte)(b.Row(i))
		b.SetVerdict(i, kernels.Of(verifySchnorr(row, b.Message(i))))
	}
}

// verifySchnorr is Verify(pk, m, sig) of BIP 340.
func verifySchnorr(row *[schnorrIn]byte, message []byte) bool {
	var px, rx element
	var s scalar
	if px.SetBytes((*[32]byte)(row[:32])) != 0 || rx.SetBytes((*[32]byte)(row[32:])) != 0 || s.SetBytes((*[32]byte)(row[64:])) != 0 {
		return false
	}
	p, ok := lift(&px, false)
	if !ok {
		return false
	}
	e := challenge((*[32]byte)(row[32:]), (*[32]byte)(row[:32]), message)
	e.Negate()
	R := combine(&s, &e, &p) // sG - eP
	if isInfinity(&R) {
		return false
	}
	R.ToAffine()
	return !R.Y.IsOdd() && R.X.Equals(&rx)
}

// challenge is int(hash_BIP0340/challenge(rx ‖ px ‖ m)) mod n.
func challenge(rx, px *[32]byte, message []byte) (e scalar) {
	h := sha256.New()
	h.Write(challengeTag[:])
	h.Write(challengeTag[:])
	h.Write(rx[:])
	h.Write(px[:])
	h.Write(message)
	var sum [32]byte
	h.Sum(sum[:0])
	e.SetBytes(&sum)
	return e
}
