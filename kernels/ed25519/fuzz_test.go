package ed25519

import (
	stded25519 "crypto/ed25519"
	"testing"

	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

// FuzzVerify compares Ref and Run with crypto/ed25519 and with curve25519-voi, for every rule.
func FuzzVerify(f *testing.F) {
	for i, c := range nasty25519.Cases() {
		if i%16 == 0 {
			f.Add(c.Key, c.Message, c.Signature, false)
		}
	}
	f.Add(make([]byte, KeySize), []byte("sign this"), make([]byte, SignatureSize), true)
	options := map[kernels.Flags]*voi.VerifyOptions{
		kernels.RFC8032: voi.VerifyOptionsStdLib,
		kernels.ZIP215:  voi.VerifyOptionsZIP_215,
		kernels.Strict:  {AllowNonCanonicalA: true, CofactorlessVerify: true},
	}
	f.Fuzz(func(t *testing.T, key, message, signature []byte, sign bool) {
		if len(key) != KeySize || len(signature) != SignatureSize {
			t.Skip("wrong length")
		}
		if sign { // take the key as a seed, and flip the bits of the good signature that the given one says
			private := stded25519.NewKeyFromSeed(key)
			key = private.Public().(stded25519.PublicKey)
			good := stded25519.Sign(private, message)
			for i := range good {
				good[i] ^= signature[i]
			}
			signature = good
		}
		for rule, option := range options {
			b := kernels.New(Kernel, rule, 1, len(message))
			if err := Append(b, key, message, signature); err != nil {
				t.Fatal(err)
			}
			want := kernels.Of(voi.VerifyWithOptions(key, message, signature, &voi.Options{Verify: option}))
			if rule == kernels.RFC8032 {
				if std := kernels.Of(stded25519.Verify(key, message, signature)); std != want {
					t.Fatalf("crypto/ed25519 says %v, curve25519-voi %v", std, want)
				}
			}
			Kernel.Ref(b, 0, 1)
			if b.Verdict(0) != want {
				t.Errorf("%v: Ref says %v, want %v", rule, b.Verdict(0), want)
			}
			b.Unset(0, 1)
			Kernel.Run(b, 0, 1)
			if b.Verdict(0) != want {
				t.Errorf("%v: Run says %v, want %v", rule, b.Verdict(0), want)
			}
		}
	})
}
