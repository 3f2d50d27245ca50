package ethereum

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/golang/snappy"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

type eraEntry struct {
	kind uint16
	data []byte
}

func eraEntries(data []byte) (list []eraEntry) {
	for len(data) > 0 {
		n := binary.LittleEndian.Uint32(data[2:])
		list = append(list, eraEntry{binary.LittleEndian.Uint16(data), data[8 : 8+n]})
		data = data[8+n:]
	}
	return list
}

func eraFile(list []eraEntry) (out []byte) {
	for _, e := range list {
		out = binary.LittleEndian.AppendUint16(out, e.kind)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(e.data)))
		out = append(append(out, 0, 0), e.data...)
	}
	return out
}

// smallArchive is an archive of n real blocks, with an accumulator and an index that are computed here by other means
// than the package's.
func smallArchive(t testing.TB, from, n int) []byte {
	t.Helper()
	list := eraEntries(vectors.Read(t, "ethereum/era1/sepolia-00021-b8814b14.era1"))
	list = append(list[:1:1], list[1+4*from:1+4*(from+n)]...)
	var leaves [][32]byte
	var index []byte
	at := int64(8)
	for i := 1; i < len(list); i += 4 {
		raw, err := unsnap(list[i].data)
		if err != nil {
			t.Fatal(err)
		}
		var h types.Header
		if err := rlp.DecodeBytes(raw, &h); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			index = binary.LittleEndian.AppendUint64(index, h.Number.Uint64())
		}
		index = binary.LittleEndian.AppendUint64(index, uint64(at))
		leaves = append(leaves, sha256.Sum256(append(h.Hash().Bytes(), list[i+3].data...)))
		for j := range 4 {
			at += int64(8 + len(list[i+j].data))
		}
	}
	at += 8 + 32 // the accumulator
	for i := range n {
		p := index[8+8*i:]
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)-uint64(at))
	}
	index = binary.LittleEndian.AppendUint64(index, uint64(n))
	var length [32]byte
	binary.LittleEndian.PutUint64(length[:], uint64(n))
	top := merkle(leaves, 8192)
	root := sha256.Sum256(append(top[:], length[:]...))
	return eraFile(append(list, eraEntry{eraAccumulator, root[:]}, eraEntry{eraIndex, index}))
}

// merkle is the root of a tree over leaves, padded with zeros to width.
func merkle(leaves [][32]byte, width int) [32]byte {
	if width == 1 {
		if len(leaves) == 0 {
			return [32]byte{}
		}
		return leaves[0]
	}
	half := min(width/2, len(leaves))
	l, r := merkle(leaves[:half], width/2), merkle(leaves[half:], width/2)
	return sha256.Sum256(append(l[:], r[:]...))
}

func TestSmallArchives(t *testing.T) {
	for _, n := range []int{1, 2, 3, 31, 64} {
		r, err := newRunner().verify(smallArchive(t, 100, n))
		if err != nil || !r.Valid() || r.Blocks != int64(n) {
			t.Errorf("%d blocks: %v, %+v", n, err, r)
		}
	}
}

// TestArchiveOrder takes archives apart and joins them wrongly.
func TestArchiveOrder(t *testing.T) {
	list := eraEntries(smallArchive(t, 100, 3)) // version, 3 blocks of 4, accumulator, index
	swap := func(order ...int) []byte {
		var out []eraEntry
		for _, i := range order {
			out = append(out, list[i])
		}
		return eraFile(out)
	}
	other := func(i int, kind uint16, data []byte) []byte {
		out := append([]eraEntry{}, list...)
		out[i] = eraEntry{kind, data}
		return eraFile(out)
	}
	var zip bytes.Buffer
	w := snappy.NewBufferedWriter(&zip)
	w.Write([]byte{0xc0, 0xc0})
	w.Close()
	tests := []struct {
		name   string
		data   []byte
		reason string
	}{
		{"no version", swap(1, 2, 3, 4, 13, 14), "neither RLP"}, // without its magic it is not known
		{"two versions", swap(0, 0), "version entry"},
		{"only a version", swap(0), "no index"},
		{"no index", swap(0, 1, 2, 3, 4, 13), "no index"},
		{"no accumulator", swap(0, 1, 2, 3, 4, 14), "without an accumulator"},
		{"two accumulators", swap(0, 13, 13, 14), "between accumulator and index"},
		{"body first", swap(0, 2), "without a header"},
		{"two headers", swap(0, 1, 1), "is to come"},
		{"receipts before the body", swap(0, 1, 3), "is to come"},
		{"block behind the accumulator", swap(0, 1, 2, 3, 4, 13, 5), "between accumulator and index"},
		{"entry behind the index", swap(0, 1, 2, 3, 4, 13, 14, 13), "behind the index"},
		{"short accumulator", other(13, eraAccumulator, list[13].data[1:]), "accumulator of 31 bytes"},
		{"short difficulty", other(4, eraTotalDifficulty, list[4].data[1:]), "31 bytes"},
		{"no snappy", other(1, eraHeader, []byte{1, 2, 3}), "snappy"},
		{"empty body", other(2, eraBody, nil), "EOF"},
		{"two lists for a body", other(2, eraBody, zip.Bytes()), "0x4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := newRunner().verify(test.data)
			if p := (*platform.ParseError)(nil); !errors.As(err, &p) || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("%v, %+v", err, r)
			}
		})
	}
	t.Run("unknown entry", func(t *testing.T) {
		out := append([]eraEntry{}, list[:13]...)
		out = append(out, eraEntry{0x1234, []byte("x")})
		out = append(out, list[13:]...)
		r, err := newRunner().verify(eraFile(out))
		if err != nil || r.NotCheckable != 1 || r.Wrong != 1 || !strings.Contains(r.InvalidAt[0].Reason, "index") { // which this moved
			t.Errorf("%v, %+v", err, r)
		}
	})
	t.Run("missing block", func(t *testing.T) {
		r, err := newRunner().verify(swap(0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14))
		// its number, its total difficulty, the index and the accumulator
		if err != nil || r.Wrong != 4 {
			t.Errorf("%v, %+v", err, r.InvalidAt)
		}
	})
	t.Run("claims 4 GiB", func(t *testing.T) {
		head := append(eraFile(list[:1]), 3, 0, 0xff, 0xff, 0xff, 0xff, 0, 0)
		_, err := newRunner().verify(head)
		if p := (*platform.ParseError)(nil); !errors.As(err, &p) || !errors.Is(err, platform.ErrTooLarge) || p.Offset != 10 {
			t.Error(err)
		}
	})
	t.Run("bomb", func(t *testing.T) { // a small entry that unpacks to more than any structure may have
		var zip bytes.Buffer
		w := snappy.NewBufferedWriter(&zip)
		zeros := make([]byte, 1<<20)
		for range maxItem>>20 + 1 {
			w.Write(zeros)
		}
		w.Close()
		_, err := newRunner().verify(eraFile([]eraEntry{list[0], {eraHeader, zip.Bytes()}}))
		if !errors.Is(err, platform.ErrTooLarge) {
			t.Error(err)
		}
	})
}
