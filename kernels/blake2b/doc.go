// Package blake2b is the kernel "blake2b256": unkeyed BLAKE2b with a digest of 32 bytes (RFC 7693) of many
// messages.
//
// A job is a message; its digest is the output and its verdict is always valid. The digest length is an input
// of BLAKE2b: this is not BLAKE2b-512 cut short. To hash one message, use golang.org/x/crypto/blake2b. Messages
// are public: nothing here is constant time.
package blake2b
