package sm3

import (
	"strings"

	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

func answers() []digest.Answer {
	return []digest.Answer{
		// GB/T 32905-2016, A.1 and A.2: one block, two blocks.
		{"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
		{strings.Repeat("abcd", 16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
		// draft-shen-sm2-ecdsa-02, appendix A: Z of the signer, four blocks.
		{digest.Hex("0090414c494345313233405941484f4f2e434f4d787968b4fa32c3fd2417842e73bbfeff2f3c848b6831d7e0ec65228b" +
			"3937e49863e4c6d3b23b0c849cf84241484bfe48f61d59a5b16ba06e6e12d1da27c5249a421debd61b62eab6746434eb" +
			"c3cc315e32220b3badd50bdc4c4e6c147fedd43d0680512bcbb42c07d47349d2153b70c4e5d7fdfcbfa36ea1a85841b9" +
			"e46e09a20ae4c7798aa0f119471bee11825be46202bb79e2a5844495e97c04ff4df2548a7c0240f88f1cd4e16352a73c" +
			"17b7f16f07353e53a176d684a9fe0c6bb798e857"), "f4a38489e32b45b6f876e3ac2168ca392362dc8f23459c1d1146fc3dbfb7bc9a"},
		// No standard has these: nothing, and the last lengths before and after a second block. By OpenSSL 3.
		{"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
		{strings.Repeat("a", 55), "288337eef51eec62e7544d7270424c8dbe656254c99852870a73b2453a6a7fb1"},
		{strings.Repeat("a", 56), "ba00ebedaab54065a5fd4f9f56326016203166bcee3eed44ea868d59d67aa3c8"},
	}
}
