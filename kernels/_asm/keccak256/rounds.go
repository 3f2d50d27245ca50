package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// order is the sequence of the 95 operations of a round, 29 of them rotates:
//
//	Tx   theta: the parity of column x turned by one
//	Dx   theta: what is added to column x, from the parity of the column before and the turned one of the next
//	Xi   theta: added to word i
//	Ri   rho: word i turned; pi only renames
//	Hxy  chi: word (x,y) of the next state
//	I    iota
//	Ax   the parity of column x of the next state, rows 0 to 2
//	Bx   the same, rows 3 and 4 added
const order = `
T2 T4 D1 D3 T0 T3 X18 D4 X9 T1 D2 X12 R12 R9 X3 X22 X1 X6 D0 X10 R10 X16 R18 R6 R3 X20 R16 X24 X15 X17 R24 R22 H21 X11
X23 X13 X7 R1 R7 X0 R13 R20 R17 R23 X14 R14 H11 X19 R19 X8 R11 R8 H22 H01 H31 X4 R4 H00 X5 H12 H02 X21 R5 H13 X2 H41
H42 H32 R15 H10 H03 H20 H43 H30 H40 A4 R2 R21 H44 A1 H34 H24 H33 B4 H23 H14 H04 I A2 A0 A3 B3 B0 B1 B2
`

// turn writes perTurn rounds with their constants from R12 on, of which the last makes the first n words only.
func turn(n int) {
	c := &code{free: []reg.VecPhysical{Z[13], Z[14]}}
	var s [words]*value
	for i := range s {
		s[i] = have(home[i])
	}
	var parity [5]*value
	for x := range parity {
		parity[x] = have(parities[x])
	}
	for r := range perTurn {
		last := words
		if r == perTurn-1 {
			last = n
		}
		round(c, &s, &parity, operand.Mem{Base: reg.R12, Disp: 8 * r}, last)
	}
	at, to := s[:n:n], home[:n:n]
	if n == words {
		at, to = append(at, parity[:]...), append(to, parities...)
	}
	c.write(at)
	moveHome(at, to, Z[13])
}

// round writes a round of Keccak-f on s and the parities of its columns. Of the last round only n words are wanted, and no parities.
func round(c *code, s *[words]*value, parity *[5]*value, rc operand.Mem, n int) {
	var turned, d, next [5]*value
	var out [words]*value
	for _, op := range strings.Fields(order) {
		var x, y, i int
		switch kind := op[0]; kind {
		case 'H':
			mustScan(op[1:], "%1d%1d", &x, &y)
			if i = x + 5*y; i < n {
				out[i] = c.ternary(TernaryChi, s[source(x, y)], s[source((x+1)%5, y)], s[source((x+2)%5, y)])
			}
		case 'X', 'R':
			mustScan(op[1:], "%d", &i)
			switch {
			case n < words && !feeds(i, n):
			case kind == 'X':
				s[i] = c.xor(s[i], d[i%5])
			default:
				s[i] = c.rol(rotations[i], s[i])
			}
		case 'I':
			out[0] = c.xorAll(rc, out[0])
		case 'T':
			mustScan(op[1:], "%d", &x)
			turned[x] = c.rol(1, parity[x])
		case 'D':
			mustScan(op[1:], "%d", &x)
			d[x] = c.xor(parity[(x+4)%5], turned[(x+1)%5])
		case 'A':
			mustScan(op[1:], "%d", &x)
			if n == words {
				next[x] = c.ternary(TernaryXor, out[x], out[x+5], out[x+10])
			}
		case 'B':
			mustScan(op[1:], "%d", &x)
			if n == words {
				next[x] = c.ternary(TernaryXor, next[x], out[x+15], out[x+20])
			}
		}
	}
	*s, *parity = out, next
}

// feeds tells whether one of the first n words, of row 0, comes from word i.
func feeds(i, n int) bool {
	for x := range n + 2 {
		if source(x%5, 0) == i {
			return true
		}
	}
	return false
}

func mustScan(s, format string, to ...any) {
	if _, err := fmt.Sscanf(s, format, to...); err != nil {
		panic(fmt.Sprintf("%q: %v", s, err))
	}
}
