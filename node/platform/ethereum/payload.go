package ethereum

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// payload is an execution payload: a block without the parts of its header that proof of stake made constant, and with
// transactions as bytes. The roots of transactions and withdrawals are not in it; the block hash is.
type payload struct {
	header       types.Header // all but the roots
	hash         common.Hash
	transactions []hexutil.Bytes
	withdrawals  *[]*types.Withdrawal
}

// payload checks a payload: its block hash is that of the header which its parts make. check, if any, compares what came
// with the payload, before the transactions are sent to the engine.
func (v *verifier) payload(ctx context.Context, p *payload, check func(*block)) error {
	h := &p.header
	h.UncleHash, h.Difficulty = types.EmptyUncleHash, new(big.Int)
	b := &block{header: h, hash: &p.hash, offset: v.src.Offset(), hasUncles: true, rawTxs: [][]byte{}}
	for i, raw := range p.transactions {
		b.rawTxs = append(b.rawTxs, raw)
		b.txs = append(b.txs, v.decodeTransaction(b, i, raw))
	}
	h.TxHash = root(encoded(b.rawTxs))
	if p.withdrawals != nil {
		b.withdrawals, b.hasWithdrawals = *p.withdrawals, true
		r := root(types.Withdrawals(b.withdrawals))
		h.WithdrawalsHash = &r
	}
	b.hasRequests = h.RequestsHash != nil
	v.net.learn(b.txs)
	if check != nil {
		check(b)
	}
	return v.block(ctx, b)
}

// blobHashes are the versioned hashes of all blobs of a block, in order. False if a transaction does not decode.
func (b *block) blobHashes() (hashes []common.Hash, ok bool) {
	for _, t := range b.txs {
		if t.tx == nil {
			return nil, false
		}
		hashes = append(hashes, t.tx.BlobHashes()...)
	}
	return hashes, true
}

// compareBlobs compares the versioned hashes that came with a payload with those of its transactions.
func (v *verifier) compareBlobs(b *block, stated []common.Hash, what string) {
	hashes, ok := b.blobHashes()
	if !ok {
		return
	}
	if len(hashes) != len(stated) {
		v.wrong(b, -1, "%d %s for %d blobs of the transactions", len(stated), what, len(hashes))
		return
	}
	for i := range hashes {
		if hashes[i] != stated[i] {
			v.wrong(b, -1, "%s: blob %d of the transactions has the versioned hash %v, not %v", what, i, hashes[i], stated[i])
		}
	}
}

// decimal is a uint64 as the beacon API writes it: a string of decimal digits.
type decimal uint64

func (d *decimal) UnmarshalText(p []byte) error {
	n, err := strconv.ParseUint(string(p), 10, 64)
	if err == nil && len(p) > 1 && p[0] == '0' {
		err = fmt.Errorf("%q begins with a zero", p)
	}
	*d = decimal(n)
	return err
}

// quantity is a uint64, in decimal or, behind 0x, in hexadecimal.
type quantity uint64

func (q *quantity) UnmarshalText(p []byte) error {
	if strings.HasPrefix(string(p), "0x") {
		return (*hexutil.Uint64)(q).UnmarshalText(p)
	}
	return (*decimal)(q).UnmarshalText(p)
}

// decimal256 is a uint256 in decimal.
type decimal256 struct{ n big.Int }

func (d *decimal256) UnmarshalText(p []byte) error {
	if len(p) == 0 || len(p) > 78 || strings.Trim(string(p), "0123456789") != "" || len(p) > 1 && p[0] == '0' {
		return fmt.Errorf("%q is no decimal number", clip(p))
	}
	d.n.SetString(string(p), 10)
	if d.n.BitLen() > 256 {
		return fmt.Errorf("%s is above 256 bits", p)
	}
	return nil
}

// beaconPayload is an execution payload as the beacon API writes it.
type beaconPayload struct {
	ParentHash    common.Hash         `json:"parent_hash"`
	FeeRecipient  common.Address      `json:"fee_recipient"`
	StateRoot     common.Hash         `json:"state_root"`
	ReceiptsRoot  common.Hash         `json:"receipts_root"`
	LogsBloom     types.Bloom         `json:"logs_bloom"`
	PrevRandao    common.Hash         `json:"prev_randao"`
	BlockNumber   decimal             `json:"block_number"`
	GasLimit      decimal             `json:"gas_limit"`
	GasUsed       decimal             `json:"gas_used"`
	Timestamp     decimal             `json:"timestamp"`
	ExtraData     hexutil.Bytes       `json:"extra_data"`
	BaseFeePerGas decimal256          `json:"base_fee_per_gas"`
	BlockHash     common.Hash         `json:"block_hash"`
	Transactions  []hexutil.Bytes     `json:"transactions"`
	Withdrawals   *[]beaconWithdrawal `json:"withdrawals,omitempty"`
	BlobGasUsed   *decimal            `json:"blob_gas_used,omitempty"`
	ExcessBlobGas *decimal            `json:"excess_blob_gas,omitempty"`
}

type beaconWithdrawal struct {
	Index          decimal        `json:"index"`
	ValidatorIndex decimal        `json:"validator_index"`
	Address        common.Address `json:"address"`
	Amount         decimal        `json:"amount"`
}

