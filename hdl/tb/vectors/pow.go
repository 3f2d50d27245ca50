package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/sluice-engine/sluice/hdl/approx"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// genesis is the header of Bitcoin's first block.
var genesis = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61" +
	"7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"

// headerFiles hold real headers, in the folder of vectors.
var headerFiles = []string{"bitcoin/headers/mainnet_0_10236.bin.gz", "bitcoin/headers/signet_headers.bin.gz"}

var easiest = bytes.Repeat([]byte{0xff}, 32)

// a search is a row of sha256d.pow.
type search struct {
	header, target []byte
	first, count   uint32
}

// powJobs are searches of the exact unit: around the nonces of real blocks (those of the vectors in folder dir, where it exists), easy
// targets, the ends of the nonce range, targets that a hash just meets or just misses, and jobs that are no row.
func powJobs(r *rand.Rand, dir string) ([]job, error) {
	headers, err := realHeaders(r, dir)
	if err != nil {
		return nil, err
	}
	var searches []search
	for i, h := range headers {
		nonce, before := binary.LittleEndian.Uint32(h[76:]), uint32(i%12)
		for _, span := range [][2]uint32{{nonce - before, 14}, {nonce - before, before}, {nonce + 1, 3}} {
			searches = append(searches, search{h, target(h), span[0], span[1]})
		}
	}
	for range 24 {
		for _, top := range []byte{0x01, 0x10, 0x80} {
			t := random(r, 32)
			t[31] = top
			first := []uint32{0, 1<<32 - 7, 1<<32 - 1, r.Uint32()}[r.IntN(4)]
			searches = append(searches, search{random(r, 80), t, first, uint32(r.IntN(40))})
		}
	}
	for range 12 {
		h := random(r, 80)
		t := hash(h)
		first := binary.LittleEndian.Uint32(h[76:])
		searches = append(searches, search{h, t, first, 1}, search{h, minusOne(t), first, 1}, search{h, t, first - 3, 4})
	}
	for _, n := range []uint32{63, 64, 65, 66, 127, 128, 129, 130, 131, 200} { // about as many as fit into the pipeline
		h := random(r, 80)
		first := r.Uint32()
		binary.LittleEndian.PutUint32(h[76:], first+n-1)
		searches = append(searches, search{h, make([]byte, 32), first, n}, search{h, hash(h), first, n})
	}
	jobs, err := decideSearches(searches)
	if err != nil {
		return nil, err
	}
	for _, n := range []int{0, 1, 63, 64, 65, 100, 119, 121, 127, 128, 129, 150, 184, 200} {
		jobs = append(jobs, job{message: random(r, n), verdict: kernels.Invalid, out: make([]byte, sha256.PoW.Out)})
	}
	published, err := decideSearches([]search{{headers[0], target(headers[0]), binary.LittleEndian.Uint32(headers[0][76:]) - 5, 10}})
	if err != nil {
		return nil, err
	}
	r.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	return append(published, jobs...), nil
}

// approxJobs are searches of a unit with inexact adders: single nonces with a target that every hash meets, so that all
// digests come out, right or wrong, and searches with easy targets, which must end at the same nonces as the model's.
func approxJobs(r *rand.Rand, adder approx.Adder) []job {
	var jobs []job
	for i := range 2400 {
		s := search{random(r, 80), easiest, r.Uint32(), 1}
		if i%8 == 0 {
			s.target = random(r, 32)
			s.target[31] = byte(1 + r.IntN(16))
			s.count = uint32(r.IntN(24))
		}
		message := s.row()
		out, valid := approx.Search((*[120]byte)(message), adder)
		jobs = append(jobs, job{message: message, verdict: kernels.Of(valid), out: out[:]})
	}
	return jobs
}

func (s search) row() []byte {
	row := append(slices.Clone(s.header), s.target...)
	row = binary.LittleEndian.AppendUint32(row, s.first)
	return binary.LittleEndian.AppendUint32(row, s.count)
}

// decideSearches runs the reference.
func decideSearches(searches []search) ([]job, error) {
	b := kernels.New(sha256.PoW, 0, len(searches), 0)
	for _, s := range searches {
		if err := sha256.AppendPoW(b, s.header, s.target, s.first, s.count); err != nil {
			return nil, err
		}
	}
	sha256.PoW.Ref(b, 0, b.Len())
	jobs := make([]job, b.Len())
	for i, s := range searches {
		jobs[i] = job{message: s.row(), verdict: b.Verdict(i), out: b.Out(i)}
	}
	return jobs, nil
}

// realHeaders are the genesis header and, if dir exists, 40 others, drawn from each file.
func realHeaders(r *rand.Rand, dir string) ([][]byte, error) {
	p, err := hex.DecodeString(genesis)
	if err != nil {
		return nil, fmt.Errorf("genesis header: %w", err)
	}
	headers := [][]byte{p}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stderr, "vectors: no folder %q: of real headers only the first\n", dir)
		return headers, nil
	}
	for _, name := range headerFiles {
		all, err := unzip(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		for range 20 {
			at := r.IntN(len(all) / sha256.HeaderSize)
			headers = append(headers, all[at*sha256.HeaderSize:][:sha256.HeaderSize])
		}
	}
	return headers, nil
}

func unzip(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(p) == 0 || len(p)%sha256.HeaderSize != 0 {
		return nil, fmt.Errorf("%s: %d bytes are no headers", path, len(p))
	}
	return p, nil
}

// target is the little-endian target of the bits field of a header.
func target(header []byte) []byte {
	bits := binary.LittleEndian.Uint32(header[72:])
	n := new(big.Int).SetUint64(uint64(bits & 0x7fffff))
	n.Lsh(n, uint(bits>>24)*8).Rsh(n, 24)
	p := n.FillBytes(make([]byte, 32))
	slices.Reverse(p)
	return p
}

// hash is the SHA-256d of a header, as stored.
func hash(header []byte) []byte {
	b := kernels.New(sha256.Double, 0, 1, len(header))
	if err := sha256.Append(b, header); err != nil {
		panic(err) // there is room
	}
	sha256.Double.Ref(b, 0, 1)
	return b.Out(0)
}

// minusOne is one less, as little-endian numbers.
func minusOne(p []byte) []byte {
	p = slices.Clone(p)
	for i := range p {
		p[i]--
		if p[i] != 0xff {
			break
		}
	}
	return p
}

func random(r *rand.Rand, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return p
}
