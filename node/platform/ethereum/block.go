package ethereum

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"

	"github.com/sluice-engine/sluice/node/platform"
)

// block is what a decoder found of a block, on its way to a verdict. Parts that the file does not have are nil.
type block struct {
	header *types.Header // nil for transactions outside a block
	hash   *common.Hash  // as stated
	offset int64         // in the source, behind the block, for progress

	txs       []*transaction
	noTxs     bool     // the transactions are not in the file; txs is empty
	rawTxs    [][]byte // their canonical encodings where the file has these and some may not decode
	uncles    []*types.Header
	hasUncles bool

	withdrawals    []*types.Withdrawal
	hasWithdrawals bool
	receipts       types.Receipts
	hasReceipts    bool
	hasRequests    bool // header.RequestsHash was computed from the requests

	rules   rules // of a transaction outside a block, as its decoder sets them; a block's are its header's
	pending int   // verdicts that are still to come, and one until all was sent to the engine
}

// transaction is one of a block's transactions, with what the file states of it.
type transaction struct {
	tx    *types.Transaction // nil if it does not decode; then that has been reported
	index int

	hash    *common.Hash
	from    *common.Address
	creates *common.Address
	key     []byte // of the sender
}

// name is what reports call the block.
func (b *block) name() string {
	switch {
	case b.header == nil:
		return ""
	case !b.header.Number.IsUint64():
		return "of a number above 2^64" // which may be megabytes long
	}
	return b.header.Number.String()
}

func (v *verifier) wrong(b *block, tx int, format string, a ...any) {
	v.report.Invalid(platform.Location{Block: b.name(), Transaction: tx, Input: -1, Reason: fmt.Sprintf(format, a...)})
}

// block checks a block, or transactions outside a block.
func (v *verifier) block(ctx context.Context, b *block) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.header != nil {
		v.report.Blocks++
		v.net.learn(b.txs)
		v.checkHeader(b)
		v.checkRoots(b)
		v.link(b)
		b.rules = v.net.rules(b.header)
	}
	v.report.Transactions += int64(len(b.txs))
	b.pending = 1
	for _, t := range b.txs {
		if t.tx == nil {
			continue
		}
		if t.hash != nil && t.tx.Hash() != *t.hash {
			v.wrong(b, t.index, "transaction hash is %v, stated %v", t.tx.Hash(), *t.hash)
		}
		if err := v.transaction(ctx, b, t); err != nil {
			return err
		}
	}
	v.finish(b)
	return nil
}

// finish takes one away from what is pending; the block is decided when nothing is.
func (v *verifier) finish(b *block) {
	if b.pending--; b.pending == 0 && b.header != nil && v.options.Block != nil {
		v.options.Block(b.offset)
	}
}

// checkHeader compares the block hash, where one is stated.
func (v *verifier) checkHeader(b *block) {
	if err := b.header.SanityCheck(); err != nil {
		v.wrong(b, -1, "header: %v", err)
	}
	if got := b.header.Hash(); b.hash != nil && got != *b.hash {
		v.wrong(b, -1, "block hash is %v, stated %v", got, *b.hash)
	}
}

// checkRoots compares what the header says of the parts with the parts.
func (v *verifier) checkRoots(b *block) {
	h := b.header
	v.checkTransactionsRoot(b)
	switch got := types.CalcUncleHash(b.uncles); {
	case b.hasUncles && got != h.UncleHash:
		v.wrong(b, -1, "uncles hash is %v, the header has %v", got, h.UncleHash)
	case !b.hasUncles && h.UncleHash != types.EmptyUncleHash:
		v.report.Skip("uncles: their headers are not in the file", 1)
	}
	switch {
	case h.WithdrawalsHash == nil && len(b.withdrawals) > 0:
		v.wrong(b, -1, "withdrawals, and no root of them in the header")
	case h.WithdrawalsHash != nil && !b.hasWithdrawals:
		v.report.Skip("withdrawals: they are not in the file", 1)
	case h.WithdrawalsHash != nil:
		if got := root(types.Withdrawals(b.withdrawals)); got != *h.WithdrawalsHash {
			v.wrong(b, -1, "withdrawals root is %v, the header has %v", got, *h.WithdrawalsHash)
		}
	}
	if h.RequestsHash != nil && !b.hasRequests {
		v.report.Skip("execution requests: they are not in the file", 1)
	}
	if b.hasReceipts {
		v.checkReceipts(b)
	} else {
		v.report.Skip("receipts: they are not in the file", 1)
	}
}

