package ethereum

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/sluice-engine/sluice/node/platform"
)

// key is a private key for tests; it is not secret.
func key(t testing.TB) *ecdsa.PrivateKey {
	k, err := crypto.ToECDSA(common.LeftPadBytes([]byte{42}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signed makes a transaction of the type for the chain; 0 makes a legacy one without a chain id.
func signed(t testing.TB, kind byte, chain int64, list ...types.SetCodeAuthorization) *types.Transaction {
	t.Helper()
	id := uint256.NewInt(uint64(chain))
	var data types.TxData
	switch kind {
	case types.LegacyTxType:
		data = &types.LegacyTx{Nonce: 1, GasPrice: big.NewInt(5), Gas: 21000, To: &common.Address{7}, Value: big.NewInt(1)}
	case types.AccessListTxType:
		data = &types.AccessListTx{ChainID: id.ToBig(), GasPrice: big.NewInt(5), Gas: 21000, To: &common.Address{7}, Value: big.NewInt(1)}
	case types.DynamicFeeTxType:
		data = &types.DynamicFeeTx{ChainID: id.ToBig(), GasFeeCap: big.NewInt(5), GasTipCap: big.NewInt(5), Gas: 21000, Value: big.NewInt(1)}
	case types.BlobTxType:
		data = &types.BlobTx{ChainID: id, GasFeeCap: id, GasTipCap: id, Gas: 21000, Value: id, BlobFeeCap: id, BlobHashes: []common.Hash{{1}}}
	case types.SetCodeTxType:
		data = &types.SetCodeTx{ChainID: id, GasFeeCap: id, GasTipCap: id, Gas: 21000, Value: id, AuthList: list}
	}
	var signer types.Signer = types.HomesteadSigner{}
	if chain > 0 {
		signer = types.NewPragueSigner(id.ToBig())
	}
	tx, err := types.SignNewTx(key(t), signer, data)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

// highS negates s and turns v, which gives the same sender.
func highS(t testing.TB, tx *types.Transaction) *types.Transaction {
	v, r, s := tx.RawSignatureValues()
	s = new(big.Int).Sub(crypto.S256().Params().N, s)
	return types.NewTx(&types.LegacyTx{
		Nonce: tx.Nonce(), GasPrice: tx.GasPrice(), Gas: tx.Gas(), To: tx.To(), Value: tx.Value(), Data: tx.Data(),
		V: new(big.Int).Sub(big.NewInt(27+28), v), R: r, S: s,
	})
}

// wrongs has transactions checked as a block with the number and time.
func wrongs(t testing.TB, number, time int64, txs ...*types.Transaction) []platform.Location {
	t.Helper()
	r := platform.NewReport(name)
	v := newVerifier(newRunner(), platform.NewSource("", strings.NewReader("")), r, platform.Options{})
	b := &block{header: &types.Header{
		Number: big.NewInt(number), Time: uint64(time), Difficulty: new(big.Int), TxHash: root(types.Transactions(txs)),
		UncleHash: types.EmptyUncleHash,
	}, hasUncles: true}
	from := crypto.PubkeyToAddress(key(t).PublicKey)
	for i, tx := range txs {
		b.txs = append(b.txs, &transaction{tx: tx, index: i, from: &from})
	}
	if err := v.block(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if err := v.flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	return r.InvalidAt
}

func TestRules(t *testing.T) {
	const now = 1_700_000_000
	const y2015, y2016 = 1_440_000_000, 1_470_000_000
	old := signed(t, types.LegacyTxType, 0)
	high := highS(t, old)
	tests := []struct {
		name         string
		number, time int64
		txs          []*types.Transaction
		want         string // reason; empty for none
	}{
		{"Frontier", 1_000_000, y2015, []*types.Transaction{old}, ""},
		{"Frontier, high s", 1_149_999, y2015, []*types.Transaction{high}, ""},
		{"Homestead, high s", 1_150_000, y2016, []*types.Transaction{high}, "recovers no sender"},
		{"a young network's first blocks, high s", 1_000, now, []*types.Transaction{high}, "recovers no sender"},
		{"chain id before EIP-155", 2_674_999, y2016, []*types.Transaction{signed(t, 0, 1)}, "before EIP-155"},
		{"chain id at EIP-155", 2_675_000, 1_479_831_344, []*types.Transaction{signed(t, 0, 1)}, ""},
		{"no chain id later", 20_000_000, now, []*types.Transaction{signed(t, 0, 1), old}, ""},
		{"access list at Istanbul", 12_243_999, now, []*types.Transaction{signed(t, 1, 1)}, "type 1 before its fork"},
		{"access list at Berlin", 12_244_000, now, []*types.Transaction{signed(t, 1, 1)}, ""},
		{"dynamic fee at Berlin", 12_964_999, now, []*types.Transaction{signed(t, 2, 1)}, "type 2 before its fork"},
		{"dynamic fee at London", 12_965_000, now, []*types.Transaction{signed(t, 2, 1)}, ""},
		{"blobs at Shanghai", 19_426_586, int64(*params.MainnetChainConfig.CancunTime) - 1, []*types.Transaction{signed(t, 3, 1)}, "type 3 before its fork"},
		{"blobs at Cancun", 19_426_587, int64(*params.MainnetChainConfig.CancunTime), []*types.Transaction{signed(t, 3, 1)}, ""},
		{"code at Cancun", 22_431_083, int64(*params.MainnetChainConfig.PragueTime) - 1, []*types.Transaction{signed(t, 4, 1)}, "type 4 before its fork"},
		{"code at Prague", 22_431_084, int64(*params.MainnetChainConfig.PragueTime), []*types.Transaction{signed(t, 4, 1)}, ""},
		{"all types on an unknown chain", 1, now, []*types.Transaction{signed(t, 0, 99), signed(t, 1, 99), signed(t, 2, 99), signed(t, 3, 99), signed(t, 4, 99)}, ""},
		{"another chain's in between", 20_000_000, now, []*types.Transaction{signed(t, 2, 1), signed(t, 2, 5), signed(t, 2, 1)}, "transaction 1: chain id is 5, here it is 1"},
		{"another chain's first", 20_000_000, now, []*types.Transaction{signed(t, 2, 5), signed(t, 2, 1), signed(t, 2, 1)}, "transaction 0: chain id is 5, here it is 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := wrongs(t, test.number, test.time, test.txs...)
			if test.want == "" && len(got) != 0 || test.want != "" && (len(got) != 1 || !strings.Contains(fmt.Sprint(got[0]), test.want)) {
				t.Errorf("%v, want %q", got, test.want)
			}
		})
	}
}

// TestSignatureValues gives values that no signature has.
func TestSignatureValues(t *testing.T) {
	legacy := func(v, r, s int64) *types.Transaction {
		return types.NewTx(&types.LegacyTx{GasPrice: big.NewInt(1), Value: big.NewInt(1), V: big.NewInt(v), R: big.NewInt(r), S: big.NewInt(s)})
	}
	typed := func(chain, v int64) *types.Transaction {
		return types.NewTx(&types.DynamicFeeTx{ChainID: big.NewInt(chain), V: big.NewInt(v), R: big.NewInt(1), S: big.NewInt(1)})
	}
	n := crypto.S256().Params().N
	tests := []struct {
		name string
		tx   *types.Transaction
		want string
	}{
		{"v 0", legacy(0, 1, 1), "v is 0"},
		{"v 1", legacy(1, 1, 1), "v is 1"},
		{"v 26", legacy(26, 1, 1), "v is 26"},
		{"v 29", legacy(29, 1, 1), "v is 29"},
		{"v 34", legacy(34, 1, 1), "v is 34"},
		{"v 35", legacy(35, 1, 1), "chain id is 0"},
		{"v negative", legacy(-1, 1, 1), "out of range"},
		{"r zero", legacy(27, 0, 1), "recovers no sender"},
		{"s zero", legacy(27, 1, 0), "recovers no sender"},
		{"r the order", types.NewTx(&types.LegacyTx{V: big.NewInt(27), R: n, S: big.NewInt(1)}), "recovers no sender"},
		{"s the order", types.NewTx(&types.LegacyTx{V: big.NewInt(27), R: big.NewInt(1), S: n}), "recovers no sender"},
		{"r of 257 bits", types.NewTx(&types.LegacyTx{V: big.NewInt(27), R: new(big.Int).Lsh(n, 1), S: big.NewInt(1)}), "out of range"},
		{"parity 2", typed(1, 2), "y parity is 2"},
		{"parity 27", typed(1, 27), "y parity is 27"},
		{"chain 0", typed(0, 0), "chain id is 0"},
		{"value of 257 bits", types.NewTx(&types.LegacyTx{Value: new(big.Int).Lsh(n, 1), V: big.NewInt(27), R: big.NewInt(1), S: big.NewInt(1)}), "above 256 bits"},
		{"highest nonce", types.NewTx(&types.LegacyTx{Nonce: 1<<64 - 1, V: big.NewInt(27), R: big.NewInt(1), S: big.NewInt(1)}), "highest nonce"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := wrongs(t, 20_000_000, 1_700_000_000, test.tx)
			if len(got) != 1 || !strings.Contains(got[0].Reason, test.want) {
				t.Errorf("%v, want %q", got, test.want)
			}
		})
	}
}

// TestAuthorizations: each tuple's signer is recovered, and one without a signer is no fault of the transaction.
func TestAuthorizations(t *testing.T) {
	good, err := types.SignSetCode(key(t), types.SetCodeAuthorization{ChainID: *uint256.NewInt(1), Address: common.Address{1}})
	if err != nil {
		t.Fatal(err)
	}
	none, parity := good, good
	none.S.SetAllOne()
	parity.V = 2
	tx := signed(t, types.SetCodeTxType, 1, good, none, parity)
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRunner().verify(raw)
	if err != nil || !r.Valid() || r.Jobs["secp256k1.recover"] != (platform.Count{Valid: 2, Invalid: 1}) {
		t.Errorf("%v, %+v", err, r)
	}
}
