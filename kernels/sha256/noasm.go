//go:build !amd64 || purego

package sha256

// Without lanes Run is the reference, which the standard library makes as fast as one message at a time can be.
var (
	run       = ref
	runDouble = refDouble
	runNode   = refNode
	runPoW    = refPoW
	runChain  = refChain
)
