package all

import (
	"context"
	"testing"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// TestWholeWay verifies a file of each platform as the command does: opened, unpacked, guessed, and decided by the
// engine itself.
func TestWholeWay(t *testing.T) {
	e, err := engine.Open(engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, name := range append(examples, "solana/testnet_slot_356797362.shreds.json.gz") {
		t.Run(name, func(t *testing.T) {
			f, err := Open(vectors.Path(t, name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			head, _ := f.Peek(platform.SniffBytes) // shorter files end
			p, err := Guess(head, f.Base)
			if err != nil || p.Name != owner(name) {
				t.Fatal(p, err)
			}
			r, err := p.Verify(context.Background(), e, f.Source, platform.Options{})
			if err != nil || !r.Valid() || r.Platform != p.Name {
				t.Fatalf("%+v, %v", r, err)
			}
			t.Logf("%s: %d blocks, %d transactions, %v, %d not checkable", p.Name, r.Blocks, r.Transactions, r.Jobs, r.NotCheckable)
		})
	}
}
