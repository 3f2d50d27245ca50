package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/chip"
)

// backends is the table of what Config.Backends may name. open gives one backend for each device that it finds, or
// says why there is none. The engine always has the CPU, so that row has nothing to open.
var backends = []struct {
	name string
	open func(*Config) ([]backend.Backend, error)
}{
	{name: "cpu"},
	{name: "chip", open: func(c *Config) ([]backend.Backend, error) { return chip.Open(c.Chip) }},
}

// Names lists what Config.Backends may name.
func Names() []string {
	names := make([]string, len(backends))
	for i, b := range backends {
		names[i] = b.name
	}
	return names
}

// checkNames refuses names that are not in the table, or twice in the configuration.
func checkNames(names []string) error {
	for i, name := range names {
		if !slices.Contains(Names(), name) {
			return fmt.Errorf("%w: %q (known: %s)", ErrBackend, name, strings.Join(Names(), ", "))
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("%w: backend %q is named twice", ErrConfig, name)
		}
	}
	return nil
}
