package sha512

import (
	"strings"

	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// answers are from NIST, "Examples with Intermediate Values: SHA512", "SHA-2 Additional: SHA-512"
// and CAVP (csrc.nist.gov).
func answers() []digest.Answer {
	return []digest.Answer{
		// Examples: one block, two blocks.
		{"abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd" +
			"454d4423643ce80e2a9ac94fa54ca49f"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433a" +
			"c7d329eeb6dd26545e96e55b874be909"},
		// CAVP ShortMsg, Len = 0. Then Additional: lengths around the end of a block; several blocks.
		{"", "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f" +
			"63b931bd47417a81a538327af927da3e"},
		{strings.Repeat("\x00", 111), "77ddd3a542e530fd047b8977c657ba6ce72f1492e360b2b2212cd264e75ec03882e4ff0525517ab4207d14c70c2259ba" +
			"88d4d335ee0e7e20543d22102ab1788c"},
		{strings.Repeat("\x00", 112), "2be2e788c8a8adeaa9c89a7f78904cacea6e39297d75e0573a73c756234534d6627ab4156b48a6657b29ab8beb733340" +
			"40ad39ead81446bb09c70704ec707952"},
		{strings.Repeat("\x00", 113), "0e67910bcf0f9ccde5464c63b9c850a12a759227d16b040d98986d54253f9f34322318e56b8feb86c5fb2270ed87f312" +
			"52f7f68493ee759743909bd75e4bb544"},
		{strings.Repeat("\x00", 122), "4f3f095d015be4a7a7cc0b8c04da4aa09e74351e3a97651f744c23716ebd9b3e822e5077a01baa5cc0ed45b9249e88ab" +
			"343d4333539df21ed229da6f4a514e0f"},
		{strings.Repeat("\x00", 1000), "ca3dff61bb23477aa6087b27508264a6f9126ee3a004f53cb8db942ed345f2f2d229b4b59c859220a1cf1913f34248e3" +
			"803bab650e849a3d9a709edc09ae4a76"},
		{strings.Repeat("A", 1000), "329c52ac62d1fe731151f2b895a00475445ef74f50b979c6f7bb7cae349328c1d4cb4f7261a0ab43f936a24b000651d4" +
			"a824fcdd577f211aef8f806b16afe8af"},
		{strings.Repeat("U", 1005), "59f5e54fe299c6a8764c6b199e44924a37f59e2b56c3ebad939b7289210dc8e4c21b9720165b0f4d4374c90f1bf4fb4a" +
			"5ace17a1161798015052893a48c3d161"},
	}
}
