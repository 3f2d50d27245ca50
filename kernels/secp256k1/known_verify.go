package secp256k1

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

func knownVerify(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	return ecc.Known(k, rule, verifyCases)
}

// verifyCases are from Botan (src/tests/data/pubkey/ecdsa_verify.vec) and Project Wycheproof
// (ecdsa_secp256k1_sha256_p1363_test.json, by tcId).
var verifyCases = []ecc.Case{
	{Source: "Botan ecdsa_verify.vec: all-ones digest", Answer: ecc.NotLowS,
		Digest: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		Signature: "e30f2e6a0f705f4fb5f8501ba79c7c0d3fac847f1ad70b873e9797b17b89b390" +
			"81f1a4457589f30d76ab9f89e748a68c8a94c30fe0bac8fb5c0b54ea70bf6d2f",
		Key: "f3f8bb913aa68589a2c8c607a877ab05252adbd963e1be846ddeb8456942aedc" +
			"a2ed51f08ca3ef3dac0a7504613d54cd539fc1b3cbc92453cd704b6a2d012b2c"},
	{Source: "Botan ecdsa_verify.vec: s = 0", Answer: ecc.Invalid,
		Digest: "1fcb9d44aec25877d4a5bdd5a96480d46f04baed89313cc7b75ace293af2da73",
		Signature: "63efe6cc6b825e3d1ca849eb6091369721ab19fafa21a4c57563e897184ea96b" +
			"0000000000000000000000000000000000000000000000000000000000000000",
		Key: "c732a2c891a89ba26a9fa38070832923bad81db123cc2b8a23e521f46eb8ffcc" +
			"a5fb8d06d0eae6737db650654966b333fe0824b781e428efca3d611cff93daf9"},
	{Source: "Botan ecdsa_verify.vec: r = 0", Answer: ecc.Invalid,
		Digest: "1fcb9d44aec25877d4a5bdd5a96480d46f04baed89313cc7b75ace293af2da73",
		Signature: "0000000000000000000000000000000000000000000000000000000000000000" +
			"63efe6cc6b825e3d1ca849eb6091369721ab19fafa21a4c57563e897184ea96b",
		Key: "c732a2c891a89ba26a9fa38070832923bad81db123cc2b8a23e521f46eb8ffcc" +
			"a5fb8d06d0eae6737db650654966b333fe0824b781e428efca3d611cff93daf9"},
	{Source: "Wycheproof #60: Edge case for Shamir multiplication", Answer: ecc.Valid,
		Digest: "b78f33ca6d031315ab4c29b4429e6e8f8978517d49192c90fb2266bea6842918",
		Signature: "dd1b7d09a7bd8218961034a39a87fecf5314f00c4d25eb58a07ac85e85eab516" +
			"35138c401ef8d3493d65c9002fe62b43aee568731b744548358996d9cc427e06",
		Key: "b838ff44e5bc177bf21189d0766082fc9d843226887fc9760371100b7ee20a6f" +
			"f0c9d75bfba7b31a6bca1974496eeb56de357071955d83c4b1badaa0b21832e9"},
	{Source: "Wycheproof #117: r,s are large", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413f" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "bc97e7585eecad48e16683bc4091708e1a930c683fc47001d4b383594f2c4e22" +
			"705989cf69daeadd4e4e4b8151ed888dfec20fb01728d89d56b3f38f2ae9c8c5"},
	{Source: "Wycheproof #148: s == 1", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215c1" +
			"0000000000000000000000000000000000000000000000000000000000000001",
		Key: "bb79f61857f743bfa1b6e7111ce4094377256969e4e15159123d9548acc3be6c" +
			"1f9d9f8860dcffd3eb36dd6c31ff2e7226c2009c4c94d8d7d2b5686bf7abd677"},
	{Source: "Wycheproof #165: point at infinity during verify", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0" +
			"55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215c0",
		Key: "d533b789a4af890fa7a82a1fae58c404f9a62a50b49adafab349c513b4150874" +
			"01b4171b803e76b34a9861e10f7bc289a066fd01bd29f84c987a10a5fb18c2d4"},
	{Source: "Wycheproof #166: edge case for signature malleability", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0" +
			"7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0",
		Key: "3a3150798c8af69d1e6e981f3a45402ba1d732f4be8330c5164f49e10ec555b4" +
			"221bd842bc5e4d97eff37165f60e3998a424d72a450cf95ea477c78287d0343a"},
	{Source: "Wycheproof #167: edge case for signature malleability", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0" +
			"7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1",
		Key: "3b37df5fb347c69a0f17d85c0c7ca83736883a825e13143d0fcfc8101e851e80" +
			"0de3c090b6ca21ba543517330c04b12f948c6badf14a63abffdf4ef8c7537026"},
	{Source: "Wycheproof #168: u1 == 1", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215b8" +
			"bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Key: "feb5163b0ece30ff3e03c7d55c4380fa2fa81ee2c0354942ff6f08c99d0cd82c" +
			"e87de05ee1bda089d3e4e248fa0f721102acfffdf50e654be281433999df897e"},
	{Source: "Wycheproof #169: u1 == n - 1", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215b8" +
			"44a5ad0bd0636d9e12bc9e0a6bdd5e1bba77f523842193b3b82e448e05d5f11e",
		Key: "238ced001cf22b8853e02edc89cbeca5050ba7e042a7a77f9382cd4149228976" +
			"40683d3094643840f295890aa4c18aa39b41d77dd0fb3bb2700e4f9ec284ffc2"},
	{Source: "Wycheproof #170: u2 == 1", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215b8" +
			"55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215b8",
		Key: "961cf64817c06c0e51b3c2736c922fde18bd8c4906fcd7f5ef66c4678508f35e" +
			"d2c5d18168cfbe70f2f123bd7419232bb92dd69113e2941061889481c5a027bf"},
	{Source: "Wycheproof #171: u2 == n - 1", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215b8" +
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa9d1c9e899ca306ad27fe1945de0242b89",
		Key: "13681eae168cd4ea7cf2e2a45d052742d10a9f64e796867dbdcb829fe0b10288" +
			"16528760d177376c09df79de39557c329cc1753517acffe8fa2ec298026b8384"},
	{Source: "Wycheproof #202: point duplication during verification", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "32b0d10d8d0e04bc8d4d064d270699e87cffc9b49c5c20730e1c26f6105ddcda" +
			"d612c2984c2afa416aa7f2882a486d4a8426cb6cfc91ed5b737278f9fca8be68",
		Key: "2ea7133432339c69d27f9b267281bd2ddd5f19d6338d400a05cd3647b157a385" +
			"3547808298448edb5e701ade84cd5fb1ac9567ba5e8fb68a6b933ec4b5cc84cc"},
	{Source: "Wycheproof #203: duplication bug", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "32b0d10d8d0e04bc8d4d064d270699e87cffc9b49c5c20730e1c26f6105ddcda" +
			"d612c2984c2afa416aa7f2882a486d4a8426cb6cfc91ed5b737278f9fca8be68",
		Key: "2ea7133432339c69d27f9b267281bd2ddd5f19d6338d400a05cd3647b157a385" +
			"cab87f7d67bb7124a18fe5217b32a04e536a9845a1704975946cc13a4a337763"},
	{Source: "Wycheproof #204: comparison with point at infinity", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "55555555555555555555555555555554e8e4f44ce51835693ff0ca2ef01215c0" +
			"33333333333333333333333333333332f222f8faefdb533f265d461c29a47373",
		Key: "8aa2c64fa9c6437563abfbcbd00b2048d48c18c152a2a6f49036de7647ebe82e" +
			"1ce64387995c68a060fa3bc0399b05cc06eec7d598f75041a4917e692b7f51ff"},
	{Source: "Wycheproof #217: public key shares x-coordinate with generator", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023" +
			"2492492492492492492492492492492463cfd66a190a6008891e0d81d49a0952",
		Key: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" +
			"483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"},
	{Source: "Wycheproof #225: y-coordinate of the public key is small", Answer: ecc.Valid,
		Digest: "2f77668a9dfbf8d5848b9eeb4a7145ca94c6ed9236e4a773f6dcafa5132b2f91",
		Signature: "6d6a4f556ccce154e7fb9f19e76c3deca13d59cc2aeb4ecad968aab2ded45965" +
			"53b9fa74803ede0fc4441bf683d56c564d3e274e09ccf47390badd1471c05fb7",
		Key: "6e823555452914099182c6b2c1d6f0b5d28d50ccd005af2ce1bba541aa40caff" +
			"00000001060492d5a5673e0f25d8d50fb7e58c49d86d46d4216955e0aa3d40e1"},
	{Source: "Wycheproof #228: y-coordinate of the public key is large", Answer: ecc.NotLowS,
		Digest: "2f77668a9dfbf8d5848b9eeb4a7145ca94c6ed9236e4a773f6dcafa5132b2f91",
		Signature: "3854a3998aebdf2dbc28adac4181462ccac7873907ab7f212c42db0e69b56ed8" +
			"c12c09475c772fd0c1b2060d5163e42bf71d727e4ae7c03eeba954bf50b43bb3",
		Key: "6e823555452914099182c6b2c1d6f0b5d28d50ccd005af2ce1bba541aa40caff" +
			"fffffffef9fb6d2a5a98c1f0da272af0481a73b62792b92bde96aa1e55c2bb4e"},
	{Source: "Wycheproof #243: r = 1, x = 1 is valid", Answer: ecc.NotLowS,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000001" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "b9520873424b8b7099104a5a0eb1acac48e189719971b9131bf9ca8c25f436c9" +
			"2ff805b36e40d651ffb7573edd9b4998c2f2fe39891baf3d83670e9242c0d4ad"},
	{Source: "Wycheproof #244: r = 2, x = 1 is invalid", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000002" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "15f0573de014498f1ee256977a7a21ce5663888d223f841b24495d599a2bd2df" +
			"aec48b59fbc8ce644a8d0e5feae572a9dce6d94ab5c1cc04ca5b3d82591aa640"},
	{Source: "Wycheproof #245: r = 1 + n, x = 1 is invalid; r was not reduced mod n", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "b9520873424b8b7099104a5a0eb1acac48e189719971b9131bf9ca8c25f436c9" +
			"2ff805b36e40d651ffb7573edd9b4998c2f2fe39891baf3d83670e9242c0d4ad"},
	{Source: "Wycheproof #247: r = 2, x = n + 2 is the smallest possible x with a reduction", Answer: ecc.NotLowS,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000002" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "49be80da98fb7ea4165f898c36c696c50bd9da6485038c6cbda36d82dad41cfd" +
			"64613a0e2c7224a85e29f774726b434e969db2d4765eafdf3c36004b7202ff3f"},
	{Source: "Wycheproof #248: r = 3, x = n + 2 is invalid", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000003" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "682cb28dfdcb3e72f200307a6146151338a7143914439c046980c805f0e9d126" +
			"81d073c1b1dd129e3627d75d8a231a80342149abfcdd8ab9b5775fde215ab9a0"},
	{Source: "Wycheproof #249: r = p - n + 1, x = 1 is invalid; r is too large to compare r + n with x", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "000000000000000000000000000000014551231950b75fc4402da1722fc9baef" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "93c9400c1fc5ed1aefb9f463e7650ae09778313fc188e84564e711a7b8458886" +
			"7e72afd2a40cd15f7b92c6ce7ea95dc7327e54a5309312f43628273534a86ae9"},
	{Source: "Wycheproof #250: r = 2^256 - n + 1, x = 1 is invalid; r + n is too large to compare r + n with x, and overflows 2^256 bits", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "000000000000000000000000000000014551231950b75fc4402da1732fc9bec0" +
			"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413e",
		Key: "e7ed253ac1810f174a83443264f57efbc090bb478a1fac8296f637b4694502a8" +
			"6f48fbb04579fa9e3bbce880915211b24de7f21511e3acf63ea49d737fc6459d"},
}
