//go:build !linux

package chip

import (
	"fmt"
	"runtime"

	"github.com/sluice-engine/sluice/engine/backend"
)

// Open says that this system has neither VFIO nor memory files.
func Open(Config) ([]backend.Backend, error) {
	return nil, fmt.Errorf("%w: this is %s, which has neither VFIO nor memfd", ErrPlatform, runtime.GOOS)
}
