package approx_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sluice-engine/sluice/hdl/approx"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// add is the definition: each bit by itself, with the carry of the k bits below it.
func add(a, b uint32, k int) (sum uint32) {
	for i := range 32 {
		carry := uint32(0)
		for j := max(i-k, 0); j < i; j++ {
			carry = (a>>j&1 + b>>j&1 + carry) >> 1
		}
		sum |= (a>>i&1 ^ b>>i&1 ^ carry) << i
	}
	return sum
}

// TestAdd compares the adder to its definition: random operands, and carries that travel any distance from any bit.
func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var operands [][2]uint32
	for range 2000 {
		a, b := r.Uint32(), r.Uint32()
		operands = append(operands, [2]uint32{a, b}, [2]uint32{a, ^a}, [2]uint32{a, ^a + 1})
	}
	for from := range 32 {
		for to := from; to < 32; to++ {
			run := uint32(1<<(to-from)-1) << from << 1 // these bits pass on the carry of bit from
			noise := r.Uint32() &^ (uint32(1<<(to-from+1)-1) << from)
			operands = append(operands, [2]uint32{1<<from | run | noise, 1 << from}, [2]uint32{1<<from | noise, 1<<from | run})
		}
	}
	for k := 1; k <= 32; k++ {
		wrong := 0
		for _, o := range operands {
			got, want := approx.Adder(k).Add(o[0], o[1]), add(o[0], o[1], k)
			if got != want {
				t.Fatalf("looking back %d bits: %#x + %#x = %#x, want %#x", k, o[0], o[1], got, want)
			}
			if got != o[0]+o[1] {
				wrong++
			}
		}
		if (wrong == 0) != (k >= 31) {
			t.Errorf("looking back %d bits: %d wrong sums", k, wrong)
		}
	}
	if got := approx.Exact.Add(0xffffffff, 1); got != 0 {
		t.Errorf("exact: %#x", got)
	}
}

// TestExact compares the exact model to the kernel.
func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := kernels.New(sha256.PoW, 0, 300, 0)
	for i := range 300 {
		header, target := make([]byte, 80), bytes.Repeat([]byte{0xff}, 32)
		for j := range header {
			header[j] = byte(r.Uint32())
		}
		target[31] = byte(i)
		if err := sha256.AppendPoW(b, header, target, ^uint32(0)-uint32(r.IntN(30)), uint32(i%20)); err != nil {
			t.Fatal(err)
		}
	}
	sha256.PoW.Ref(b, 0, b.Len())
	for i := range b.Len() {
		for _, k := range []approx.Adder{approx.Exact, 31, 32} {
			out, valid := approx.Search((*[120]byte)(b.Row(i)), k)
			if kernels.Of(valid) != b.Verdict(i) || !bytes.Equal(out[:], b.Out(i)) {
				t.Fatalf("row %d, adder %d: %v %x, want %v %x", i, k, valid, out, b.Verdict(i), b.Out(i))
			}
		}
	}
}

// TestInexact wants errors, of about the share that the length of carries suggests, and more of them with shorter ones.
func TestInexact(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 4000
	var wrong [33]int
	for range n {
		var header [80]byte
		for j := range header {
			header[j] = byte(r.Uint32())
		}
		work, nonce := approx.NewWork(&header), r.Uint32()
		want := work.Hash(nonce, approx.Exact)
		for _, k := range []int{8, 12, 16, 20, 24, 28, 32} {
			if work.Hash(nonce, approx.Adder(k)) != want {
				wrong[k]++
			}
		}
	}
	for k, bounds := range map[int][2]int{8: {n * 99 / 100, n}, 12: {n / 2, n}, 16: {n * 3 / 100, n * 15 / 100}, 20: {1, n / 50}, 32: {0, 0}} {
		if wrong[k] < bounds[0] || wrong[k] > bounds[1] {
			t.Errorf("looking back %d bits: %d of %d hashes wrong, want %d to %d", k, wrong[k], n, bounds[0], bounds[1])
		}
	}
	t.Logf("wrong: %v", wrong)
}

func ExampleSearch() {
	var row [120]byte
	copy(row[80:], bytes.Repeat([]byte{0xff}, 31)) // the target: any hash whose last byte is zero
	binary.LittleEndian.PutUint32(row[116:], 1000) // nonces 0 to 999
	out, valid := approx.Search(&row, 16)
	fmt.Println(valid, binary.LittleEndian.Uint32(out[:]), out[35])
	// Output: true 164 0
}