func (v *verifier) checkTransactionsRoot(b *block) {
	var got common.Hash
	switch {
	case b.noTxs:
		if b.header.TxHash != types.EmptyTxsHash {
			v.report.Skip("transactions: they are not in the file", 1)
		}
		return
	case b.rawTxs != nil:
		got = root(encoded(b.rawTxs))
	default:
		txs := make(types.Transactions, 0, len(b.txs))
		for _, t := range b.txs {
			if t.tx == nil {
				return // reported where it was decoded; without it there is no root
			}
			txs = append(txs, t.tx)
		}
		got = root(txs)
	}
	if got != b.header.TxHash {
		v.wrong(b, -1, "transactions root is %v, the header has %v", got, b.header.TxHash)
	}
}

// root is the root hash of the trie of a list. Its hashes are left to go-ethereum: DeriveSha hands over one item at a time,
// and StackTrie hashes a node as soon as it is complete, so nothing could go into a batch short of a trie of our own. All
// hashes that go-ethereum makes are 1.5 % of the time that a block of the main network takes.
func root(list types.DerivableList) common.Hash { return types.DeriveSha(list, trie.NewStackTrie(nil)) }

// encoded is a list whose items are encoded already.
type encoded [][]byte

func (e encoded) Len() int                           { return len(e) }
func (e encoded) EncodeIndex(i int, w *bytes.Buffer) { w.Write(e[i]) }

// checkReceipts compares receipts with the header: root, bloom, gas used, and one for each transaction.
func (v *verifier) checkReceipts(b *block) {
	if got := root(b.receipts); got != b.header.ReceiptHash {
		v.wrong(b, -1, "receipts root is %v, the header has %v", got, b.header.ReceiptHash)
	}
	if !b.noTxs && len(b.receipts) != len(b.txs) {
		v.wrong(b, -1, "%d receipts for %d transactions", len(b.receipts), len(b.txs))
	}
	var bloom types.Bloom
	var gas uint64
	for _, r := range b.receipts {
		one := types.CreateBloom(r)
		for i := range bloom {
			bloom[i] |= one[i]
		}
		gas = r.CumulativeGasUsed
	}
	if bloom != b.header.Bloom {
		v.wrong(b, -1, "bloom of the receipts' logs is not the header's")
	}
	if gas != b.header.GasUsed {
		v.wrong(b, -1, "the receipts used %d gas, the header has %d", gas, b.header.GasUsed)
	}
}

// link compares a block with the one before it: that is its parent if and only if its number is one less.
func (v *verifier) link(b *block) {
	h := b.header
	number := h.Number.Uint64() // checkHeader has reported one that does not fit
	if p := v.parent; p != nil {
		switch next, child := p.number+1 == number, p.hash == h.ParentHash; {
		case next && !child:
			v.wrong(b, -1, "parent hash is %v, the block before it has %v", h.ParentHash, p.hash)
		case child && !next:
			v.wrong(b, -1, "its parent is block %d", p.number)
		}
	}
	v.parent = &parent{hash: h.Hash(), number: number}
}

// parent is the last block.
type parent struct {
	hash   common.Hash
	number uint64
}

// decodeTransaction decodes the canonical encoding of a transaction that is known to be one, such as an item of a
// payload. One that does not decode is a false statement at its place.
func (v *verifier) decodeTransaction(b *block, index int, raw []byte) *transaction {
	t := &transaction{index: index}
	tx := new(types.Transaction)
	err := tx.UnmarshalBinary(raw)
	if err == nil && tx.BlobTxSidecar() != nil {
		err = errors.New("it carries blobs, which no block holds")
	}
	if err != nil {
		v.wrong(b, index, "not a transaction: %v", err)
		return t
	}
	t.tx = tx
	return t
}

func clip(p []byte) []byte { return p[:min(len(p), 64)] }
