package algorand

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/sluice-engine/sluice/node/platform"
)

// TestBadBlocks has files that are no canonical blocks.
func TestBadBlocks(t *testing.T) {
	good := testBlock{round: 7, txns: []m{signedBy(key(1))}, voters: []voter{{n: 2, dilution: 10000}}}
	block := func(change func(b *testBlock)) []byte {
		b := good
		change(&b)
		return b.bytes()
	}
	txn := func(change func(s, txn m)) []byte {
		s := signedBy(key(1))
		change(s, s["txn"].(m))
		return block(func(b *testBlock) { b.txns = []m{s} })
	}
	cast := func(change func(o m)) []byte {
		return block(func(b *testBlock) { b.voters = []voter{{n: 2, dilution: 10000, change: change}} })
	}
	for _, c := range []struct {
		name   string
		data   []byte
		reason string
	}{
		{"empty", nil, "empty"},
		{"a number", []byte{1}, "number where a map"},
		{"no block", []byte("\x80"), "the map has no block"},
		{"an unknown part", []byte("\x81\xa1x\x01"), `unknown field "x"`},
		{"block is a list", []byte("\x81\xa5block\x91\x01"), "list where a map"},
		{"empty block", []byte("\x81\xa5block\x80"), "not canonical"},
		{"no genesis hash", []byte("\x81\xa5block\x81\xa3rnd\x01"), "no genesis hash"},
		{"not shortest", []byte("\x81\xa5block\x81\xa3rnd\xcc\x01"), "number is not in its shortest form"},
		{"not shortest string", []byte("\x81\xd9\x05block\x81\xa3rnd\x01"), "string is not in its shortest form"},
		{"not shortest map", []byte("\xde\x00\x01\xa5block\x81\xa3rnd\x01"), "map is not in its shortest form"},
		{"not in order", []byte("\x82\xa4cert\x81\xa3rnd\x01\xa5block\x81\xa3rnd\x01"), "not in order"},
		{"a key twice", []byte("\x82\xa5block\x81\xa3rnd\x01\xa5block\x81\xa3rnd\x01"), "not in order"},
		{"a key that is a list", []byte("\x81\x90\x01"), "the key of a map is a list"},
		{"keys of two types", []byte("\x82\x01\x01\xa1x\x01"), "keys of two types"},
		{"a number as key", []byte("\x81\x01\x01"), "number where a string"},
		{"a float", []byte("\x81\xa5block\xca\x00\x00\x00\x00"), "no floats"},
		{"an extension", []byte("\x81\xa5block\xd4\x00\x00"), "no floats and extensions"},
		{"never used", []byte("\xc1"), "no floats and extensions"},
		{"two values, one cut", append(good.bytes(), 0x81), "ends within"},
		{"deep", append(bytes.Repeat([]byte{0x91}, 1000), 1), "nest more than"},
		{"many fields", append([]byte{0xde, 0, 200}, manyFields(200)...), "a map of 200 fields"},

		{"round zero", block(func(b *testBlock) { b.header = m{"rnd": 0} }), `"rnd" is there though it is zero`},
		{"short genesis hash", block(func(b *testBlock) { b.header = m{"gh": make1(31)} }), "31 bytes where 32"},
		{"zero genesis hash", block(func(b *testBlock) { b.header = m{"gh": make([]byte, 32)} }), "though it is zero"},
		{"genesis id of bytes", block(func(b *testBlock) { b.header = m{"gen": []byte("x")} }), "bytes where a string"},
		{"no genesis id, but a transaction has it", block(func(b *testBlock) { b.header = m{"gen": nil} }), "the header has none"},
		{"txns is a map", block(func(b *testBlock) { b.header = m{"txns": m{"a": 1}}; b.txns = nil }), "map where a list"},
		{"no transactions", block(func(b *testBlock) { b.header = m{"txns": []any{}}; b.txns = nil }), "though it is zero"},

		{"genesis id in a transaction", txn(func(_, x m) { x["gen"] = "test-v1" }), `"gen" is in a transaction`},
		{"genesis hash in a transaction", txn(func(_, x m) { x["gh"] = genesis["gh"] }), `"gh" is in a transaction`},
		{"zero amount", txn(func(_, x m) { x["amt"] = 0 }), `"amt" is there though it is zero`},
		{"empty note", txn(func(_, x m) { x["note"] = []byte{} }), `"note" is there`},
		{"false", txn(func(_, x m) { x["nonpart"] = false }), `"nonpart" is there`},
		{"nil", txn(func(_, x m) { x["note"] = raw("\xc0") }), `"note" is there`},
		{"empty list", txn(func(_, x m) { x["apaa"] = []any{} }), `"apaa" is there`},
		{"zero in a structure", txn(func(_, x m) { x["apar"] = m{"t": 0} }), `"t" is there`},
		{"zero address", txn(func(_, x m) { x["rcv"] = make([]byte, 32) }), `"rcv" is there`},
		{"short address", txn(func(_, x m) { x["close"] = make1(31) }), `"close" has 31 bytes`},
		{"no sender", txn(func(_, x m) { delete(x, "snd") }), "no sender"},
		{"type is a number", txn(func(_, x m) { x["type"] = 7 }), "number where a string"},
		{"short signature", txn(func(s, _ m) { s["sig"] = make1(63) }), "63 bytes where 64"},
		{"zero signature", txn(func(s, _ m) { s["sig"] = make([]byte, 64) }), `"sig" is there`},
		{"false flag", txn(func(s, _ m) { s["hgi"] = false }), `"hgi" is there`},
		{"a number as flag", txn(func(s, _ m) { s["hgi"] = 1 }), "number where a bool"},
		{"unknown field of a multisignature", txn(func(s, _ m) { delete(s, "sig"); s["msig"] = m{"x": 1} }), `unknown field "x"`},
		{"unknown field of a logic signature", txn(func(s, _ m) { delete(s, "sig"); s["lsig"] = m{"x": 1} }), `unknown field "x"`},
		{"unknown field of a subsignature", txn(func(s, _ m) { delete(s, "sig"); s["msig"] = m{"subsig": []any{m{"x": 1}}} }), `unknown field "x"`},

		{"unknown field of a certificate", block(func(b *testBlock) { b.cert = m{"x": 1} }), `unknown field "x"`},
		{"more votes than make a certificate", block(func(b *testBlock) { b.cert = m{"vote": raw(append([]byte{0xdc, 0x11, 0xd1}, make([]byte, 4561)...))} }), "4561 votes"},
		{"no proposal", block(func(b *testBlock) { b.cert = m{"prop": nil} }), "no proposal"},
		{"unknown field of a proposal", block(func(b *testBlock) { b.cert = m{"prop": m{"x": 1}} }), `unknown field "x"`},
		{"unknown field of a vote", cast(func(o m) { o["x"] = 1 }), `unknown field "x"`},
		{"no voter", cast(func(o m) { delete(o, "snd") }), "the vote has no sender"},
		{"unknown field of a credential", cast(func(o m) { o["cred"] = m{"x": 1} }), `unknown field "x"`},
		{"unknown field of a one-time signature", cast(func(o m) { o["sig"].(m)["x"] = 1 }), `unknown field "x"`},
		{"no p2", cast(func(o m) { delete(o["sig"].(m), "p2") }), `"p2" is missing`},
		{"short p2", cast(func(o m) { o["sig"].(m)["p2"] = make1(31) }), "31 bytes where 32"},
		{"ps", cast(func(o m) { o["sig"].(m)["ps"] = make1(64) }), `"ps" must be zero`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newRunner().verify(c.data, platform.Options{})
			var parse *platform.ParseError
			if !errors.As(err, &parse) || parse.File != "test" || !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("%v; want %q", err, c.reason)
			}
			if parse.Offset < 0 || parse.Offset > int64(len(c.data)) {
				t.Errorf("offset %d of %d", parse.Offset, len(c.data))
			}
		})
	}
	if r, err := newRunner().verify(good.bytes(), platform.Options{}); err != nil || !r.Valid() {
		t.Errorf("the block itself: %+v, %v", r, err)
	}
}

