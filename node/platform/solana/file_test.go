package solana

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// TestBadFiles gives files that cannot be parsed: the error names the file, the offset and the reason.
func TestBadFiles(t *testing.T) {
	const header = entryHeader + "\n"
	hash := strings.Repeat("ab", hashSize)
	good := fmt.Sprintf("%x", parts{signers: 1, keys: 3, instructions: call}.build())
	row := "7,5," + hash + ",0\n"
	for _, c := range []struct {
		name, data string
		offset     int64
		reason     string
	}{
		{"empty", "", 0, "empty"},
		{"binary, short", "\x01abc", 1, "signatures: 64 bytes wanted"},
		{"binary, over the packet", "\x01" + strings.Repeat("x", 2000), 0, "too large"},
		{"hex, odd", good + "\nabc", int64(len(good)) + 3, "odd length"},
		{"hex, no digit", good + "\n01zz", int64(len(good)) + 3, "not hex"},
		{"hex, truncated", good[:len(good)-2], int64(len(good)) - 4, "wanted"},
		{"hex, a long line", "01" + strings.Repeat("a", 3000), 0, "too large"},
		{"hex, a byte too many", good + "00\n", int64(len(good)), "after the transaction"},

		{"entries, other header", "entry,hashes\n", 0, "the first line"},
		{"entries, none", header, int64(len(header)), "no entry"},
		{"entries, blank row", header + "\n", int64(len(header)), "1 fields"},
		{"entries, three fields", header + "1,2," + hash, int64(len(header)), "3 fields"},
		{"entries, five fields", header + row[:len(row)-1] + ",1", int64(len(header)), "5 fields"},
		{"entries, no number", header + "1,two," + hash + ",0", int64(len(header)), `field 2, "two"`},
		{"entries, negative", header + "-1,2," + hash + ",0", int64(len(header)), "field 1"},
		{"entries, leading zero", header + "1,02," + hash + ",0", int64(len(header)), "field 2"},
		{"entries, a huge number", header + "9999999999,2," + hash + ",0", int64(len(header)), "over 31 bits"},
		{"entries, too many hashes", header + "1,16777217," + hash + ",0", int64(len(header)), "too large: an entry of 16777217 hashes"},
		{"entries, too many transactions", header + "1,2," + hash + ",99999999999999999999", int64(len(header)), "field 4"},
		{"entries, short hash", header + "1,2,ab,0", int64(len(header)), "hash of 2 characters"},
		{"entries, no hash", header + "1,2," + strings.Repeat("g", 64) + ",0", int64(len(header)), "hash:"},
		{"entries, a gap", header + row + "9" + row[1:], int64(len(header) + len(row)), "entry 9 where 8 is next"},
		{"entries, twice", header + row + row, int64(len(header) + len(row)), "entry 7 where 8 is next"},
		{"entries, a long line", header + strings.Repeat("1", 500), int64(len(header)), "too large"},

		{"shreds, none", "[]", 0, "no shred"},
		{"shreds, one array", "[1,2]", 1, "'[' of a shred"},
		{"shreds, not an array", `["a"]`, 1, "'[' of a shred"},
		{"shreds, ends", "[", 1, "ends early"},
		{"shreds, ends in a shred", "[[1,", 4, "ends early"},
		{"shreds, ends in a number", "[[1", 3, "ends early"},
		{"shreds, ends after a shred", "[[" + zeros(88) + "]", 0, "unknown shred variant 0x0"},
		{"shreds, 256", "[[256]]", 5, "number from 0 to 255"},
		{"shreds, leading zero", "[[01]]", 4, "number from 0 to 255"},
		{"shreds, negative", "[[-1]]", 2, "number from 0 to 255"},
		{"shreds, a fraction", "[[1.5]]", 3, "',' or ']' after a number"},
		{"shreds, two numbers", "[[1 5]]", 4, "',' or ']' after a number"},
		{"shreds, a comma too many", "[[1,]]", 4, "number from 0 to 255"},
		{"shreds, short", "[[1,2,3]]", 0, "its headers have 88"},
		{"shreds, over the packet", "[[" + zeros(5000) + "]]", 2*1232 + 3, "too large"},
		{"shreds, a coding shred", "[[" + zeros(64) + ",96" + strings.Repeat(",0", 40) + "]]", 0, "coding shred"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := newRunner().verify([]byte(c.data), platform.Options{})
			var parse *platform.ParseError
			if !errors.As(err, &parse) || parse.File != "test" || parse.Offset != c.offset || !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("%v; want test: offset %d: … %s", err, c.offset, c.reason)
			}
			if r == nil {
				t.Error("no report")
			}
		})
	}
}

