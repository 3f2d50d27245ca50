package bitcoin

import (
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// chain is what is known from the records so far: it links blocks, gives them heights and keeps the outputs
// that can be spent. Records are admitted in the order of the source.
type chain struct {
	net     *network // as the source's magic number says; nil without one
	partial bool     // pieces in no order: outputs stay after they are spent
	given   *outputs // previous outputs from elsewhere; nil without

	blocks int64
	// Every block so far follows the one before it, from a genesis block on. Then an output that is not in
	// coins does not exist.
	unbroken bool
	tip      chainhash.Hash
	heights  map[chainhash.Hash]int32 // of all blocks so far; -1 if not known
	coins    map[wire.OutPoint]coin
}

func newChain(net *network, partial bool, given *outputs) *chain {
	return &chain{net: net, partial: partial, given: given,
		heights: map[chainhash.Hash]int32{}, coins: map[wire.OutPoint]coin{}}
}

// maxHeight bounds the heights that are believed: before BIP 34 held, a coinbase began with anything.
const maxHeight = 1 << 24

// admit takes the next record, hashed before, and checks all of it but the scripts. The error is of the file
// of previous outputs.
func (c *chain) admit(r *record) error {
	r.height = -1
	if r.kind == loneTx {
		return c.admitTx(r)
	}
	c.link(r)
	c.heights[r.hash] = r.height // not what a block states of itself: those after it would be judged by that
	stated := statedHeight(r)
	if r.height >= 0 && c.net != nil && r.kind == wholeBlock && r.height >= max(c.net.params.BIP0034Height, 1) && stated != r.height {
		r.fault(0, -1, fmt.Sprintf("the coinbase does not state the height %d (BIP 34)", r.height))
	}
	if r.height < 0 && (c.net != mainnet || likeMainnet(stated, r.msg.Header.Timestamp)) {
		r.height = stated
	}
	if r.net = c.net; r.net == nil {
		r.net = guessNetwork(&r.msg.Header, r.height)
	}
	if wrong := checkWork(&r.hash, r.msg.Header.Bits, r.net); wrong != "" {
		r.fault(-1, -1, wrong)
	}
	if r.kind == onlyHeader {
		r.skip("transactions of a block of which only the header is at hand", 1)
		return nil
	}
	r.rules = rulesAt(r.net, r.height, r.msg.Header.Timestamp)
	checkBlock(r)
	return c.spend(r)
}

// admitTx takes a transaction that is in no block.
func (c *chain) admitTx(r *record) error {
	if r.net = c.net; r.net == nil {
		r.net = mainnet
	}
	r.rules = rulesToday()
	if !r.when.IsZero() {
		r.rules = rulesAt(r.net, -1, r.when)
	}
	tx := r.msg.Transactions[0]
	if err := blockchain.CheckTransactionSanity(btcutil.NewTx(tx)); err != nil {
		r.fault(r.index, -1, err.Error())
	}
	if blockchain.IsCoinBaseTx(tx) {
		r.skip("coinbase outside of its block", 1)
		c.addOutputs(tx, r.txids[0])
		return nil
	}
	return c.spend(r)
}

// link finds the block before and the height that follows from it.
func (c *chain) link(r *record) {
	parent := r.msg.Header.PrevBlock
	first := c.blocks == 0
	c.blocks++
	height, known := c.heights[parent]
	follows := known && parent == c.tip
	switch {
	case known && height >= 0:
		r.height = height + 1
	case known:
	case parent == chainhash.Hash{}:
		r.height = 0
		follows = first
		if c.net != nil && r.hash != *c.net.params.GenesisHash {
			r.fault(-1, -1, fmt.Sprintf("a first block, but not the one of %s", c.net.params.Name))
		}
	case networkOfGenesis(parent) != nil && (c.net == nil || c.net == networkOfGenesis(parent)):
		r.height = 1
		follows = first
	case !first:
		r.skip("link to a block that is not in the file before", 1)
	}
	if first {
		c.unbroken = !c.partial
	}
	c.unbroken = c.unbroken && follows
	c.tip = r.hash
	if first && c.net == nil {
		// A file without magic numbers that begins at a known block tells its network all the same.
		if c.net = networkOfGenesis(r.hash); c.net == nil {
			c.net = networkOfGenesis(parent)
		}
	}
}

// statedHeight is the height in a block's coinbase (BIP 34); -1 if there is none.
func statedHeight(r *record) int32 {
	if r.kind != wholeBlock || len(r.msg.Transactions) == 0 ||
		!blockchain.ShouldHaveSerializedBlockHeight(&r.msg.Header) || !blockchain.IsCoinBaseTx(r.msg.Transactions[0]) {
		return -1
	}
	h, err := blockchain.ExtractCoinbaseHeight(btcutil.NewTx(r.msg.Transactions[0]))
	if err != nil || h < 0 || h > maxHeight {
		return -1
	}
	return h
}
