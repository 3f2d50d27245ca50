//go:build amd64 && !purego

package edwards8

import "encoding/binary"

// Normalise makes the points affine, with Z = 1 and canonical X and Y, by one inversion for all (Montgomery's trick). No Z may be
// zero: what a complete formula gives for points of the curve has none. T is not read, nor set. len(products) == len(points)+1.
//
// A zero would spoil its lane of all the points: replace what is not on the curve before it gets here.
func (r *Room) Normalise(points []*Point, products []Element) {
	if len(points) == 0 {
		return
	}
	product := products[:len(points)+1] // of the first i Z
	product[0] = one
	for i, p := range points {
		product[i+1].Mul(&product[i], &p.Z)
	}
	inverse := &r.w
	inverse[0] = product[len(points)]
	r.Invert(inverse[:])
	for i := len(points) - 1; i >= 0; i-- {
		var z Element
		p := points[i]
		z.Mul(&inverse[0], &product[i])
		inverse[0].Mul(&inverse[0], &p.Z)
		p.X.Mul(&p.X, &z)
		p.Y.Mul(&p.Y, &z)
		p.X.Canonical(&p.X)
		p.Y.Canonical(&p.Y)
		p.Z = one
	}
}

// AppendLane appends the encoding of lane l of a point that [Normalise] has made affine: RFC 8032, section 5.1.2.
func (p *Point) AppendLane(b []byte, l int) []byte {
	l &= Lanes - 1
	y := &p.Y
	b = binary.LittleEndian.AppendUint64(b, y[0][l]|y[1][l]<<51)
	b = binary.LittleEndian.AppendUint64(b, y[1][l]>>13|y[2][l]<<38)
	b = binary.LittleEndian.AppendUint64(b, y[2][l]>>26|y[3][l]<<25)
	return binary.LittleEndian.AppendUint64(b, y[3][l]>>39|y[4][l]<<12|p.X[0][l]<<63)
}
