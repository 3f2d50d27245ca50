//go:build !amd64 || purego

package ed25519

// Without lanes Run is the reference.
var run = ref
