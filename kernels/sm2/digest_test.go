package sm2

import (
	"bytes"
	"errors"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

func TestDigest(t *testing.T) {
	c := ecctest.SM2()
	xy := append(c.G.X.FillBytes(make([]byte, 32)), c.G.Y.FillBytes(make([]byte, 32))...)
	key, err := sm2.NewPublicKey(append([]byte{4}, xy...))
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("message digest")
	for _, n := range []int{0, 1, 16, 31, 32, 55, 56, 64, 255, 8190, MaxID} {
		id := bytes.Repeat([]byte("i"), n)
		za, err := sm2.CalculateZA(key, id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Digest(id, xy, message)
		if want := sm3.Sum(append(za, message...)); err != nil || got != want {
			t.Errorf("id of %d bytes: %x, %v, gmsm gives %x", n, got, err, want)
		}
	}
	for n := range 131 {
		message := bytes.Repeat([]byte{byte(n)}, n)
		want, err := sm2.CalculateSM2Hash(key, message, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Digest(nil, xy, message); err != nil || !bytes.Equal(got[:], want) {
			t.Errorf("message of %d bytes: %x, %v, gmsm gives %x", n, got, err, want)
		}
	}
	if byDefault, _ := Digest(nil, xy, message); byDefault != must(Digest([]byte(DefaultID), xy, message)) {
		t.Error("nil is not the default identity")
	} else if byDefault == must(Digest([]byte{}, xy, message)) {
		t.Error("the empty identity is the default")
	}
	for name, err := range map[string]error{
		"id too long":  second(Digest(make([]byte, MaxID+1), xy, nil)),
		"key too long": second(Digest(nil, make([]byte, 65), nil)),
		"no key":       second(Digest(nil, nil, message)),
	} {
		if !errors.Is(err, kernels.ErrLength) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must(e [32]byte, err error) [32]byte {
	if err != nil {
		panic(err)
	}
	return e
}

func second(_ [32]byte, err error) error { return err }
