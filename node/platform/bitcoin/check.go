package bitcoin

import (
	"bytes"
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
)

// checkBlock checks what a block states about itself: the Merkle root, the witness commitment, and the shape
// of its transactions.
func checkBlock(r *record) {
	if len(r.msg.Transactions) == 0 {
		r.fault(-1, -1, "no transactions")
		return
	}
	if r.root != r.msg.Header.MerkleRoot {
		r.fault(-1, -1, fmt.Sprintf("Merkle root: the header states %v, the transactions have %v",
			r.msg.Header.MerkleRoot, r.root))
	}
	if r.mutated {
		r.fault(-1, -1, "Merkle root: duplicated transactions (CVE-2012-2459)")
	}
	checkWitnesses(r)
	for i, tx := range r.msg.Transactions {
		if coinbase := blockchain.IsCoinBaseTx(tx); coinbase != (i == 0) {
			if coinbase {
				r.fault(i, -1, "a coinbase that is not the first transaction")
			} else {
				r.fault(i, -1, "the first transaction is no coinbase")
			}
		}
		if err := blockchain.CheckTransactionSanity(btcutil.NewTx(tx)); err != nil {
			r.fault(i, -1, err.Error())
		}
	}
}

// checkWitnesses checks the commitment to the witnesses (BIP 141).
func checkWitnesses(r *record) {
	stated := commitmentIn(r)
	if !r.rules.segwit() {
		stated = nil // miners wrote commitments before they counted
	}
	switch {
	case stated == nil && r.hasWitness():
		r.fault(-1, -1, "witness data without a commitment to it")
	case stated == nil:
	case !r.hasWitness():
		r.skip("witness data is not in the file", 1)
	case reservedValue(r) == nil:
		r.fault(0, 0, "the coinbase does not have one witness of 32 bytes")
	case !bytes.Equal(stated, r.commitment[:]):
		r.fault(-1, -1, fmt.Sprintf("witness commitment: the coinbase states %x, the witnesses have %x",
			stated, r.commitment[:]))
	}
}

// stripped tells whether a block commits to witnesses that were cut off.
func stripped(r *record) bool {
	return r.kind == wholeBlock && r.rules.segwit() && !r.hasWitness() && commitmentIn(r) != nil
}
