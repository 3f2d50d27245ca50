package bitcoin

import (
	"slices"
	"strconv"
	"time"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// kind is what a record is.
type kind uint8

const (
	wholeBlock kind = iota
	onlyHeader
	loneTx // a transaction outside of any block
)

// record is a block, a header or a lone transaction on its way through the verifier.
type record struct {
	kind  kind
	raw   []byte
	msg   *wire.MsgBlock // without transactions for a header; without a header for a lone transaction
	spans []span         // of the transactions in raw
	end   int64          // offset in the source behind the record
	when  time.Time      // of a lone transaction, when it was seen; zero if that is not known
	index int            // of a lone transaction, its number in the source
	net   *network       // nil until it is known

	// Found by hashing.
	hash       chainhash.Hash   // of the header
	txids      []chainhash.Hash // in block order
	root       chainhash.Hash   // of the Merkle tree over txids
	mutated    bool             // that tree has duplicated transactions (CVE-2012-2459)
	commitment chainhash.Hash   // to the witnesses, as it should be; of a block whose witnesses are committed to

	height int32 // -1 if it is not known
	rules  rules
	inputs []*input // those whose previous output is at hand

	faults  []platform.Location // block and height are filled in by the report
	skipped []skip
}

type skip struct {
	why string
	n   int64
}

// fault records something false; -1 for what does not apply.
func (r *record) fault(tx, input int, reason string) {
	r.faults = append(r.faults, platform.Location{Transaction: tx, Input: input, Reason: reason})
}

func (r *record) skip(why string, n int64) { r.skipped = append(r.skipped, skip{why, n}) }

// hasWitness tells whether any transaction of the record has witnesses.
func (r *record) hasWitness() bool { return slices.ContainsFunc(r.spans, span.hasWitness) }

// title names a block: by its height, if that is known, or else by its hash. Lone transactions have no block.
func (r *record) title() string {
	switch {
	case r.kind == loneTx:
		return ""
	case r.height >= 0:
		return strconv.Itoa(int(r.height))
	}
	return r.hash.String()
}
