package main

import (
	stdsha256 "crypto/sha256"
	stdsha512 "crypto/sha512"
	"encoding/binary"
	"fmt"

	"github.com/emmansun/gmsm/sm3"
	minio "github.com/minio/sha256-simd"
	"github.com/prysmaticlabs/gohashtree"
	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/sha3"

	"github.com/sluice-engine/sluice/bench"
	"github.com/sluice-engine/sluice/kernels"
)

func hashes() []bench.Contender {
	std, xcrypto := version(""), version("golang.org/x/crypto")
	list := []bench.Contender{
		simple("crypto/sha512", std, job{kernels.SHA512, nil}, func(b *kernels.Batch, lo, hi int) int {
			for i := lo; i < hi; i++ {
				*(*[64]byte)(b.Out(i)) = stdsha512.Sum512(b.Message(i))
			}
			return hi - lo
		}),
		peer("x/crypto/sha3", xcrypto+", legacy Keccak, one state used again", job{kernels.Keccak256, nil}, func(*kernels.Batch) (decider, error) {
			h := sha3.NewLegacyKeccak256().(interface {
				Reset()
				Write([]byte) (int, error)
				Read([]byte) (int, error) // without a copy of the state, as go-ethereum does it
			})
			return func(b *kernels.Batch, lo, hi int) int {
				for i := lo; i < hi; i++ {
					h.Reset()
					h.Write(b.Message(i)) // hashes never fail
					h.Read(b.Out(i))
				}
				return hi - lo
			}, nil
		}),
		simple("gmsm sm3", version("github.com/emmansun/gmsm"), job{kernels.SM3, nil}, func(b *kernels.Batch, lo, hi int) int {
			for i := lo; i < hi; i++ {
				*(*[32]byte)(b.Out(i)) = sm3.Sum(b.Message(i))
			}
			return hi - lo
		}),
		simple("x/crypto/blake2b", xcrypto, job{kernels.BLAKE2b256, nil}, func(b *kernels.Batch, lo, hi int) int {
			for i := lo; i < hi; i++ {
				*(*[32]byte)(b.Out(i)) = blake2b.Sum256(b.Message(i))
			}
			return hi - lo
		}),
		peer("gohashtree", version("github.com/prysmaticlabs/gohashtree")+", all nodes of the batch in one call", job{kernels.SHA256Node, nil}, hashTree),
	}
	list = append(list, sha256Peers("crypto/sha256", std, stdsha256.Sum256)...)
	return append(list, sha256Peers("minio/sha256-simd", version("github.com/minio/sha256-simd"), minio.Sum256)...)
}

// hashTree calls gohashtree on the rows and outputs as they lie there.
func hashTree(b *kernels.Batch) (decider, error) {
	if err := gohashtree.HashByteSlice(b.Outs(), b.Rows()); err != nil {
		return nil, fmt.Errorf("gohashtree: %w", err)
	}
	rows, outs := b.Rows(), b.Outs()
	return func(_ *kernels.Batch, lo, hi int) int {
		if gohashtree.HashByteSlice(outs[32*lo:32*hi], rows[64*lo:64*hi]) != nil {
			return 0
		}
		return hi - lo
	}, nil
}

// sha256Peers are all that can be made of a function that hashes one message.
func sha256Peers(name, version string, sum func([]byte) [32]byte) []bench.Contender {
	double := func(p []byte) [32]byte {
		h := sum(p)
		return sum(h[:])
	}
	return []bench.Contender{
		simple(name, version, job{kernels.SHA256, nil}, func(b *kernels.Batch, lo, hi int) int {
			for i := lo; i < hi; i++ {
				*(*[32]byte)(b.Out(i)) = sum(b.Message(i))
			}
			return hi - lo
		}),
		simple(name, version, job{kernels.SHA256d, nil}, func(b *kernels.Batch, lo, hi int) int {
			for i := lo; i < hi; i++ {
				*(*[32]byte)(b.Out(i)) = double(b.Message(i))
			}
			return hi - lo
		}),
		simple(name, version, job{kernels.SHA256Node, nil}, func(b *kernels.Batch, lo, hi int) int {
			for i := lo; i < hi; i++ {
				*(*[32]byte)(b.Out(i)) = sum(b.Row(i))
			}
			return hi - lo
		}),
		simple(name, version+", the whole header for each nonce, without a midstate", job{kernels.SHA256dPoW, nil}, one(func(b *kernels.Batch, i int) bool {
			return search(b.Row(i), b.Out(i), double)
		})),
		simple(name, version, job{kernels.SHA256Chain, nil}, one(func(b *kernels.Batch, i int) bool {
			row := b.Row(i) // without a mixin, as all of the benchmark
			h := [32]byte(row)
			for range binary.LittleEndian.Uint32(row[96:]) {
				h = sum(h[:])
			}
			return h == [32]byte(row[64:])
		})),
	}
}

// search tries the nonces of a sha256d.pow row: see its layout in package kernels/sha256.
func search(row, out []byte, double func([]byte) [32]byte) bool {
	header, target := [80]byte(row), row[80:112]
	first, count := binary.LittleEndian.Uint32(row[112:]), binary.LittleEndian.Uint32(row[116:])
	for n := range count {
		binary.LittleEndian.PutUint32(header[76:], first+n)
		h := double(header[:])
		if atMost(h[:], target) {
			binary.LittleEndian.PutUint32(out, first+n)
			copy(out[4:], h[:])
			return true
		}
	}
	clear(out)
	return false
}

// atMost compares little-endian numbers of 32 bytes.
func atMost(a, b []byte) bool {
	for i := 31; i >= 0; i-- {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return true
}
