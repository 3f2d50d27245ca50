package ed25519

import (
	"encoding/hex"

	"github.com/sluice-engine/sluice/kernels"
)

const (
	hexKey1 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	hexR1   = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	hexS1   = "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
	hexKey2 = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
	hexR2   = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	hexS2   = "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
	hexKey3 = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
	hexR3   = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	hexS3   = "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"

	hexZero    = "0000000000000000000000000000000000000000000000000000000000000000"
	hexNeutral = "0100000000000000000000000000000000000000000000000000000000000000" // y = 1
	hexAgain   = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" // y = p + 1
	hexOrder8  = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
	hexOne     = hexNeutral                                                         // as a scalar
	hexBase    = "5866666666666666666666666666666666666666666666666666666666666666" // B
	hexOrder   = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010" // L

	// A key aB, and one with a part of order 8; the same for R.
	hexKeyA  = "6e8f050b1d7848a408eb985ba4e7fb5cc546bd6f3f17259ad2cc4bcb4dd672b0"
	hexKeyA8 = "03aba2df8a02ccc2f17adfa9b5361844d5becfd66f0b813a80e83b67331facec"
	hexFarR  = "f2d3c016203592ca300f0dab00fa9ff74b92d0ed8f843a395e42ea6d26e33c96"
	hexFarR8 = "3aa1eb26de43dbe4f1e2de22a192b05c4a47f102a3f603e5850c384ebfb5c633"
)

// knownJobs are the known answers, in hexadecimal: RFC 8032, section 7.1, tests 1 to 3, and those spoilt; pairs
// from the vectors of ZIP 215, and jobs of internal/nasty25519, on which the rules disagree.
var knownJobs = []struct {
	key, message, r, s      string
	rfc8032, zip215, strict bool
}{
	{hexKey1, "", hexR1, hexS1, true, true, true},
	{hexKey2, "72", hexR2, hexS2, true, true, true},
	{hexKey3, "af82", hexR3, hexS3, true, true, true},

	// s + L, another message, another key, a bit of R, a bit of s.
	{hexKey1, "", hexR1, "4c8c7872aa064e049dbb3013fbf29380d25bf5f0595bbe24655141438e7a101b", false, false, false},
	{hexKey2, "73", hexR2, hexS2, false, false, false},
	{hexKey1, "72", hexR2, hexS2, false, false, false},
	{hexKey2, "72", "93a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da", hexS2, false, false, false},
	{hexKey2, "72", hexR2, "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c10", false, false, false},

	// "Zcash" with s = 0: A and R neutral; A or R not canonical; R of order 8.
	{hexNeutral, "5a63617368", hexNeutral, hexZero, true, true, false},
	{hexAgain, "5a63617368", hexNeutral, hexZero, true, true, false},
	{hexNeutral, "5a63617368", hexAgain, hexZero, false, true, false},
	{hexNeutral, "5a63617368", hexOrder8, hexZero, false, true, false},

	// Only A, or only R, of small order; s = 0 and s = L.
	{hexNeutral, "5a63617368", hexBase, hexOne, true, true, false},
	{hexKeyA, "6d6573736167652030", hexNeutral, "b9664af3c553eaf5e9a07dc994e7df78ce57192e12bc53a511c8062923cce001", true, true, false},
	{hexNeutral, "5a63617368", hexNeutral, hexOrder, false, false, false},

	// R, then A, with a part of order 8 that the cofactor removes; A with one that cancels as k = 0 mod 8.
	{hexKeyA, "6d6573736167652030", hexFarR8, "bfda6e1a31b6c6df7c9e3ac59f3ee29e3b5767e9ee7be632e3e39f8d8d38bf0b", false, true, false},
	{hexKeyA8, "6d6573736167652030", hexFarR, "d6f57a607fbbd50d898f2050bf06395cc0e80c9169ac93a1720b7d7506569308", false, true, false},
	{hexKeyA8, "6d6573736167652033", hexFarR, "baa184271f103d960027ae5a073abbbaa77bb51b69bbd0dc4ee547fab7a48309", true, true, true},
}

// known builds the batch of [kernels.Kernel.Known].
func known(k *kernels.Kernel, rule kernels.Flags) *kernels.Batch {
	b := kernels.New(k, rule, len(knownJobs), 9*len(knownJobs))
	for i, j := range knownJobs {
		if err := Append(b, unhex(j.key), unhex(j.message), unhex(j.r+j.s)); err != nil {
			panic("ed25519: known answers: " + err.Error())
		}
		valid := j.rfc8032
		switch rule {
		case kernels.ZIP215:
			valid = j.zip215
		case kernels.Strict:
			valid = j.strict
		}
		b.SetVerdict(i, kernels.Of(valid))
	}
	return b
}

func unhex(s string) []byte {
	p, err := hex.DecodeString(s)
	if err != nil {
		panic("ed25519: known answers: " + err.Error())
	}
	return p
}
