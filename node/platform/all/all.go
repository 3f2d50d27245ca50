// Package all lists the platforms, and guesses which one a file belongs to.
package all

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/algorand"
	"github.com/sluice-engine/sluice/node/platform/bitcoin"
	"github.com/sluice-engine/sluice/node/platform/capture"
	"github.com/sluice-engine/sluice/node/platform/cosmos"
	"github.com/sluice-engine/sluice/node/platform/ethereum"
	"github.com/sluice-engine/sluice/node/platform/jobs"
	"github.com/sluice-engine/sluice/node/platform/solana"
)

// Platforms are all of them, by name.
var Platforms = []*platform.Platform{
	algorand.Platform,
	&bitcoin.Platform,
	&capture.Platform,
	cosmos.Platform,
	ethereum.Platform,
	jobs.Platform,
	solana.Platform,
}

// ErrUnknown: no platform recognises the file, or several do.
var ErrUnknown = errors.New("cannot tell what it is")

// Names lists the platforms.
func Names() []string {
	names := make([]string, len(Platforms))
	for i, p := range Platforms {
		names[i] = p.Name
	}
	return names
}

// ByName finds a platform; nil if there is none of this name.
func ByName(name string) *platform.Platform {
	for _, p := range Platforms {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Guess asks every platform whether a file looks like its own: head is the beginning of the unpacked file, at most
// platform.SniffBytes of it, name its base name without .gz or .bz2. The surest wins; where none or several
// are, the error is an ErrUnknown that says what to do.
func Guess(head []byte, name string) (*platform.Platform, error) {
	return surest(Platforms, head, name)
}

// surest is Guess among these.
func surest(of []*platform.Platform, head []byte, name string) (*platform.Platform, error) {
	var best []*platform.Platform
	sure := platform.Maybe
	for _, p := range of {
		switch c := p.Sniff(head, name); {
		case c > sure:
			best, sure = []*platform.Platform{p}, c
		case c == sure:
			best = append(best, p)
		}
	}
	if len(best) == 1 {
		return best[0], nil
	}
	if len(best) == 0 {
		best = of
	}
	var candidates []string
	for _, p := range best {
		candidates = append(candidates, p.Name)
	}
	return nil, fmt.Errorf("%w; use --platform with one of %s", ErrUnknown, strings.Join(candidates, ", "))
}
