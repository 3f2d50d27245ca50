package p256

import (
	"bytes"
	"crypto/elliptic"
	"errors"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/ecdsa"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

func TestJobs(t *testing.T) {
	for _, rule := range Kernel.Rules {
		check(t, rule, awkward())
	}
	check(t, 0, ecctest.Flips(awkward()[0]))
	for _, j := range awkward() {
		if got := gnarkVerify(j.Row); got != j.Valid {
			t.Errorf("gnark-crypto says %v: %s", got, j.Name)
		}
	}
}

// gnarkVerify takes only low s, so it is given that of s and n - s: both pass for the same digests and keys.
func gnarkVerify(row []byte) bool {
	if s, n := new(big.Int).SetBytes(row[64:96]), elliptic.P256().Params().N; !lowS(row[64:96]) {
		if s.Cmp(n) >= 0 {
			return false
		}
		row = append([]byte(nil), row...)
		s.Sub(n, s).FillBytes(row[64:96])
	}
	if [64]byte(row[96:]) == [64]byte{} {
		return false // infinity to gnark-crypto
	}
	var key ecdsa.PublicKey
	if _, err := key.SetBytes(row[96:]); err != nil || !key.A.IsOnCurve() {
		return false
	}
	ok, err := key.Verify(row[32:96], row[:32], nil)
	return err == nil && ok
}

// TestSpans: a span decides its jobs and no others.
func TestSpans(t *testing.T) {
	jobs := awkward()[:40]
	for _, span := range []int{1, 7, 40} {
		for _, d := range ecctest.Diff(Kernel, 0, jobs, span, Kernel.Run) {
			t.Errorf("spans of %d: %s", span, d)
		}
	}
	b := ecctest.Batch(Kernel, 0, jobs).Shadow()
	Kernel.Run(b, 10, 20)
	Kernel.Run(b, 30, 30)
	for i := range b.Len() {
		if inside := 10 <= i && i < 20; (b.Verdict(i) != kernels.Unset) != inside {
			t.Errorf("job %d is %s after Run(10, 20)", i, b.Verdict(i))
		}
	}
}

func TestAppend(t *testing.T) {
	f := func(value byte, n int) []byte { return bytes.Repeat([]byte{value}, n) }
	b := kernels.New(Kernel, kernels.LowS, 1, 0)
	for _, c := range []struct {
		name           string
		digest, rs, xy []byte
		want           error
	}{
		{"digest", f(1, 33), f(2, 64), f(3, 64), kernels.ErrLength},
		{"signature", f(1, 32), f(2, 63), f(3, 64), kernels.ErrLength},
		{"key", f(1, 32), f(2, 64), f(3, 65), kernels.ErrLength},
		{"nil", nil, nil, nil, kernels.ErrLength},
		{"right", f(1, 32), f(2, 64), f(3, 64), nil},
		{"full", f(4, 32), f(4, 64), f(4, 64), kernels.ErrFull},
	} {
		if err := Append(b, c.digest, c.rs, c.xy); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if b.Len() != 1 || !bytes.Equal(b.Row(0), bytes.Join([][]byte{f(1, 32), f(2, 64), f(3, 64)}, nil)) {
		t.Errorf("%d jobs, row %x", b.Len(), b.Row(0))
	}
	other := *Kernel
	other.ID = kernels.SM2Verify
	if err := Append(kernels.New(&other, 0, 1, 0), f(1, 32), f(2, 64), f(3, 64)); !errors.Is(err, kernels.ErrKernel) {
		t.Errorf("a batch of another kernel: %v", err)
	}
}

func TestDecodeKey(t *testing.T) {
	c := ecctest.P256()
	two := c.Mul(big.NewInt(2), c.G)
	x, y := two.X.FillBytes(make([]byte, 32)), two.Y.FillBytes(make([]byte, 32))
	off := bytes.Clone(y)
	off[31] ^= 1
	p, ones := c.P.FillBytes(make([]byte, 32)), bytes.Repeat([]byte{0xff}, 32)
	form := func(first byte, rest ...[]byte) []byte { return append([]byte{first}, bytes.Join(rest, nil)...) }
	for _, test := range []struct {
		name string
		key  []byte
		want error
	}{
		{"hybrid", form(6|y[31]&1, x, y), ErrHybrid},
		{"hybrid with the wrong bit", form(7^y[31]&1, x, y), ErrHybrid},
		{"nil", nil, ErrForm},
		{"infinity", []byte{0}, ErrForm},
		{"x alone", x, ErrForm},
		{"x and y alone", append(bytes.Clone(x), y...), ErrForm},
		{"uncompressed in 33 bytes", form(4, x), ErrForm},
		{"compressed in 65 bytes", form(2, x, y), ErrForm},
		{"66 bytes", form(4, x, y, []byte{0}), ErrForm},
		{"zeros", make([]byte, 65), ErrForm},
		{"off the curve", form(4, x, off), ErrPoint},
		{"0, 0", form(4, make([]byte, 64)), ErrPoint},
		{"x = p", form(2, p), ErrPoint},
		{"x = p, uncompressed", form(4, p, y), ErrPoint},
		{"y = p, uncompressed", form(4, x, p), ErrPoint},
		{"x = 2^256-1", form(3, ones), ErrPoint},
	} {
		if xy, err := DecodeKey(test.key); !errors.Is(err, test.want) || xy != [64]byte{} {
			t.Errorf("%s: %x, %v, want %v", test.name, xy, err, test.want)
		}
	}

	// Both forms of the keys of every job, on the curve or not.
	points := 0
	for _, j := range awkward() {
		xy := j.Row[96:]
		x, y := new(big.Int).SetBytes(xy[:32]), new(big.Int).SetBytes(xy[32:])
		on := c.OnCurve(x, y)
		got, err := DecodeKey(append([]byte{4}, xy...))
		if on != (err == nil) || on && !bytes.Equal(got[:], xy) || !on && !errors.Is(err, ErrPoint) {
			t.Errorf("%s: uncompressed %x: %x, %v", j.Name, xy, got, err)
		}
		got, err = DecodeKey(append([]byte{2 + xy[63]&1}, xy[:32]...))
		p, ok := c.LiftX(x, y.Bit(0) == 1)
		if ok != (err == nil) || ok && (new(big.Int).SetBytes(got[:32]).Cmp(p.X) != 0 || new(big.Int).SetBytes(got[32:]).Cmp(p.Y) != 0) {
			t.Errorf("%s: compressed %x: %x, %v", j.Name, xy, got, err)
		}
		if on {
			points++
		}
	}
	t.Logf("%d points", points)
}
