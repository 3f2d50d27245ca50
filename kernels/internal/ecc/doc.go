// Package ecc holds what the kernels of 256-bit short Weierstrass curves share: the row of a verification, the
// forms of SEC 1 keys, and tables of known answers. The arithmetic belongs to each curve's package.
package ecc
