package blake2b_test

import (
	"encoding/binary"
	"math/bits"
)

var iv = [8]uint64{
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
}

var sigma = [10][16]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}

// plain is BLAKE2b as RFC 7693, section 3.3, writes it, with size bytes of output.
func plain(message, key []byte, size int) []byte {
	var data []byte
	if len(key) > 0 {
		data = append(append(data, key...), make([]byte, 128-len(key))...)
	}
	data = append(data, message...)
	h := iv
	h[0] ^= 0x01010000 ^ uint64(len(key))<<8 ^ uint64(size)
	total := uint64(len(data))
	for done := uint64(0); ; {
		var block [128]byte
		n := copy(block[:], data)
		data = data[n:]
		done += uint64(n)
		compress(&h, block, [2]uint64{done, 0}, done == total, 12)
		if done == total {
			break
		}
	}
	var out [64]byte
	for i, x := range h {
		binary.LittleEndian.PutUint64(out[8*i:], x)
	}
	return out[:size]
}

// compress is function F of RFC 7693, section 3.2.
func compress(h *[8]uint64, block [128]byte, count [2]uint64, last bool, rounds uint32) {
	var m, v [16]uint64
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(block[8*i:])
	}
	copy(v[:8], h[:])
	copy(v[8:], iv[:])
	v[12] ^= count[0]
	v[13] ^= count[1]
	if last {
		v[14] = ^v[14]
	}
	mix := func(a, b, c, d int, x, y uint64) { // function G
		v[a] += v[b] + x
		v[d] = bits.RotateLeft64(v[d]^v[a], -32)
		v[c] += v[d]
		v[b] = bits.RotateLeft64(v[b]^v[c], -24)
		v[a] += v[b] + y
		v[d] = bits.RotateLeft64(v[d]^v[a], -16)
		v[c] += v[d]
		v[b] = bits.RotateLeft64(v[b]^v[c], -63)
	}
	for r := range rounds {
		s := sigma[r%10]
		for i := range 4 {
			mix(i, i+4, i+8, i+12, m[s[2*i]], m[s[2*i+1]])
		}
		for i := range 4 {
			mix(i, (i+1)%4+4, (i+2)%4+8, (i+3)%4+12, m[s[8+2*i]], m[s[9+2*i]])
		}
	}
	for i := range h {
		h[i] ^= v[i] ^ v[i+8]
	}
}

// precompile is EIP-152: rounds 4 (big-endian), h 64, m 128, t 16, final 1.
func precompile(in []byte) []byte {
	var h [8]uint64
	for i := range h {
		h[i] = binary.LittleEndian.Uint64(in[4+8*i:])
	}
	count := [2]uint64{binary.LittleEndian.Uint64(in[196:]), binary.LittleEndian.Uint64(in[204:])}
	compress(&h, [128]byte(in[68:]), count, in[212] == 1, binary.BigEndian.Uint32(in))
	var out []byte
	for _, x := range h {
		out = binary.LittleEndian.AppendUint64(out, x)
	}
	return out
}
