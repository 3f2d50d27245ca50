// Package sha512lanes hashes many messages at once with SHA-512 (FIPS 180-4, section 6.4), one in each vector lane. The
// kernel sha512 and the signature kernels are built on it; to hash one message, use crypto/sha512.
//
// With AVX-512 16 or 8 messages run side by side, with AVX2 four, else the library hashes one after the other. Messages
// may differ in length and are read where they lie. They are public: nothing here is constant time.
package sha512lanes

// Size is the length of a digest in bytes.
const Size = 64

// Message is what is hashed: the first piece, the second and the third, one behind the other. Any may be empty. Where the
// first two have 128 bytes at most, as R and A of an Ed25519 signature do, the third is not copied but for its beginning.
type Message [3][]byte

// at most bytes of the first two pieces that lanes take.
const maxHead = blockSize

const blockSize = 128

// Len is the number of bytes of all pieces.
func (m *Message) Len() int { return len(m[0]) + len(m[1]) + len(m[2]) }
