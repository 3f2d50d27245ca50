//go:build amd64 && !purego

package edwards4

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
)

func TestMain(m *testing.M) {
	if cpu.Found() < cpu.AVX2 {
		fmt.Printf("edwards4: skipped: %v found\n", cpu.Found())
		return
	}
	m.Run()
}

// The types of edwards8, as far as these routines know them.
const lanes = 8

type (
	element [5][lanes]uint64
	form    [4]element // a point, X, Y, Z, T, or its cached form, Y+X, Y-X, 2Z, 2dT
)

func ptr[T any](p *T) *byte { return (*byte)(unsafe.Pointer(p)) }

var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// Where limbs of tight and of loose elements end.
const (
	tight = 1<<51 + 1<<37
	loose = 5<<51 + 1<<40
)

func value(e *element, l int) *big.Int {
	v := new(big.Int)
	for i := 4; i >= 0; i-- {
		v.Lsh(v, 51)
		v.Add(v, new(big.Int).SetUint64(e[i][l]))
	}
	return v.Mod(v, prime)
}

// borders are limbs at which carries and cuts go wrong; specials are whole elements: 0, 1, p-1, p, p+1, 2p.
var (
	borders = []uint64{
		0, 1, 18, 19, 1<<25 - 1, 1 << 25, 1<<26 - 1, 1 << 26, 1<<50 - 1, 1<<51 - 1<<26, 1<<51 - 20, 1<<51 - 19, 1<<51 - 18, 1<<51 - 1,
		1 << 51, 1<<51 + 1, 1<<51 + 1<<26, 1<<51 + 1<<37 - 1<<26, tight - 1,
	}
	wider    = []uint64{1 << 52, 1<<52 + 1<<51 - 1, 1 << 53, 5<<51 - 1, loose - 1<<26, loose - 1}
	specials = [][5]uint64{
		{}, {1},
		{1<<51 - 20, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 19, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 18, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 38, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1 << 51},
		{tight - 1, tight - 1, tight - 1, tight - 1, tight - 1},
		{1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{0, 1 << 51, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
	}
)

// random fills the lanes with limbs below the bound: random, borders, specials, or, for loose elements, all the largest.
func random(e *element, bound uint64) {
	for l := range lanes {
		kind := rand.IntN(5)
		s := specials[rand.IntN(len(specials))]
		for i := range e {
			switch {
			case kind == 0:
				e[i][l] = s[i]
			case kind == 1:
				e[i][l] = bound - 1
			case rand.IntN(2) == 0:
				e[i][l] = borders[rand.IntN(len(borders))]
				if bound == loose && rand.IntN(2) == 0 {
					e[i][l] = wider[rand.IntN(len(wider))]
				}
			default:
				e[i][l] = rand.Uint64N(bound)
			}
		}
	}
}

// want expects e to be tight and f of the lane in each lane.
func want(t *testing.T, name string, e *element, f func(l int) *big.Int) {
	t.Helper()
	for l := range lanes {
		for i := range e {
			if e[i][l] >= tight {
				t.Fatalf("%s: limb %d of lane %d is %#x", name, i, l, e[i][l])
			}
		}
		v := f(l)
		if v.Mod(v, prime).Cmp(value(e, l)) != 0 {
			t.Fatalf("%s: lane %d: %x, want %x", name, l, value(e, l), v)
		}
	}
}

func rounds() int {
	if testing.Short() {
		return 2000
	}
	return 20000
}

func TestElement(t *testing.T) {
	for range rounds() {
		var a, b, c element
		random(&a, loose)
		random(&b, loose)
		Mul(ptr(&c), ptr(&a), ptr(&b))
		want(t, "Mul", &c, func(l int) *big.Int { return new(big.Int).Mul(value(&a, l), value(&b, l)) })
		c = a
		Mul(ptr(&c), ptr(&c), ptr(&c))
		want(t, "Mul in place", &c, func(l int) *big.Int { return new(big.Int).Mul(value(&a, l), value(&a, l)) })

		n := 1 + rand.IntN(3)
		power := new(big.Int).Lsh(big.NewInt(1), uint(n))
		before := [2]element{a, b}
		pair := before
		Square(ptr(&pair), n)
		for i := range pair {
			want(t, "Square", &pair[i], func(l int) *big.Int { return new(big.Int).Exp(value(&before[i], l), power, prime) })
		}

		random(&a, tight)
		random(&b, tight)
		Add(ptr(&c), ptr(&a), ptr(&b))
		want(t, "Add", &c, func(l int) *big.Int { return new(big.Int).Add(value(&a, l), value(&b, l)) })
		Sub(ptr(&c), ptr(&a), ptr(&b))
		want(t, "Sub", &c, func(l int) *big.Int { return new(big.Int).Sub(value(&a, l), value(&b, l)) })
		c = a
		Sub(ptr(&c), ptr(&b), ptr(&c))
		want(t, "Sub in place", &c, func(l int) *big.Int { return new(big.Int).Sub(value(&b, l), value(&a, l)) })
		mask := rand.Uint64N(256)
		Choose(ptr(&c), ptr(&a), ptr(&b), mask)
		for i := range c {
			for l := range lanes {
				chosen := a[i][l]
				if mask>>l&1 == 1 {
					chosen = b[i][l]
				}
				if c[i][l] != chosen {
					t.Fatalf("Choose: mask %08b, limb %d of lane %d is %#x", mask, i, l, c[i][l])
				}
			}
		}

		zero, odd := Canonical(ptr(&c), ptr(&a))
		for l := range lanes {
			v := value(&a, l)
			whole := new(big.Int)
			for i := 4; i >= 0; i-- {
				if c[i][l] >= 1<<51 {
					t.Fatalf("Canonical: limb %d of lane %d is %#x", i, l, c[i][l])
				}
				whole.Add(whole.Lsh(whole, 51), new(big.Int).SetUint64(c[i][l]))
			}
			if whole.Cmp(v) != 0 || zero>>l&1 == 1 != (v.Sign() == 0) || odd>>l&1 == 1 != (v.Bit(0) == 1) {
				t.Fatalf("Canonical: lane %d: %x, want %x; zero: %08b, odd: %08b", l, whole, v, zero, odd)
			}
		}
		if zero|odd > 255 {
			t.Fatalf("Canonical: masks %#x and %#x", zero, odd)
		}
	}
}

// TestFormulas compares doublings and additions with the formulas, on any X, Y, Z, T, of a curve or not.
func TestFormulas(t *testing.T) {
	at := func(f *form, l int) (v [4]*big.Int) {
		for i := range v {
			v[i] = value(&f[i], l)
		}
		return v
	}
	plus := func(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
	minus := func(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }
	times := func(a, b *big.Int) *big.Int { v := new(big.Int).Mul(a, b); return v.Mod(v, prime) }
	last := func(e, f, g, h *big.Int) [4]*big.Int {
		return [4]*big.Int{times(e, f), times(g, h), times(f, g), times(e, h)}
	}
	double := func(p [4]*big.Int) [4]*big.Int {
		a, b, c := times(p[0], p[0]), times(p[1], p[1]), times(p[2], p[2])
		s := times(plus(p[0], p[1]), plus(p[0], p[1]))
		h, g := plus(a, b), minus(b, a)
		return last(minus(s, h), minus(plus(c, c), g), g, h)
	}
	add := func(p, q [4]*big.Int, affine bool) [4]*big.Int {
		a, b, c := times(minus(p[1], p[0]), q[1]), times(plus(p[1], p[0]), q[0]), times(p[3], q[3])
		d := times(p[2], q[2])
		if affine {
			d = plus(p[2], p[2])
		}
		return last(minus(b, a), minus(d, c), plus(d, c), plus(b, a))
	}
	for range rounds() / 20 {
		var p, q, r [2]form
		for g := range p {
			for i := range 4 {
				random(&p[g][i], tight)
				random(&q[g][i], loose)
			}
		}
		groups, n := 1+rand.IntN(2), 1+rand.IntN(4)
		check := func(name string, withT bool, f func(g, l int) [4]*big.Int) {
			t.Helper()
			for g := range r {
				if g >= groups {
					if r[g] != p[g] {
						t.Fatalf("%s wrote a second group", name)
					}
					continue
				}
				coordinates := 4
				if !withT {
					coordinates = 3
					if r[g][3] != p[g][3] {
						t.Fatalf("%s wrote T", name)
					}
				}
				for i := range coordinates {
					want(t, fmt.Sprintf("%s, coordinate %d", name, i), &r[g][i], func(l int) *big.Int { return f(g, l)[i] })
				}
			}
		}
		r = p
		Double(ptr(&r), groups, n)
		check("Double", true, func(g, l int) [4]*big.Int {
			v := at(&p[g], l)
			for range n {
				v = double(v)
			}
			return v
		})
		for affine := range 2 {
			for withT := range 2 {
				r = p
				AddPoints(ptr(&r), ptr(&q), groups, affine, withT)
				check("AddPoints", withT == 1, func(g, l int) [4]*big.Int { return add(at(&p[g], l), at(&q[g], l), affine == 1) })
			}
		}

		var f form
		for i := range f {
			random(&f[i], tight)
		}
		mask := rand.Uint64N(256)
		negative := f
		Negate(ptr(&negative), mask)
		for l := range lanes {
			v, w := at(&f, l), at(&negative, l)
			if mask>>l&1 == 1 {
				v[0], v[1], v[3] = v[1], v[0], minus(prime, v[3])
				v[3].Mod(v[3], prime)
			}
			for i := range v {
				if v[i].Cmp(w[i]) != 0 {
					t.Fatalf("Negate: mask %08b, lane %d, part %d: %x, want %x", mask, l, i, w[i], v[i])
				}
			}
			for i := range 5 {
				if negative[3][i][l] >= loose {
					t.Fatalf("Negate: limb %#x", negative[3][i][l])
				}
			}
		}
	}
}

// TestRows moves rows into lanes and back.
func TestRows(t *testing.T) {
	for _, blocks := range []int{1, 4, 5, 6} {
		rows := make([]uint64, 8*40)
		for i := range rows {
			rows[i] = rand.Uint64()
		}
		var offsets [lanes]uint64
		for l, to := range rand.Perm(lanes) {
			offsets[l] = uint64(to * 40 * 8)
		}
		vectors := make([][lanes]uint64, 4*blocks+1)
		guard := vectors[4*blocks]
		FromRows(ptr(&vectors[0]), ptr(&rows[0]), ptr(&offsets), blocks)
		for i := range 4 * blocks {
			for l := range lanes {
				if vectors[i][l] != rows[offsets[l]/8+uint64(i)] {
					t.Fatalf("FromRows: word %d of lane %d", i, l)
				}
			}
		}
		back := make([]uint64, len(rows))
		ToRows(ptr(&back[0]), ptr(&vectors[0]), ptr(&offsets), blocks)
		for i, v := range back {
			w := rows[i]
			if i%40 >= 4*blocks {
				w = 0
			}
			if v != w {
				t.Fatalf("ToRows: word %d of row %d", i%40, i/40)
			}
		}
		if vectors[4*blocks] != guard {
			t.Fatal("FromRows wrote too much")
		}
	}
	var q form
	var row [16]uint64
	for i := range row {
		row[i] = rand.Uint64()
	}
	SpreadRow(ptr(&q), ptr(&row))
	for i, j := range []int{0, 1, 3} {
		for k := range 5 {
			for l := range lanes {
				if q[j][k][l] != row[5*i+k] {
					t.Fatalf("SpreadRow: limb %d of part %d, lane %d", k, j, l)
				}
			}
		}
	}
	if q[2] != (element{}) {
		t.Error("SpreadRow wrote Z")
	}
}

// BenchmarkRoutines times the routines, which take turns, and reports the shortest turn of each in ns for 8 lanes. The time per
// operation means nothing.
func BenchmarkRoutines(b *testing.B) {
	var p, q [2]form
	var e [2]element
	names := []string{"mul", "square", "double", "double2", "add2", "addNoT2"}
	counts := []int{16, 128, 64, 128, 32, 32}
	turns := []func(){
		func() {
			for range 16 {
				Mul(ptr(&e[0]), ptr(&e[0]), ptr(&e[1]))
			}
		},
		func() { Square(ptr(&e), 64) },
		func() { Double(ptr(&p), 1, 64) },
		func() { Double(ptr(&p), 2, 64) },
		func() {
			for range 16 {
				AddPoints(ptr(&p), ptr(&q), 2, 0, 1)
			}
		},
		func() {
			for range 16 {
				AddPoints(ptr(&p), ptr(&q), 2, 0, 0)
			}
		},
	}
	best := make([]time.Duration, len(turns))
	for b.Loop() {
		for i, turn := range turns {
			start := time.Now()
			turn()
			if d := time.Since(start); best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	for i, name := range names {
		b.ReportMetric(float64(best[i].Nanoseconds())/float64(counts[i]), name+"-ns")
	}
}
