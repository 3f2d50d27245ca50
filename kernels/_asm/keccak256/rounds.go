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
//
// Zen 5 gives an operation to one of its four pipes when it is read, before it is known when its operands will be there; operations that
// become ready together may then wait for the same pipe, and which do follows from the order in no way that is simple. This order was
// found by moving operations and measuring whole permutations: 28.7 cycles a round, where order by rows takes 32.1. Four operations
// a cycle would be 23.8.
const order = `
T3 T4 D2 D3 X3 T2 R3 D1 X22 T1 X8 D0 X2 X12 R8 X10 T0 X16 R12 D4 X24 X14 R16 R22 X9 R10 X20 R9 R24 X6 X13 X18 R13 R18
X7 R20 R6 X19 X0 X1 R1 R19 R14 X17 R7 H00 X11 H21 R11 R2 X4 H01 R17 R4 X5 H11 H32 H31 R5 H41 H02 H42 X23 X21 H04 X15
R21 H03 H12 H22 H10 H30 H40 R23 I H43 A0 B0 R15 H20 A3 H23 H33 H34 B3 H14 H24 A4 H44 A2 B2 H13 A1 B1 B4
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
