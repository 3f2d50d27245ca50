package bitcoin

import (
	"time"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// network is what differs between the chains that share Bitcoin's formats.
type network struct {
	params *chaincfg.Params

	// Heights at which rules began, beside those in params: as Bitcoin Core's chainparams.cpp has buried them.
	csv, segwit, taproot int32
}

func (n *network) magic() wire.BitcoinNet { return n.params.Net }

// networks lists the public networks, and the private one that everybody has.
var networks = []*network{
	{params: &chaincfg.MainNetParams, csv: 419328, segwit: 481824, taproot: 709632},
	{params: &chaincfg.TestNet3Params, csv: 770112, segwit: 834624, taproot: 2011968},
	{params: &chaincfg.TestNet4Params, csv: 1, segwit: 1, taproot: 1},
	{params: &chaincfg.SigNetParams, csv: 1, segwit: 1, taproot: 1},
	{params: &chaincfg.RegressionNetParams, csv: 1, segwit: 0, taproot: 0},
}

// networkOf finds the network of a magic number; nil if there is none.
func networkOf(magic wire.BitcoinNet) *network {
	for _, n := range networks {
		if n.magic() == magic {
			return n
		}
	}
	return nil
}

// networkOfGenesis finds the network whose first block has the hash; nil if there is none.
func networkOfGenesis(hash chainhash.Hash) *network {
	for _, n := range networks {
		if *n.params.GenesisHash == hash {
			return n
		}
	}
	return nil
}

var (
	mainnet, testnet3, testnet4, signet, regtest = networks[0], networks[1], networks[2], networks[3], networks[4]

	testnet4Began = testnet4.params.GenesisBlock.Header.Timestamp
)

// Mainnet's mean time between blocks, from its beginning: 770 s after the first 14,000 blocks, and falling
// towards 570 s since. Testnet3's was 5,600 s in 2012 and 260 s in 2016.
const slowest, fastest = 900 * time.Second, 550 * time.Second

// likeMainnet tells whether mainnet can have had a height at a time.
func likeMainnet(height int32, when time.Time) bool {
	// The second block came six days after the first.
	const slack = 7 * 24 * time.Hour
	n, age := time.Duration(height), when.Sub(mainnet.params.GenesisBlock.Header.Timestamp)
	return age <= n*slowest+slack && age >= n*fastest-slack
}

// guessNetwork tells which network a block belongs to that came without a magic number, from what it states.
// height is -1 if it states none. Nothing but the network's limit of difficulty and the heights at which its
// rules began depend on the guess.
func guessNetwork(h *wire.BlockHeader, height int32) *network {
	switch {
	case h.Bits == regtest.params.PowLimitBits:
		return regtest
	case checkTarget(h.Bits, mainnet) != "" && checkTarget(h.Bits, signet) == "":
		return signet
	case height < 0 || likeMainnet(height, h.Timestamp):
		return mainnet
	case h.Timestamp.Before(testnet4Began):
		return testnet3
	}
	return testnet4
}

// Networks are the magic numbers of the networks that are known here.
func Networks() []wire.BitcoinNet {
	magics := make([]wire.BitcoinNet, len(networks))
	for i, n := range networks {
		magics[i] = n.magic()
	}
	return magics
}
