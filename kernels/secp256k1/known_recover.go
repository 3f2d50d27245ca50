package secp256k1

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

func knownRecover(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	b := kernels.New(k, rule, len(recoverCases), 0)
	for i, c := range recoverCases {
		if err := AppendRecover(b, ecc.Hex(c.digest), ecc.Hex(c.signature), c.v); err != nil {
			panic(err)
		}
		verdict := c.answer.Under(rule)
		if verdict == kernels.Valid {
			copy(b.Out(i), ecc.Hex(c.key))
		}
		b.SetVerdict(i, verdict)
	}
	return b
}

// recoverCases are from go-ethereum (crypto/signature_test.go; core/vm/testdata/precompiles/ecRecover.json, whose
// address is that of the key here), Botan (src/tests/data/pubkey/ecdsa_key_recovery.vec, ecdsa_verify.vec) and
// Project Wycheproof (ecdsa_secp256k1_sha256_p1363_test.json, by tcId), some with another v.
var recoverCases = []struct {
	source            string
	answer            ecc.Answer
	v                 byte
	digest, signature string
	key               string // of the cases that are not ecc.Invalid
}{
	{"go-ethereum crypto/signature_test.go", ecc.Valid, 1,
		"ce0677bb30baa8cf067c88db9811f4333d131bf8bcf12fe7065d211dce971008",
		"90f27b8b488db00b00606796d2987f6a5f59ae62ea05effe84fef5b8b0e54998" +
			"4a691139ad57a3f0b906637673aa2f63d1f55cb1a69199d4009eea23ceaddc93",
		"e32df42865e97135acfb65f3bae71bdc86f4d49150ad6a440b6f15878109880a" +
			"0a2b2667f7e725ceea70c673093bf67663e0312623c8e091b13cf2c0f11ef652"},
	{"go-ethereum precompile ecRecover: ValidKey, v 28", ecc.NotLowS, 1,
		"18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c",
		"73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f" +
			"eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549",
		"3a514176466fa815ed481ffad09110a2d344f6c9b78c1d14afc351c3a51be33d" +
			"8072e77939dc03ba44790779b7a1025baf3003f6732430e20cd9b76d953391b3"},
	{"Botan ecdsa_key_recovery.vec", ecc.NotLowS, 0,
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"e30f2e6a0f705f4fb5f8501ba79c7c0d3fac847f1ad70b873e9797b17b89b390" +
			"81f1a4457589f30d76ab9f89e748a68c8a94c30fe0bac8fb5c0b54ea70bf6d2f",
		"f3f8bb913aa68589a2c8c607a877ab05252adbd963e1be846ddeb8456942aedc" +
			"a2ed51f08ca3ef3dac0a7504613d54cd539fc1b3cbc92453cd704b6a2d012b2c"},
	{"Wycheproof #60: Edge case for Shamir multiplication", ecc.Valid, 0,
		"b78f33ca6d031315ab4c29b4429e6e8f8978517d49192c90fb2266bea6842918",
		"dd1b7d09a7bd8218961034a39a87fecf5314f00c4d25eb58a07ac85e85eab516" +
			"35138c401ef8d3493d65c9002fe62b43aee568731b744548358996d9cc427e06",
		"b838ff44e5bc177bf21189d0766082fc9d843226887fc9760371100b7ee20a6f" +
			"f0c9d75bfba7b31a6bca1974496eeb56de357071955d83c4b1badaa0b21832e9"},
	{"Wycheproof #243: r = 1, x = 1", ecc.NotLowS, 0,
		"09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		"0000000000000000000000000000000000000000000000000000000000000001" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		"b9520873424b8b7099104a5a0eb1acac48e189719971b9131bf9ca8c25f436c9" +
			"2ff805b36e40d651ffb7573edd9b4998c2f2fe39891baf3d83670e9242c0d4ad"},
	{"Wycheproof #247: r = 2, x = n + 2", ecc.NotLowS, 2,
		"09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		"0000000000000000000000000000000000000000000000000000000000000002" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		"49be80da98fb7ea4165f898c36c696c50bd9da6485038c6cbda36d82dad41cfd" +
			"64613a0e2c7224a85e29f774726b434e969db2d4765eafdf3c36004b7202ff3f"},
	{"Botan ecdsa_key_recovery.vec, v = 2: r + n is not below p", ecc.Invalid, 2,
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"e30f2e6a0f705f4fb5f8501ba79c7c0d3fac847f1ad70b873e9797b17b89b390" +
			"81f1a4457589f30d76ab9f89e748a68c8a94c30fe0bac8fb5c0b54ea70bf6d2f",
		""},
	{"Botan ecdsa_key_recovery.vec, v = 4", ecc.Invalid, 4,
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"e30f2e6a0f705f4fb5f8501ba79c7c0d3fac847f1ad70b873e9797b17b89b390" +
			"81f1a4457589f30d76ab9f89e748a68c8a94c30fe0bac8fb5c0b54ea70bf6d2f",
		""},
	{"go-ethereum crypto/signature_test.go, v = 28", ecc.Invalid, 28,
		"ce0677bb30baa8cf067c88db9811f4333d131bf8bcf12fe7065d211dce971008",
		"90f27b8b488db00b00606796d2987f6a5f59ae62ea05effe84fef5b8b0e54998" +
			"4a691139ad57a3f0b906637673aa2f63d1f55cb1a69199d4009eea23ceaddc93",
		""},
	{"Botan ecdsa_verify.vec: s = 0", ecc.Invalid, 0,
		"1fcb9d44aec25877d4a5bdd5a96480d46f04baed89313cc7b75ace293af2da73",
		"63efe6cc6b825e3d1ca849eb6091369721ab19fafa21a4c57563e897184ea96b" +
			"0000000000000000000000000000000000000000000000000000000000000000",
		""},
	{"Botan ecdsa_verify.vec: r = 0", ecc.Invalid, 0,
		"1fcb9d44aec25877d4a5bdd5a96480d46f04baed89313cc7b75ace293af2da73",
		"0000000000000000000000000000000000000000000000000000000000000000" +
			"63efe6cc6b825e3d1ca849eb6091369721ab19fafa21a4c57563e897184ea96b",
		""},
	{"Wycheproof #243, v = 2: x = 1 + n is not on the curve", ecc.Invalid, 2,
		"09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		"0000000000000000000000000000000000000000000000000000000000000001" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		""},
	{"R = G, digest = s = 1: the key is the point at infinity", ecc.Invalid, 0,
		"0000000000000000000000000000000000000000000000000000000000000001",
		"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" +
			"0000000000000000000000000000000000000000000000000000000000000001",
		""},
}
