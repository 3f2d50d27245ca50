// Package dma supplies memory that a device reaches: files of shared memory, and a pool that cuts batches from them and
// knows their bus addresses.
//
// The memory is that of memfds, outside the Go heap: it does not move, another process can map it, and its size is sealed,
// so that nobody who has the descriptor can pull it away.
package dma
