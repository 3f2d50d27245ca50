package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/p256"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/kernels/sm2"
	"github.com/sluice-engine/sluice/node/platform"
)

func decoderOf(id kernels.ID) func([]byte) ([64]byte, error) {
	switch id {
	case kernels.P256Verify:
		return p256.DecodeKey
	case kernels.SM2Verify:
		return sm2.DecodeKey
	}
	return secp256k1.DecodeKey
}

// TestBadLines has lines that are no jobs. The mark ^ is where the error is, and not part of the line.
func TestBadLines(t *testing.T) {
	const good = `{"kernel":"sha256","msg":""}` + "\n"
	h32, h64 := strings.Repeat("00", 32), strings.Repeat("00", 64)
	for _, c := range []struct{ line, reason string }{
		{`^x`, "invalid character 'x'"},
		{`^[]`, "object"},
		{`^"kernel"`, "object"},
		{`^null`, "null"},
		{`{"kernel":"sha256","msg":""} ^{}`, "invalid character '{'"},
		{`{"kernel":"sha256","msg":"^"`, "unexpected end"},
		{`{"kernel":"sha256","msg":"",^}`, "invalid character"},
		{`^{}`, `"kernel" is missing`},
		{`^{"msg":""}`, `"kernel" is missing`},
		{`{"kernel":^1,"msg":""}`, "kernel: a string is wanted"},
		{`{"kernel":^null,"msg":""}`, "kernel: a string is wanted"},
		{`{"kernel":^"sha257","msg":""}`, `unknown kernel "sha257" (known: sha256, sha256d,`},
		{`{"kernel":^"SHA256","msg":""}`, "unknown kernel"},
		{`{"kernel":"sha256","msg":"","rule":^"LowS"}`, `sha256 has none of the name "LowS"`},
		{`{"kernel":"sha256","msg":"","rule":^"x"}`, "unknown rule"},
		{`{"kernel":"sha256","msg":"","rule":^7}`, "rule: a string is wanted"},
		{`{"kernel":"ed25519.verify","rule":^"","key":"","msg":"","sig":""}`, "has none of the name"},
		{`{"kernel":"sha256","msg":"",^"msg":""}`, `"msg" is there twice`},
		{`{"kernel":"sha256",^"kernel":"sha256","msg":""}`, `"kernel" is there twice`},
		{`^{"kernel":"sha256"}`, `sha256 wants the field "msg"`},
		{`^{"kernel":"sha256","Msg":""}`, `sha256 wants the field "msg"`},
		{`{"kernel":"sha256","msg":"","key":^""}`, `sha256 has no field "key"`},
		{`{"kernel":"sha256","msg":"","x":^"","y":""}`, `sha256 has no field "x"`},
		{`{"kernel":"sha256","msg":^"0"}`, "msg: encoding/hex: odd length"},
		{`{"kernel":"sha256","msg":^"0x00"}`, "msg: encoding/hex: invalid byte"},
		{`{"kernel":"sha256","msg":^null}`, "msg: a string is wanted"},
		{`{"kernel":"sha256","msg":^[0]}`, "msg: a string is wanted"},
		{`{"kernel":"sha256","msg":"","expect":^"yes"}`, `"yes" is neither`},
		{`{"kernel":"sha256","msg":"","expect":^true}`, "expect: a string is wanted"},
		{`{"kernel":"sha256","msg":"","out":^"00"}`, "out: 1 bytes, want 32"},
		{`{"kernel":"ed25519.verify","key":"","msg":"","sig":"","out":^""}`, "ed25519.verify has no output"},
		{`{"kernel":"ed25519.verify","key":^"00","msg":"","sig":"` + h64 + `"}`, "key: 1 bytes, want 32"},
		{`{"kernel":"ed25519.verify","key":"` + h32 + `","msg":"","sig":^"00"}`, "sig: 1 bytes, want 64"},
		{`{"kernel":"p256.verify","digest":"` + h32 + `","sig":"` + h64 + `","key":^"` + h32 + `"}`, "key: 32 bytes, want 64 or 33 or 65"},
		{`{"kernel":"secp256k1.recover","digest":"` + h32 + `","sig":^"` + h64 + `"}`, "sig: 64 bytes, want 65"},
		{`^{"kernel":"sha256.node","left":"` + h32 + `"}`, `wants the field "right"`},
		{`{"kernel":"sha256.node","left":"` + h32 + `","right":"` + h32 + `","msg":^""}`, `has no field "msg"`},
		{`{"kernel":"sha256.node","msg":^"00"}`, "msg: 1 bytes, want 64"},
		{`{"kernel":"sha256.chain","start":"` + h32 + `","end":"` + h32 + `","count":^4294967296}`, "count: a number from 0 to 4294967295"},
		{`{"kernel":"sha256.chain","start":"` + h32 + `","end":"` + h32 + `","count":^-1}`, "count: a number"},
		{`{"kernel":"sha256.chain","start":"` + h32 + `","end":"` + h32 + `","count":^1.5}`, "count: a number"},
		{`{"kernel":"sha256.chain","start":"` + h32 + `","end":"` + h32 + `","count":^"1"}`, "count: a number"},
		{`{"kernel":"sha256.chain","start":"` + h32 + `","end":"` + h32 + `","count":^null}`, "count: a number"},
		{`{"kernel":"sha256.chain","start":"` + h32 + `","end":"` + h32 + `","count":1,"mixin":^""}`, "mixin: 0 bytes, want 32"},
		{`{"0":0,"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"10":0,"11":0,"12":0,"13":0,"14":0,"15":0,^"16":0}`, "too many entries"},
	} {
		at := strings.IndexByte(c.line, '^')
		line := c.line[:at] + c.line[at+1:]
		t.Run(line, func(t *testing.T) {
			r, err := verifyWith(&runner{}, []byte(good+"\n"+line+"\n"+good), platform.Options{})
			var parse *platform.ParseError
			if !errors.As(err, &parse) || parse.File != "test" || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("%v; want … line 3: … %s", err, c.reason)
			}
			if want := int64(len(good) + 1 + at); parse.Offset != want {
				t.Errorf("offset %d, want %d: %v", parse.Offset, want, err)
			}
			if r.Jobs["sha256"] != (platform.Count{Valid: 1}) {
				t.Errorf("before the error: %+v", r.Jobs)
			}
		})
	}
	for _, c := range []struct{ data, reason string }{
		{"", "offset 0: no job"},
		{"\n \n\r\n", "offset 5: no job"},
		{`{"kernel":"sha256","msg":"` + strings.Repeat("0", MaxLine) + `"}`, "too large"},
	} {
		_, err := verifyWith(&runner{}, []byte(c.data), platform.Options{})
		var parse *platform.ParseError
		if !errors.As(err, &parse) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%.20q: %v, want %s", c.data, err, c.reason)
		}
	}
}

