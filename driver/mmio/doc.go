// Package mmio accesses registers that are mapped into this process.
//
// Each access is one plain 32-bit load or store, in assembly, so that nothing splits, joins, drops or repeats it. It must
// not be sync/atomic: on amd64 an atomic store is XCHG, a locked access to uncached memory, which stops every core.
// A store comes after all stores that the program made before it, as devices on the bus see them: amd64 keeps stores in
// order, arm64 gets a barrier.
package mmio
