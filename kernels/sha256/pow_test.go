package sha256_test

import (
	"bytes"
	stdsha256 "crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// target is the little-endian target of the bits field of a header.
func target(t testing.TB, header []byte) []byte {
	t.Helper()
	bits := binary.LittleEndian.Uint32(header[72:])
	exponent, mantissa := uint(bits>>24), bits&0x7fffff
	n := new(big.Int).SetUint64(uint64(mantissa))
	n.Lsh(n, 8*exponent).Rsh(n, 24)
	if bits&0x800000 != 0 || n.BitLen() > 256 {
		t.Fatalf("bits %08x", bits)
	}
	p := n.FillBytes(make([]byte, 32))
	slices.Reverse(p)
	return p
}

// TestHeaders hashes consecutive headers: the hash of each is the previous-block field of the next.
func TestHeaders(t *testing.T) {
	for file, want := range map[string]int{
		"bitcoin/headers/mainnet_0_10236.bin.gz": 10237,
		"bitcoin/headers/signet_headers.bin.gz":  2016,
	} {
		data := vectors.Read(t, file)
		n := len(data) / sha256.HeaderSize
		if n != want || len(data)%sha256.HeaderSize != 0 {
			t.Fatalf("%s: %d bytes", file, len(data))
		}
		b := kernels.New(sha256.Double, 0, n, len(data))
		for h := range slices.Chunk(data, sha256.HeaderSize) {
			if err := sha256.Append(b, h); err != nil {
				t.Fatal(err)
			}
		}
		sha256.Double.Run(b, 0, n)
		for i := range n - 1 {
			if previous := b.Message(i + 1)[4:36]; b.Verdict(i) != kernels.Valid || !bytes.Equal(b.Out(i), previous) {
				t.Fatalf("%s: header %d: %v, hash %x, the next one says %x", file, i, b.Verdict(i), b.Out(i), previous)
			}
		}
		t.Logf("%s: %d headers, %d links", file, n, n-1)
	}
}

// headers are all headers of the vectors.
func headers(t testing.TB) (all [][]byte) {
	for _, file := range []string{"bitcoin/headers/mainnet_0_10236.bin.gz", "bitcoin/headers/signet_headers.bin.gz"} {
		all = slices.AppendSeq(all, slices.Chunk(vectors.Read(t, file), sha256.HeaderSize))
	}
	lines := strings.Fields(string(vectors.Read(t, "bitcoin/headers/testnet3_checkpoints.txt.gz")))
	for _, line := range lines[5:] { // TXT CHECKPOINTS 1 0 1792
		p, err := base64.RawStdEncoding.DecodeString(line)
		if err != nil || len(p) != 12+4+sha256.HeaderSize {
			t.Fatalf("checkpoint %q: %d bytes, %v", line, len(p), err)
		}
		all = append(all, p[16:])
	}
	return all
}

// TestSearchHeaders searches around the nonce that the miner of each real header found: it is found, and nothing just
// before or just after it.
func TestSearchHeaders(t *testing.T) {
	all := headers(t)
	if len(all) != 10237+2016+1792 {
		t.Fatalf("%d headers", len(all))
	}
	b := kernels.New(sha256.PoW, 0, 3*len(all), 0)
	for i, h := range all {
		nonce := binary.LittleEndian.Uint32(h[76:])
		blank := append(append([]byte(nil), h[:76]...), 0xde, 0xad, 0xbe, 0xef) // whatever the nonce field says
		before := uint32(i % 24)
		for _, span := range [][2]uint32{{nonce - before, 24}, {nonce - before, before}, {nonce + 1, 8}} {
			if err := sha256.AppendPoW(b, blank, target(t, h), span[0], span[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	sha256.PoW.Run(b, 0, b.Len())
	valid, invalid := 0, 0
	for i, h := range all {
		hash := stdsha256.Sum256(h)
		hash = stdsha256.Sum256(hash[:])
		if want := append(append([]byte(nil), h[76:]...), hash[:]...); b.Verdict(3*i) != kernels.Valid || !bytes.Equal(b.Out(3*i), want) {
			t.Errorf("header %d: %v, nonce and hash %x, want %x", i, b.Verdict(3*i), b.Out(3*i), want)
		}
		valid++
		for j := 3*i + 1; j <= 3*i+2; j++ {
			if b.Verdict(j) != kernels.Invalid || !bytes.Equal(b.Out(j), make([]byte, 36)) {
				t.Errorf("header %d beside its nonce: %v, nonce and hash %x", i, b.Verdict(j), b.Out(j))
			}
			invalid++
		}
	}
	t.Logf("%d searches, %d valid, %d invalid", b.Len(), valid, invalid)
}

// search is the kernel in other words: 256-bit numbers, every nonce tried, the first hit in search order.
func search(header, target []byte, first, count uint32) (out [36]byte, found bool) {
	number := func(p []byte) *big.Int {
		p = slices.Clone(p)
		slices.Reverse(p)
		return new(big.Int).SetBytes(p)
	}
	h := slices.Clone(header)
	for n := uint64(0); n < uint64(count); n++ {
		nonce := uint32((uint64(first) + n) % (1 << 32))
		binary.LittleEndian.PutUint32(h[76:], nonce)
		hash := stdsha256.Sum256(h)
		hash = stdsha256.Sum256(hash[:])
		if number(hash[:]).Cmp(number(target)) <= 0 {
			binary.LittleEndian.PutUint32(out[:], nonce)
			copy(out[4:], hash[:])
			return out, true
		}
	}
	return out, false
}

func checkSearch(t *testing.T, header, target []byte, first, count uint32) {
	t.Helper()
	b := kernels.New(sha256.PoW, 0, 1, 0)
	if err := sha256.AppendPoW(b, header, target, first, count); err != nil {
		t.Fatal(err)
	}
	want, found := search(header, target, first, count)
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": sha256.PoW.Ref, "Run": sha256.PoW.Run} {
		for i := range b.Outs() {
			b.Outs()[i] = 0xa5
		}
		decide(b, 0, 1)
		if b.Verdict(0) != kernels.Of(found) || !bytes.Equal(b.Out(0), want[:]) {
			t.Errorf("%s: first %#x, count %d: %v %x, want %v %x", name, first, count, b.Verdict(0), b.Out(0), kernels.Of(found), want)
		}
	}
}

// TestSearch compares searches with easy targets to the other wording, at the ends of the nonce range too.
func TestSearch(t *testing.T) {
	header := make([]byte, sha256.HeaderSize)
	for i := range header {
		header[i] = byte(7 * i)
	}
	for _, top := range []byte{0x00, 0x01, 0x08, 0x80, 0xff} {
		target := bytes.Repeat([]byte{0xff}, 32)
		target[31] = top
		for _, first := range []uint32{0, 1, 1 << 31, 1<<32 - 17, 1<<32 - 1} {
			for _, count := range []uint32{0, 1, 2, 15, 16, 17, 64, 300} {
				checkSearch(t, header, target, first, count)
			}
		}
	}
}

// TestSearchLanes searches for one nonce from all places before it that it can have in two turns of lanes: it is found in
// any lane, and not when the search ends just before it.
func TestSearchLanes(t *testing.T) {
	const most = 100
	header := bytes.Repeat([]byte{0x5a}, sha256.HeaderSize)
	for nonce := uint32(most); ; nonce++ { // one whose hash is less than those of the nonces before it
		out, _ := search(header, bytes.Repeat([]byte{0xff}, 32), nonce, 1)
		if _, found := search(header, out[4:], nonce-most, most); found {
			continue
		}
		for before := range uint32(most + 1) {
			checkSearch(t, header, out[4:], nonce-before, before)
			checkSearch(t, header, out[4:], nonce-before, before+1)
			checkSearch(t, header, out[4:], nonce-before, most)
		}
		return
	}
}

// FuzzPoW compares searches to the other wording.
func FuzzPoW(f *testing.F) {
	f.Add(make([]byte, 80), bytes.Repeat([]byte{0x0f}, 32), uint32(0), uint32(40))
	f.Add(bytes.Repeat([]byte{0xff}, 80), bytes.Repeat([]byte{0xff}, 32), uint32(1<<32-1), uint32(2))
	f.Fuzz(func(t *testing.T, header, target []byte, first, count uint32) {
		if len(header) != sha256.HeaderSize || len(target) != 32 {
			b := kernels.New(sha256.PoW, 0, 1, 0)
			if err := sha256.AppendPoW(b, header, target, first, count); err == nil || b.Len() != 0 {
				t.Fatalf("header of %d bytes, target of %d: %v, %d jobs", len(header), len(target), err, b.Len())
			}
			return
		}
		checkSearch(t, header, target, first, count%128)
	})
}
