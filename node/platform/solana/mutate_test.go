package solana

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// merkleRoot is the tree over the signatures by its definition, without an engine.
func merkleRoot(signatures []byte) []byte {
	var nodes [][]byte
	for s := range slices.Chunk(signatures, signatureSize) {
		h := sha256.Sum256(append([]byte{0}, s...))
		nodes = append(nodes, h[:])
	}
	for len(nodes) > 1 {
		var up [][]byte
		for i := 0; i < len(nodes); i += 2 {
			right := nodes[min(i+1, len(nodes)-1)]
			h := sha256.Sum256(append(append([]byte{1}, nodes[i]...), right...))
			up = append(up, h[:])
		}
		nodes = up
	}
	if len(nodes) == 0 {
		return nil
	}
	return nodes[0]
}

// mutants verifies data with one byte changed at a time. same tells whether a change leaves the content as it is, or
// touches what the package documents as not covered.
func mutants(t *testing.T, data []byte, stride int, side []byte, same func(mutant []byte, at int) bool) {
	engine := newRunner()
	options := func() platform.Options {
		if side == nil {
			return platform.Options{}
		}
		return platform.Options{Prevouts: platform.NewSource("side", bytes.NewReader(side))}
	}
	if r, err := engine.verify(data, options()); err != nil || !r.Valid() {
		t.Fatalf("the file itself: %v, %v", r.InvalidAt, err)
	}
	var broken, wrong, alike int
	for at := 0; at < len(data); at += stride {
		for _, flip := range []byte{1, 2, 8, 0x40} {
			m := bytes.Clone(data)
			m[at] ^= flip
			r, err := engine.verify(m, options())
			var parse *platform.ParseError
			switch {
			case errors.As(err, &parse):
				broken++
			case err != nil:
				t.Fatal(err)
			case !r.Valid():
				wrong++
			case same(m, at):
				alike++
			default:
				t.Errorf("byte %d, %q to %q: still valid", at, data[at], m[at])
			}
		}
	}
	t.Logf("%d mutants: %d cannot be parsed, %d are found false, %d say the same or touch what is not covered", broken+wrong+alike, broken, wrong, alike)
}

func TestMutants(t *testing.T) {
	transactions := lines(vectors.Read(t, transactionsFile), 12)
	entries := lines(vectors.Read(t, entriesFile), 15)
	sameText := func(data []byte) func([]byte, int) bool {
		return func(m []byte, _ int) bool { return strings.EqualFold(string(m), string(data)) }
	}
	t.Run("transactions", func(t *testing.T) {
		mutants(t, transactions, 29, nil, sameText(transactions))
	})
	t.Run("entries with transactions", func(t *testing.T) {
		n := bytes.Count(entries, []byte(",1\n")) // of the entries, those with a transaction
		first := bytes.IndexByte(entries, '\n') + 1
		end := first + bytes.IndexByte(entries[first:], '\n')
		mutants(t, entries, 7, lines(transactions, n), func(m []byte, at int) bool {
			// The hash before the first entry is not in the file, so its number of hashes is not covered.
			hashes := first + 2
			return sameText(entries)(m, at) || at >= hashes && at < hashes+5 && at < end
		})
	})
	t.Run("shreds", func(t *testing.T) {
		// The first batch of entries. What is not covered are the shreds' own headers and proofs, and the count of
		// hashes of the first entry.
		data := firstBatch(t)
		covered := coveredBytes(t, data)
		mutants(t, data, 2111, nil, func(m []byte, at int) bool {
			return !covered(at) || isSpace(data[at])
		})
	})
}

// firstBatch is the shreds of the slot up to the first that completes a batch.
func firstBatch(t *testing.T) []byte {
	data := vectors.Read(t, shredsFile)
	var all [][]uint16
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	n := 0
	for all[n][shredFlagsAt]&flagDataComplete == 0 {
		n++
	}
	return append(bytes.TrimSuffix(bytes.TrimRight(lines(data, n+1), "\n"), []byte(",")), ']')
}

// coveredBytes tells of each place in the text whether it is in a number that the entries are made of.
func coveredBytes(t *testing.T, data []byte) func(at int) bool {
	covered := make([]bool, len(data))
	place, size := -1, 0 // in the shred
	first := true
	var raw []byte
	a := &byteArrays{src: platform.NewSource("", bytes.NewReader(data))}
	for i, c := range data {
		switch c {
		case '[':
			place = 0
			if i > 0 {
				var err error
				if raw, err = a.next(); err != nil {
					t.Fatal(err)
				}
				s, err := decodeShred(raw)
				if err != nil {
					t.Fatal(err)
				}
				size = shredDataAt + len(s.data)
			}
		case ']':
			first = false
		case ',':
			place++
		default:
			inFirstCount := first && place >= shredDataAt+8 && place < shredDataAt+16
			covered[i] = place >= shredDataAt && place < size && !inFirstCount
		}
	}
	return func(at int) bool { return covered[at] }
}
