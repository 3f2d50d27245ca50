package ecvrf

import (
	"encoding/hex"
	"slices"

	"github.com/sluice-engine/sluice/kernels"
)

// knownProof is a job in hexadecimal; beta is empty if it is invalid.
type knownProof struct {
	rule              kernels.Flags
	key, alpha        string
	gamma, c, s, beta string
}

// standardProofs are valid.
var standardProofs = []knownProof{
	// RFC 9381, appendix B.3.
	{kernels.TAI, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f", "26f8a57ccaed74ee1b190bed1f479d97",
		"27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
		"90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff" +
			"66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae"},
	{kernels.TAI, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed593", "3bf0864a62558b3ed7f2fea45c92a465",
		"301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
		"eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb" +
			"5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031"},
	{kernels.TAI, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf80", "96bb474e53895c362d8628ee9f9ea3c0",
		"e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
		"645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45" +
			"2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f"},
	// RFC 9381, appendix B.4.
	{kernels.ELL2, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"7d9c633ffeee27349264cf5c667579fc583b4bda63ab71d001f89c10003ab46f", "14adf9a3cd8b8412d9038531e865c341",
		"cafa73589b023d14311c331a9ad15ff2fb37831e00f0acaa6d73bc9997b06501",
		"9d574bf9b8302ec0fc1e21c3ec5368269527b87b462ce36dab2d14ccf80c53cc" +
			"cf6758f058c5b1c856b116388152bbe509ee3b9ecfe63d93c3b4346c1fbc6c54"},
	{kernels.ELL2, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"47b327393ff2dd81336f8a2ef10339112401253b3c714eeda879f12c509072ef", "055b48372bb82efbdce8e10c8cb9a2f9",
		"d60e93908f93df1623ad78a86a028d6bc064dbfc75a6a57379ef855dc6733801",
		"38561d6b77b71d30eb97a062168ae12b667ce5c28caccdf76bc88e093e463598" +
			"7cd96814ce55b4689b3dd2947f80e59aac7b7675f8083865b46c89b2ce9cc735"},
	{kernels.ELL2, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"926e895d308f5e328e7aa159c06eddbe56d06846abf5d98c2512235eaa57fdce", "35b46edfc655bc828d44ad09d1150f31",
		"374e7ef73027e14760d42e77341fe05467bb286cc2c9d7fde29120a0b2320d04",
		"121b7f9b9aaaa29099fc04a94ba52784d44eac976dd1a3cca458733be5cd090a" +
			"7b5fbd148444f17f8daf1fb55cb04b1ae85a626e30a54b4b0f8abf4a43314a58"},
	// Algorand's libsodium, test/default/vrf.c, cases 0 to 2.
	{kernels.Draft03, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"b6b4699f87d56126c9117a7da55bd0085246f4c56dbc95d20172612e9d38e8d7", "ca65e573a126ed88d4e30a46f80a6668",
		"54d675cf3ba81de0de043c3774f061560f55edc256a787afe701677c0f602900",
		"5b49b554d05c0cd5a5325376b3387de59d924fd1e13ded44648ab33c21349a60" +
			"3f25b84ec5ed887995b33da5e3bfcb87cd2f64521c4c62cf825cffabbe5d31cc"},
	{kernels.Draft03, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"ae5b66bdf04b4c010bfe32b2fc126ead2107b697634f6f7337b9bff8785ee111", "200095ece87dde4dbe87343f6df3b107",
		"d91798c8a7eb1245d3bb9c5aafb093358c13e6ae1111a55717e895fd15f99f07",
		"94f4487e1b2fec954309ef1289ecb2e15043a2461ecc7b2ae7d4470607ef82eb" +
			"1cfa97d84991fe4a7bfdfd715606bc27e2967a6c557cfb5875879b671740b7d8"},
	{kernels.Draft03, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"dfa2cba34b611cc8c833a6ea83b8eb1bb5e2ef2dd1b0c481bc42ff36ae7847f6", "ab52b976cfd5def172fa412defde270c",
		"8b8bdfbaae1c7ece17d9833b1bcf31064fff78ef493f820055b561ece45e1009",
		"2031837f582cd17a9af9e0c7ef5a6540e3453ed894b62c293686ca3c1e319dde" +
			"9d0aa489a4b59a9594fc2328bc3deff3c8a0929a369a72b1180a596e016b5ded"},
}

