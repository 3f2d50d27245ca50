//go:build linux && !amd64 && !arm64

package mmio

import "sync/atomic"

// Right everywhere, if slow: elsewhere atomic accesses are not bus locks.

func load32(p *uint32) uint32 { return atomic.LoadUint32(p) }

func store32(p *uint32, v uint32) { atomic.StoreUint32(p, v) }
