package sample

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/p256"
)

// p256Signatures are crypto/ecdsa's, with the nonces of RFC 6979.
func p256Signatures(b *kernels.Batch, src *source, n int) appender {
	keys := pool(n, func() *ecdsa.PrivateKey {
		for {
			secret := src.bytes32()
			if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret[:]); err == nil {
				return key // all but 2^-32 of the secrets
			}
		}
	})
	return func(i int) error {
		key, digest := keys[i%n], src.bytes32()
		point, err := key.PublicKey.Bytes()
		if err != nil {
			return err
		}
		der, err := key.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			return err
		}
		rs, err := rawSignature(der, elliptic.P256().Params().N, highS(b, i))
		if err != nil {
			return err
		}
		return p256.Append(b, digest[:], rs[:], point[1:])
	}
}

// rawSignature is r‖s of an ASN.1 signature, with the high or the low one of s and order-s.
func rawSignature(der []byte, order *big.Int, high bool) (rs [64]byte, err error) {
	var r, s big.Int
	in, seq := cryptobyte.String(der), cryptobyte.String(nil)
	if !in.ReadASN1(&seq, asn1.SEQUENCE) || !seq.ReadASN1Integer(&r) || !seq.ReadASN1Integer(&s) {
		return rs, fmt.Errorf("signature %x is not ASN.1", der)
	}
	if isHigh := s.Cmp(new(big.Int).Rsh(order, 1)) > 0; isHigh != high {
		s.Sub(order, &s)
	}
	r.FillBytes(rs[:32])
	s.FillBytes(rs[32:])
	return rs, nil
}
