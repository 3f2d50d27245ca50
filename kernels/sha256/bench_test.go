package sha256_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

const jobs = 256

func bench(b *testing.B, k *kernels.Kernel, batch *kernels.Batch) {
	for b.Loop() {
		k.Run(batch, 0, jobs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/jobs, "ns/job")
}

// BenchmarkRun hashes batches of 256 messages of equal length, once and twice.
func BenchmarkRun(b *testing.B) {
	for _, k := range []*kernels.Kernel{sha256.Kernel, sha256.Double} {
		for _, size := range []int{32, 80, 256, 1024} {
			b.Run(fmt.Sprintf("%s/%dB", k.Name, size), func(b *testing.B) {
				batch := kernels.New(k, 0, jobs, jobs*size)
				if err := sample.Fill(batch, jobs, 1, size); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(jobs * size))
				bench(b, k, batch)
			})
		}
	}
}

// BenchmarkNode hashes batches of several sizes: it shows from how many nodes on which assembly pays.
func BenchmarkNode(b *testing.B) {
	for _, n := range []int{1, 2, 3, 4, 6, 8, 10, 12, 16, 32, 48, 64, 256, 4096} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			batch := kernels.New(sha256.Node, 0, n, 0)
			if err := sample.Fill(batch, n, 1, 0); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(n) * 64)
			for b.Loop() {
				sha256.Node.Run(batch, 0, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/job")
		})
	}
}

// BenchmarkPoW reports ns per nonce: searches without a hit over 1024 nonces.
func BenchmarkPoW(b *testing.B) {
	const count = 1024
	batch := kernels.New(sha256.PoW, 0, 1, 0)
	if err := sha256.AppendPoW(batch, make([]byte, 80), make([]byte, 32), 0, count); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sha256.PoW.Run(batch, 0, 1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/nonce")
}

// BenchmarkChain reports ns per hash: one chain of 1024 hashes.
func BenchmarkChain(b *testing.B) {
	const count = 1024
	batch := kernels.New(sha256.Chain, 0, 1, 0)
	if err := sha256.AppendChain(batch, make([]byte, 32), nil, make([]byte, 32), count); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sha256.Chain.Run(batch, 0, 1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/hash")
}
