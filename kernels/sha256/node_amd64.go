//go:build amd64 && !purego

package sha256

import (
	"crypto/sha256"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

func runNode(b *kernels.Batch, lo, hi int) { sumNodes(b, lo, hi, cpu.Get()) }

// sumNodes hashes the rows [lo,hi) and says how.
func sumNodes(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	if hi-lo == 1 && level > cpu.Generic && cpu.SHA() {
		b.SetVerdict(lo, kernels.Valid)
		node1sha(&b.Out(lo)[0], &b.Row(lo)[0], 1)
		return lanes.SHA
	}
	lanes.SetValid(b, lo, hi)
	return nodes(b.Outs()[Size*lo:Size*hi], b.Rows()[2*Size*lo:], level)
}

// Where lanes are faster than the SHA instructions. With these a row takes 31 ns, two side by side, a single one 40; without,
// some 170. A group of 16 lanes takes 290 ns, and copying rows to fill it 40; 32 rows take 390 ns and 48 take 520
// (BenchmarkNode on Zen 5).
const (
	lanesFrom    = 11 // rows in all
	lanesFromOld = 3  // the same without the SHA instructions
	groupFrom    = 7  // rows beyond turns of 48: other lanes cost more than their time, as their code is fetched anew
	fewRows      = 3  // beyond one or two groups: not worth another
)

// nodes hashes len(out)/32 rows of 64 bytes to rows of 32 and says how.
func nodes(out, in []byte, level cpu.Level) (how lanes.Paths) {
	rest := len(out) / Size
	if level >= cpu.AVX512 {
		n := rest - outside(rest)
		if n > 0 {
			nodesWide(out[:n*Size], in)
			how = lanes.AVX512
		}
		out, in, rest = out[n*Size:], in[n*2*Size:], rest-n
	}
	switch {
	case rest == 0:
		return how
	case level > cpu.Generic && cpu.SHA():
		nodesSHA(out, in)
		return how | lanes.SHA
	}
	for i := range rest {
		*(*[Size]byte)(out[i*Size:]) = sha256.Sum256(in[i*2*Size : (i+1)*2*Size])
	}
	return how | lanes.Alone
}

// outside is how many of n rows, the last ones, are not worth lanes.
func outside(n int) int {
	rest := n % 48
	switch {
	case !cpu.SHA() && n < lanesFromOld, cpu.SHA() && n < lanesFrom:
		return n
	case !cpu.SHA():
		return 0
	case rest < groupFrom:
		return rest
	case rest%16 <= fewRows:
		return rest % 16
	}
	return 0
}

// nodesSHA is nodes by the SHA instructions.
func nodesSHA(out, in []byte) {
	n := len(out) / Size
	if n >= 2 {
		node2sha(&out[0], &in[0], n/2)
	}
	if n%2 == 1 {
		node1sha(&out[(n-1)*Size], &in[(n-1)*2*Size], 1)
	}
}

// nodesWide is nodes in lanes of AVX-512.
func nodesWide(out, in []byte) {
	n := len(out) / Size
	if n < 16 {
		var rows [16 * 2 * Size]byte
		var digests [16 * Size]byte
		copy(rows[:], in[:2*len(out)])
		node16(&digests[0], &rows[0], 16)
		copy(out, digests[:])
		return
	}
	for done := 0; done < n; {
		switch left := n - done; {
		case left <= 16: // the last 16 rows, of which some may be done
			node16(&out[(n-16)*Size], &in[(n-16)*2*Size], 16)
			return
		case left <= 32, n > 48 && n <= 64: // two turns of 32 rather than one of 16
			turn := min(left, 32)
			node32(&out[done*Size], &in[done*2*Size], turn)
			done += turn
		default:
			turn := min(left, 48)
			node48(&out[done*Size], &in[done*2*Size], turn)
			done += turn
		}
	}
}
