package ethereum

import (
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// The time of Mainnet's block 2,675,000, in which EIP-155 gave transactions a chain id. Blocks of a network that is
// not known and that are older are judged as Mainnet's: no chain id can tell, and there was hardly another.
const (
	eip155Block = 2_675_000
	eip155Time  = 1_479_831_344
)

// network is the chain that a file's transactions name.
type network struct {
	id     *big.Int            // nil: no transaction named one yet
	config *params.ChainConfig // nil: its forks are not known
}

// knownNetwork is the configuration of a chain whose fork blocks and times go-ethereum knows, or nil.
func knownNetwork(id *big.Int) *params.ChainConfig {
	for _, c := range []*params.ChainConfig{
		params.MainnetChainConfig, params.SepoliaChainConfig, params.HoodiChainConfig,
	} {
		if c.ChainID.Cmp(id) == 0 {
			return c
		}
	}
	return nil
}

// learn takes the chain id that most of the transactions name, unless one is known already: one changed transaction
// must not make all others wrong.
func (n *network) learn(txs []*transaction) {
	if n.id != nil {
		return
	}
	votes := map[string]int{}
	for _, t := range txs {
		if t.tx == nil {
			continue
		}
		id := chainID(t.tx)
		if id == nil || id.Sign() == 0 {
			continue
		}
		votes[id.String()]++
		if n.id == nil || votes[id.String()] > votes[n.id.String()] {
			n.id = id
		}
	}
	if n.id != nil {
		n.config = knownNetwork(n.id)
	}
}

// rules are what a block allows.
type rules struct {
	lowS      bool                          // since Homestead
	protected bool                          // legacy transactions may name a chain, since EIP-155
	typed     [types.SetCodeTxType + 1]bool // by type
	chain     *big.Int                      // nil: any
}

// latest are the rules where nothing is known of the block.
func latest(chain *big.Int) rules {
	r := rules{lowS: true, protected: true, chain: chain}
	for i := range r.typed {
		r.typed[i] = true
	}
	return r
}

// rulesAt are the rules for a transaction of which the chain and the block's number may be known (or nil), but not
// the time. Forks by time are taken for passed.
func rulesAt(chain, number *big.Int) rules {
	switch {
	case number == nil:
		return latest(chain)
	case chain == nil:
		return (&network{}).rules(&types.Header{Number: number})
	}
	n := network{id: chain, config: knownNetwork(chain)}
	return n.rules(&types.Header{Number: number, Time: math.MaxUint64})
}

// rules of the block with the header.
func (n *network) rules(h *types.Header) rules {
	config := n.config
	if n.id == nil && h.Number.IsUint64() && h.Number.Uint64() < eip155Block && h.Time < eip155Time {
		config = params.MainnetChainConfig
	}
	if config == nil {
		return latest(n.id)
	}
	return rules{
		lowS:      config.IsHomestead(h.Number),
		protected: config.IsEIP155(h.Number),
		typed: [...]bool{
			types.LegacyTxType:     true,
			types.AccessListTxType: config.IsBerlin(h.Number),
			types.DynamicFeeTxType: config.IsLondon(h.Number),
			types.BlobTxType:       config.IsCancun(h.Number, h.Time),
			types.SetCodeTxType:    config.IsPrague(h.Number, h.Time),
		},
		chain: n.id,
	}
}
