package keccak256_test

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strconv"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/keccak256"
)

// TestSubmission runs the known answers of the Keccak submission (padding 0x01).
func TestSubmission(t *testing.T) {
	var messages, digests [][]byte
	for _, r := range vectors.Records(t, "hash/keccak256_original_padding.vec.gz") {
		messages = append(messages, unhex(t, r["In"]))
		digests = append(digests, unhex(t, r["Out"]))
	}
	if len(messages) != 268 {
		t.Fatalf("%d cases in the file", len(messages))
	}
	if err := digest.Check(keccak256.Kernel, messages, func(i int) []byte { return digests[i] }); err != nil {
		t.Error(err)
	}
	t.Logf("%d cases, all valid", len(messages))
}

// TestNotSHA3 runs messages whose SHA3-256 digest is known: Keccak-256 and SHA3-256 differ in one byte of padding, so
// the plain implementation below must give the known digest with 0x06, and the kernel's with 0x01.
func TestNotSHA3(t *testing.T) {
	var messages [][]byte
	for _, file := range []string{"hash/nist_SHA3_256ShortMsg.rsp", "hash/xkcp_ShortMsgKAT_SHA3-256.txt.gz"} {
		n := 0
		for _, r := range vectors.Records(t, file) {
			length, err := strconv.Atoi(r["Len"])
			if err != nil || length%8 != 0 {
				continue // section lines of NIST; the XKCP file has messages of odd bits too
			}
			m := unhex(t, r["Msg"])[:length/8]
			if got, want := plain(m, 0x06), [32]byte(unhex(t, r["MD"])); got != want {
				t.Errorf("%s: Len = %d: %x, want %x", file, length, got, want)
			}
			messages = append(messages, m)
			n++
		}
		t.Logf("%s: %d cases", file, n)
	}
	if len(messages) < 300 {
		t.Fatalf("%d cases in the files", len(messages))
	}
	if err := digest.Check(keccak256.Kernel, messages, func(i int) []byte {
		d := plain(messages[i], 0x01)
		return d[:]
	}); err != nil {
		t.Error(err)
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
	if err := digest.Check(keccak256.Kernel, messages, func(i int) []byte {
		d := plain(messages[i], 0x01)
		return d[:]
	}); err != nil {
		t.Error(err)
	}
}

// plain is Keccak[c=512] with 32 bytes of output as FIPS 202 writes it, with the first byte of the padding given.
func plain(message []byte, pad byte) (sum [32]byte) {
	padded := append(append([]byte(nil), message...), pad)
	for len(padded)%keccak256.Rate != 0 {
		padded = append(padded, 0)
	}
	padded[len(padded)-1] |= 0x80
	var a [5][5]uint64 // x, y
	for ; len(padded) > 0; padded = padded[keccak256.Rate:] {
		for i := range keccak256.Rate / 8 {
			a[i%5][i/5] ^= binary.LittleEndian.Uint64(padded[8*i:])
		}
		permute(&a)
	}
	for i := range 4 {
		binary.LittleEndian.PutUint64(sum[8*i:], a[i][0])
	}
	return sum
}

// permute is Keccak-f[1600], FIPS 202, section 3.
func permute(a *[5][5]uint64) {
	lfsr := byte(1) // of the round constants, algorithm 5
	for range 24 {
		var c [5]uint64 // theta
		for x := range c {
			c[x] = a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4]
		}
		for x := range a {
			d := c[(x+4)%5] ^ bits.RotateLeft64(c[(x+1)%5], 1)
			for y := range a[x] {
				a[x][y] ^= d
			}
		}
		x, y, lane := 1, 0, a[1][0] // rho and pi
		for t := range 24 {
			x, y = y, (2*x+3*y)%5
			lane, a[x][y] = a[x][y], bits.RotateLeft64(lane, (t+1)*(t+2)/2)
		}
		for y := range 5 { // chi
			row := [5]uint64{a[0][y], a[1][y], a[2][y], a[3][y], a[4][y]}
			for x := range row {
				a[x][y] = row[x] ^ (^row[(x+1)%5] & row[(x+2)%5])
			}
		}
		for j := range 7 { // iota
			if lfsr&1 != 0 {
				a[0][0] ^= 1 << (1<<j - 1)
			}
			carry := lfsr >> 7
			lfsr = lfsr<<1 ^ carry*0x71
		}
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
