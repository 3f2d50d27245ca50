package sm2

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

func known(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	return ecc.Known(k, rule, knownCases)
}

// knownCases are the example of GB/T 32918.5-2017, annex A, the test data of OpenSSL
// (test/recipes/30-test_evp_data/evppkey_sm2.txt) and Botan (src/tests/data/pubkey/sm2_sig.vec), and changes of them that
// the standard refuses: no invalid cases were published with it.
var knownCases = []ecc.Case{
	{Source: "GB/T 32918.5 annex A", Answer: ecc.Valid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "OpenSSL evppkey_sm2.txt, first", Answer: ecc.Valid,
		Digest: "d7ad397f6ffa5d4f7f11e7217f241607dc30618c236d2c09c1b9ea8fdadee2e8",
		Signature: "ab1db64de7c40edbde6651c9b8ebdb804673db836e5d5c7fe15dcf9ed2725037" +
			"eba714451ff69b0bb930b379e192e7cd5fa6e3c41c7fbd8303b799ab54a54621",
		Key: "393a2ad9e27e43acaaab85a19d3b85591e14406157175addd37bf77ff0caf9ed" +
			"37fcf3a8b4f55c038523261fca6636afe6a7afa2a1482a606f5cb3a18b2e2a1e"},
	{Source: "OpenSSL evppkey_sm2.txt, second", Answer: ecc.Valid,
		Digest: "b1139602c6ecc9e15e2f3f9c635a1afe737058bc15387479c1ea0d0b3d90e9e5",
		Signature: "e6e0414ebd3a656c35602af14ab20287dbf30d57af75c49a188ed4b42391f224" +
			"2f54f277c606f4605e1ce9514947ffddf94c67a539804a4ed17f852288bdbe2e",
		Key: "393a2ad9e27e43acaaab85a19d3b85591e14406157175addd37bf77ff0caf9ed" +
			"37fcf3a8b4f55c038523261fca6636afe6a7afa2a1482a606f5cb3a18b2e2a1e"},
	{Source: "Botan sm2_sig.vec: sm2test@example.com", Answer: ecc.Valid,
		Digest: "2a0f08f892059e32c0c652d9f0eef7fe7052782d16c7e6e01b3a5fabea1cff4f",
		Signature: "05890b9077b92e47b17a1ff42a814280e556afd92b4a98b9670bf8b1a274c2fa" +
			"e3abbb8db2b6ecd9b24eccea7f679fb9a4b1db52f4aa985e443ad73237fa1993",
		Key: "d03d30dd01ca3422aeaccf9b88043b554659d3092b0a9e8cce3e8c4530a98cb7" +
			"9d705e6213eee145b748e36e274e5f101dc10d7bbc9dab9a04022e73b76e02cd"},
	{Source: "OpenSSL, the second signature for the first digest", Answer: ecc.Invalid,
		Digest: "d7ad397f6ffa5d4f7f11e7217f241607dc30618c236d2c09c1b9ea8fdadee2e8",
		Signature: "e6e0414ebd3a656c35602af14ab20287dbf30d57af75c49a188ed4b42391f224" +
			"2f54f277c606f4605e1ce9514947ffddf94c67a539804a4ed17f852288bdbe2e",
		Key: "393a2ad9e27e43acaaab85a19d3b85591e14406157175addd37bf77ff0caf9ed" +
			"37fcf3a8b4f55c038523261fca6636afe6a7afa2a1482a606f5cb3a18b2e2a1e"},
	{Source: "GB/T 32918.5 under the key of OpenSSL", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "393a2ad9e27e43acaaab85a19d3b85591e14406157175addd37bf77ff0caf9ed" +
			"37fcf3a8b4f55c038523261fca6636afe6a7afa2a1482a606f5cb3a18b2e2a1e"},
	{Source: "GB/T 32918.5, s negated", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"4e4955d520ded02789ce7d43f2bde35db673a66e0246c256cfb08a44b4197f79",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "GB/T 32918.5, y negated", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"3315b6f21d988a5ad239158e733e559ff512fa030ca1f7b699cd09f8d25652ec"},
	{Source: "GB/T 32918.5, y + 1: off the curve", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad14"},
	{Source: "r = 0", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "0000000000000000000000000000000000000000000000000000000000000000" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "s = 0", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"0000000000000000000000000000000000000000000000000000000000000000",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "r = n", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "s = n", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "r + s = n, and the equation would hold", Answer: ecc.Invalid,
		Digest: "22ac7486e451b02b42f7e949e768f09ff1f14c1d9c3f5cf8ed87f58eea7c4833",
		Signature: "4e4955d520ded02789ce7d43f2bde35db673a66e0246c256cfb08a44b4197f79" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
	{Source: "sG + tQ is infinity for Q = G, s = 1, r = n - 2 = e", Answer: ecc.Invalid,
		Digest: "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121",
		Signature: "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121" +
			"0000000000000000000000000000000000000000000000000000000000000001",
		Key: "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
			"bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"},
	{Source: "x = p", Answer: ecc.Invalid,
		Digest: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
		Signature: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
			"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
		Key: "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff" +
			"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"},
}
