// Package merkle builds Merkle trees and proofs on the SHA-256 kernels, many trees at a time, a level of all of them in
// one batch.
//
// There are two rules. [Bitcoin] hashes with SHA-256d and pairs a node that has no sibling with itself, so that two
// lists of leaves can have one root (CVE-2012-2459): [Tree.Mutated] tells. [Binary] hashes with SHA-256 and lifts a
// node without a sibling to the next level as it is; with 2^k leaves that is the tree of SSZ and of most light
// clients. Neither has domain prefixes: who needs those of RFC 6962 hashes its leaves first, and cannot use this
// package for the inner nodes.
//
// Leaves and nodes are public. Nothing here is constant time.
package merkle
