//go:build !amd64 || purego

package ed25519

import (
	"reflect"
	"testing"
)

// TestPath fails if Run is not the code for a build without assembly.
func TestPath(t *testing.T) {
	if reflect.ValueOf(Kernel.Run).Pointer() != reflect.ValueOf(runPortable).Pointer() {
		t.Error("Run is not the portable code")
	}
}

// soakPaths: Run has one path.
func soakPaths() []soakPath { return nil }
