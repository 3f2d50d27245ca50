package ecctest

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/sluice-engine/sluice/kernels"
)

// Job is one job of a kernel with its verdict.
type Job struct {
	Name    string
	Row     []byte
	Message []byte
	Valid   bool   // under the plain rule
	HighS   bool   // s is above half the order: invalid under the rule LowS
	Out     []byte // of a valid job of a kernel with output
}

// Verdict is the job's verdict under the rule.
func (j *Job) Verdict(rule kernels.Flags) kernels.Verdict {
	return kernels.Of(j.Valid && !(j.HighS && rule&kernels.LowS != 0))
}

// Batch makes a batch of the jobs with their verdicts and outputs set.
func Batch(k *kernels.Kernel, rule kernels.Flags, jobs []Job) *kernels.Batch {
	size := 0
	for _, j := range jobs {
		size += len(j.Message)
	}
	b := kernels.New(k, rule, len(jobs), size)
	for i := range jobs {
		j := &jobs[i]
		row, err := b.Add(j.Message)
		if err != nil || len(j.Row) != len(row) {
			panic("ecctest: a job of another kernel: " + j.Name)
		}
		copy(row, j.Row)
		v := j.Verdict(rule)
		if v == kernels.Valid {
			copy(b.Out(i), j.Out)
		}
		b.SetVerdict(i, v)
	}
	return b
}

// maker collects jobs. What is not chosen is random, the same in every run.
type maker struct {
	*Curve
	half *big.Int // (N-1)/2
	rng  *rand.ChaCha8
	jobs []Job
}

func newMaker(c *Curve) *maker {
	return &maker{Curve: c, half: new(big.Int).Rsh(c.N, 1), rng: rand.NewChaCha8([32]byte{'s', 'l', 'u', 'i', 'c', 'e'})}
}

// scalar is random in [1, N-1].
func (m *maker) scalar() *big.Int {
	for {
		var b [32]byte
		m.rng.Read(b[:])
		if k := new(big.Int).SetBytes(b[:]); m.inRange(k) {
			return k
		}
	}
}

// row is the numbers, 32 bytes each.
func row(numbers ...*big.Int) []byte {
	out := make([]byte, 32*len(numbers))
	for i, n := range numbers {
		n.FillBytes(out[32*i : 32*i+32])
	}
	return out
}

// verification adds a job of five numbers: digest, r, s, x, y.
func (m *maker) verification(name string, valid bool, e, r, s *big.Int, Q Point) {
	m.jobs = append(m.jobs, Job{Name: name, Row: row(e, r, s, Q.X, Q.Y), Valid: valid, HighS: s.Cmp(m.half) > 0})
}

func small(n int64) *big.Int { return big.NewInt(n) }

func plus(a, b *big.Int) *big.Int  { return new(big.Int).Add(a, b) }
func minus(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }

// fits tells whether n has a form of 32 bytes.
func fits(n *big.Int) bool { return n.Sign() >= 0 && n.BitLen() <= 256 }

type named struct {
	name string
	*big.Int
}

// keys are private keys whose public keys meet the tables and sums of a multiplication: small multiples of ±G,
// halves, powers of two, and for secp256k1 the multiples by λ, which the endomorphism maps to ±G.
func (m *maker) keys() []named {
	list := []named{{"(n-1)/2", m.half}, {"(n+1)/2", plus(m.half, small(1))}, {"random", m.scalar()}}
	for _, d := range []int64{1, 2, 3, 4, 8, 15, 16, 17} {
		list = append(list, named{small(d).String(), small(d)}, named{"n-" + small(d).String(), minus(m.N, small(d))})
	}
	for _, shift := range []uint{64, 128} {
		list = append(list, named{"2^" + small(int64(shift)).String(), new(big.Int).Lsh(small(1), shift)})
	}
	return append(list, m.lambda()...)
}

// lambda are the two cube roots of 1 that secp256k1's endomorphism multiplies by, and their negatives; none for
// curves with A != 0.
func (m *maker) lambda() []named {
	if m.A.Sign() != 0 {
		return nil
	}
	l := number("5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72")
	l2 := m.mul(l, l)
	return []named{{"λ", l}, {"λ²", l2}, {"-λ", minus(m.N, l)}, {"-λ²", minus(m.N, l2)}}
}

// edges are scalars at the ends of the range and at the borders of limbs and windows.
func (m *maker) edges() []named {
	list := []named{
		{"1", small(1)}, {"2", small(2)}, {"3", small(3)}, {"15", small(15)}, {"16", small(16)}, {"17", small(17)},
		{"n-1", minus(m.N, small(1))}, {"n-2", minus(m.N, small(2))}, {"n-16", minus(m.N, small(16))},
		{"(n-1)/2", m.half}, {"(n+1)/2", plus(m.half, small(1))},
	}
	for _, bits := range []uint{51, 52, 64, 104, 128, 156, 192, 208, 255} {
		p := new(big.Int).Lsh(small(1), bits)
		name := "2^" + small(int64(bits)).String()
		list = append(list, named{name, p}, named{name + "-1", minus(p, small(1))})
	}
	return append(list, m.lambda()...)
}

// findX is the first point whose x is from, from+step, …
func (m *maker) findX(from *big.Int, step int64) Point {
	for x := new(big.Int).Set(from); ; x.Add(x, small(step)) {
		if p, ok := m.LiftX(x, x.Bit(1) == 1); ok {
			return p
		}
	}
}

// findY is the first point whose y is from, from+1, …
func (m *maker) findY(from *big.Int) Point {
	for y := new(big.Int).Set(from); ; y.Add(y, small(1)) {
		if p, ok := m.LiftY(y); ok {
			return p
		}
	}
}

// Flips are a valid job with each bit of its row changed. Those of a verification are all invalid (but for a chance of
// about 2^-256); those of a recovery mostly give other keys, which are not known here.
func Flips(j Job) []Job {
	var out []Job
	for i := range 8 * len(j.Row) {
		row := bytes.Clone(j.Row)
		row[i/8] ^= 1 << (i % 8)
		out = append(out, Job{Name: fmt.Sprintf("bit %d flipped", i), Row: row, Message: j.Message})
	}
	return out
}

// Diff decides the jobs under the rule with run, such as a kernel's Ref, and says where verdicts or outputs are
// wrong. The outputs are not zero before. run is given the batch in spans of up to span jobs.
func Diff(k *kernels.Kernel, rule kernels.Flags, jobs []Job, span int, run func(b *kernels.Batch, lo, hi int)) []string {
	want := Batch(k, rule, jobs)
	got := want.Shadow()
	dirty := got.Outs()
	for i := range dirty {
		dirty[i] = 0xa5
	}
	for lo := 0; lo < got.Len(); lo += span {
		run(got, lo, min(lo+span, got.Len()))
	}
	var diff []string
	for i := range jobs {
		if g, w := got.Verdict(i), want.Verdict(i); g != w {
			diff = append(diff, fmt.Sprintf("%s: %s, want %s; row %x", jobs[i].Name, g, w, jobs[i].Row))
		}
		if g, w := got.Out(i), want.Out(i); !bytes.Equal(g, w) {
			diff = append(diff, fmt.Sprintf("%s: out is %x, want %x; row %x", jobs[i].Name, g, w, jobs[i].Row))
		}
	}
	return diff
}

// Count is the number of jobs that are valid and invalid under the rule.
func Count(jobs []Job, rule kernels.Flags) (valid, invalid int) {
	for i := range jobs {
		if jobs[i].Verdict(rule) == kernels.Valid {
			valid++
		}
	}
	return valid, len(jobs) - valid
}
