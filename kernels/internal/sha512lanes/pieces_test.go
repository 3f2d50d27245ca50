package sha512lanes

import (
	"bytes"
	"crypto/sha512"
	"math/rand/v2"
	"testing"
)

// pieces makes messages out of random bytes.
func pieces(rng *rand.Rand, n int, size func() [3]int) []Message {
	ms := make([]Message, n)
	for i := range ms {
		for j, k := range size() {
			if k == 0 && rng.IntN(2) == 0 {
				continue // nil
			}
			p := make([]byte, k)
			for x := range p {
				p[x] = byte(rng.Uint32())
			}
			ms[i][j] = p
		}
	}
	return ms
}

func checkPieces(t *testing.T, h *Hasher, ms []Message) {
	t.Helper()
	out := make([][Size]byte, len(ms)+1)
	for i := range out {
		out[i][0] = 0xa5
	}
	before := make([][]byte, len(ms))
	for i := range ms {
		before[i] = bytes.Join(ms[i][:], nil)
	}
	h.Sum(out, ms)
	for i := range ms {
		want := sha512.Sum512(before[i])
		if out[i] != want {
			t.Fatalf("%d messages: message %d of %d+%d+%d bytes: %x, want %x", len(ms), i, len(ms[i][0]), len(ms[i][1]), len(ms[i][2]), out[i], want)
		}
		if !bytes.Equal(bytes.Join(ms[i][:], nil), before[i]) {
			t.Fatalf("message %d changed", i)
		}
	}
	if out[len(ms)] != [Size]byte{0xa5} {
		t.Fatal("written behind the last digest")
	}
}

// TestPieces hashes pieces of all kinds of lengths, in 0 to 40 messages.
func TestPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var h Hasher
	edges := []int{0, 1, 31, 32, 33, 46, 47, 48, 63, 64, 65, 110, 111, 112, 127, 128, 129, 175, 176, 191, 192, 193, 300, 1000}
	pick := func() int { return edges[rng.IntN(len(edges))] }
	for n := range 41 {
		for name, size := range map[string]func() [3]int{
			"signature":     func() [3]int { return [3]int{32, 32, pick()} },
			"equal":         func() [3]int { return [3]int{32, 32, 3 * n} },
			"any":           func() [3]int { return [3]int{pick(), pick(), pick()} },
			"short":         func() [3]int { return [3]int{rng.IntN(65), rng.IntN(65), rng.IntN(300)} },
			"third":         func() [3]int { return [3]int{0, 0, pick()} },
			"one long":      func() [3]int { return [3]int{32, 32, rng.IntN(2) * rng.IntN(2) * rng.IntN(2) * 20000} },
			"a whole block": func() [3]int { return [3]int{64, 64, rng.IntN(300)} },
		} {
			t.Run(name, func(t *testing.T) { checkPieces(t, &h, pieces(rng, n, size)) })
		}
	}
}

// TestLengths hashes every length of the third piece behind 64 bytes, 16 lengths at a time.
func TestPieceLengths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var h Hasher
	length := 0
	ms := pieces(rng, 1104, func() [3]int { length++; return [3]int{32, 32, length - 1} })
	for i := 0; i < len(ms); i += 16 {
		checkPieces(t, &h, ms[i:i+16])
	}
	checkPieces(t, &h, ms)
}

func TestPiecesDoNotAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	ms := pieces(rng, 16, func() [3]int { return [3]int{32, 32, 200} })
	var h Hasher
	var out [16][Size]byte
	if n := testing.AllocsPerRun(10, func() { h.Sum(out[:], ms) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPieces(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	ms := pieces(rng, 16, func() [3]int { return [3]int{32, 32, 64} })
	var h Hasher
	var out [16][Size]byte
	for b.Loop() {
		h.Sum(out[:], ms)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/16, "ns/message")
}
