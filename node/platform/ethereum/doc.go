// Package ethereum verifies Ethereum blocks and transactions: that each transaction has a sender, the one that is
// stated, and that a block's parts are those of its header.
//
// # Input
//
// What a file is, is guessed from its content.
//
//   - RLP: blocks one after the other, as geth export writes them; single blocks; transactions. The same as
//     hexadecimal text, one block or transaction a line;
//   - era1 archives (e2store of snappy-framed headers, bodies, receipts and total difficulties);
//   - JSON, one document or many (one after the other, or in a list; JSON-RPC answers with or without their envelope):
//     blocks and transactions as eth_getBlockByNumber and eth_getTransactionByHash give them; beacon blocks with an
//     execution payload, from Bellatrix to Electra, with or without signature and API envelope; engine_newPayload
//     requests; transactions as {"raw", "chain_id", "block", "sender"};
//   - the block data of Portal network tests: header, body and receipts as hexadecimal RLP in YAML, or with SSZ lists in
//     JSON; and their headers with proofs.
//
// # What is checked
//
// For every transaction of every type (legacy, EIP-155, 2930, 1559, 4844, 7702) the engine recovers the sender's key
// (secp256k1.recover) and hashes it to the address (keccak256). r, s and v must be in the protocol's range, s in the
// lower half since Homestead, values and prices within 256 bits, the type and the chain id allowed by the rules of the block's number and time (on
// Mainnet, Sepolia and Hoodi; elsewhere all types are). A signature that recovers no key makes the
// transaction wrong. The signers of EIP-7702 authorizations are recovered as well, but an authorization without a
// valid signature is no fault: the protocol passes over it.
//
// Stated senders and hashes are compared, as is every stated field that can be computed: sizes, indexes, effective gas
// prices, contract addresses, public keys, raw transactions. Blocks: the roots of transactions, uncles and withdrawals,
// and, where they are in the file, of receipts (with bloom and gas used) and of execution requests; the stated block
// hash; blob commitments against the transactions' versioned hashes; that a block is the child of the one before it in
// the file if their numbers say so, and only then; in an era1 archive the total difficulties, the index, and the accumulator (sha256.node). Blob
// sidecars of pooled transactions are checked by go-ethereum's KZG library.
//
// # Where a flipped bit is found
//
// A changed signature usually recovers another sender, not none. Where the file states senders or hashes of
// transactions (JSON-RPC), the transaction is named. In RLP, era1 and payloads the changed transaction alters the
// transactions root, so the block is named; the transaction too where no key can be recovered any more. A lone raw
// transaction states no sender: it is valid if it has any.
//
// # What is not checked
//
// Execution (state root; gas; receipts where they are not in the file), proof of work, and signatures of the
// beacon chain. A header field of a block that states no hash, has no child in the file and is not one of the roots above
// is not held by anything: a lone RLP block is an example. The block number of a {"raw"} record only
// chooses the rules. In JSON-RPC blocks the total difficulty and the hashes in the list of uncles are not covered, nor anything in a beacon block outside its payload, commitments and requests
// (and parent root from Deneb on; and on Mainnet the slot). What depends on data that is not in the file is counted
// as not checkable.
package ethereum
