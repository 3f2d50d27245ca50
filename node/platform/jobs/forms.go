package jobs

import (
	"slices"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
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

// kind is what a field holds.
type kind int

const (
	inRow   kind = iota // bytes of the row
	message             // the message
	number              // a u32 of the row, little-endian, written as a number
)

// field is one field of a kernel's lines.
type field struct {
	name     string
	kind     kind
	at       int   // in the row
	sizes    []int // allowed numbers of bytes, the row's first; nil: any
	optional bool
}

// form is how the lines of some kernels look. A kernel may have several; the first is what Marshal writes.
type form struct {
	kernels []*kernels.Kernel
	fields  []field
	add     func(b *kernels.Batch, v *values) error
}

// values are the fields of a line.
type values struct {
	bytes   map[string][]byte
	numbers map[string]uint32
}

// has finds the form's field.
func (f *form) has(name string) (field, bool) {
	i := slices.IndexFunc(f.fields, func(x field) bool { return x.name == name })
	if i < 0 {
		return field{}, false
	}
	return f.fields[i], true
}

func row(name string, at int, sizes ...int) field { return field{name: name, at: at, sizes: sizes} }
func count(name string, at int) field             { return field{name: name, kind: number, at: at} }
func optional(f field) field                      { f.optional = true; return f }

var msg = field{name: "msg", kind: message}

// forms lists the forms of all kernels.
var forms = []form{
	hash(sha256.Append, sha256.Kernel, sha256.Double),
	hash(sha512.Append, sha512.Kernel),
	hash(keccak256.Append, keccak256.Kernel),
	hash(sm3.Append, sm3.Kernel),
	hash(blake2b.Append, blake2b.Kernel),
	{
		kernels: []*kernels.Kernel{sha256.Node},
		fields:  []field{row("left", 0, 32), row("right", 32, 32)},
		add: func(b *kernels.Batch, v *values) error {
			return sha256.AppendNode(b, v.bytes["left"], v.bytes["right"])
		},
	},
	{
		kernels: []*kernels.Kernel{sha256.Node},
		fields:  []field{row("msg", 0, 64)},
		add: func(b *kernels.Batch, v *values) error {
			return sha256.AppendNode(b, v.bytes["msg"][:32], v.bytes["msg"][32:])
		},
	},
	{
		kernels: []*kernels.Kernel{sha256.PoW},
		fields:  []field{row("header", 0, 80), row("target", 80, 32), count("first", 112), count("count", 116)},
		add: func(b *kernels.Batch, v *values) error {
			return sha256.AppendPoW(b, v.bytes["header"], v.bytes["target"], v.numbers["first"], v.numbers["count"])
		},
	},
	{
		kernels: []*kernels.Kernel{sha256.Chain},
		fields:  []field{row("start", 0, 32), optional(row("mixin", 32, 32)), row("end", 64, 32), count("count", 96)},
		add: func(b *kernels.Batch, v *values) error {
			return sha256.AppendChain(b, v.bytes["start"], v.bytes["mixin"], v.bytes["end"], v.numbers["count"])
		},
	},
	signature(ed25519.Append, 32, 64, ed25519.Kernel),
	signature(secp256k1.AppendSchnorr, 32, 64, secp256k1.Schnorr),
	signature(bls12381.Append, 48, 96, bls12381.Kernel),
	onDigest(secp256k1.AppendVerify, secp256k1.DecodeKey, secp256k1.Verify),
	onDigest(p256.Append, p256.DecodeKey, p256.Kernel),
	onDigest(sm2.Append, sm2.DecodeKey, sm2.Kernel),
	{
		kernels: []*kernels.Kernel{secp256k1.Recover},
		fields:  []field{row("digest", 0, 32), row("sig", 32, 65)},
		add: func(b *kernels.Batch, v *values) error {
			sig := v.bytes["sig"]
			return secp256k1.AppendRecover(b, v.bytes["digest"], sig[:64], sig[64])
		},
	},
	{
		kernels: []*kernels.Kernel{ecvrf.Kernel},
		fields:  []field{row("key", 0, 32), msg, row("proof", 32, 80)},
		add: func(b *kernels.Batch, v *values) error {
			return ecvrf.Append(b, v.bytes["key"], v.bytes["msg"], v.bytes["proof"])
		},
	},
}

// hash is the form of the kernels that hash a message.
func hash(add func(b *kernels.Batch, message []byte) error, k ...*kernels.Kernel) form {
	return form{k, []field{msg}, func(b *kernels.Batch, v *values) error { return add(b, v.bytes["msg"]) }}
}

// signature is the form of a signature over a message.
func signature(add func(b *kernels.Batch, key, message, sig []byte) error, key, sig int, k *kernels.Kernel) form {
	return form{
		kernels: []*kernels.Kernel{k},
		fields:  []field{row("key", 0, key), msg, row("sig", key, sig)},
		add: func(b *kernels.Batch, v *values) error {
			return add(b, v.bytes["key"], v.bytes["msg"], v.bytes["sig"])
		},
	}
}

// onDigest is the form of a signature over a digest. A key in SEC 1 that is no point becomes x = y = 0, which is on
// none of the curves, so that the kernel finds the job invalid.
func onDigest(add func(b *kernels.Batch, digest, rs, xy []byte) error, decode func([]byte) ([64]byte, error), k *kernels.Kernel) form {
	return form{
		kernels: []*kernels.Kernel{k},
		fields:  []field{row("digest", 0, 32), row("sig", 32, 64), row("key", 96, 64, 33, 65)},
		add: func(b *kernels.Batch, v *values) error {
			key := v.bytes["key"]
			if len(key) != 64 {
				xy, err := decode(key)
				if err != nil {
					xy = [64]byte{}
				}
				key = xy[:]
			}
			return add(b, v.bytes["digest"], v.bytes["sig"], key)
		},
	}
}

// formsOf lists the forms of a kernel; none if there is no such kernel.
func formsOf(k *kernels.Kernel) []*form {
	var of []*form
	for i := range forms {
		if slices.Contains(forms[i].kernels, k) {
			of = append(of, &forms[i])
		}
	}
	return of
}

// names lists the kernels, for messages.
func names() []string {
	var s []string
	for _, k := range all.Kernels {
		s = append(s, k.Name)
	}
	return s
}
