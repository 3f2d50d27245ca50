package sha256_test

import (
	"bytes"
	stdsha256 "crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// TestSolanaSlot follows all entries of a real slot from the second on (the start of the first is in the slot before).
// The mixins are the Merkle roots of the signatures of the slot's transactions. Then each entry is spoiled in turn.
func TestSolanaSlot(t *testing.T) {
	const entries, transactions = 2357, 2293
	rows, err := csv.NewReader(bytes.NewReader(vectors.Read(t, "solana/testnet_slot_356797362.entries.csv.gz"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:] // entry,num_hashes,hash_hex,num_txs
	txs := strings.Fields(string(vectors.Read(t, "solana/testnet_slot_356797362.txs.hex.gz")))
	if len(rows) != entries || len(txs) != transactions {
		t.Fatalf("%d entries, %d transactions", len(rows), len(txs))
	}

	b := kernels.New(sha256.Chain, 0, entries, 0)
	var start []byte
	mixed, hashes := 0, 0
	for _, row := range rows {
		count, err := strconv.ParseUint(row[1], 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(row[3])
		if err != nil || n > len(txs) {
			t.Fatalf("entry %s: %q transactions, %d left", row[0], row[3], len(txs))
		}
		var mixin []byte
		if n > 0 {
			mixin = merkleRoot(signatures(t, txs[:n]))
			txs = txs[n:]
		}
		end := unhex(t, row[2])
		if start != nil {
			if err := sha256.AppendChain(b, start, mixin, end, uint32(count)); err != nil {
				t.Fatal(err)
			}
			hashes += int(count)
			if mixin != nil {
				mixed++
			}
		}
		start = end
	}
	n := b.Len()
	if n != entries-1 || len(txs) != 0 {
		t.Fatalf("%d jobs, %d transactions left", n, len(txs))
	}
	sha256.Chain.Run(b, 0, n)
	for i := range n {
		if b.Verdict(i) != kernels.Valid {
			t.Errorf("entry %d: %v", i+1, b.Verdict(i))
		}
	}
	t.Logf("%d entries, %d of them with a mixin, %d hashes: all valid", n, mixed, hashes)
	if testing.Short() {
		return
	}
	for i := range n {
		row := b.Row(i)
		switch i % 3 {
		case 0:
			row[i%32] ^= 1 // start
		case 1:
			row[64+i%32] ^= 0x80 // end
		case 2:
			binary.LittleEndian.PutUint32(row[96:], binary.LittleEndian.Uint32(row[96:])+1)
		}
	}
	sha256.Chain.Run(b, 0, n)
	for i := range n {
		if b.Verdict(i) != kernels.Invalid {
			t.Errorf("entry %d, spoiled: %v", i+1, b.Verdict(i))
		}
	}
	t.Logf("%d spoiled entries: all invalid", n)
}

// signatures are those of wire transactions in hex: a count (here below 128, one byte) and 64 bytes each.
func signatures(t *testing.T, txs []string) (sigs [][]byte) {
	for _, tx := range txs {
		p := unhex(t, tx)
		if p[0] > 127 || len(p) < 1+64*int(p[0]) {
			t.Fatalf("transaction %.20s…", tx)
		}
		for i := range int(p[0]) {
			sigs = append(sigs, p[1+64*i:][:64])
		}
	}
	return sigs
}

// merkleRoot is Solana's: leaves 0x00 ‖ signature, nodes 0x01 ‖ left ‖ right, an odd node twice.
func merkleRoot(leaves [][]byte) []byte {
	sum := func(parts ...[]byte) []byte {
		d := stdsha256.Sum256(bytes.Join(parts, nil))
		return d[:]
	}
	level := make([][]byte, len(leaves))
	for i, l := range leaves {
		level[i] = sum([]byte{0}, l)
	}
	for len(level) > 1 {
		if len(level)%2 == 1 {
			level = append(level, level[len(level)-1])
		}
		for i := range len(level) / 2 {
			level[i] = sum([]byte{1}, level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

// follow is the kernel in other words, the streaming interface of the library instead of Sum256.
func follow(start, mixin []byte, count int) []byte {
	if mixin != nil && count == 0 {
		count = 1
	}
	state := start
	for i := 1; i <= count; i++ {
		h := stdsha256.New()
		h.Write(state)
		if i == count {
			h.Write(mixin)
		}
		state = h.Sum(nil)
	}
	return state
}

// FuzzChain compares chains to the other wording: right as they are, wrong with any bit of the row changed that counts.
func FuzzChain(f *testing.F) {
	f.Add([]byte("start"), []byte("mixin"), true, uint8(0), uint16(0))
	f.Add([]byte("start"), []byte("mixin"), false, uint8(1), uint16(300))
	f.Add([]byte("start"), []byte("mixin"), true, uint8(7), uint16(803))
	f.Add([]byte("start"), []byte("mixin"), false, uint8(7), uint16(801))
	f.Fuzz(func(t *testing.T, seed, mixSeed []byte, mix bool, count uint8, flip uint16) {
		start, m := stdsha256.Sum256(seed), stdsha256.Sum256(mixSeed)
		var mixin []byte
		if mix {
			mixin = m[:]
		}
		b := kernels.New(sha256.Chain, 0, 2, 0)
		for range 2 {
			if err := sha256.AppendChain(b, start[:], mixin, follow(start[:], mixin, int(count)), uint32(count)); err != nil {
				t.Fatal(err)
			}
		}
		row := b.Row(1)
		copy(row[32:64], m[:]) // ignored without a mixin
		bit := int(flip) % (8 * len(row))
		row[bit/8] ^= 1 << (bit % 8)
		if c := binary.LittleEndian.Uint32(row[96:]); c > 1<<12 {
			binary.LittleEndian.PutUint32(row[96:], uint32(count)+1) // as wrong, sooner done
		}
		want := kernels.Invalid
		switch flags := binary.LittleEndian.Uint32(row[100:]); {
		case flags > 1: // unknown flags
		case flags == 1:
			want = kernels.Of(bytes.Equal(follow(row[:32], row[32:64], int(binary.LittleEndian.Uint32(row[96:]))), row[64:96]))
		default:
			want = kernels.Of(bytes.Equal(follow(row[:32], nil, int(binary.LittleEndian.Uint32(row[96:]))), row[64:96]))
		}
		if byteOf := bit / 8; want == kernels.Valid && byteOf < 32 || want == kernels.Valid && byteOf >= 64 && byteOf < 96 {
			t.Fatalf("the test is wrong: bit %d does not count", bit)
		}
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": sha256.Chain.Ref, "Run": sha256.Chain.Run} {
			b.Unset(0, 2)
			decide(b, 0, 2)
			if b.Verdict(0) != kernels.Valid || b.Verdict(1) != want {
				t.Errorf("%s: count %d, mixin %v, bit %d flipped: %v %v, want valid %v", name, count, mix, bit, b.Verdict(0), b.Verdict(1), want)
			}
		}
	})
}