func TestLongMessage(t *testing.T) {
	line := fmt.Sprintf(`{"kernel":"sha256","msg":"%s"}`, strings.Repeat("00", MaxLine/2-20))
	short := `{"kernel":"sha256","msg":""}`
	r, err := verifyWith(&runner{}, []byte(short+"\n"+line+"\n"+line+"\n"+short), platform.Options{})
	if err != nil || r.Jobs["sha256"] != (platform.Count{Valid: 4}) {
		t.Errorf("%+v, %v", r.Jobs, err)
	}
}

// TestMutants changes one byte of valid lines at a time. No mutant may be valid, except where the line still says
// the same: letters in another case in hex or a rule, other white space. The search for work is left out: a
// changed target can still be met.
func TestMutants(t *testing.T) {
	var broken, wrong, same int
	eachRule(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		if k.ID == kernels.SHA256dPoW {
			return
		}
		b := filled(t, k, rule, 1)
		k.Run(b, 0, 1)
		line := bytes.TrimSuffix(marshalAll(t, b), []byte("\n"))
		step := 3
		if k.ID == kernels.BLS12381Verify {
			step = 17 // it is slow
		}
		for at := 0; at < len(line); at += step {
			for _, flip := range []byte{1, 4, 0x20} {
				m := bytes.Clone(line)
				m[at] ^= flip
				r, err := verifyWith(&runner{}, m, platform.Options{})
				var parse *platform.ParseError
				switch {
				case errors.As(err, &parse):
					broken++
				case err != nil:
					t.Fatal(err)
				case !r.Valid():
					wrong++
				case strings.EqualFold(string(m), string(line)):
					same++
				default:
					t.Errorf("byte %d, %q to %q is still valid: %s", at, line[at], m[at], m)
				}
			}
		}
	})
	t.Logf("%d mutants: %d no jobs, %d found false, %d say the same", broken+wrong+same, broken, wrong, same)
}

type failing struct{ err error }

func (f failing) Run(context.Context, *kernels.Batch) error { return f.err }

func TestEngineError(t *testing.T) {
	data, _, _ := mixed(t, 1)
	b := filled(t, secp256k1.Verify, 0, 2)
	var file bytes.Buffer
	if _, err := b.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("broken")
	for name, data := range map[string][]byte{"lines": data, "batch": file.Bytes()} {
		for _, size := range []int{0, 1} {
			verdicts := 0
			_, err := verifyWith(failing{failed}, data, platform.Options{BatchJobs: size, Verdict: func(bool) { verdicts++ }})
			if !errors.Is(err, failed) || verdicts != 0 {
				t.Errorf("%s: %v, %d verdicts", name, err, verdicts)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Platform.Verify(ctx, &runner{}, platform.NewSource("f", bytes.NewReader(data)), platform.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
