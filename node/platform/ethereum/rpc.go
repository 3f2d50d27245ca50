package ethereum

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// rpcBlock is a block or a header as JSON-RPC writes it, with the fields that common clients add. Pending blocks have
// some fields null.
type rpcBlock struct {
	Hash                  *common.Hash        `json:"hash,omitempty"`
	ParentHash            common.Hash         `json:"parentHash"`
	UncleHash             common.Hash         `json:"sha3Uncles"`
	Miner                 *common.Address     `json:"miner"`
	StateRoot             common.Hash         `json:"stateRoot"`
	TransactionsRoot      common.Hash         `json:"transactionsRoot"`
	ReceiptsRoot          common.Hash         `json:"receiptsRoot"`
	LogsBloom             *types.Bloom        `json:"logsBloom"`
	Difficulty            hexutil.Big         `json:"difficulty"`
	Number                hexutil.Big         `json:"number"`
	GasLimit              hexutil.Uint64      `json:"gasLimit"`
	GasUsed               hexutil.Uint64      `json:"gasUsed"`
	Timestamp             hexutil.Uint64      `json:"timestamp"`
	ExtraData             hexutil.Bytes       `json:"extraData"`
	MixHash               common.Hash         `json:"mixHash,omitempty"`
	Nonce                 types.BlockNonce    `json:"nonce,omitempty"`
	BaseFeePerGas         *hexutil.Big        `json:"baseFeePerGas,omitempty"`
	WithdrawalsRoot       *common.Hash        `json:"withdrawalsRoot,omitempty"`
	BlobGasUsed           *hexutil.Uint64     `json:"blobGasUsed,omitempty"`
	ExcessBlobGas         *hexutil.Uint64     `json:"excessBlobGas,omitempty"`
	ParentBeaconBlockRoot *common.Hash        `json:"parentBeaconBlockRoot,omitempty"`
	RequestsHash          *common.Hash        `json:"requestsHash,omitempty"`
	BlockAccessListHash   *common.Hash        `json:"blockAccessListHash,omitempty"`
	SlotNumber            *hexutil.Uint64     `json:"slotNumber,omitempty"`
	Size                  *hexutil.Uint64     `json:"size,omitempty"`
	TotalDifficulty       *hexutil.Big        `json:"totalDifficulty,omitempty"`
	Uncles                *[]common.Hash      `json:"uncles,omitempty"`
	Transactions          *[]strictjson.Value `json:"transactions,omitempty"`
	Withdrawals           *[]rpcWithdrawal    `json:"withdrawals,omitempty"`
	Author                *common.Address     `json:"author,omitempty"`     // OpenEthereum, Nethermind
	SealFields            json.RawMessage     `json:"sealFields,omitempty"` // OpenEthereum
}

type rpcWithdrawal struct {
	Index          hexutil.Uint64 `json:"index"`
	ValidatorIndex hexutil.Uint64 `json:"validatorIndex"`
	Address        common.Address `json:"address"`
	Amount         hexutil.Uint64 `json:"amount"`
}

func withdrawals(list *[]rpcWithdrawal) *[]*types.Withdrawal {
	if list == nil {
		return nil
	}
	out := make([]*types.Withdrawal, len(*list))
	for i, w := range *list {
		out[i] = &types.Withdrawal{
			Index: uint64(w.Index), Validator: uint64(w.ValidatorIndex), Address: w.Address, Amount: uint64(w.Amount),
		}
	}
	return &out
}

func (w *rpcBlock) header() *types.Header {
	h := &types.Header{
		ParentHash: w.ParentHash, UncleHash: w.UncleHash, Root: w.StateRoot, TxHash: w.TransactionsRoot,
		ReceiptHash: w.ReceiptsRoot, Difficulty: w.Difficulty.ToInt(), Number: w.Number.ToInt(),
		GasLimit: uint64(w.GasLimit), GasUsed: uint64(w.GasUsed), Time: uint64(w.Timestamp), Extra: w.ExtraData,
		MixDigest: w.MixHash, Nonce: w.Nonce, BaseFee: w.BaseFeePerGas.ToInt(), WithdrawalsHash: w.WithdrawalsRoot,
		BlobGasUsed: (*uint64)(w.BlobGasUsed), ExcessBlobGas: (*uint64)(w.ExcessBlobGas),
		ParentBeaconRoot: w.ParentBeaconBlockRoot, RequestsHash: w.RequestsHash,
		BlockAccessListHash: w.BlockAccessListHash, SlotNumber: (*uint64)(w.SlotNumber),
	}
	if w.Miner != nil {
		h.Coinbase = *w.Miner
	}
	if w.LogsBloom != nil {
		h.Bloom = *w.LogsBloom
	}
	return h
}

