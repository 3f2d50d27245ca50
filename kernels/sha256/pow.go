package sha256

import (
	"encoding/binary"

	"github.com/sluice-engine/sluice/kernels"
)

// Layout of a sha256d.pow row and of its output.
const (
	HeaderSize = 80 // Bitcoin block header

	nonceAt  = 76 // in the header: u32, little-endian
	targetAt = HeaderSize
	firstAt  = targetAt + 32
	countAt  = firstAt + 4
	powIn    = countAt + 4

	hashAt = 4 // in the output, after the nonce
	powOut = hashAt + Size
)

// PoW is "sha256d.pow", the search for proof of work over a Bitcoin header: nonces first, first+1, … are tried,
// count of them, modulo 2^32, in place of header bytes 76-80. A hit is SHA-256d(header) <= target, both 256-bit
// little-endian numbers, as Bitcoin stores hashes. The first hit in search order makes the job valid and is its
// output: the nonce (u32, little-endian) and the hash (32 bytes, internal order). Without one the job is invalid.
// A count of 0 finds nothing; all 2^32 nonces need two jobs.
//
// To check the work of one header, hash it with [Double], or search it with its own nonce and a count of 1.
var PoW = newPoW()

func newPoW() *kernels.Kernel {
	k := &kernels.Kernel{
		ID:    kernels.SHA256dPoW,
		Name:  "sha256d.pow",
		In:    powIn,
		Out:   powOut,
		Rules: []kernels.Flags{0},
		Run:   runPoW,
		Ref:   refPoW,
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return knownPoW(k, rule) }
	return k
}

// AppendPoW adds a search over count nonces from first. The header has 80 bytes, its nonce is ignored; the target
// has 32, little-endian. Errors: ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func AppendPoW(b *kernels.Batch, header, target []byte, first, count uint32) error {
	if err := kernels.CheckKernel(b, kernels.SHA256dPoW); err != nil {
		return err
	}
	if err := kernels.CheckLength("header", header, HeaderSize); err != nil {
		return err
	}
	if err := kernels.CheckLength("target", target, 32); err != nil {
		return err
	}
	row, err := b.Add(nil)
	if err != nil {
		return err
	}
	copy(row, header)
	copy(row[targetAt:], target)
	binary.LittleEndian.PutUint32(row[firstAt:], first)
	binary.LittleEndian.PutUint32(row[countAt:], count)
	return nil
}

// refPoW is the meaning of sha256d.pow.
func refPoW(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		row, out := b.Row(i), b.Out(i)
		header := [HeaderSize]byte(row)
		target := (*[32]byte)(row[targetAt:])
		first := binary.LittleEndian.Uint32(row[firstAt:])
		count := binary.LittleEndian.Uint32(row[countAt:])

		clear(out)
		found := false
		for n := uint32(0); n < count && !found; n++ {
			binary.LittleEndian.PutUint32(header[nonceAt:], first+n) // wraps
			hash := double(header[:])
			if found = lessOrEqual(&hash, target); found {
				binary.LittleEndian.PutUint32(out, first+n)
				copy(out[hashAt:], hash[:])
			}
		}
		b.SetVerdict(i, kernels.Of(found))
	}
}

// lessOrEqual compares 256-bit little-endian numbers.
func lessOrEqual(a, b *[32]byte) bool {
	for i := 31; i >= 0; i-- {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return true
}
