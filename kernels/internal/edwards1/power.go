package edwards1

// power sets e = z^(2^250 - 1) and z11 = z^11. 249 squares.
func (e *Element) power(z, z11 *Element) {
	var z2, t, u, v Element
	z2.Square(z)
	t.squares(&z2, 2)
	t.Mul(&t, z) // 9
	z11.Mul(&t, &z2)
	u.Square(z11)
	t.Mul(&u, &t) // 2^5 - 1
	u.squares(&t, 5)
	t.Mul(&u, &t) // 2^10 - 1
	u.squares(&t, 10)
	u.Mul(&u, &t) // 2^20 - 1
	v.squares(&u, 20)
	u.Mul(&v, &u) // 2^40 - 1
	u.squares(&u, 10)
	t.Mul(&u, &t) // 2^50 - 1
	u.squares(&t, 50)
	u.Mul(&u, &t) // 2^100 - 1
	v.squares(&u, 100)
	u.Mul(&v, &u) // 2^200 - 1
	u.squares(&u, 50)
	e.Mul(&u, &t) // 2^250 - 1
}

// Invert sets e = 1/z; 1/0 is 0.
func (e *Element) Invert(z *Element) {
	var z11 Element
	e.power(z, &z11)
	e.squares(e, 5)
	e.Mul(e, &z11) // 2^255 - 21
}

// root sets e = z^((p-5)/8) = z^(2^252 - 3).
func (e *Element) root(z *Element) {
	var z11 Element
	y := *z
	e.power(z, &z11)
	e.squares(e, 2)
	e.Mul(e, &y)
}

// Canonical sets e = a with limbs below 2^51 and the value below p. Limbs of a may be loose.
func (e *Element) Canonical(a *Element) {
	e.carry(a[0], a[1], a[2], a[3], a[4])
	// q = floor((e + 19) / 2^255), 0 or 1, tells whether e >= p.
	q := (e[0] + 19) >> 51
	for i := 1; i < 5; i++ {
		q = (e[i] + q) >> 51
	}
	c := 19 * q
	for i := range e {
		c += e[i]
		e[i] = c & limbMask
		c >>= 51
	}
}

// Zero tells whether e = 0.
func (e *Element) Zero() bool {
	var c Element
	c.Canonical(e)
	return c == zero
}

// Equal tells whether e = a, of tight a.
func (e *Element) Equal(a *Element) bool {
	var c Element
	c.Sub(e, a)
	return c.Zero()
}

// Odd tells whether e, below p, is odd.
func (e *Element) Odd() bool {
	var c Element
	c.Canonical(e)
	return c[0]&1 == 1
}