func (v *verifier) rpcBlock(ctx context.Context, w *rpcBlock) error {
	h := w.header()
	b := &block{header: h, hash: w.Hash, offset: v.src.Offset()}
	if w.Hash == nil {
		v.report.Skip("block hash: it is not stated", 1)
	}
	if err := v.rpcTransactions(b, w.Transactions); err != nil {
		return err
	}
	if list := withdrawals(w.Withdrawals); list != nil {
		b.withdrawals, b.hasWithdrawals = *list, true
	}
	switch { // only the uncles' hashes are there; of none, that is all
	case w.Uncles != nil && len(*w.Uncles) == 0:
		b.hasUncles = true
	case w.Uncles != nil && h.UncleHash == types.EmptyUncleHash:
		v.wrong(b, -1, "%d uncles, and the uncles hash of none", len(*w.Uncles))
	}
	if w.Author != nil && *w.Author != h.Coinbase {
		v.wrong(b, -1, "author %v is not the miner", *w.Author)
	}
	if w.TotalDifficulty != nil {
		v.report.Skip("total difficulties: the blocks before are not in the file", 1)
	}
	v.checkSize(b, w.Size)
	return v.block(ctx, b)
}

// rpcTransactions takes in a block's transactions: objects, or only their hashes.
func (v *verifier) rpcTransactions(b *block, list *[]strictjson.Value) error {
	if list == nil {
		b.noTxs = true
		return nil
	}
	for i, value := range *list {
		if value.Raw[0] == '"' {
			b.noTxs = true
			continue
		}
		var w rpcTransaction
		if err := strictjson.Decode(value.Raw, value.Offset, maxEntries, &w); err != nil {
			return err
		}
		t, err := v.rpcDecode(b, i, &w, value.Raw)
		if err != nil {
			return err
		}
		b.txs = append(b.txs, t)
	}
	if b.noTxs && len(b.txs) > 0 {
		return bad("%w: a block with some transactions and some hashes of transactions", errForm)
	}
	return nil
}

// checkSize compares the stated size: the length of the block in RLP.
func (v *verifier) checkSize(b *block, stated *hexutil.Uint64) {
	if stated == nil {
		return
	}
	body := types.Body{Uncles: b.uncles, Withdrawals: b.withdrawals}
	for _, t := range b.txs {
		if t.tx == nil {
			return
		}
		body.Transactions = append(body.Transactions, t.tx)
	}
	if b.noTxs || !b.hasUncles || b.header.WithdrawalsHash != nil && !b.hasWithdrawals {
		v.report.Skip("sizes of blocks of which parts are not in the file", 1)
		return
	}
	if got := types.NewBlockWithHeader(b.header).WithBody(body).Size(); got != uint64(*stated) {
		v.wrong(b, -1, "size is %d, stated %d", got, *stated)
	}
}

// rpcTransaction is a transaction as JSON-RPC writes it, with the fields that common clients add. go-ethereum decodes
// the fields that make it, which are left as they are here.
type rpcTransaction struct {
	Nonce                json.RawMessage     `json:"nonce"`
	To                   *common.Address     `json:"to"`
	Gas                  json.RawMessage     `json:"gas"`
	Value                json.RawMessage     `json:"value"`
	Input                json.RawMessage     `json:"input"`
	V                    json.RawMessage     `json:"v"`
	R                    json.RawMessage     `json:"r"`
	S                    json.RawMessage     `json:"s"`
	Type                 *hexutil.Uint64     `json:"type,omitempty"`
	ChainID              *hexutil.Big        `json:"chainId,omitempty"`
	GasPrice             *hexutil.Big        `json:"gasPrice,omitempty"`
	MaxPriorityFeePerGas *hexutil.Big        `json:"maxPriorityFeePerGas,omitempty"`
	MaxFeePerGas         *hexutil.Big        `json:"maxFeePerGas,omitempty"`
	MaxFeePerBlobGas     *hexutil.Big        `json:"maxFeePerBlobGas,omitempty"`
	AccessList           *[]rpcAccess        `json:"accessList,omitempty"`
	BlobVersionedHashes  *[]common.Hash      `json:"blobVersionedHashes,omitempty"`
	AuthorizationList    *[]rpcAuthorization `json:"authorizationList,omitempty"`
	YParity              *hexutil.Uint64     `json:"yParity,omitempty"`

	Hash             *common.Hash    `json:"hash,omitempty"`
	From             *common.Address `json:"from,omitempty"`
	BlockHash        *common.Hash    `json:"blockHash,omitempty"`
	BlockNumber      *hexutil.Big    `json:"blockNumber,omitempty"`
	BlockTimestamp   *hexutil.Uint64 `json:"blockTimestamp,omitempty"`
	TransactionIndex *hexutil.Uint64 `json:"transactionIndex,omitempty"`

	Creates   *common.Address `json:"creates,omitempty"`   // OpenEthereum, from here on
	PublicKey hexutil.Bytes   `json:"publicKey,omitempty"` //
	Raw       hexutil.Bytes   `json:"raw,omitempty"`       //
	StandardV *hexutil.Uint64 `json:"standardV,omitempty"` //
	Condition json.RawMessage `json:"condition,omitempty"` //
}

// rpcAccess and rpcAuthorization have the shapes of go-ethereum's types, which decode them.
type rpcAccess struct {
	Address     common.Address `json:"address"`
	StorageKeys []common.Hash  `json:"storageKeys"`
}

