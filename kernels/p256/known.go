package p256

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

func known(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	return ecc.Known(k, rule, knownCases)
}

// knownCases are from RFC 6979, appendix A.2.5, and Project Wycheproof (ecdsa_secp256r1_sha256_p1363_test.json,
// by tcId).
var knownCases = []ecc.Case{
	{Source: "RFC 6979 A.2.5: SHA-256, sample", Answer: ecc.NotLowS,
		Digest: "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
		Signature: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
			"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
		Key: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
			"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"},
	{Source: "RFC 6979 A.2.5: SHA-256, test", Answer: ecc.Valid,
		Digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Signature: "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367" +
			"019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
		Key: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
			"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"},
	{Source: "RFC 6979 A.2.5: the signature of sample for test", Answer: ecc.Invalid,
		Digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Signature: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
			"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
		Key: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
			"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"},
	{Source: "Wycheproof #60: Edge case for Shamir multiplication", Answer: ecc.Valid,
		Digest: "70239dd877f7c944c422f44dea4ed1a52f2627416faf2f072fa50c772ed6f807",
		Signature: "64a1aab5000d0e804f3e2fc02bdee9be8ff312334e2ba16d11547c97711c898e" +
			"6af015971cc30be6d1a206d4e013e0997772a2f91d73286ffd683b9bb2cf4f1b",
		Key: "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838" +
			"c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e"},
	{Source: "Wycheproof #117: r,s are large", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "ab05fd9d0de26b9ce6f4819652d9fc69193d0aa398f0fba8013e09c582204554" +
			"19235271228c786759095d12b75af0692dd4103f19f6a8c32f49435a1e9b8d45"},
	{Source: "Wycheproof #152: s == 1", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"0000000000000000000000000000000000000000000000000000000000000001",
		Key: "8aeb368a7027a4d64abdea37390c0c1d6a26f399e2d9734de1eb3d0e19373874" +
			"05bd13834715e1dbae9b875cf07bd55e1b6691c7f7536aef3b19bf7a4adf576d"},
	{Source: "Wycheproof #153: s == 0", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"0000000000000000000000000000000000000000000000000000000000000000",
		Key: "8aeb368a7027a4d64abdea37390c0c1d6a26f399e2d9734de1eb3d0e19373874" +
			"05bd13834715e1dbae9b875cf07bd55e1b6691c7f7536aef3b19bf7a4adf576d"},
	{Source: "Wycheproof #169: point at infinity during verify", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8" +
			"555555550000000055555555555555553ef7a8e48d07df81a693439654210c70",
		Key: "b533d4695dd5b8c5e07757e55e6e516f7e2c88fa0239e23f60e8ec07dd70f287" +
			"1b134ee58cc583278456863f33c3a85d881f7d4a39850143e29d4eaf009afe47"},
	{Source: "Wycheproof #170: edge case for signature malleability", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9" +
			"7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
		Key: "f50d371b91bfb1d7d14e1323523bc3aa8cbf2c57f9e284de628c8b4536787b86" +
			"f94ad887ac94d527247cd2e7d0c8b1291c553c9730405380b14cbb209f5fa2dd"},
	{Source: "Wycheproof #171: edge case for signature malleability", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9" +
			"7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9",
		Key: "68ec6e298eafe16539156ce57a14b04a7047c221bafc3a582eaeb0d857c4d946" +
			"97bed1af17850117fdb39b2324f220a5698ed16c426a27335bb385ac8ca6fb30"},
	{Source: "Wycheproof #172: u1 == 1", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Key: "69da0364734d2e530fece94019265fefb781a0f1b08f6c8897bdf6557927c8b8" +
			"66d2d3c7dcd518b23d726960f069ad71a933d86ef8abbcce8b20f71e2a847002"},
	{Source: "Wycheproof #173: u1 == n - 1", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"44a5ad0ad0636d9f12bc9e0a6bdd5e1cbcb012ea7bf091fcec15b0c43202d52e",
		Key: "d8adc00023a8edc02576e2b63e3e30621a471e2b2320620187bf067a1ac1ff32" +
			"33e2b50ec09807accb36131fff95ed12a09a86b4ea9690aa32861576ba2362e1"},
	{Source: "Wycheproof #174: u2 == 1", Answer: ecc.Valid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"555555550000000055555555555555553ef7a8e48d07df81a693439654210c70",
		Key: "3623ac973ced0a56fa6d882f03a7d5c7edca02cfc7b2401fab3690dbe75ab785" +
			"8db06908e64b28613da7257e737f39793da8e713ba0643b92e9bb3252be7f8fe"},
	{Source: "Wycheproof #175: u2 == n - 1", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"aaaaaaaa00000000aaaaaaaaaaaaaaaa7def51c91a0fbf034d26872ca84218e1",
		Key: "cf04ea77e9622523d894b93ff52dc3027b31959503b6fa3890e5e04263f922f1" +
			"e8528fb7c006b3983c8b8400e57b4ed71740c2f3975438821199bedeaecab2e9"},
	{Source: "Wycheproof #204: point duplication during verification", Answer: ecc.NotLowS,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "6f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569" +
			"bb726660235793aa9957a61e76e00c2c435109cf9a15dd624d53f4301047856b",
		Key: "5b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc46963" +
			"838a40f2a36092e9004e92d8d940cf5638550ce672ce8b8d4e15eba5499249e9"},
	{Source: "Wycheproof #205: duplication bug", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "6f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569" +
			"bb726660235793aa9957a61e76e00c2c435109cf9a15dd624d53f4301047856b",
		Key: "5b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc46963" +
			"7c75bf0c5c9f6d17ffb16d2726bf30a9c7aaf31a8d317472b1ea145ab66db616"},
	{Source: "Wycheproof #206: point with x-coordinate 0", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "0000000000000000000000000000000000000000000000000000000000000001" +
			"555555550000000055555555555555553ef7a8e48d07df81a693439654210c70",
		Key: "6adda82b90261b0f319faa0d878665a6b6da497f09c903176222c34acfef72a6" +
			"47e6f50dcc40ad5d9b59f7602bb222fad71a41bf5e1f9df4959a364c62e488d9"},
	{Source: "Wycheproof #208: comparison with point at infinity", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "555555550000000055555555555555553ef7a8e48d07df81a693439654210c70" +
			"3333333300000000333333333333333325c7cbbc549e52e763f1f55a327a3aa9",
		Key: "dd86d3b5f4a13e8511083b78002081c53ff467f11ebd98a51a633db76665d250" +
			"45d5c8200c89f2fa10d849349226d21d8dfaed6ff8d5cb3e1b7e17474ebc18f7"},
	{Source: "Wycheproof #221: public key shares x-coordinate with generator", Answer: ecc.Invalid,
		Digest: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023",
		Signature: "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023" +
			"249249246db6db6ddb6db6db6db6db6dad4591868595a8ee6bf5f864ff7be0c2",
		Key: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
			"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"},
	{Source: "Wycheproof #225: pseudorandom signature", Answer: ecc.Valid,
		Digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		Signature: "b292a619339f6e567a305c951c0dcbcc42d16e47f219f9e98e76e09d8770b34a" +
			"0177e60492c5a8242f76f07bfe3661bde59ec2a17ce5bd2dab2abebdf89a62e2",
		Key: "04aaec73635726f213fb8a9e64da3b8632e41495a944d0045b522eba7240fad5" +
			"87d9315798aaa3a5ba01775787ced05eaaf7b4e09fc81d6d1aa546e8365d525d"},
	{Source: "Wycheproof #247: y-coordinate of the public key is small", Answer: ecc.Valid,
		Digest: "2f77668a9dfbf8d5848b9eeb4a7145ca94c6ed9236e4a773f6dcafa5132b2f91",
		Signature: "31230428405560dcb88fb5a646836aea9b23a23dd973dcbe8014c87b8b20eb07" +
			"0f9344d6e812ce166646747694a41b0aaf97374e19f3c5fb8bd7ae3d9bd0beff",
		Key: "bcbb2914c79f045eaa6ecbbc612816b3be5d2d6796707d8125e9f851c18af015" +
			"000000001352bb4a0fa2ea4cceb9ab63dd684ade5a1127bcf300a698a7193bc2"},
	{Source: "Wycheproof #250: y-coordinate of the public key is large", Answer: ecc.NotLowS,
		Digest: "2f77668a9dfbf8d5848b9eeb4a7145ca94c6ed9236e4a773f6dcafa5132b2f91",
		Signature: "d7d70c581ae9e3f66dc6a480bf037ae23f8a1e4a2136fe4b03aa69f0ca25b356" +
			"89c460f8a5a5c2bbba962c8a3ee833a413e85658e62a59e2af41d9127cc47224",
		Key: "bcbb2914c79f045eaa6ecbbc612816b3be5d2d6796707d8125e9f851c18af015" +
			"fffffffeecad44b6f05d15b33146549c2297b522a5eed8430cff596758e6c43d"},
	{Source: "Wycheproof #253: r = 5, x = 5 is valid", Answer: ecc.NotLowS,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000005" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "264d796a0dab9b376d34eea6fe297dde1c7b73e53944bc96c8f1e8a6850bb6c9" +
			"cf5308020eed460c649ddae61d4ef8bb79958113f106befaf4f18876d12a5e64"},
	{Source: "Wycheproof #254: r = 6, x = 5 is invalid", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000006" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "add76677e54a92e79bbee36a70e1754838273ec4b39295e4018a587290a7fc73" +
			"f240d625642c943e610d80d953c5c6b8a12760a624ba3b90a0b7902755e1ae79"},
	{Source: "Wycheproof #255: r = 5 + n, x = 5 is invalid; r was not reduced mod n", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632556" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "264d796a0dab9b376d34eea6fe297dde1c7b73e53944bc96c8f1e8a6850bb6c9" +
			"cf5308020eed460c649ddae61d4ef8bb79958113f106befaf4f18876d12a5e64"},
	{Source: "Wycheproof #257: r = 3, x = n + 3 is the smallest possible x with a reduction", Answer: ecc.NotLowS,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000003" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "ce24c99032d52ac6ead23c0ae3ec68ef41e51a281fd457808c83136d7dcce90e" +
			"8f7a154b551e9f39c59279357aa491b2a62bdebc2bb78613883fc72936c057e0"},
	{Source: "Wycheproof #258: r = 4, x = n + 3 is invalid", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "0000000000000000000000000000000000000000000000000000000000000004" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "c981c75ddfd3910387eb147098fe5658c43aaaa34c681cd6d514b6ad5b6baa6d" +
			"14fbddb53a6e6db18e90602bc60f2e736d625765f7f2cca4be76f4eeccf12c18"},
	{Source: "Wycheproof #259: r = p - n + 5, x = 5 is invalid; r is too large to compare r + n with x", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "000000000000000000000000000000004319055358e8617b0c46353d039cdab3" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "0ec505bc19b14a43e05678cccf07a443d3e871a2e19b68a4da91859a0650f324" +
			"77300e4f64e9982d94dff5d294428bb37cc9be66117cae9c389d2d495f68b987"},
	{Source: "Wycheproof #260: r = 2^256 - n + 5, x = 5 is invalid; r + n is too large to compare r + n with x, and overflows 2^256 bits", Answer: ecc.Invalid,
		Digest: "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
		Signature: "00000000ffffffff00000000000000004319055258e8617b0c46353d039cdab4" +
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e",
		Key: "d42ce21e730f3d2a84e949828574b4dceeb77d4f89556735f34fba03028ee3ed" +
			"32daf8bfd3f0a7a0821170840f4e032056722386b35d9bdd4f4f450696f4fb52"},
}
