package bitcoin

import (
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine"
)

// TestEngine verifies real blocks with the engine that people use.
func TestEngine(t *testing.T) {
	e, err := engine.Open(engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	start := time.Now()
	o := check(t, e, content(t, "btcd:blockchain/testdata/blk_0_to_14131.dat"), nil)
	if !o.holds() || o.Blocks != 14132 || o.NotCheckable != 0 || o.share() < 1 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
	t.Logf("%d blocks in %v", o.Blocks, time.Since(start).Round(time.Millisecond))
	data, prevouts := content(t, "bitcoin/blocks/277647.dat.bz2"), content(t, "bitcoin/blocks/277647.utxostore.bz2")
	if o := check(t, e, data, prevouts); !o.holds() || o.NotCheckable != 0 || o.share() < 1 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
	data[len(data)/2] ^= 1
	if o := check(t, e, data, prevouts); o.holds() {
		t.Error("a changed block holds")
	}
}
