// Package keccak256 is the kernel "keccak256": Keccak[c=512] with the padding of the Keccak submission (0x01, as
// before FIPS 202) and a digest of 32 bytes, of many messages. It is the hash of Ethereum.
//
// It is not SHA3-256, whose padding begins with 0x06. A job is a message; its digest is the output and its
// verdict is always valid. To hash one message, use golang.org/x/crypto/sha3. Messages are public: nothing here is
// constant time.
//
// Standard: G. Bertoni, J. Daemen, M. Peeters, G. Van Assche, "The Keccak SHA-3 submission", version 3, 2011;
// Ethereum Yellow Paper, appendix B, KEC.
package keccak256