func zeros(n int) string { return strings.TrimSuffix(strings.Repeat("0,", n), ",") }

// TestPartReport asks for the verdicts on what came before an error.
func TestPartReport(t *testing.T) {
	good := fmt.Sprintf("%x\n", parts{signers: 2, keys: 3, instructions: call}.build())
	r, err := newRunner().verify([]byte(good+"\r\n"+strings.ToUpper(good)+"01"), platform.Options{})
	var parse *platform.ParseError
	if !errors.As(err, &parse) {
		t.Fatal(err)
	}
	platformtest.Want(t, r, 0, 2, 0, 0, map[string]platform.Count{"ed25519.verify": {Valid: 4}})
}

// TestSideFile gives entries a side file that does not fit.
func TestSideFile(t *testing.T) {
	entries := lines(vectors.Read(t, entriesFile), 8) // header and 7 entries, of which 3 and 4 are ticks
	transactions := lines(vectors.Read(t, transactionsFile), 5)
	t.Run("fits", func(t *testing.T) {
		r, err := newRunner().verify(entries, side(transactions))
		if err != nil {
			t.Fatal(err)
		}
		platformtest.Want(t, r, 1, 5, 0, 1, map[string]platform.Count{"sha256.chain": {Valid: 6}, "ed25519.verify": {Valid: 5}, "sha256": {Valid: 5}})
	})
	swapped := bytes.SplitAfter(bytes.Clone(transactions), []byte("\n"))
	swapped[1], swapped[2] = swapped[2], swapped[1]
	t.Run("another order", func(t *testing.T) {
		r, err := newRunner().verify(entries, side(bytes.Join(swapped, nil)))
		if err != nil {
			t.Fatal(err)
		}
		platformtest.Want(t, r, 1, 5, 2, 1, map[string]platform.Count{"sha256.chain": {Valid: 4, Invalid: 2}, "ed25519.verify": {Valid: 5}, "sha256": {Valid: 5}})
		if l := r.InvalidAt[0]; l.Input != 1 || l.Transaction != -1 || !strings.Contains(l.Reason, "entry 1: 421 hashes") {
			t.Errorf("located at %v", l)
		}
	})
	for _, c := range []struct {
		name   string
		side   []byte
		reason string
	}{
		{"too few", lines(transactions, 4), "ends where entry 6 wants its transaction 1 of 1"},
		{"too many", append(bytes.Clone(transactions), transactions...), "go on after"},
		{"none", nil, "ends where entry 0"},
		{"garbage", []byte("xyz"), "not hex"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newRunner().verify(entries, side(c.side))
			var parse *platform.ParseError
			if !errors.As(err, &parse) || parse.File != "side" || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%v; want side: … %s", err, c.reason)
			}
		})
	}
}

// TestMerkle computes the mixin of an entry with many transactions by the definition.
func TestMerkle(t *testing.T) {
	for n := range 20 {
		v := newVerifier(newRunner(), platform.Options{BatchJobs: 3})
		signatures := make([]byte, n*signatureSize)
		for i := range signatures {
			signatures[i] = byte(i * 7)
		}
		roots, err := v.mixins(context.Background(), []entry{{}, {signatures: signatures}})
		if err != nil || roots[0] != nil {
			t.Fatal(roots[0], err)
		}
		if !bytes.Equal(roots[1], merkleRoot(signatures)) {
			t.Errorf("%d signatures: root %x, want %x", n, roots[1], merkleRoot(signatures))
		}
	}
}

type failing struct{ err error }

func (f failing) Run(context.Context, *kernels.Batch) error { return f.err }

func TestEngineError(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		data []byte
		opt  platform.Options
	}{
		{"transactions", vectors.Read(t, transactionsFile), platform.Options{BatchJobs: 10}},
		{"transactions, one batch", vectors.Read(t, transactionsFile), platform.Options{}},
		{"entries", vectors.Read(t, entriesFile), side(vectors.Read(t, transactionsFile))},
		{"shreds", vectors.Read(t, shredsFile), platform.Options{BatchJobs: 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Platform.Verify(context.Background(), failing{broken}, platform.NewSource("f", bytes.NewReader(c.data)), c.opt)
			if !errors.Is(err, broken) {
				t.Errorf("%v; want the engine's error", err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, name := range []string{transactionsFile, entriesFile, shredsFile} {
		_, err := Platform.Verify(ctx, newRunner(), platform.NewSource("f", bytes.NewReader(vectors.Read(t, name))), platform.Options{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
