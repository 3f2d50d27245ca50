//go:build linux && (amd64 || arm64)

package mmio

//go:noescape
func load32(p *uint32) uint32

//go:noescape
func store32(p *uint32, v uint32)
