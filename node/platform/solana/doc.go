// Package solana decodes Solana's data: transactions, Proof-of-History entries, and the data shreds of a slot,
// which hold both.
//
// Forms of a file:
//
//   - one raw transaction, legacy or version 0, in its wire form
//   - transactions as hex, one a line
//   - entries as CSV with the header "entry,num_hashes,hash_hex,num_txs"; the transactions of those entries may be
//     given beside it (Options.Prevouts) as hex lines in the order of the slot
//   - data shreds of slots as a JSON array with one array of byte values for each shred, in the order of their
//     indexes, as Sig's tests keep them
//
// What is checked:
//
//   - every signature of a transaction: Ed25519 under the rule Strict, by the first account keys over the message
//     (kernel ed25519.verify; verify_strict of ed25519-dalek in Agave and Firedancer)
//   - the shape of the message to its last byte, and the rules of Agave's sanitize: header counts, indexes of
//     programs and accounts
//   - that each entry's hash follows from that of the entry before it (kernel sha256.chain), with the Merkle root
//     of its transactions' signatures mixed in (kernel sha256)
//
// What a file does not hold is counted as not checkable: the hash before the first entry, transactions of entries
// without the side file, the leader's key that signs shreds (so nothing is said about their headers and Merkle
// proofs). Balances, recent block hashes and what the programs do
// are not looked at.
package solana