func (p *beaconPayload) common() *payload {
	c := &payload{
		header: types.Header{
			ParentHash: p.ParentHash, Coinbase: p.FeeRecipient, Root: p.StateRoot, ReceiptHash: p.ReceiptsRoot,
			Bloom: p.LogsBloom, MixDigest: p.PrevRandao, Number: new(big.Int).SetUint64(uint64(p.BlockNumber)),
			GasLimit: uint64(p.GasLimit), GasUsed: uint64(p.GasUsed), Time: uint64(p.Timestamp), Extra: p.ExtraData,
			BaseFee: &p.BaseFeePerGas.n, BlobGasUsed: (*uint64)(p.BlobGasUsed), ExcessBlobGas: (*uint64)(p.ExcessBlobGas),
		},
		hash: p.BlockHash, transactions: p.Transactions,
	}
	if p.Withdrawals != nil {
		list := make([]*types.Withdrawal, len(*p.Withdrawals))
		for i, w := range *p.Withdrawals {
			list[i] = &types.Withdrawal{
				Index: uint64(w.Index), Validator: uint64(w.ValidatorIndex), Address: w.Address, Amount: uint64(w.Amount),
			}
		}
		c.withdrawals = &list
	}
	return c
}

// engineRequest is a call of engine_newPayloadV1 to V5, as a beacon node makes it.
type engineRequest struct {
	JSONRPC json.RawMessage    `json:"jsonrpc"`
	ID      json.RawMessage    `json:"id"`
	Method  string             `json:"method"`
	Params  []strictjson.Value `json:"params"`
}

// enginePayload is an execution payload as the Engine API writes it.
type enginePayload struct {
	ParentHash    common.Hash      `json:"parentHash"`
	FeeRecipient  common.Address   `json:"feeRecipient"`
	StateRoot     common.Hash      `json:"stateRoot"`
	ReceiptsRoot  common.Hash      `json:"receiptsRoot"`
	LogsBloom     types.Bloom      `json:"logsBloom"`
	PrevRandao    common.Hash      `json:"prevRandao"`
	BlockNumber   hexutil.Uint64   `json:"blockNumber"`
	GasLimit      hexutil.Uint64   `json:"gasLimit"`
	GasUsed       hexutil.Uint64   `json:"gasUsed"`
	Timestamp     hexutil.Uint64   `json:"timestamp"`
	ExtraData     hexutil.Bytes    `json:"extraData"`
	BaseFeePerGas hexutil.Big      `json:"baseFeePerGas"`
	BlockHash     common.Hash      `json:"blockHash"`
	Transactions  []hexutil.Bytes  `json:"transactions"`
	Withdrawals   *[]rpcWithdrawal `json:"withdrawals,omitempty"`
	BlobGasUsed   *hexutil.Uint64  `json:"blobGasUsed,omitempty"`
	ExcessBlobGas *hexutil.Uint64  `json:"excessBlobGas,omitempty"`

	BlockAccessList *hexutil.Bytes  `json:"blockAccessList,omitempty"` // EIP-7928, V5
	SlotNumber      *hexutil.Uint64 `json:"slotNumber,omitempty"`      // EIP-7843, V5
}

func (p *enginePayload) common() *payload {
	var accessList *common.Hash
	if p.BlockAccessList != nil {
		hash := crypto.Keccak256Hash(*p.BlockAccessList)
		accessList = &hash
	}
	return &payload{
		header: types.Header{
			ParentHash: p.ParentHash, Coinbase: p.FeeRecipient, Root: p.StateRoot, ReceiptHash: p.ReceiptsRoot,
			Bloom: p.LogsBloom, MixDigest: p.PrevRandao, Number: new(big.Int).SetUint64(uint64(p.BlockNumber)),
			GasLimit: uint64(p.GasLimit), GasUsed: uint64(p.GasUsed), Time: uint64(p.Timestamp), Extra: p.ExtraData,
			BaseFee: p.BaseFeePerGas.ToInt(), BlobGasUsed: (*uint64)(p.BlobGasUsed), ExcessBlobGas: (*uint64)(p.ExcessBlobGas),
			BlockAccessListHash: accessList, SlotNumber: (*uint64)(p.SlotNumber),
		},
		hash: p.BlockHash, transactions: p.Transactions, withdrawals: withdrawals(p.Withdrawals),
	}
}

// engineRequest checks a payload with the versioned hashes (from V3 on), the parent beacon block root (V3) and the
// execution requests (V4) that are given beside it.
func (v *verifier) engineRequest(ctx context.Context, r *engineRequest) error {
	if !strings.HasPrefix(r.Method, "engine_newPayloadV") || len(r.Params) < 1 || len(r.Params) > 4 {
		return bad("%w: a call of %q with %d parameters", errForm, clip([]byte(r.Method)), len(r.Params))
	}
	var p enginePayload
	var hashes []common.Hash
	var beaconRoot common.Hash
	var requests []hexutil.Bytes
	for i, into := range []any{&p, &hashes, &beaconRoot, &requests}[:len(r.Params)] {
		if err := strictjson.Decode(r.Params[i].Raw, r.Params[i].Offset, maxEntries, into); err != nil {
			return err
		}
	}
	c := p.common()
	if len(r.Params) > 2 {
		c.header.ParentBeaconRoot = &beaconRoot
	}
	if len(r.Params) > 3 {
		list := make([][]byte, len(requests))
		for i := range requests {
			list[i] = requests[i]
		}
		hash := types.CalcRequestsHash(list)
		c.header.RequestsHash = &hash
	}
	return v.payload(ctx, c, func(b *block) {
		if len(r.Params) > 1 {
			v.compareBlobs(b, hashes, "versioned hashes")
		}
	})
}
