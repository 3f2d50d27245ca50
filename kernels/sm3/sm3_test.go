package sm3_test

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

// TestVectors runs the SM3 cases of OpenSSL: those of the standard, of draft-shen-sm2-ecdsa-02 and of GmSSL.
func TestVectors(t *testing.T) {
	var messages, digests [][]byte
	for _, r := range vectors.Records(t, "sm/openssl_evpmd_sm3.txt") {
		if r["Digest"] == "SM3" {
			messages = append(messages, unhex(t, r["Input"]))
			digests = append(digests, unhex(t, r["Output"]))
		}
	}
	if len(messages) != 8 {
		t.Fatalf("%d cases in the file", len(messages))
	}
	for i, m := range messages {
		if got := plain(m); got != [32]byte(digests[i]) {
			t.Errorf("the plain implementation: case %d: %x, want %x", i, got, digests[i])
		}
	}
	if err := digest.Check(sm3.Kernel, messages, func(i int) []byte { return digests[i] }); err != nil {
		t.Error(err)
	}
	t.Logf("%d cases, all valid", len(messages))
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
	if err := digest.Check(sm3.Kernel, messages, func(i int) []byte {
		d := plain(messages[i])
		return d[:]
	}); err != nil {
		t.Error(err)
	}
}

// plain is SM3 as GB/T 32905-2016, section 5, writes it.
func plain(message []byte) (sum [32]byte) {
	padded := append(append([]byte(nil), message...), 0x80)
	for len(padded)%64 != 56 {
		padded = append(padded, 0)
	}
	padded = binary.BigEndian.AppendUint64(padded, 8*uint64(len(message)))
	v := [8]uint32{0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e}
	for ; len(padded) > 0; padded = padded[64:] {
		compress(&v, padded[:64])
	}
	for i, x := range v {
		binary.BigEndian.PutUint32(sum[4*i:], x)
	}
	return sum
}

func compress(v *[8]uint32, block []byte) {
	rotl := bits.RotateLeft32
	p0 := func(x uint32) uint32 { return x ^ rotl(x, 9) ^ rotl(x, 17) }
	p1 := func(x uint32) uint32 { return x ^ rotl(x, 15) ^ rotl(x, 23) }
	var w [68]uint32
	for j := range w {
		if j < 16 {
			w[j] = binary.BigEndian.Uint32(block[4*j:])
		} else {
			w[j] = p1(w[j-16]^w[j-9]^rotl(w[j-3], 15)) ^ rotl(w[j-13], 7) ^ w[j-6]
		}
	}
	a, b, c, d, e, f, g, h := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
	for j := range 64 {
		k, ff, gg := uint32(0x79cc4519), a^b^c, e^f^g
		if j >= 16 {
			k, ff, gg = 0x7a879d8a, a&b|a&c|b&c, e&f|^e&g
		}
		ss1 := rotl(rotl(a, 12)+e+rotl(k, j), 7)
		ss2 := ss1 ^ rotl(a, 12)
		tt1 := ff + d + ss2 + (w[j] ^ w[j+4])
		tt2 := gg + h + ss1 + w[j]
		d, c, b, a = c, rotl(b, 9), a, tt1
		h, g, f, e = g, rotl(f, 19), e, p0(tt2)
	}
	for i, x := range [8]uint32{a, b, c, d, e, f, g, h} {
		v[i] ^= x
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