func manyFields(n int) (p []byte) {
	for i := range n {
		p = append(appendStr(p, fmt.Sprintf("%03d", i)), 1)
	}
	return p
}

// TestClaims has lengths that the file does not hold: nothing is allocated for them.
func TestClaims(t *testing.T) {
	for _, data := range []string{
		"\x81\xa5block\xc6\xff\xff\xff\xff",     // bytes
		"\x81\xa5block\xdb\xff\xff\xff\xff",     // string
		"\x81\xa5block\xdd\xff\xff\xff\xff",     // list
		"\x81\xa5block\xdf\xff\xff\xff\xff",     // map
		"\x81\xa5block\xc6\x01\x00\x00\x00abcd", // within the limit
		"\x81\xa5block\xdd\x01\x00\x00\x00\x01",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := newRunner().verify([]byte(data), platform.Options{})
		runtime.ReadMemStats(&after)
		var parse *platform.ParseError
		if !errors.As(err, &parse) {
			t.Errorf("%q: %v", data, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%q: %d bytes allocated", data, used)
		}
	}
}

// TestHeads compares heads with those of a MessagePack library.
func TestHeads(t *testing.T) {
	lib := func(f func(e *msgpack.Encoder) error) []byte {
		var b bytes.Buffer
		e := msgpack.NewEncoder(&b)
		e.UseCompactInts(true)
		if err := f(e); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, n := range []uint64{0, 1, 31, 32, 127, 128, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, math.MaxUint64} {
		p := lib(func(e *msgpack.Encoder) error { return e.EncodeUint(n) })
		if h, ok := parseHead(p); !ok || h != (head{kUint, n, len(p), true}) {
			t.Errorf("%d: %x is %+v", n, p, h)
		}
		if mine := appendUint(nil, n); !bytes.Equal(mine, p) {
			t.Errorf("%d: %x, want %x", n, mine, p)
		}
	}
	for _, n := range []int64{-1, -32, -33, -128, -129, -32768, -32769, math.MinInt32, math.MinInt32 - 1, math.MinInt64} {
		p := lib(func(e *msgpack.Encoder) error { return e.EncodeInt(n) })
		if h, ok := parseHead(p); !ok || h != (head{kInt, uint64(n), len(p), true}) {
			t.Errorf("%d: %x is %+v", n, p, h)
		}
	}
	for _, n := range []int{0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536} {
		for kind, p := range map[kind][]byte{
			kStr:   lib(func(e *msgpack.Encoder) error { return e.EncodeString(strings.Repeat("x", n)) }),
			kBin:   lib(func(e *msgpack.Encoder) error { return e.EncodeBytes(make([]byte, n)) }),
			kArray: lib(func(e *msgpack.Encoder) error { return e.EncodeArrayLen(n) }),
			kMap:   lib(func(e *msgpack.Encoder) error { return e.EncodeMapLen(n) }),
		} {
			h, ok := parseHead(p)
			if !ok || h.kind != kind || h.n != uint64(n) || !h.shortest {
				t.Errorf("%s of %d: %x is %+v", kind, n, p[:min(len(p), 9)], h)
			}
			for cut := range h.size {
				if _, ok := parseHead(p[:cut]); ok {
					t.Errorf("%s of %d: %d bytes are a head", kind, n, cut)
				}
			}
		}
	}
	for _, long := range []string{
		"\xcc\x7f", "\xcd\x00\xff", "\xce\x00\x00\xff\xff", "\xcf\x00\x00\x00\x00\xff\xff\xff\xff",
		"\xd0\x01", "\xd0\xe0", "\xd1\xff\x80", "\xd1\x01\x00", "\xd2\xff\xff\x80\x00", "\xd3\xff\xff\xff\xff\x80\x00\x00\x00",
		"\xd9\x1f", "\xda\x00\xff", "\xdb\x00\x00\xff\xff", "\xc5\x00\xff", "\xc6\x00\x00\xff\xff",
		"\xdc\x00\x0f", "\xdd\x00\x00\xff\xff", "\xde\x00\x0f", "\xdf\x00\x00\xff\xff",
	} {
		if h, ok := parseHead([]byte(long)); !ok || h.shortest {
			t.Errorf("%x: %+v is not the shortest form", long, h)
		}
	}
}

func TestSideFile(t *testing.T) {
	k := strings.Repeat("ab", 32)
	block := testBlock{round: 7}.bytes()
	for _, c := range []struct{ data, reason string }{
		{"", "the first line"},
		{"account\n", "the first line"},
		{accountHeader + "\n\n", "1 cells"},
		{accountHeader + "\n" + k + ",,", "3 cells"},
		{accountHeader + "\n,,,", "an account is wanted"},
		{accountHeader + "\nab,,,", "cell 1: 1 bytes"},
		{accountHeader + "\n" + k + ",x,,", "cell 2"},
		{accountHeader + "\n" + k + ",,0,", "no key dilution"},
		{accountHeader + "\n" + k + ",,-1,", "no key dilution"},
		{accountHeader + "\n" + k + ",,,abc", "cell 4"},
		{accountHeader + "\n" + k + ",,,\n" + k + ",,,\n", "is there twice"},
		{accountHeader + "\n" + strings.Repeat("a", 1000), "too large"},
	} {
		_, err := newRunner().verify(block, side(c.data))
		var parse *platform.ParseError
		if !errors.As(err, &parse) || parse.File != "side" || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%q: %v, want %q", c.data, err, c.reason)
		}
	}
	if _, err := newRunner().verify(block, side(accountHeader+"\n"+k+",,,\n")); err != nil {
		t.Error(err)
	}
}

func FuzzReadValue(f *testing.F) {
	f.Add(testBlock{round: 7, txns: []m{signedBy(key(1))}, voters: []voter{{n: 2, dilution: 3}}}.bytes())
	f.Add([]byte("\x81\xa5block\xc6\x01\x00\x00\x00abcd"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := readValue(platform.NewSource("f", bytes.NewReader(data)), 1<<20)
		var parse *platform.ParseError
		switch {
		case err == nil:
			// A library reads the same value, and the encoding of it is the same.
			if !bytes.HasPrefix(data, v.raw) {
				t.Fatal("the value is not of the data")
			}
			d := msgpack.NewDecoder(bytes.NewReader(v.raw))
			if err := d.Skip(); err != nil || d.Buffered().(*bytes.Reader).Len() != 0 {
				t.Fatalf("a library reads %x otherwise: %v", v.raw, err)
			}
		case err != io.EOF && (!errors.As(err, &parse) || parse.Offset < 0 || parse.Offset > int64(len(data))):
			t.Fatal(err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(testBlock{round: 7, txns: []m{signedBy(key(1))}, voters: []voter{{n: 2, dilution: 3}}}.bytes(), accountHeader+"\n")
	_, account := multi(1, 2, nil, nil)
	f.Add(testBlock{round: 7, txns: []m{inBlock(payment(account), m{"lsig": m{"l": []byte("x")}})}, voters: []voter{{n: 2, dilution: 3, pairs: true}}}.bytes(),
		accountHeader+"\n"+voter{n: 2, dilution: 3}.row(true, true, true))
	f.Fuzz(func(t *testing.T, data []byte, accounts string) {
		sniff(data, "x")
		for _, opt := range []platform.Options{{}, side(accounts)} {
			r, err := Platform.Verify(context.Background(), allValid{}, platform.NewSource("f", bytes.NewReader(data)), opt)
			var parse *platform.ParseError
			if err != nil && (!errors.As(err, &parse) || parse.Offset < 0 || parse.Offset > int64(len(data)+len(accounts))) {
				t.Fatal(err)
			}
			if r == nil {
				t.Fatal("no report")
			}
		}
	})
}
