// Package cosmos verifies commits of CometBFT chains: that more than two thirds of a validator set's power signed a
// block.
//
// It reads JSON, one document or many in a file (one after the other, or in a list):
//
//   - the answers of the RPC calls /commit and /validators, with or without their JSON-RPC envelope. A commit needs the
//     validators of its height: in the same file, or in the side file (Options.Prevouts). The pages of a large set may
//     follow each other;
//   - light blocks: signed_header, validator_set and, where given, next_validator_set;
//   - traces of light blocks, as the light client tests of tendermint-rs have them. The blocks are checked one by
//     one; what a light client would trust is not asked.
//
// A validator set belongs to a commit when it has the hash that the header states, wherever in the input it
// was found.
//
// # What is checked
//
// The header's hash is that of the commit's block id; heights agree; the validator sets have the hashes that the
// header states; addresses are those of the keys, and those that the votes state; the total power and the proposer of
// a set are right where they are stated. Then the votes: the sign bytes of each are made by cometbft, the signatures
// are decided by the engine (Ed25519 under ZIP 215, as cometbft does; ECDSA over secp256k1 on the SHA-256 of the sign
// bytes, low s only). Votes for nil must verify as well but do not count; absent ones are passed over. The power of the
// valid votes for the block must exceed two thirds of the whole.
//
// # What is not
//
// Proposer priorities, the names of validators, provider, canonical, the JSON-RPC id, and the descriptions and
// expectations in traces are no part of what validators sign or hash; they may say anything. Blocks before Tendermint
// 0.34 (block protocol 10 and less) were hashed and signed in another way and are refused. The stated height of validators that belong to no commit in the input, and sets
// with BLS or sr25519 keys, which cometbft cannot hash in this build, are counted as not checkable.
package cosmos
