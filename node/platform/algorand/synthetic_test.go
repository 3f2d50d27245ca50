package algorand

import (
	"bytes"
	"context"
	stded25519 "crypto/ed25519"
	"crypto/sha512"
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// outcome of verifying a made block.
type outcome struct {
	valid, invalid int64  // Ed25519 jobs
	skipped        int64  // besides the certificate
	wrong          string // part of the reason of the one false statement; "" if there is none
	input          int    // where; -1 for the transaction
}

// TestAuthorisation has a block with one transaction for every kind of signature.
func TestAuthorisation(t *testing.T) {
	a, other := key(1), key(2)
	three := []stded25519.PrivateKey{key(11), key(12), key(13)}
	msig := func(version, threshold int, change func(o m), signers ...int) m {
		_, account := multi(version, threshold, nil, three)
		txn := payment(account)
		o, _ := multi(version, threshold, signedBytes(txn), three, signers...)
		if change != nil {
			change(o)
		}
		return inBlock(txn, m{"msig": o})
	}
	program := []byte("\x06a program")
	hash := func(p []byte) []byte { h := sha512.Sum512_256(append([]byte("Program"), p...)); return h[:] }
	lsig := func(sender []byte, o m) m { return inBlock(payment(sender), m{"lsig": o}) }
	delegation := append([]byte("Program"), program...)
	_, group := multi(1, 2, nil, three)
	byGroup, _ := multi(1, 2, delegation, three, 0, 2)
	newByGroup, _ := multi(1, 2, bytes.Join([][]byte{[]byte("MsigProgram"), group, program}, nil), three, 0, 2)

	rekeyed := payment(public(a))
	stateProof := m{"type": "stpf", "snd": bytes.Repeat([]byte{5}, 32), "sp": m{"c": 0, "r": raw("\x81\x00\x80")}}
	for _, c := range []struct {
		name string
		txn  m
		outcome
	}{
		{"signature", signedBy(a), outcome{valid: 1}},
		{"no genesis id", func() m {
			txn := payment(public(a))
			full := m{"gh": genesis["gh"]}
			for k, v := range txn {
				full[k] = v
			}
			return m{"txn": txn, "sig": stded25519.Sign(a, append([]byte("TX"), encode(full)...))}
		}(), outcome{valid: 1, skipped: -1}},
		{"signature by the key of a rekeyed account", inBlock(rekeyed, m{"sgnr": public(other), "sig": stded25519.Sign(other, signedBytes(rekeyed))}), outcome{valid: 1}},
		{"signature by another", inBlock(rekeyed, m{"sig": stded25519.Sign(other, signedBytes(rekeyed))}), outcome{invalid: 1, wrong: "signature does not verify", input: -1}},
		{"signature of another transaction", inBlock(rekeyed, m{"sig": stded25519.Sign(a, signedBytes(payment(public(other))))}), outcome{invalid: 1, wrong: "signature does not verify", input: -1}},
		{"no signature", inBlock(rekeyed, nil), outcome{wrong: "no signature", input: -1}},
		{"no signature, an unknown field", inBlock(rekeyed, m{"zzsig": []byte{1}}), outcome{skipped: 1}},
		{"signature, an unknown field", inBlock(rekeyed, m{"zz": 1, "sig": stded25519.Sign(a, signedBytes(rekeyed))}), outcome{valid: 1}},
		{"two kinds", inBlock(rekeyed, m{"sig": make1(64), "lsig": m{"l": program}}), outcome{wrong: "2 kinds", input: -1}},
		{"state proof", inBlock(stateProof, nil), outcome{skipped: 1}},

		{"2 of 3", msig(1, 2, nil, 0, 2), outcome{valid: 2}},
		{"3 for 2 of 3", msig(1, 2, nil, 0, 1, 2), outcome{valid: 3}},
		{"1 of 3", msig(1, 1, nil, 1), outcome{valid: 1}},
		{"2 of 3, one missing", msig(1, 2, nil, 2), outcome{wrong: "1 of 2 signatures", input: -1}},
		{"2 of 3 and one that is false", msig(1, 2, func(o m) { sub(o, 1)["s"] = make1(64) }, 0, 2), outcome{valid: 2, invalid: 1, wrong: "does not verify", input: 1}},
		{"2 of 3, swapped", msig(1, 2, func(o m) { sub(o, 0)["s"], sub(o, 2)["s"] = sub(o, 2)["s"], sub(o, 0)["s"] }, 0, 2), outcome{invalid: 2, wrong: "does not verify", input: 0}},
		{"version 2", msig(2, 2, nil, 0, 2), outcome{wrong: "of version 2", input: -1}},
		{"version 0", msig(0, 2, nil, 0, 2), outcome{wrong: "of version 0", input: -1}},
		{"version 257", msig(1, 2, func(o m) { o["v"] = 257 }, 0, 2), outcome{wrong: "of version 257", input: -1}},
		{"0 of 3", msig(1, 0, nil, 0), outcome{wrong: "threshold of 0 and 3 keys", input: -1}},
		{"4 of 3", msig(1, 4, nil, 0, 1, 2), outcome{wrong: "threshold of 4 and 3 keys", input: -1}},
		{"258 of 3", msig(1, 2, func(o m) { o["thr"] = 258 }, 0, 2), outcome{wrong: "threshold of 258 and 3 keys", input: -1}},
		{"no keys", msig(1, 2, func(o m) { delete(o, "subsig") }), outcome{wrong: "threshold of 2 and 0 keys", input: -1}},
		{"keys of another account", msig(1, 2, func(o m) { sub(o, 1)["pk"] = public(a) }, 0, 2), outcome{wrong: "of another account", input: -1}},

		{"contract account", lsig(hash(program), m{"l": program}), outcome{skipped: 1}},
		{"contract account with arguments", lsig(hash(program), m{"l": program, "arg": []any{[]byte("x"), []byte{}}}), outcome{skipped: 1}},
		{"program of another account", lsig(public(a), m{"l": program}), outcome{skipped: 1, wrong: "of another account", input: -1}},
		{"program of version 13", lsig(public(a), m{"l": []byte("\x0dprogram")}), outcome{skipped: 2}},
		{"delegated", lsig(public(a), m{"l": program, "sig": stded25519.Sign(a, delegation)}), outcome{valid: 1, skipped: 1}},
		{"delegated by another", lsig(public(a), m{"l": program, "sig": stded25519.Sign(other, delegation)}), outcome{invalid: 1, skipped: 1, wrong: "delegation to a program does not verify", input: -1}},
		{"delegated by a group", lsig(group, m{"l": program, "msig": byGroup}), outcome{valid: 2, skipped: 1}},
		{"delegated by a group, the new form", lsig(group, m{"l": program, "lmsig": newByGroup}), outcome{valid: 2, skipped: 1}},
		{"the old form in the place of the new", lsig(group, m{"l": program, "lmsig": byGroup}), outcome{invalid: 2, skipped: 1, wrong: "delegation", input: 0}},
		{"delegated twice", lsig(group, m{"l": program, "msig": byGroup, "sig": make1(64)}), outcome{skipped: 1, wrong: "more than one way", input: -1}},
		{"no program", lsig(group, m{"msig": byGroup}), outcome{wrong: "without a program", input: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			block := testBlock{round: 7, txns: []m{c.txn}, noCert: true}
			if c.skipped < 0 { // the commitment of the test is over the genesis id too
				block.header = m{"txn": nil, "txn256": nil}
				c.skipped, c.wrong, c.input = 0, "not those that the header commits to (txn)", -1
			}
			r, err := newRunner().verify(block.bytes(), platform.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Jobs["ed25519.verify"] != (platform.Count{Valid: c.valid, Invalid: c.invalid}) || r.NotCheckable != c.skipped+1 {
				t.Errorf("%+v, %v", r.Jobs, r.Why)
			}
			if c.wrong == "" {
				if !r.Valid() {
					t.Error(r.InvalidAt)
				}
				return
			}
			if r.Valid() {
				t.Fatalf("valid; want %q", c.wrong)
			}
			l := r.InvalidAt[0]
			if l.Block != "7" || l.Input != c.input || !strings.Contains(l.Reason, c.wrong) {
				t.Errorf("%+v; want %q at input %d", l, c.wrong, c.input)
			}
		})
	}
}

func make1(n int) []byte { return bytes.Repeat([]byte{1}, n) }

func sub(o m, i int) m { return o["subsig"].([]any)[i].(m) }

// TestCofactor has a signature whose R has a part of order 8: only the equation with cofactor holds, which is
// Algorand's.
func TestCofactor(t *testing.T) {
	seed := bytes.Repeat([]byte{3}, 32)
	private := stded25519.NewKeyFromSeed(seed)
	txn := payment(public(private))
	message := signedBytes(txn)

	expanded := sha512.Sum512(seed)
	x, err := new(edwards25519.Scalar).SetBytesWithClamping(expanded[:32])
	if err != nil {
		t.Fatal(err)
	}
	torsion, err := new(edwards25519.Point).SetBytes(unhex(t, smallOrderPoints[4]))
	if err != nil {
		t.Fatal(err)
	}
	nonce := sha512.Sum512([]byte("nonce"))
	n, _ := new(edwards25519.Scalar).SetUniformBytes(nonce[:])
	r := new(edwards25519.Point).ScalarBaseMult(n)
	r.Add(r, torsion)
	challenge := sha512.Sum512(bytes.Join([][]byte{r.Bytes(), public(private), message}, nil))
	k, _ := new(edwards25519.Scalar).SetUniformBytes(challenge[:])
	sig := append(r.Bytes(), new(edwards25519.Scalar).MultiplyAdd(k, x, n).Bytes()...)
	if stded25519.Verify(public(private), message, sig) {
		t.Fatal("the test wants a signature that crypto/ed25519 refuses")
	}
	report, err := newRunner().verify(testBlock{round: 7, txns: []m{inBlock(txn, m{"sig": sig})}, noCert: true}.bytes(), platform.Options{})
	if err != nil || !report.Valid() || report.Jobs["ed25519.verify"] != (platform.Count{Valid: 1}) {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestRefused has a key and an R that ZIP 215 accepts, with signatures that satisfy the equation, and Algorand not.
func TestRefused(t *testing.T) {
	neutral := unhex(t, smallOrderPoints[0])
	for _, c := range []struct {
		name       string
		key, r, by string
	}{
		{"key of small order", smallOrderPoints[0], smallOrderPoints[0], "the key has small order"},
		{"key not canonical", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", smallOrderPoints[0], "the key is not in canonical form"},
		{"sign of zero", "0100000000000000000000000000000000000000000000000000000000000080", smallOrderPoints[0], "the key is not in canonical form"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sig := append(unhex(t, c.r), make([]byte, 32)...)
			txn := payment(unhex(t, c.key))
			r, err := newRunner().verify(testBlock{round: 7, txns: []m{inBlock(txn, m{"sig": sig})}, noCert: true}.bytes(), platform.Options{})
			if err != nil || r.Wrong != 1 || !strings.Contains(r.InvalidAt[0].Reason, c.by) {
				t.Errorf("%v, %v", r.InvalidAt, err)
			}
		})
	}
	k := key(1)
	for _, r := range []string{"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"} {
		if why := refused(public(k), append(unhex(t, r), neutral...)); !strings.Contains(why, "R is not") {
			t.Errorf("R %s: %q", r, why)
		}
	}
	for _, r := range smallOrderPoints {
		if why := refused(public(k), append(unhex(t, r), neutral...)); why != "" {
			t.Errorf("R %s of small order is allowed, but: %s", r, why)
		}
	}
}

// TestCommitments has blocks of 0 to 17 transactions, whole and with one that is not committed to.
func TestCommitments(t *testing.T) {
	e := newRunner()
	var all []m
	for i := range 18 {
		all = append(all, signedBy(key(100+i)))
	}
	for n := range 18 {
		block := testBlock{round: 7, txns: all[:n], noCert: true}
		r, err := e.verify(block.bytes(), platform.Options{})
		if err != nil || !r.Valid() || r.Transactions != int64(n) {
			t.Errorf("%d transactions: %+v, %v", n, r, err)
		}
		for _, field := range []string{"txn", "txn256"} {
			block.header = m{field: make1(32)}
			r, err := e.verify(block.bytes(), platform.Options{})
			if err != nil || r.Wrong != 1 || !strings.Contains(r.InvalidAt[0].Reason, "("+field+")") {
				t.Errorf("%d transactions, another %s: %v, %v", n, field, r.InvalidAt, err)
			}
		}
		if n < 2 {
			continue
		}
		swapped := append([]m{all[1], all[0]}, all[2:n]...)
		good := testBlock{txns: all[:n]}
		var leaves [][2][]byte
		for _, s := range good.txns {
			leaves = append(leaves, [2][]byte{signedBytes(s["txn"].(m)), encode(s)})
		}
		block = testBlock{round: 7, txns: swapped, noCert: true, header: m{"txn": merkleRoot(leaves), "txn256": vectorRoot(leaves)}}
		if r, err := e.verify(block.bytes(), platform.Options{}); err != nil || r.Wrong != 2 {
			t.Errorf("%d transactions in another order: %v, %v", n, r.InvalidAt, err)
		}
	}
	// The flat form of old rounds.
	list := []any{all[0], all[1]}
	flat := sha512.Sum512_256(append([]byte("PF"), encode(list)...))
	empty := sha512.Sum512_256([]byte("PF\xc0"))
	for _, b := range []testBlock{
		{round: 7, txns: all[:2], noCert: true, header: m{"txn": flat[:], "txn256": nil}},
		{round: 7, noCert: true, header: m{"txn": empty[:], "txn256": nil}},
		{round: 7, noCert: true, header: m{"txn512": make1(64)}},
	} {
		if r, err := e.verify(b.bytes(), platform.Options{}); err != nil || !r.Valid() {
			t.Errorf("%v, %v", r.InvalidAt, err)
		}
	}
}

// TestCertificate has certificates with keys at hand, and what can be wrong with them.
func TestCertificate(t *testing.T) {
	const round = 5_000_000
	sideOf := func(voting, dilution, selection bool, voters ...voter) string {
		s := accountHeader + "\n"
		for _, v := range voters {
			s += v.row(voting, dilution, selection)
		}
		return s
	}
	one := func(change func(o m)) []voter { return []voter{{n: 1, dilution: 1733, change: change}} }
	sig := func(o m) m { return o["sig"].(m) }
	flip := func(field string) func(o m) {
		return func(o m) {
			p := bytes.Clone(sig(o)[field].([]byte))
			p[40%len(p)] ^= 1
			sig(o)[field] = p
		}
	}
	three := []voter{{n: 1, dilution: 10000}, {n: 2, dilution: 2}, {n: 3, dilution: 4097}}
	odd := []voter{{n: 1, dilution: 123456}}
	for _, c := range []struct {
		name           string
		block          testBlock
		side           string
		valid, invalid int64
		skipped        int64 // besides the weight
		wrong          string
	}{
		{"three voters", testBlock{voters: three}, "", 6, 0, 6, ""},
		{"three voters, dilutions", testBlock{voters: three}, sideOf(false, true, false, three...), 6, 0, 6, ""},
		{"three voters, voting keys", testBlock{voters: three}, sideOf(true, false, false, three...), 9, 0, 3, ""},
		{"three voters, both", testBlock{voters: three}, sideOf(true, true, false, three...), 9, 0, 3, ""},
		{"three voters, one is known", testBlock{voters: three}, sideOf(true, true, false, three[1]), 7, 0, 5, ""},
		{"three voters, all keys but no seed", testBlock{voters: three}, sideOf(true, true, true, three...), 9, 0, 3, ""},
		{"a dilution of its own", testBlock{voters: odd}, "", 1, 0, 3, ""},
		{"a dilution of its own, stated", testBlock{voters: odd}, sideOf(true, true, false, odd...), 3, 0, 1, ""},
		{"another dilution stated", testBlock{voters: one(nil)}, sideOf(true, true, false, voter{n: 1, dilution: 1734}), 1, 2, 1, "(p1s) by the batch key does not verify"},
		{"another voting key stated", testBlock{voters: one(nil)}, accountHeader + fmt.Sprintf("\n%x,%x,1733,\n", public(key(1)), public(key(5))), 2, 1, 1, "(p2s) by the voting key does not verify"},
		{"an equivocation", testBlock{voters: []voter{{n: 1, dilution: 1733}, {n: 2, dilution: 1733, pairs: true}}}, "", 6, 0, 5, ""},
		{"s flipped", testBlock{voters: one(flip("s"))}, "", 1, 1, 2, "(s) by the one-time key does not verify"},
		{"p flipped", testBlock{voters: one(flip("p"))}, sideOf(false, true, false, one(nil)...), 0, 2, 2, "vote 0: signature (s)"},
		{"p1s flipped", testBlock{voters: one(flip("p1s"))}, "", 1, 0, 3, ""}, // it could be of another dilution
		{"p1s flipped, dilution stated", testBlock{voters: one(flip("p1s"))}, sideOf(false, true, false, one(nil)...), 1, 1, 2, "(p1s)"},
		{"p2s flipped, keys stated", testBlock{voters: one(flip("p2s"))}, sideOf(true, true, false, one(nil)...), 2, 1, 1, "(p2s)"},
		{"p2 of small order", testBlock{voters: one(func(o m) { sig(o)["p2"] = unhex(t, smallOrderPoints[0]) })}, "", 1, 0, 2, "(p1s) by the batch key: the key has small order"},
		{"no signature", testBlock{voters: one(func(o m) { delete(o, "sig") })}, "", 0, 0, 1, "vote 0: no signature"},
		{"no credential", testBlock{voters: one(func(o m) { delete(o, "cred") })}, "", 2, 0, 1, "credential: it is missing"},
		{"a credential that is no proof", testBlock{voters: one(func(o m) { o["cred"] = m{"pf": append(bytes.Repeat([]byte{2}, 32), make1(48)...)} })}, "", 2, 0, 1, "not a proof"},
		{"the vote of another", testBlock{voters: one(func(o m) { o["snd"] = public(key(9)) })}, "", 1, 1, 2, "(s) by the one-time key"},
		{"twice the same voter", testBlock{voters: []voter{three[0], three[1], three[0]}}, "", 6, 0, 6, "vote 2: the account"},
		{"twice the same proposal", testBlock{voters: []voter{{n: 2, dilution: 1733, pairs: true, change: func(o m) {
			o["props"].([]any)[0] = o["props"].([]any)[1]
			o["sig"].([]any)[0] = o["sig"].([]any)[1]
		}}}}, "", 4, 0, 3, "twice the same proposal"},
		{"another round", testBlock{voters: one(nil), cert: m{"rnd": round + 1}}, sideOf(false, true, false, one(nil)...), 0, 2, 2, "the certificate is of round 5000001"},
		{"another step", testBlock{voters: one(nil), cert: m{"step": 3}}, "", 1, 1, 2, "of step 3"},
		{"another period", testBlock{voters: one(nil), cert: m{"per": 3}}, "", 1, 1, 2, "(s) by the one-time key"},
		{"no votes", testBlock{}, "", 0, 0, 0, "no votes"},
		{"another block", testBlock{voters: one(nil), cert: m{"prop": m{"dig": make1(32)}}}, "", 1, 1, 2, "the certificate is of another block"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var opt platform.Options
			if c.side != "" {
				opt = side(c.side)
			}
			c.block.round = round
			r, err := newRunner().verify(c.block.bytes(), opt)
			if err != nil {
				t.Fatal(err)
			}
			if r.Jobs["ed25519.verify"] != (platform.Count{Valid: c.valid, Invalid: c.invalid}) || r.NotCheckable != c.skipped+1 {
				t.Errorf("%+v, %d: %v", r.Jobs, r.NotCheckable, r.Why)
			}
			if r.Valid() != (c.wrong == "") {
				t.Fatalf("%v; want %q", r.InvalidAt, c.wrong)
			}
			if !r.Valid() && (r.InvalidAt[0].Block != fmt.Sprint(round) || !strings.Contains(r.InvalidAt[0].Reason, c.wrong)) {
				t.Errorf("%v; want %q", r.InvalidAt, c.wrong)
			}
		})
	}
}

// TestCredentials has three rounds in one file: the credentials of the third are over the seed of the first.
func TestCredentials(t *testing.T) {
	v := voter{n: 1, dilution: 2000, seedBlocks: seedOf(100)}
	liar := voter{n: 2, dilution: 2000}
	var data []byte
	for _, b := range []testBlock{{round: 100, noCert: true}, {round: 101, noCert: true}, {round: 102, voters: []voter{v, liar}}} {
		data = append(data, b.bytes()...)
	}
	table := accountHeader + "\n" + v.row(true, true, true) + liar.row(true, true, true)
	r, err := newRunner().verify(data, side(table))
	if err != nil {
		t.Fatal(err)
	}
	platformtest.Want(t, r, 3, 0, 1, 3, map[string]platform.Count{"ed25519.verify": {Valid: 6}, "ecvrf.verify": {Valid: 1, Invalid: 1}, "sha256": {Valid: 3}})
	if l := r.InvalidAt[0]; l.Block != "102" || l.Input != 1 || !strings.Contains(l.Reason, "vote 1: sortition credential does not verify") {
		t.Error(l)
	}
	t.Logf("%v", r.Why)
}

// TestDilutionIsRemembered verifies many blocks of the same voters: the search is made once.
func TestDilutionIsRemembered(t *testing.T) {
	v := voter{n: 1, dilution: 17}
	e := newRunner()
	first, err := e.verify(testBlock{round: 1000, voters: []voter{v}}.bytes(), platform.Options{})
	if err != nil || !first.Valid() {
		t.Fatal(first, err)
	}
	once := len(e.Engine)
	var data []byte
	for round := uint64(1000); round < 1010; round++ {
		data = append(data, testBlock{round: round, voters: []voter{v}}.bytes()...)
	}
	r, err := e.verify(data, platform.Options{})
	if err != nil || r.Jobs["ed25519.verify"] != (platform.Count{Valid: 20}) {
		t.Fatal(r, err)
	}
	if more := len(e.Engine) - once; more > 30 {
		t.Errorf("%d jobs for the first block, %d for nine more", once, more)
	}
}

// TestAttemptsAreBounded has a search that may not go on: it is no proof against the vote.
func TestAttemptsAreBounded(t *testing.T) {
	data := testBlock{round: 1000, voters: []voter{{n: 1, dilution: 10000}, {n: 2, dilution: 17}}}.bytes()
	e := newRunner()
	v := newVerifier(e, platform.Options{})
	v.left = 3 * attemptsAtOnce
	if err := v.blocks(context.Background(), platform.NewSource("f", bytes.NewReader(data)), platform.Options{}); err != nil {
		t.Fatal(err)
	}
	if !v.report.Valid() || v.report.Why[whyDilution] != 1 || v.report.Why[whyVotingKey] != 2 || v.left < 0 || len(e.Engine) > 3*attemptsAtOnce {
		t.Errorf("%+v, %d attempts left, %d jobs", v.report, v.left, len(e.Engine))
	}
}

type failing struct{ err error }

func (f failing) Run(context.Context, *kernels.Batch) error { return f.err }

func TestEngineError(t *testing.T) {
	broken := errors.New("broken")
	for _, b := range []testBlock{
		{round: 7, txns: []m{signedBy(key(1))}, noCert: true},
		{round: 7, voters: []voter{{n: 1, dilution: 7}}, header: m{"txn256": nil}},
	} {
		for _, size := range []int{0, 1} {
			_, err := Platform.Verify(context.Background(), failing{broken}, platform.NewSource("f", bytes.NewReader(b.bytes())), platform.Options{BatchJobs: size})
			if !errors.Is(err, broken) {
				t.Errorf("%v; want the engine's error", err)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Platform.Verify(ctx, newRunner(), platform.NewSource("f", bytes.NewReader(testBlock{round: 7}.bytes())), platform.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
