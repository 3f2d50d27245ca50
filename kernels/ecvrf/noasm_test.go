//go:build !amd64 || purego

package ecvrf

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
