package cpu_test

import (
	"testing"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/backendtest"
	"github.com/sluice-engine/sluice/engine/cpu"
)

func TestConformance(t *testing.T) {
	backendtest.Run(t, func(testing.TB) backend.Backend { return cpu.New(cpu.Config{Workers: 3}) }, backendtest.Options{})
}
