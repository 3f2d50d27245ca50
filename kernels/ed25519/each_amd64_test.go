//go:build amd64 && !purego

package ed25519

import (
	"bytes"
	stded25519 "crypto/ed25519"
	"crypto/sha512"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// TestAlone: lanes take whole groups, and rests that are large enough.
func TestAlone(t *testing.T) {
	for ifma, wants := range map[bool][]int{
		false: {0, 1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0},
		true:  {0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0},
	} {
		for n, want := range wants {
			if got := alone(n, ifma); got != want {
				t.Errorf("of %d jobs %d are decided alone, want %d (IFMA: %v)", n, got, want, ifma)
			}
		}
	}
}

// TestWhole has jobs, valid and not, whose challenge has no u and v of HalvedBits, or none of LongBits, alone, in twos and in lanes.
func TestWhole(t *testing.T) {
	needLanes(t)
	key := stded25519.NewKeyFromSeed(make([]byte, stded25519.SeedSize))
	message := make([]byte, 8)
	// Messages that were found by trying.
	for bits, numbers := range map[int][]uint64{edwards8.HalvedBits: {98, 149, 163}, edwards8.LongBits: {45012, 59535, 61163}} {
		var found []job
		for _, i := range numbers {
			binary.LittleEndian.PutUint64(message, i)
			signature := stded25519.Sign(key, message)
			public := key.Public().(stded25519.PublicKey)
			digest := sha512.Sum512(slices.Concat(signature[:32], public, message))
			var k edwards8.Residues
			k.SetDigests(&[edwards8.Lanes][sha512.Size]byte{digest})
			var h edwards8.Halves
			h.Set(&k)
			if _, _, _, ok := h.Lane(0, bits); ok {
				t.Errorf("message %d has u and v of %d bits", i, bits)
			}
			found = append(found, job{"valid", public, bytes.Clone(message), signature, true})
		}
		bad := found[0]
		bad.name, bad.valid, bad.signature = "another s", false, bytes.Clone(bad.signature)
		bad.signature[40] ^= 1
		list := append(found, bad)
		for _, rule := range Kernel.Rules {
			for _, n := range []int{1, 2, 3, 8, 17} {
				jobs := make([]job, n)
				for first := range list {
					for i := range jobs {
						jobs[i] = list[(first+i)%len(list)]
					}
					b := batchOf(t, rule, jobs)
					Kernel.Run(b, 0, n)
					compare(t, b, jobs, 0)
				}
			}
		}
	}
}
