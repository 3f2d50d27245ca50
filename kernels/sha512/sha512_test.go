package sha512_test

import (
	stdsha512 "crypto/sha512"
	"encoding/hex"
	"strconv"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/sha512"
)

// TestNIST runs the CAVP short messages (byte-oriented).
func TestNIST(t *testing.T) {
	var messages, digests [][]byte
	for _, r := range vectors.Records(t, "hash/nist_SHA512ShortMsg.rsp") {
		bits, err := strconv.Atoi(r["Len"])
		if err != nil || bits%8 != 0 {
			t.Fatalf("Len = %q", r["Len"])
		}
		messages = append(messages, unhex(t, r["Msg"])[:bits/8]) // Len = 0 has Msg = 00
		digests = append(digests, unhex(t, r["MD"]))
	}
	if len(messages) != 129 {
		t.Fatalf("%d cases in the file", len(messages))
	}
	if err := digest.Check(sha512.Kernel, messages, func(i int) []byte { return digests[i] }); err != nil {
		t.Error(err)
	}
	t.Logf("%d cases, all valid", len(messages))
}

// TestLengths compares every length of 0 to 1100 bytes to the library, all in one batch.
func TestLengths(t *testing.T) {
	messages := make([][]byte, 1101)
	for n := range messages {
		messages[n] = make([]byte, n)
		for i := range messages[n] {
			messages[n][i] = byte(i*i + n)
		}
	}
	if err := digest.Check(sha512.Kernel, messages, func(i int) []byte {
		h := stdsha512.New()
		h.Write(messages[i][:i/2])
		h.Write(messages[i][i/2:])
		return h.Sum(nil)
	}); err != nil {
		t.Error(err)
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
