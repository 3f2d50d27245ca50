// Package sha256 holds the kernels on SHA-256 (FIPS 180-4, section 6.2): hashing, Bitcoin's double hash, Merkle
// nodes, proof-of-work search and proof of history.
//
//	kernel       row                                                          message  out
//	sha256       –                                                            yes      digest 32
//	sha256d      –                                                            yes      digest 32
//	sha256.node  left 32, right 32                                            –        digest 32
//	sha256d.pow  header 80, target 32, first nonce u32, count u32             –        nonce u32, hash 32
//	sha256.chain start 32, mixin 32, end 32, count u32, flags u32             –        –
//
// Words are little-endian. The first three hash whatever they are given: every verdict is valid. A search is valid
// when it has a hit, a chain when it ends where it should. The work of these two grows with a count that the job
// states (up to 2^32 hashes), so whoever takes jobs from strangers bounds the count first.
//
// To hash one message, use crypto/sha256. Everything here is public: nothing is constant time.
package sha256