// oddProofs are those that only a dishonest prover makes, and on which implementations differ.
var oddProofs = []knownProof{
	// Key and Gamma have parts of order 8, and the challenge is such that the proof holds.
	{kernels.TAI, "cdbc161be64c4302f56443ff29ccf36a2075be1a1fa67ff126b56315f5681c38", "06",
		"b5c087214b77f4bc21a62cba6e5543478f5b919ed7b183dac69146e2c9f2c08d", "e9c73fe54a14615388aa7afc038cbc35",
		"133cb000a98f6bc4fc8749373aec3b511f0a0000000000000000000000000000",
		"1628c0e13e97769fe997cbd3a197673c377e982680a4f51884671f5351affe63" +
			"cd8c20f589af7b0a1eab74cb646dc0f8f5c97b8410eef23010731fcba041850f"},
	{kernels.ELL2, "cdbc161be64c4302f56443ff29ccf36a2075be1a1fa67ff126b56315f5681c38", "00",
		"4b5cf6e4a79adb202c15a0dcad7563fbf6e87de8dbb487dfe3f5a53eb9178794", "d9c5bf82af20eb33f25fe9fde4ee8de5",
		"83c6cc11982f7ba5a9c6f34a982065b93d2b0000000000000000000000000000",
		"df2c0db65eb659ffb15357cc787d018ef3ec791b3ee99f6a6d57dfbcf7673998" +
			"480e92ee4424b504108a70467385af4e2119dbfc96de77230785401200b16d4a"},
	{kernels.Draft03, "cdbc161be64c4302f56443ff29ccf36a2075be1a1fa67ff126b56315f5681c38", "08",
		"581c93358d7b590c08f50530b3b6547e6c6a77cffd3b108a1ffded428c4a5f54", "512549eaf333996e6d18842a5a8b5c92",
		"3b8849e13c4dda591af5fd3b0cefbbf0911b0000000000000000000000000000",
		"d76fd0a26688f1413c24795407765533c656d1023698dcf43aa2bb42488c9884" +
			"e6796570fcb8893951df66e0bfe4299c456658332694b0e53d51887cdd979208"},
	// The first proof of each rule with s + L.
	{kernels.TAI, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f", "26f8a57ccaed74ee1b190bed1f479d97",
		"14a6c656cb68b83c2d4055f28ed48a2768a1b0db10836d9826a528ca76567815",
		""},
	{kernels.ELL2, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"7d9c633ffeee27349264cf5c667579fc583b4bda63ab71d001f89c10003ab46f", "14adf9a3cd8b8412d9038531e865c341",
		"b7ce69b5b5654f6c07b92abd78cb3e07fc37831e00f0acaa6d73bc9997b06511",
		""},
	{kernels.Draft03, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"b6b4699f87d56126c9117a7da55bd0085246f4c56dbc95d20172612e9d38e8d7", "ca65e573a126ed88d4e30a46f80a6668",
		"41aa6b2c560b3038b5a133da52ea406b0f55edc256a787afe701677c0f602910",
		"5b49b554d05c0cd5a5325376b3387de59d924fd1e13ded44648ab33c21349a60" +
			"3f25b84ec5ed887995b33da5e3bfcb87cd2f64521c4c62cf825cffabbe5d31cc"},
	// The key is the neutral point, and the equations hold.
	{kernels.TAI, "0100000000000000000000000000000000000000000000000000000000000000", "",
		"0100000000000000000000000000000000000000000000000000000000000000", "2710017d2239b37da6240de828b70662",
		"0100000000000000000000000000000000000000000000000000000000000000",
		""},
	{kernels.ELL2, "0100000000000000000000000000000000000000000000000000000000000000", "",
		"0100000000000000000000000000000000000000000000000000000000000000", "1558aa2cee45c9036b7f859eddd1f162",
		"0100000000000000000000000000000000000000000000000000000000000000",
		""},
	{kernels.Draft03, "0100000000000000000000000000000000000000000000000000000000000000", "",
		"0100000000000000000000000000000000000000000000000000000000000000", "d1d3bc708fcaad7613c93ef43d347fa3",
		"0100000000000000000000000000000000000000000000000000000000000000",
		""},
}

// spoilt are the bits of key || Gamma || c || s that are flipped for invalid jobs, one in each field.
var spoilt = []int{0, 8 * 32, 8*64 + 3, 8*80 + 7}

// known builds the batch of [kernels.Kernel.Known]: the rule's proofs of the standards, each also with a longer
// alpha and with each bit of spoilt flipped, and its odd proofs.
func known(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	others := func(p knownProof) bool { return p.rule != rule }
	standard := slices.DeleteFunc(slices.Clone(standardProofs), others)
	odd := slices.DeleteFunc(slices.Clone(oddProofs), others)

	jobs := len(standard)*(2+len(spoilt)) + len(odd)
	b := kernels.New(k, rule, jobs, 3*jobs)
	for _, p := range standard {
		row, alpha := unhex(p.key+p.gamma+p.c+p.s), unhex(p.alpha)
		addKnown(b, row, alpha, unhex(p.beta))
		addKnown(b, row, append(slices.Clone(alpha), 0), nil)
		for _, bit := range spoilt {
			bad := slices.Clone(row)
			bad[bit/8] ^= 1 << (bit % 8)
			addKnown(b, bad, alpha, nil)
		}
	}
	for _, p := range odd {
		addKnown(b, unhex(p.key+p.gamma+p.c+p.s), unhex(p.alpha), unhex(p.beta))
	}
	return b
}

// addKnown appends a job with its answer: beta, or nothing for an invalid one.
func addKnown(b *kernels.Batch, row, alpha, beta []byte) {
	i := b.Len()
	if err := Append(b, row[:KeySize], alpha, row[KeySize:]); err != nil {
		panic("ecvrf: known answers: " + err.Error())
	}
	copy(b.Out(i), beta)
	b.SetVerdict(i, kernels.Of(len(beta) != 0))
}

func unhex(s string) []byte {
	p, err := hex.DecodeString(s)
	if err != nil {
		panic("ecvrf: known answers: " + err.Error())
	}
	return p
}
