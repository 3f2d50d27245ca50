// Package bitcoin verifies Bitcoin blocks, headers and transactions.
//
// # What it reads
//
// Bitcoin Core's blk*.dat files of any network (also those obfuscated with a key, as Core 28 and later write
// them), single blocks and transactions, raw or as lines of hexadecimal, and files of consecutive headers. The
// outputs that are spent come from the file itself (blocks before, or the same block), or from
// platform.Options.Prevouts: Core's rev*.dat, plain undo data, a CSV table, a JSON array, or btcd's
// utxostore. Which form a file has is guessed from its content.
//
// # What it checks
//
//   - headers: proof of work against the target that the header states, and the target against the limit of the
//     network; the link to the block before, inside a file
//   - blocks: the Merkle root, with the duplicated transactions of CVE-2012-2459 refused; the witness
//     commitment (BIP 141); the height in the coinbase (BIP 34); the shape and amounts of every transaction; that
//     no output is spent twice
//   - every input whose output is at hand: its script, under the rules of the block's height, or else time
//   - amounts: no transaction pays out more than it takes in, the coinbase no more than subsidy and fees
//   - in a chain that starts at the genesis block: that every output spent exists and is unspent
//
// Not checked: the difficulty that the chain before demands, median times, lock times of transactions (BIP 68,
// 113), the maturity of coinbases, the limits on signature operations and weight.
//
// # How
//
// Hashes and signatures are decided by the engine in batches that span blocks. The standard forms of scripts
// tell which signatures an input will check ([candidate]); those that the engine finds valid are handed to
// btcd's script engine through its signature cache, and that engine has the last word about every input. A
// signature that was not foreseen, or that the engine called invalid, is verified by btcd itself and counted as
// left to the library. So a mistake in this package costs time and not truth, as long as what is put into the
// cache was valid.
//
// Format, in the order of the pipeline: [Verifier] takes blocks and cuts them into windows; window.go decides a
// window's hashes; chain.go links blocks and finds what they spend; candidate.go foresees signatures;
// script.go runs the scripts; verifier.go reports.
package bitcoin
