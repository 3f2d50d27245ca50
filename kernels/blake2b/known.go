package blake2b

import (
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// answers are the unkeyed inputs of RFC 7693, appendix E (of 0, 3, 128, 129, 255 and 1024 bytes) and "abc". The RFC
// prints one digest over all of its answers, which TestRFC7693 reproduces with these.
func answers() []digest.Answer {
	return []digest.Answer{
		{"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
		{"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
		{sequence(3), "c6fcb3c3542e65f2db9a75aca089bfe3ff63e5b3889f65bf1d2da61964710782"},
		{sequence(128), "9f51dad780c3c7f1915262e80ccbd443a91e5c5c97e8127f9c9f8536aec85960"},
		{sequence(129), "5a9585ea35499d7d883d3a22eed1d3ebc46c1b1937d479b8be92b358c3eed78e"},
		{sequence(255), "517f6f8c5afea55f1c27cb8cdb4ff015c9602a550ba3080e5ac32796931711d3"},
		{sequence(1024), "a001b41dd6bfcb13c73bf83a1fe5c881d49476163e472906c200375d8482b004"},
	}
}

// sequence is selftest_seq of RFC 7693, appendix E, with the length as the seed: a Fibonacci generator.
func sequence(n int) string {
	p := make([]byte, n)
	a, b := 0xDEAD4BAD*uint32(n), uint32(1)
	for i := range p {
		a, b = b, a+b
		p[i] = byte(b >> 24)
	}
	return string(p)
}
