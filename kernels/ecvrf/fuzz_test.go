package ecvrf

import (
	"bytes"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
)

// againstModel decides one job with Ref, Run and the model of model_test.go.
func againstModel(t *testing.T, rule kernels.Flags, key, alpha, proof []byte) {
	t.Helper()
	b := kernels.New(Kernel, rule, 1, len(alpha))
	if err := Append(b, key, alpha, proof); err != nil {
		t.Fatal(err)
	}
	beta := modelVerify(rule, key, alpha, proof)
	verdict := kernels.Of(beta != nil)
	if beta == nil {
		beta = make([]byte, OutputSize)
	}
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, 1)
		decide(b, 0, 1)
		if b.Verdict(0) != verdict || !bytes.Equal(b.Out(0), beta) {
			t.Errorf("%s: %v: %v %x, model %v %x (key %x, alpha %x, proof %x)",
				name, rule, b.Verdict(0), b.Out(0), verdict, beta, key, alpha, proof)
		}
	}
}

// TestModel compares Ref with the model on good proofs, spoilt ones, and those of dishonest provers.
func TestModel(t *testing.T) {
	d := newDishonest(t)
	for _, rule := range Kernel.Rules {
		known := Kernel.Known(rule)
		for i := range known.Len() {
			againstModel(t, rule, known.Row(i)[:KeySize], known.Message(i), known.Row(i)[KeySize:])
		}
		for i := range 8 {
			for j := range 8 {
				alpha := []byte{byte(i), byte(j)}
				key, proof, _ := d.prove(rule, alpha, i, j, (8-i)%8, (8-j)%8)
				againstModel(t, rule, key, alpha, proof)
			}
		}
		key, proof := vrfprove.Prove(rule, [32]byte{3}, nil)
		for _, e := range nasty25519.SmallOrder() {
			againstModel(t, rule, e, nil, proof[:])
			againstModel(t, rule, key[:], nil, append(bytes.Clone(e), proof[32:]...))
		}
	}
}

// FuzzVerify compares Ref and Run with the model. With prove, the key is a seed, and the proof says which bits of
// a good one are flipped.
func FuzzVerify(f *testing.F) {
	zero := make([]byte, ProofSize)
	flip := bytes.Clone(zero)
	flip[40] = 1
	f.Add(make([]byte, KeySize), []byte("alpha"), zero, true)
	f.Add(make([]byte, KeySize), []byte("alpha"), flip, true)
	for _, rule := range Kernel.Rules {
		known := Kernel.Known(rule)
		for i := range 3 {
			f.Add(known.Row(i)[:KeySize], known.Message(i), known.Row(i)[KeySize:], false)
		}
	}
	f.Fuzz(func(t *testing.T, key, alpha, proof []byte, prove bool) {
		if len(key) != KeySize || len(proof) != ProofSize {
			t.Skip("wrong length")
		}
		for _, rule := range Kernel.Rules {
			if !prove {
				againstModel(t, rule, key, alpha, proof)
				continue
			}
			public, good := vrfprove.Prove(rule, [32]byte(key), alpha)
			for i := range good {
				good[i] ^= proof[i]
			}
			againstModel(t, rule, public[:], alpha, good[:])
		}
	})
}
