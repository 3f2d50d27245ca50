package main

import (
	stded25519 "crypto/ed25519"

	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/cache"
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519/extra/ecvrf"

	"github.com/sluice-engine/sluice/bench"
	"github.com/sluice-engine/sluice/kernels"
)

// cachedKeys is how many keys CometBFT lets curve25519-voi remember.
const cachedKeys = 4096

func edwards() []bench.Contender {
	v := version("github.com/oasisprotocol/curve25519-voi")
	plain := job{kernels.Ed25519Verify, []kernels.Flags{kernels.RFC8032}}
	zip215 := job{kernels.Ed25519Verify, []kernels.Flags{kernels.ZIP215}}
	stdlib, cofactored := &voi.Options{Verify: voi.VerifyOptionsStdLib}, &voi.Options{Verify: voi.VerifyOptionsZIP_215}
	return []bench.Contender{
		simple("crypto/ed25519", version(""), plain, one(func(b *kernels.Batch, i int) bool {
			row := b.Row(i)
			return stded25519.Verify(row[:32], b.Message(i), row[32:])
		})),
		simple("curve25519-voi", v+", one by one", plain, one(func(b *kernels.Batch, i int) bool {
			row := b.Row(i)
			return voi.VerifyWithOptions(row[:32], b.Message(i), row[32:], stdlib)
		})),
		simple("curve25519-voi", v+", one by one", zip215, one(func(b *kernels.Batch, i int) bool {
			row := b.Row(i)
			return voi.VerifyWithOptions(row[:32], b.Message(i), row[32:], cofactored)
		})),
		peer("curve25519-voi batch", v+", its random linear combination; the verifier is used again", zip215, func(b *kernels.Batch) (decider, error) {
			verifier := voi.NewBatchVerifierWithCapacity(b.Len())
			return combination(verifier, func(key, message, signature []byte) {
				verifier.AddWithOptions(key, message, signature, cofactored)
			}), nil
		}),
		peer("curve25519-voi cached batch", v+", the same, with 4096 expanded keys remembered, as CometBFT does", zip215, func(b *kernels.Batch) (decider, error) {
			verifier := voi.NewBatchVerifierWithCapacity(b.Len())
			cached := cache.NewVerifier(cache.NewLRUCache(cachedKeys))
			return combination(verifier, func(key, message, signature []byte) {
				cached.AddWithOptions(verifier, key, message, signature, cofactored)
			}), nil
		}),
		simple("curve25519-voi ecvrf", v, job{kernels.ECVRFVerify, []kernels.Flags{kernels.ELL2}}, one(func(b *kernels.Batch, i int) bool {
			row := b.Row(i)
			ok, beta := ecvrf.Verify(row[:32], row[32:], b.Message(i))
			if !ok {
				clear(b.Out(i))
				return false
			}
			copy(b.Out(i), beta)
			return true
		})),
	}
}

// combination decides a batch as a whole, and one by one if that fails.
func combination(verifier *voi.BatchVerifier, add func(key, message, signature []byte)) decider {
	return func(b *kernels.Batch, lo, hi int) (valid int) {
		verifier.Reset()
		for i := lo; i < hi; i++ {
			row := b.Row(i)
			add(row[:32], b.Message(i), row[32:])
		}
		all, each := verifier.Verify(nil)
		if all {
			return hi - lo
		}
		for _, ok := range each {
			if ok {
				valid++
			}
		}
		return valid
	}
}
