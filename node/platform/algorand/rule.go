package algorand

import (
	"bytes"
	"encoding/hex"
)

// refused says why Algorand refuses a key or signature for its encoding alone (specs, "Ed25519"); "" if it does not.
// The rest of its rule, s below the order and the equation with cofactor, is the engine's ZIP215, which by itself
// would accept these encodings.
func refused(key, sig []byte) string {
	switch {
	case !canonicalPoint(key):
		return "the key is not in canonical form"
	case smallOrder(key):
		return "the key has small order"
	case !canonicalPoint(sig[:32]):
		return "the signature's R is not in canonical form"
	}
	return ""
}

// canonicalPoint tells whether the encoding of a point has y < p = 2^255-19, and no sign where x is zero (y = ±1).
func canonicalPoint(p []byte) bool {
	y := bytes.Clone(p)
	sign := y[31] & 0x80
	y[31] &= 0x7f
	if y[31] == 0x7f && bytes.Equal(y[1:31], bytes.Repeat([]byte{0xff}, 30)) && y[0] >= 0xed {
		return false
	}
	one := y[0] == 1 && isZero(y[1:])
	minusOne := y[0] == 0xec && y[31] == 0x7f && bytes.Equal(y[1:31], bytes.Repeat([]byte{0xff}, 30))
	return sign == 0 || !one && !minusOne
}

// smallOrder tells whether a canonical encoding is one of the eight points whose order divides 8.
func smallOrder(p []byte) bool {
	for _, q := range smallOrderPoints {
		if hex.EncodeToString(p) == q {
			return true
		}
	}
	return false
}

var smallOrderPoints = [8]string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
}
