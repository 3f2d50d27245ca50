package ethereum

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
)

// signature is what secp256k1.recover needs of a transaction.
type signature struct {
	digest common.Hash
	rs     [64]byte
	v      byte // 0 or 1
}

// errSignature: v, r or s cannot be those of a signature.
var errSignature = errors.New("signature values out of range")

// chainID is the chain that a transaction names; nil for a legacy one that names none.
func chainID(tx *types.Transaction) *big.Int {
	if tx.Type() != types.LegacyTxType {
		return tx.ChainId()
	}
	v, _, _ := tx.RawSignatureValues()
	if v.Cmp(big.NewInt(35)) < 0 {
		return nil
	}
	id := new(big.Int).Sub(v, big.NewInt(35)) // EIP-155: v = 35 + 2 id + parity
	return id.Rsh(id, 1)
}

// signatureOf takes a transaction's signature apart, as far as its own bytes tell. r and s are only fitted into 32
// bytes; their range is the kernel's to judge.
func signatureOf(tx *types.Transaction) (s signature, err error) {
	v, r, sv := tx.RawSignatureValues()
	if v.Sign() < 0 || r.Sign() < 0 || sv.Sign() < 0 || r.BitLen() > 256 || sv.BitLen() > 256 {
		return s, errSignature
	}
	r.FillBytes(s.rs[:32])
	sv.FillBytes(s.rs[32:])
	id := chainID(tx)
	switch {
	case id != nil && id.Sign() == 0: // no chain has it, and go-ethereum makes no signer for it
		return s, fmt.Errorf("%w: chain id is 0", errSignature)
	case tx.Type() != types.LegacyTxType:
		if !v.IsUint64() || v.Uint64() > 1 {
			return s, fmt.Errorf("%w: y parity is %v", errSignature, v)
		}
		s.v = byte(v.Uint64())
		s.digest = types.LatestSignerForChainID(id).Hash(tx)
	case id != nil:
		s.v = byte(1 - v.Bit(0)) // 35 is odd
		s.digest = types.NewEIP155Signer(id).Hash(tx)
	case v.IsUint64() && (v.Uint64() == 27 || v.Uint64() == 28):
		s.v = byte(v.Uint64() - 27)
		s.digest = types.FrontierSigner{}.Hash(tx)
	default:
		return s, fmt.Errorf("%w: v is %v", errSignature, v)
	}
	return s, nil
}

// allow says why the rules forbid a transaction, nil if they do not. Its signature values are in range.
func (r *rules) allow(tx *types.Transaction) error {
	if t := tx.Type(); int(t) >= len(r.typed) || !r.typed[t] {
		return fmt.Errorf("a transaction of type %d before its fork", t)
	}
	for _, n := range []*big.Int{tx.Value(), tx.GasFeeCap(), tx.GasTipCap()} {
		if n.BitLen() > 256 {
			return errors.New("a value or a price above 256 bits")
		}
	}
	if tx.Nonce() == math.MaxUint64 {
		return errors.New("the highest nonce, which no account can use") // EIP-2681
	}
	id := chainID(tx)
	switch {
	case id == nil:
		return nil
	case tx.Type() == types.LegacyTxType && !r.protected:
		return errors.New("a transaction with a chain id before EIP-155")
	case r.chain != nil && r.chain.Cmp(id) != 0:
		return fmt.Errorf("chain id is %v, here it is %v", id, r.chain)
	}
	return nil
}

// recovered is a key that the engine found and that has not been hashed yet.
type recovered struct {
	b   *block
	t   *transaction
	key [64]byte
}

// transaction sends one transaction of a block to the engine.
func (v *verifier) transaction(ctx context.Context, b *block, t *transaction) error {
	sig, err := signatureOf(t.tx)
	if err == nil {
		err = b.rules.allow(t.tx)
	}
	if err != nil {
		v.wrong(b, t.index, "%v", err)
		return nil
	}
	var rule kernels.Flags
	if b.rules.lowS {
		rule = kernels.LowS
	}
	b.pending++
	err = v.collector.Add(ctx, secp256k1.Recover, rule, 0, func(batch *kernels.Batch) error {
		return secp256k1.AppendRecover(batch, sig.digest[:], sig.rs[:], sig.v)
	}, func(valid bool, out []byte) {
		if !valid {
			v.wrong(b, t.index, "the signature recovers no sender")
			v.finish(b)
			return
		}
		r := recovered{b: b, t: t}
		copy(r.key[:], out)
		v.keys = append(v.keys, r)
	})
	if err != nil {
		return err
	}
	if err := v.authorizations(ctx, b, t.tx); err != nil {
		return err
	}
	if err := v.sidecar(b, t); err != nil {
		return err
	}
	return v.hashKeys(ctx)
}

// hashKeys sends the keys that were recovered so far to be hashed. The first 12 bytes of the hash are dropped; the
// rest is the address.
func (v *verifier) hashKeys(ctx context.Context) error {
	keys := v.keys
	v.keys = nil
	for i := range keys {
		r := &keys[i]
		err := v.collector.Add(ctx, keccak256.Kernel, 0, len(r.key), func(batch *kernels.Batch) error {
			return keccak256.Append(batch, r.key[:])
		}, func(_ bool, out []byte) {
			v.sender(r, common.BytesToAddress(out[12:]))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sender compares what is known once the sender is.
func (v *verifier) sender(r *recovered, from common.Address) {
	t := r.t
	if t.from != nil && *t.from != from {
		v.wrong(r.b, t.index, "sender is %v, stated %v", from, *t.from)
	}
	if t.key != nil && string(t.key) != string(r.key[:]) {
		v.wrong(r.b, t.index, "public key is %#x, stated %#x", r.key, clip(t.key))
	}
	if t.creates != nil {
		if at := crypto.CreateAddress(from, t.tx.Nonce()); t.tx.To() != nil || *t.creates != at {
			v.wrong(r.b, t.index, "contract address is not %v", *t.creates)
		}
	}
	v.finish(r.b)
}

// authorizations has the signers of EIP-7702 tuples recovered. The protocol passes over a tuple whose signature is
// none, so nothing depends on the verdicts; they are counted.
func (v *verifier) authorizations(ctx context.Context, b *block, tx *types.Transaction) error {
	list := tx.SetCodeAuthorizations()
	for i := range list {
		a := &list[i]
		if a.V > 1 {
			continue
		}
		var rs [64]byte
		a.R.WriteToSlice(rs[:32])
		a.S.WriteToSlice(rs[32:])
		digest := a.SigHash()
		b.pending++
		err := v.collector.Add(ctx, secp256k1.Recover, kernels.LowS, 0, func(batch *kernels.Batch) error {
			return secp256k1.AppendRecover(batch, digest[:], rs[:], a.V)
		}, func(bool, []byte) { v.finish(b) })
		if err != nil {
			return err
		}
	}
	return nil
}
