package sha256_test

import (
	stdsha256 "crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// TestNIST runs the CAVP short messages (byte-oriented).
func TestNIST(t *testing.T) {
	var messages, digests [][]byte
	for _, r := range vectors.Records(t, "hash/nist_SHA256ShortMsg.rsp") {
		bits, err := strconv.Atoi(r["Len"])
		if err != nil || bits%8 != 0 {
			t.Fatalf("Len = %q", r["Len"])
		}
		messages = append(messages, unhex(t, r["Msg"])[:bits/8]) // Len = 0 has Msg = 00
		digests = append(digests, unhex(t, r["MD"]))
	}
	if len(messages) != 65 {
		t.Fatalf("%d cases in the file", len(messages))
	}
	if err := digest.Check(sha256.Kernel, messages, func(i int) []byte { return digests[i] }); err != nil {
		t.Error(err)
	}
	t.Logf("%d cases, all valid", len(messages))
}

// TestDoubleVectors runs the hash256 and Merkle proof vectors of bitcoin-spv through sha256d.
func TestDoubleVectors(t *testing.T) {
	var file struct {
		Hash256    []struct{ Input, Output string }
		MerkleStep []struct {
			Input  [2]string
			Output string
		} `json:"hash256MerkleStep"`
		MerkleProofs []struct {
			Input struct {
				Proof string
				Index int
			}
			Output bool
		} `json:"verifyHash256Merkle"`
	}
	if err := json.Unmarshal(vectors.Read(t, "bitcoin/spv/testVectors.json"), &file); err != nil {
		t.Fatal(err)
	}
	var messages, digests [][]byte
	for _, c := range file.Hash256 {
		messages = append(messages, unhex(t, c.Input))
		digests = append(digests, unhex(t, c.Output))
	}
	for _, c := range file.MerkleStep {
		messages = append(messages, append(unhex(t, c.Input[0]), unhex(t, c.Input[1])...))
		digests = append(digests, unhex(t, c.Output))
	}
	if len(messages) != 4 {
		t.Fatalf("%d cases in the file", len(messages))
	}
	if err := digest.Check(sha256.Double, messages, func(i int) []byte { return digests[i] }); err != nil {
		t.Error(err)
	}

	right, wrong := 0, 0
	for i, c := range file.MerkleProofs {
		got := verifyProof(t, unhex(t, c.Input.Proof), c.Input.Index)
		if got != c.Output {
			t.Errorf("Merkle proof %d: %v, want %v", i, got, c.Output)
		}
		if got {
			right++
		} else {
			wrong++
		}
	}
	if right == 0 || wrong == 0 {
		t.Errorf("%d right proofs, %d wrong ones in the file", right, wrong)
	}
	t.Logf("%d hashes, %d right Merkle proofs, %d wrong ones", len(messages), right, wrong)
}

// verifyProof climbs from the first 32 bytes of the proof, by the nodes between, to the last 32 bytes.
func verifyProof(t *testing.T, proof []byte, index int) bool {
	if len(proof) == 32 {
		return true // the coinbase of a block of one transaction
	}
	if len(proof)%32 != 0 || len(proof) < 96 {
		return false
	}
	now, root := proof[:32], proof[len(proof)-32:]
	for path := proof[32 : len(proof)-32]; len(path) > 0; path = path[32:] {
		pair := append(append([]byte(nil), now...), path[:32]...)
		if index%2 == 1 {
			pair = append(append([]byte(nil), path[:32]...), now...)
		}
		index /= 2
		b := kernels.New(sha256.Double, 0, 1, len(pair))
		if err := sha256.Append(b, pair); err != nil {
			t.Fatal(err)
		}
		sha256.Double.Run(b, 0, 1)
		now = b.Out(0)
	}
	return string(now) == string(root)
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
	library := func(i int) []byte {
		h := stdsha256.New()
		h.Write(messages[i][:i/2])
		h.Write(messages[i][i/2:])
		return h.Sum(nil)
	}
	if err := digest.Check(sha256.Kernel, messages, library); err != nil {
		t.Error(err)
	}
	if err := digest.Check(sha256.Double, messages, func(i int) []byte {
		d := stdsha256.Sum256(library(i))
		return d[:]
	}); err != nil {
		t.Error(err)
	}
}

// TestDepositContract climbs the 32 levels of Ethereum's empty deposit tree and mixes in its count of 0: the root is the
// one that the contract had before its first deposit.
func TestDepositContract(t *testing.T) {
	const want = "d70a234731285c6804c2a4f56711ddb8c82c99740f207854891028af34e27e5e"
	node, zero := make([]byte, 32), make([]byte, 32)
	b := kernels.New(sha256.Node, 0, 33, 0)
	for level := range 33 {
		right := node
		if level == 32 {
			right = zero // the count, 8 bytes little-endian and padding
		}
		if err := sha256.AppendNode(b, node, right); err != nil {
			t.Fatal(err)
		}
		sha256.Node.Run(b, level, level+1)
		if b.Verdict(level) != kernels.Valid {
			t.Fatalf("level %d: %v", level, b.Verdict(level))
		}
		node = b.Out(level)
	}
	if got := hex.EncodeToString(node); got != want {
		t.Errorf("root %s, want %s", got, want)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