type rpcAuthorization struct {
	ChainID json.RawMessage `json:"chainId"`
	Address json.RawMessage `json:"address"`
	Nonce   json.RawMessage `json:"nonce"`
	YParity json.RawMessage `json:"yParity"`
	R       json.RawMessage `json:"r"`
	S       json.RawMessage `json:"s"`
}

// rpcTransaction checks a transaction outside a block.
func (v *verifier) rpcTransaction(ctx context.Context, w *rpcTransaction, raw []byte) error {
	b := &block{}
	t, err := v.rpcDecode(b, v.lone, w, raw)
	if err != nil {
		return err
	}
	var id *big.Int
	if t.tx != nil {
		id = chainID(t.tx)
	}
	return v.loneTransaction(ctx, t, rulesAt(id, w.BlockNumber.ToInt()))
}

// rpcDecode makes a transaction of its JSON, which strictjson has seen before, and compares all that it states but the
// sender and the hash.
func (v *verifier) rpcDecode(b *block, index int, w *rpcTransaction, raw []byte) (*transaction, error) {
	t := &transaction{index: index, hash: w.Hash, from: w.From, creates: w.Creates, key: w.PublicKey}
	tx := new(types.Transaction)
	switch err := tx.UnmarshalJSON(raw); {
	case errors.Is(err, types.ErrInvalidSig), errors.Is(err, types.ErrUnexpectedProtection):
		v.wrong(b, index, "%v", err)
		return t, nil
	case err != nil:
		return nil, bad("transaction %d: %w", index, err)
	}
	t.tx = tx
	v.compareFields(b, t, w)
	if w.Raw != nil {
		if enc, err := tx.MarshalBinary(); err != nil || !bytes.Equal(enc, w.Raw) {
			v.wrong(b, index, "raw transaction is not %#x", clip(w.Raw))
		}
	}
	return t, nil
}

// compareFields compares the fields that follow from the transaction and from its block.
func (v *verifier) compareFields(b *block, t *transaction, w *rpcTransaction) {
	same := func(what string, got, stated *big.Int) {
		if stated != nil && (got == nil || got.Cmp(stated) != 0) {
			v.wrong(b, t.index, "%s is %v, stated %v", what, got, stated)
		}
	}
	number := func(n *hexutil.Uint64) *big.Int {
		if n == nil {
			return nil
		}
		return new(big.Int).SetUint64(uint64(*n))
	}
	tx := t.tx
	same("type", new(big.Int).SetUint64(uint64(tx.Type())), number(w.Type))
	same("priority fee", tx.GasTipCap(), w.MaxPriorityFeePerGas.ToInt())
	same("fee cap", tx.GasFeeCap(), w.MaxFeePerGas.ToInt())
	same("blob fee cap", tx.BlobGasFeeCap(), w.MaxFeePerBlobGas.ToInt())
	if id := chainID(tx); id != nil || w.ChainID != nil && w.ChainID.ToInt().Sign() != 0 { // without one, zero may be stated
		same("chain id", id, w.ChainID.ToInt())
	}
	if sig, err := signatureOf(tx); err == nil {
		parity := big.NewInt(int64(sig.v))
		same("y parity", parity, number(w.YParity))
		same("standard v", parity, number(w.StandardV))
	}
	if w.AccessList != nil && len(*w.AccessList) != len(tx.AccessList()) {
		v.wrong(b, t.index, "an access list on a transaction of type %d", tx.Type())
	}
	if w.BlobVersionedHashes != nil && len(*w.BlobVersionedHashes) != len(tx.BlobHashes()) {
		v.wrong(b, t.index, "blobs on a transaction of type %d", tx.Type())
	}
	if w.AuthorizationList != nil && len(*w.AuthorizationList) != len(tx.SetCodeAuthorizations()) {
		v.wrong(b, t.index, "authorizations on a transaction of type %d", tx.Type())
	}
	switch h := b.header; {
	case h != nil:
		same("block number", h.Number, w.BlockNumber.ToInt())
		same("block timestamp", new(big.Int).SetUint64(h.Time), number(w.BlockTimestamp))
		same("index", big.NewInt(int64(t.index)), number(w.TransactionIndex))
		same("gas price", gasPrice(tx, h.BaseFee), w.GasPrice.ToInt())
		if w.BlockHash != nil && b.hash != nil && *w.BlockHash != *b.hash {
			v.wrong(b, t.index, "block hash stated as %v", *w.BlockHash)
		}
	case w.BlockHash == nil:
		same("gas price", tx.GasFeeCap(), w.GasPrice.ToInt())
	default:
		v.report.Skip("places of transactions whose block is not in the file", 1)
	}
}

// gasPrice is what a transaction pays in a block with the base fee (EIP-1559).
func gasPrice(tx *types.Transaction, baseFee *big.Int) *big.Int {
	if baseFee == nil {
		return tx.GasPrice()
	}
	price := new(big.Int).Add(tx.GasTipCap(), baseFee)
	if cap := tx.GasFeeCap(); price.Cmp(cap) > 0 {
		return cap
	}
	return price
}
