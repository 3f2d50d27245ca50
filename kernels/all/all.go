// Package all lists every kernel of Sluice. It is a static table: no kernel registers itself.
package all

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/bls12381"
	"github.com/sluice-engine/sluice/kernels/ecvrf"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/p256"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/kernels/sha512"
	"github.com/sluice-engine/sluice/kernels/sm2"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

// Kernels is every kernel, in order of their ids. It is not to be changed.
var Kernels = []*kernels.Kernel{
	sha256.Kernel,
	sha256.Double,
	sha512.Kernel,
	keccak256.Kernel,
	sm3.Kernel,
	blake2b.Kernel,
	sha256.Node,
	sha256.PoW,
	sha256.Chain,
	ed25519.Kernel,
	secp256k1.Verify,
	secp256k1.Recover,
	secp256k1.Schnorr,
	p256.Kernel,
	sm2.Kernel,
	ecvrf.Kernel,
	bls12381.Kernel,
}

// ByID is the kernel with the id, or nil. It is what [kernels.Read] wants.
func ByID(id kernels.ID) *kernels.Kernel {
	for _, k := range Kernels {
		if k.ID == id {
			return k
		}
	}
	return nil
}

// ByName is the kernel with the name, such as "ed25519.verify", or nil.
func ByName(name string) *kernels.Kernel {
	for _, k := range Kernels {
		if k.Name == name {
			return k
		}
	}
	return nil
}
