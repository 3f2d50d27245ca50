package bitcoin

import (
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/chainhash/v2"
)

// checkTarget tells what is wrong with the target that a header states as difficulty bits; "" if nothing.
func checkTarget(bits uint32, n *network) string {
	target := blockchain.CompactToBig(bits)
	switch {
	case target.Sign() <= 0:
		return fmt.Sprintf("difficulty bits %08x: the target is not positive", bits)
	case target.Cmp(n.params.PowLimit) > 0:
		return fmt.Sprintf("difficulty bits %08x: the target is above the limit of %s", bits, n.params.Name)
	case n.params.PoWNoRetargeting && bits != n.params.PowLimitBits:
		return fmt.Sprintf("difficulty bits %08x: %s has no target but %08x", bits, n.params.Name, n.params.PowLimitBits)
	}
	return ""
}

// checkWork tells what is wrong with a header's proof of work; "" if nothing. The target is the one that the
// header states; whether the chain before asks for it is not known here.
func checkWork(hash *chainhash.Hash, bits uint32, n *network) string {
	if wrong := checkTarget(bits, n); wrong != "" {
		return wrong
	}
	if blockchain.HashToBig(hash).Cmp(blockchain.CompactToBig(bits)) > 0 {
		return fmt.Sprintf("proof of work: the hash %v is above the target of bits %08x", hash, bits)
	}
	return ""
}
