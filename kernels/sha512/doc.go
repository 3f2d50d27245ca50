// Package sha512 is the kernel "sha512": SHA-512 of many messages (FIPS 180-4, section 6.4).
//
// A job is a message; its digest of 64 bytes is the output and its verdict is always valid. To hash one
// message, use crypto/sha512. Messages are public: nothing here is constant time.
package sha512
