package sha256

import (
	"encoding/binary"
	"strings"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// answers are from NIST, "Examples with Intermediate Values: SHA256", "SHA-2 Additional: SHA-256"
// and CAVP (csrc.nist.gov).
func answers() []digest.Answer {
	return []digest.Answer{
		// Examples: one block, two blocks.
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		// CAVP ShortMsg, Len = 0. Then Additional: lengths around the end of a block; several blocks.
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"\xbd", "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
		{"\xc9\x8c\x8e\x55", "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"},
		{strings.Repeat("\x00", 55), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
		{strings.Repeat("\x00", 56), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
		{strings.Repeat("\x00", 57), "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"},
		{strings.Repeat("\x00", 64), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
		{strings.Repeat("\x00", 1000), "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"},
		{strings.Repeat("A", 1000), "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"},
		{strings.Repeat("U", 1005), "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"},
	}
}

// Headers of Bitcoin's blocks 0 and 1.
const (
	genesis = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e" +
		"67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
	block1 = "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e" +
		"1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299"
)

// answersDouble are from the Bitcoin block chain.
func answersDouble() []digest.Answer {
	return []digest.Answer{
		// Bitcoin block 0 and block 1, whose headers everybody has: the second names the hash of the first.
		{digest.Hex(genesis), "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000"},
		{digest.Hex(block1), "4860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000"},
		// The only transaction of block 0, four SHA-256 blocks: its hash is the Merkle root in the header.
		{digest.Hex("01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d01" +
			"04455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f662073" +
			"65636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55482719" +
			"67f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a" +
			"4c702b6bf11d5fac00000000"), "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"},
		// Bitcoin Wiki, "Protocol documentation", section Hashes.
		{"hello", "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50"},
		// Nothing: the checksum 5df6e0e2 of every empty payload on Bitcoin's wire, such as verack.
		{"", "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456"},
	}
}

// knownNode has the first zero hashes of Ethereum's deposit contract (consensus-specs, solidity_deposit_contract):
// the roots of all-zero trees of depth 1 to 4, each the parent of two of the one before. The last job is the
// 512-bit message of NIST CAVP SHA256ShortMsg, whose halves differ.
func knownNode(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	jobs := [][3]string{ // left, right, parent
		{zeroHash0, zeroHash0, zeroHash1},
		{zeroHash1, zeroHash1, zeroHash2},
		{zeroHash2, zeroHash2, zeroHash3},
		{zeroHash3, zeroHash3, zeroHash4},
		{
			"5a86b737eaea8ee976a0a24da63e7ed7eefad18a101c1211e2b3650c5187c2a8",
			"a650547208251f6d4237e661c7bf4c77f335390394c37fa1a9f9be836ac28509",
			"42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa",
		},
	}
	b := kernels.New(k, rule, len(jobs), 0)
	for i, j := range jobs {
		must(AppendNode(b, unhex(j[0]), unhex(j[1])))
		copy(b.Out(i), unhex(j[2]))
		b.SetVerdict(i, kernels.Valid)
	}
	return b
}

const (
	zeroHash0 = "0000000000000000000000000000000000000000000000000000000000000000"
	zeroHash1 = "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"
	zeroHash2 = "db56114e00fdd4c1f85c892bf35ac9a89289aaecb1ebd0a96cde606a748b5d71"
	zeroHash3 = "c78009fdf07fc56a11f122370658a353aaa542ed63e44c4bc15ff4cd105ab33c"
	zeroHash4 = "536d98837f2dd165a55d5eeae91485954472d56f246df256bf3cae19352a123c"
)

// knownPoW searches the headers of Bitcoin's blocks 0 and 1 around the nonces that their miners found, with the
// target of their bits field 1d00ffff and with others.
func knownPoW(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	const (
		nonce0 = 0x7c2bac1d // 2083236893
		nonce1 = 0x9962e301 // 2573394689
		hash0  = "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000"
		hash1  = "4860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000"

		bits1d00ffff = "0000000000000000000000000000000000000000000000000000ffff00000000"
		below0       = "6ee28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000" // hash0 - 1
		all          = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		none         = zeroHash0
	)
	jobs := []struct {
		header, target string
		first, count   uint32
		nonce          uint32
		hash           string // "" for no hit
	}{
		{genesis, bits1d00ffff, nonce0, 1, nonce0, hash0},
		{genesis, bits1d00ffff, nonce0 - 37, 100, nonce0, hash0}, // in the middle
		{genesis, bits1d00ffff, nonce0 - 99, 100, nonce0, hash0}, // the last one
		{genesis, bits1d00ffff, nonce0 - 99, 99, 0, ""},          // one short
		{genesis, bits1d00ffff, nonce0 + 1, 100, 0, ""},          // one late
		{genesis, bits1d00ffff, nonce0, 0, 0, ""},                // searches nothing
		{genesis, hash0, nonce0, 1, nonce0, hash0},               // equal to the target
		{genesis, below0, nonce0, 1, 0, ""},                      // one above it
		{block1, bits1d00ffff, nonce1 - 5, 16, nonce1, hash1},
		{block1, none, nonce1 - 5, 16, 0, ""},
		{block1, all, nonce1, 16, nonce1, hash1}, // all are hits, the first counts
		{block1, all, 0xffffffff, 2, 0xffffffff, "05cec515b149bae6f08073b85787fab86d15b21bc2d0ae6625d6ada7a8754c04"},
		{block1, "60fe59e4417d58b49cb88623e1002097444e1cbdb4b755718fdb6662ff766801", 0xfffffff0, 64, 6, "60fe59e4417d58b49cb88623e1002097444e1cbdb4b755718fdb6662ff766801"}, // after the wrap
	}
	b := kernels.New(k, rule, len(jobs), 0)
	for i, j := range jobs {
		must(AppendPoW(b, unhex(j.header), unhex(j.target), j.first, j.count))
		if j.hash == "" {
			b.SetVerdict(i, kernels.Invalid)
			continue
		}
		binary.LittleEndian.PutUint32(b.Out(i), j.nonce)
		copy(b.Out(i)[hashAt:], unhex(j.hash))
		b.SetVerdict(i, kernels.Valid)
	}
	return b
}

// knownChain has three entries of Solana testnet slot 356797362 (entries 378, 746 and 1721), right and spoiled, and
// the edges of the count.
func knownChain(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	const (
		start378 = "285a13e60c8b672d2afc41fed7f3c71dac15219d103394390ac26158c190c4a9"
		end378   = "2bd696dcfec79a8f7938d2f892095039d6a4b09ea75111f99d978d555b9abec2"

		start746 = "c2acd6cec8b166a5ad3764ca10b8679614f94b7b51096ca176c1eaacf5d06797"
		end746   = "43f79c7b8e9d10202d7891c3ef97dfbf7def83ac5e7a477043b62411855e6f7b"

		start1721 = "fa92bf1fdef56767b34cef35df4b8f854d0100921ef897f7707eba851cc3ce2e"
		mixin1721 = "cfc377bcce3951bf0ee8b0534dcc9142b07b6506ea9f0ccd894aac85fe63787f"
		end1721   = "5a2d2ee83fa053ffb13f67f3cb4c139142de7eb3a4c365152aa5ed8b088b9dd1"

		mixed1721 = "f09f6e24d918ce9ec08169f7448e60cbb5be37c4673344b578facaf2973950be" // SHA-256(start1721 ‖ mixin1721)
	)
	jobs := []struct {
		start, mixin, end string
		count             uint32
		want              kernels.Verdict
	}{
		{start378, "", end378, 1, kernels.Valid},
		{start746, "", end746, 10, kernels.Valid},
		{start1721, mixin1721, end1721, 84, kernels.Valid},

		{start378, "", end378, 0, kernels.Invalid},
		{start378, "", end378, 2, kernels.Invalid},
		{start746, "", end746, 9, kernels.Invalid},
		{start746, "", end746, 11, kernels.Invalid},
		{end746, "", start746, 10, kernels.Invalid},
		{start1721, mixin1721, end1721, 83, kernels.Invalid},
		{start1721, mixin1721, end1721, 85, kernels.Invalid},
		{start1721, start1721, end1721, 84, kernels.Invalid}, // another mixin
		{start1721, "", end1721, 84, kernels.Invalid},        // no mixin

		{start378, "", start378, 0, kernels.Valid}, // no hash at all
		{start1721, mixin1721, mixed1721, 1, kernels.Valid},
		{start1721, mixin1721, mixed1721, 0, kernels.Valid}, // 0 counts as 1
		{start1721, mixin1721, start1721, 0, kernels.Invalid},
	}
	b := kernels.New(k, rule, len(jobs)+1, 0)
	for i, j := range jobs {
		var mixin []byte
		if j.mixin != "" {
			mixin = unhex(j.mixin)
		}
		must(AppendChain(b, unhex(j.start), mixin, unhex(j.end), j.count))
		b.SetVerdict(i, j.want)
	}

	// A right chain with an unknown flag.
	must(AppendChain(b, unhex(start746), nil, unhex(end746), 10))
	last := b.Len() - 1
	b.Row(last)[flagsAt] |= 1 << 1
	b.SetVerdict(last, kernels.Invalid)
	return b
}

func unhex(s string) []byte { return []byte(digest.Hex(s)) }

// must guards the constants of this file.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
