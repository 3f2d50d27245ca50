package bitcoin

import "testing"

// TestZeros: only whole words of zeros are skipped, and none where one could begin a record.
func TestZeros(t *testing.T) {
	p := make([]byte, 40)
	p[29] = 0xf9
	for _, test := range []struct {
		p    []byte
		key  xorKey
		want int
	}{
		{nil, xorKey{}, 0}, {p[:7], xorKey{}, 0}, {p[:8], xorKey{}, 8}, {p[:23], xorKey{}, 16}, {p, xorKey{}, 24}, {p[29:], xorKey{}, 0},
		{p, xorKey{5: 1}, 24}, {p, xorKey{5: 0xf9}, 0},
	} {
		if got := test.key.zeros(test.p, 0xf9); got != test.want {
			t.Errorf("%x with key %x: %d, want %d", test.p, test.key, got, test.want)
		}
	}
}
