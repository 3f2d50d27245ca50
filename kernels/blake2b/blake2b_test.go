package blake2b_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// The kernel is unkeyed with 32 bytes of output; the published files are keyed with 64, or of the compression
// function alone. So they check the plain implementation of plain_test.go, and that one checks the kernel.

// TestKAT runs the official known answers (BLAKE2b-512, keyed) through the plain implementation.
func TestKAT(t *testing.T) {
	n := 0
	for _, r := range vectors.Records(t, "hash/blake2b_kat.txt") {
		if got, want := plain(unhex(t, r["in"]), unhex(t, r["key"]), 64), unhex(t, r["hash"]); !bytes.Equal(got, want) {
			t.Errorf("in of %d bytes: %x, want %x", len(r["in"])/2, got, want)
		}
		n++
	}
	if n != 256 {
		t.Fatalf("%d cases in the file", n)
	}
	t.Logf("%d cases, all valid", n)
}

// TestCompress runs the precompile of EIP-152 through the plain compression function.
func TestCompress(t *testing.T) {
	var cases []struct{ Name, Input, Expected string }
	if err := json.Unmarshal(vectors.Read(t, "hash/evm_blake2f.json"), &cases); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if got, want := precompile(unhex(t, c.Input)), unhex(t, c.Expected); !bytes.Equal(got, want) {
			t.Errorf("%s: %x, want %x", c.Name, got, want)
		}
		n++
	}
	if n < 4 {
		t.Fatalf("%d cases in the file", n)
	}
	t.Logf("%d cases, all valid", n)
}

// TestRFC7693 is the self-test of RFC 7693, appendix E: BLAKE2b-256 over the digests of 20, 32, 48 and 64 bytes of six
// inputs, unkeyed and keyed. The unkeyed ones of 32 bytes, and the last one, are the kernel's.
func TestRFC7693(t *testing.T) {
	const want = "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475"
	var all, inputs, ours [][]byte
	for _, size := range []int{20, 32, 48, 64} {
		for _, n := range []int{0, 3, 128, 129, 255, 1024} {
			in := sequence(n, n)
			unkeyed := plain(in, nil, size)
			all = append(all, unkeyed, plain(in, sequence(size, size), size))
			if size == blake2b.Size {
				inputs, ours = append(inputs, in), append(ours, unkeyed)
			}
		}
	}
	inputs, ours = append(inputs, bytes.Join(all, nil)), append(ours, unhex(t, want))
	if err := digest.Check(blake2b.Kernel, inputs, func(i int) []byte { return ours[i] }); err != nil {
		t.Error(err)
	}

	// Known holds these inputs.
	known := blake2b.Kernel.Known(0)
	for _, in := range inputs[:6] {
		found := false
		for i := range known.Len() {
			found = found || bytes.Equal(known.Message(i), in)
		}
		if !found {
			t.Errorf("no known job has the input of %d bytes", len(in))
		}
	}
}

// TestLengths compares every length of 0 to 1100 bytes to the plain implementation, all in one batch.
func TestLengths(t *testing.T) {
	messages := make([][]byte, 1101)
	for n := range messages {
		messages[n] = make([]byte, n)
		for i := range messages[n] {
			messages[n][i] = byte(i*i + n)
		}
	}
	if err := digest.Check(blake2b.Kernel, messages, func(i int) []byte { return plain(messages[i], nil, 32) }); err != nil {
		t.Error(err)
	}
}

// sequence is selftest_seq of RFC 7693, appendix E.
func sequence(n, seed int) []byte {
	p := make([]byte, n)
	a, b := 0xDEAD4BAD*uint32(seed), uint32(1)
	for i := range p {
		a, b = b, a+b
		p[i] = byte(b >> 24)
	}
	return p
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
