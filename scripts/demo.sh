#!/usr/bin/env bash
# Verifies real blocks that lie in the Go module cache as test data of btcd and go-ethereum, and prints one table.
set -euo pipefail
cd "$(dirname "$0")/.."

btcd=$(go list -m -f '{{.Dir}}' github.com/btcsuite/btcd)
geth=$(go list -m -f '{{.Dir}}' github.com/ethereum/go-ethereum)

echo "Bitcoin blocks 0 to 14,131, Bitcoin block 277,647 (the outputs that it spends lie beside it), an Ethereum beacon block:"
echo
exec bin/sluice verify \
	"$btcd/blockchain/testdata/blk_0_to_14131.dat" \
	"$btcd/blockchain/testdata/277647.dat.bz2" \
	"$geth/beacon/types/testdata/block_deneb.json"
