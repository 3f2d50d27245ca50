package ecctest

import (
	"math/big"
	"testing"
)

func curves() []*Curve { return []*Curve{Secp256k1(), P256(), SM2()} }

func TestCurve(t *testing.T) {
	for _, c := range curves() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if !c.OnCurve(c.G.X, c.G.Y) {
				t.Error("G is not on the curve")
			}
			if !c.P.ProbablyPrime(32) || !c.N.ProbablyPrime(32) {
				t.Error("P or N is not prime")
			}
			last := c.Mul(new(big.Int).Sub(c.N, big.NewInt(1)), c.G)
			if last.X.Cmp(c.G.X) != 0 || !c.Add(last, c.G).IsInfinity() {
				t.Error("N is not the order of G")
			}
			sum := Point{}
			for k := range int64(40) {
				if got := c.Mul(big.NewInt(k), c.G); k > 0 && (got.X.Cmp(sum.X) != 0 || got.Y.Cmp(sum.Y) != 0) || k == 0 && !got.IsInfinity() {
					t.Errorf("%d G is wrong", k)
				}
				sum = c.Add(sum, c.G)
			}
		})
	}
}

func TestLift(t *testing.T) {
	for _, c := range curves() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			byX, byY := 0, 0
			for i := range int64(30) {
				for _, odd := range []bool{false, true} {
					if p, ok := c.LiftX(big.NewInt(i), odd); ok {
						byX++
						if !c.OnCurve(p.X, p.Y) || p.Y.Bit(0) == 1 != odd {
							t.Errorf("LiftX(%d, %v) is wrong", i, odd)
						}
					}
				}
				if p, ok := c.LiftY(big.NewInt(i)); ok {
					byY++
					if !c.OnCurve(p.X, p.Y) || p.Y.Int64() != i {
						t.Errorf("LiftY(%d) is wrong", i)
					}
				}
			}
			if byX < 10 || byY < 3 {
				t.Errorf("only %d and %d points", byX, byY)
			}
			if _, ok := c.LiftX(c.P, false); ok {
				t.Error("LiftX takes P")
			}
		})
	}
}

// TestJobs compares the verdicts that follow from how the jobs are made with the textbook's.
func TestJobs(t *testing.T) {
	check := func(name string, jobs []Job, decide func(j *Job) (out []byte, ok bool)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			valid := 0
			seen := map[string]bool{}
			for i := range jobs {
				j := &jobs[i]
				out, ok := decide(j)
				if ok != j.Valid {
					t.Errorf("%s: the textbook says %v: %x", j.Name, ok, j.Row)
				}
				if ok && string(out) != string(j.Out) {
					t.Errorf("%s: the textbook gives %x, want %x", j.Name, out, j.Out)
				}
				if ok {
					valid++
				}
				seen[string(j.Row)+string(j.Message)] = true
			}
			t.Logf("%d jobs, %d different, %d valid, %d invalid", len(jobs), len(seen), valid, len(jobs)-valid)
		})
	}
	k1, r1, sm := Secp256k1(), P256(), SM2()
	check("ECDSA/secp256k1", ECDSAJobs(k1), func(j *Job) ([]byte, bool) { return nil, k1.ECDSA(j.Row) })
	check("ECDSA/P-256", ECDSAJobs(r1), func(j *Job) ([]byte, bool) { return nil, r1.ECDSA(j.Row) })
	check("SM2", SM2Jobs(sm), func(j *Job) ([]byte, bool) { return nil, sm.SM2(j.Row) })
	check("Schnorr", SchnorrJobs(k1), func(j *Job) ([]byte, bool) { return nil, k1.Schnorr(j.Row, j.Message) })
	check("Recover", RecoverJobs(k1), func(j *Job) ([]byte, bool) {
		if out, ok := k1.Recover(j.Row); ok {
			return out[:], true
		}
		return nil, false
	})
}
