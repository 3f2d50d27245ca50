package main

// #cgo LDFLAGS: -lsecp256k1 -lsodium
// #include "libraries.h"
import "C"

import (
	"errors"
	"unsafe"

	blst "github.com/supranational/blst/bindings/go"

	"github.com/sluice-engine/sluice/bench"
	"github.com/sluice-engine/sluice/kernels"
)

// libraries are written in C. A batch is one call; the loop over its jobs is in C too.
func libraries() []bench.Contender {
	const secp = "of the system, by cgo, one call a batch"
	sodium := C.GoString(C.sodium_version_string()) + " of the system, by cgo, one call a batch; it refuses small orders beside"
	return []bench.Contender{
		peer("libsodium", sodium, job{kernels.Ed25519Verify, []kernels.Flags{kernels.RFC8032, kernels.Strict}}, func(*kernels.Batch) (decider, error) {
			if C.sodium_init() < 0 {
				return nil, errors.New("libsodium does not start")
			}
			return func(b *kernels.Batch, lo, hi int) int {
				return int(C.peers_ed25519(rows(b), messages(b), ends(b), C.size_t(lo), C.size_t(hi)))
			}, nil
		}),
		peer("libsecp256k1", secp+"; a high s is negated first, as it takes none", job{kernels.Secp256k1Verify, nil}, withContext(func(ctx *C.secp256k1_context, b *kernels.Batch, lo, hi int) C.int {
			return C.peers_ecdsa(ctx, rows(b), C.size_t(lo), C.size_t(hi), lowS(b))
		})),
		peer("libsecp256k1", secp, job{kernels.Secp256k1Recover, nil}, withContext(func(ctx *C.secp256k1_context, b *kernels.Batch, lo, hi int) C.int {
			return C.peers_recover(ctx, rows(b), pointer(b.Outs()), C.size_t(lo), C.size_t(hi), lowS(b))
		})),
		peer("libsecp256k1", secp, job{kernels.Secp256k1Schnorr, nil}, withContext(func(ctx *C.secp256k1_context, b *kernels.Batch, lo, hi int) C.int {
			return C.peers_schnorr(ctx, rows(b), messages(b), ends(b), C.size_t(lo), C.size_t(hi))
		})),
		simple("blst", version("github.com/supranational/blst")+", by cgo", job{kernels.BLS12381Verify, nil}, one(func(b *kernels.Batch, i int) bool {
			row := b.Row(i)
			return new(blst.P2Affine).VerifyCompressed(row[48:], true, row[:48], true, b.Message(i), []byte(ciphersuite))
		})),
	}
}

// withContext makes a context for each thread; it lives as long as the program.
func withContext(decide func(ctx *C.secp256k1_context, b *kernels.Batch, lo, hi int) C.int) func(*kernels.Batch) (decider, error) {
	return func(*kernels.Batch) (decider, error) {
		ctx := C.secp256k1_context_create(C.SECP256K1_CONTEXT_VERIFY)
		return func(b *kernels.Batch, lo, hi int) int { return int(decide(ctx, b, lo, hi)) }, nil
	}
}

func pointer(p []byte) *C.uchar          { return (*C.uchar)(unsafe.Pointer(unsafe.SliceData(p))) }
func rows(b *kernels.Batch) *C.uchar     { return pointer(b.Rows()) }
func messages(b *kernels.Batch) *C.uchar { return pointer(b.Messages()) }
func ends(b *kernels.Batch) *C.uint32_t {
	return (*C.uint32_t)(unsafe.Pointer(unsafe.SliceData(b.Ends())))
}

func lowS(b *kernels.Batch) C.int {
	if b.Flags() == kernels.LowS {
		return 1
	}
	return 0
}
