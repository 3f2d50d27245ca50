package secp256k1

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"

	"github.com/sluice-engine/sluice/kernels/ecctest"
)

func TestDecodeKey(t *testing.T) {
	c := ecctest.Secp256k1()
	two := c.Mul(big.NewInt(2), c.G)
	x, y := two.X.FillBytes(make([]byte, 32)), two.Y.FillBytes(make([]byte, 32))
	y[31] ^= 1
	off := bytes.Clone(y)
	y[31] ^= 1
	ones := bytes.Repeat([]byte{0xff}, 32)
	p := c.P.FillBytes(make([]byte, 32))
	five := big.NewInt(5).FillBytes(make([]byte, 32)) // 5³ + 7 is no square
	form := func(first byte, rest ...[]byte) []byte { return append([]byte{first}, bytes.Join(rest, nil)...) }
	odd := byte(two.Y.Bit(0))
	for _, test := range []struct {
		name string
		key  []byte
		want error
	}{
		{"uncompressed", form(4, x, y), nil},
		{"compressed", form(2|odd, x), nil},
		{"compressed, the other y", form(3^odd, x), nil},
		{"hybrid", form(6|odd, x, y), ErrHybrid},
		{"hybrid with the wrong bit", form(7^odd, x, y), ErrHybrid},
		{"hybrid off the curve", form(6|odd, x, off), ErrHybrid},
		{"nil", nil, ErrForm},
		{"empty", []byte{}, ErrForm},
		{"infinity", []byte{0}, ErrForm},
		{"infinity in 33 bytes", form(0, x), ErrForm},
		{"x alone", x, ErrForm},
		{"x and y alone", append(bytes.Clone(x), y...), ErrForm},
		{"uncompressed in 33 bytes", form(4, x), ErrForm},
		{"compressed in 65 bytes", form(2, x, y), ErrForm},
		{"compressed, 34 bytes", form(2, x, []byte{0}), ErrForm},
		{"uncompressed, 66 bytes", form(4, x, y, []byte{0}), ErrForm},
		{"uncompressed, 64 bytes", form(4, x, y[:31]), ErrForm},
		{"1", form(1, x), ErrForm},
		{"5", form(5, x, y), ErrForm},
		{"off the curve", form(4, x, off), ErrPoint},
		{"zeros", make([]byte, 65), ErrForm},
		{"0, 0", form(4, make([]byte, 64)), ErrPoint},
		{"x is not on the curve", form(2, five), ErrPoint},
		{"x = p", form(2, p), ErrPoint},
		{"x = p, uncompressed", form(4, p, y), ErrPoint},
		{"y = p, uncompressed", form(4, x, p), ErrPoint},
		{"x = 2^256-1", form(3, ones), ErrPoint},
		{"x = y = 2^256-1", form(4, ones, ones), ErrPoint},
	} {
		t.Run(test.name, func(t *testing.T) {
			xy, err := DecodeKey(test.key)
			if !errors.Is(err, test.want) {
				t.Fatalf("%v, want %v", err, test.want)
			}
			if key, reason := btcec.ParsePubKey(test.key); (reason == nil) != (err == nil) && !errors.Is(err, ErrHybrid) {
				t.Errorf("btcec says %v", reason)
			} else if err == nil && !bytes.Equal(key.SerializeUncompressed()[1:], xy[:]) {
				t.Errorf("%x, btcec says %x", xy, key.SerializeUncompressed())
			}
			if err != nil && xy != [64]byte{} {
				t.Errorf("%x with an error", xy)
			}
		})
	}
}

// TestDecodeKeyForms decodes both forms of the keys of every verification, on the curve or not.
func TestDecodeKeyForms(t *testing.T) {
	c := ecctest.Secp256k1()
	points := 0
	for _, j := range verifyJobs() {
		xy := j.Row[96:]
		x, y := new(big.Int).SetBytes(xy[:32]), new(big.Int).SetBytes(xy[32:])
		on := c.OnCurve(x, y)
		got, err := DecodeKey(append([]byte{4}, xy...))
		if on != (err == nil) || on && !bytes.Equal(got[:], xy) {
			t.Errorf("%s: uncompressed %x: %x, %v", j.Name, xy, got, err)
		}
		got, err = DecodeKey(append([]byte{2 + xy[63]&1}, xy[:32]...))
		if p, ok := c.LiftX(x, y.Bit(0) == 1); ok != (err == nil) || ok && !bytes.Equal(got[:], append(p.X.FillBytes(make([]byte, 32)), p.Y.FillBytes(make([]byte, 32))...)) {
			t.Errorf("%s: compressed %x: %x, %v", j.Name, xy, got, err)
		}
		if on {
			points++
		}
	}
	t.Logf("%d points", points)
}
