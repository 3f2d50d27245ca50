package cosmos

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	cmtversion "github.com/cometbft/cometbft/api/cometbft/version/v1"
	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/secp256k1"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/types"
	btc "github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/sluice-engine/sluice/node/platform"
)

// voter is a validator of a generated block and how it votes.
type voter struct {
	key   crypto.PrivKey
	power int64
	flag  types.BlockIDFlag
}

const (
	absent = types.BlockIDFlagAbsent
	yes    = types.BlockIDFlagCommit
	none   = types.BlockIDFlagNil
)

// generate makes a light block that cometbft itself signs and encodes.
func generate(voters []voter, change func(*types.LightBlock)) []byte {
	keys := map[string]voter{}
	set := &types.ValidatorSet{}
	for _, v := range voters {
		val := types.NewValidator(v.key.PubKey(), v.power)
		set.Validators = append(set.Validators, val)
		keys[val.Address.String()] = v
	}
	set, err := types.ValidatorSetFromExistingValidators(set.Validators)
	if err != nil {
		panic(err)
	}
	h := &types.Header{
		Version: cmtversion.Consensus{Block: 11}, ChainID: "generated", Height: 7, Time: time.Unix(1e9, 1).UTC(),
		ValidatorsHash: set.Hash(), NextValidatorsHash: set.Hash(), ConsensusHash: make([]byte, 32),
		ProposerAddress: set.Validators[0].Address,
	}
	c := &types.Commit{Height: 7, Round: 2, BlockID: types.BlockID{Hash: h.Hash(), PartSetHeader: types.PartSetHeader{Total: 1, Hash: make([]byte, 32)}}}
	for i, val := range set.Validators {
		v := keys[val.Address.String()]
		if v.flag == absent {
			c.Signatures = append(c.Signatures, types.NewCommitSigAbsent())
			continue
		}
		c.Signatures = append(c.Signatures, types.CommitSig{BlockIDFlag: v.flag, ValidatorAddress: val.Address, Timestamp: time.Unix(1e9, int64(i)).UTC()})
		if c.Signatures[i].Signature, err = v.key.Sign(c.VoteSignBytes(h.ChainID, int32(i))); err != nil {
			panic(err)
		}
	}
	l := &types.LightBlock{SignedHeader: &types.SignedHeader{Header: h, Commit: c}, ValidatorSet: set}
	if change != nil {
		change(l)
	}
	data, err := cmtjson.Marshal(l)
	if err != nil {
		panic(err)
	}
	return data
}

func edwardsKey(i int) crypto.PrivKey { return ed25519.GenPrivKeyFromSecret([]byte{byte(i)}) }
func koblitzKey(i int) crypto.PrivKey { return secp256k1.GenPrivKeySecp256k1([]byte{byte(i)}) }

func TestPower(t *testing.T) {
	tests := []struct {
		name   string
		voters []voter
		valid  bool
		jobs   int64
	}{
		{"all of one", []voter{{edwardsKey(1), 1, yes}}, true, 1},
		{"exactly two thirds", []voter{{edwardsKey(1), 2, yes}, {edwardsKey(2), 1, absent}}, false, 1},
		{"one more than two thirds", []voter{{edwardsKey(1), 667, yes}, {edwardsKey(2), 333, absent}}, true, 1},
		{"nil votes do not count", []voter{{edwardsKey(1), 2, yes}, {edwardsKey(2), 1, none}}, false, 2},
		{"nil votes do no harm", []voter{{edwardsKey(1), 3, yes}, {edwardsKey(2), 1, none}}, true, 2},
		{"nobody", []voter{{edwardsKey(1), 2, absent}}, false, 0},
		{"most power that there may be", []voter{{edwardsKey(1), types.MaxTotalVotingPower - 1, yes}, {edwardsKey(2), 1, none}}, true, 2},
		{"two curves", []voter{{edwardsKey(1), 5, yes}, {koblitzKey(2), 5, yes}, {koblitzKey(3), 5, yes}}, true, 3},
		{"nil on the other curve", []voter{{edwardsKey(1), 5, yes}, {koblitzKey(2), 5, yes}, {koblitzKey(3), 5, none}}, false, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rep, err := newRunner().verify(generate(test.voters, nil), platform.Options{})
			if err != nil {
				t.Fatal(err)
			}
			count := rep.Jobs["ed25519.verify"].Valid + rep.Jobs["secp256k1.verify"].Valid
			if rep.Valid() != test.valid || count != test.jobs || rep.NotCheckable != 0 {
				t.Errorf("%+v", rep)
			}
		})
	}
}

// TestKoblitzSignatures holds the treatment of ECDSA signatures against cometbft's.
func TestKoblitzSignatures(t *testing.T) {
	n := btc.Params().N
	tests := map[string]func(sig []byte){
		"as signed":   func([]byte) {},
		"r changed":   func(sig []byte) { sig[5] ^= 4 },
		"s changed":   func(sig []byte) { sig[50] ^= 4 },
		"r zero":      func(sig []byte) { clear(sig[:32]) },
		"s zero":      func(sig []byte) { clear(sig[32:]) },
		"r the order": func(sig []byte) { n.FillBytes(sig[:32]) },
		"s the order": func(sig []byte) { n.FillBytes(sig[32:]) },
		"all ones":    func(sig []byte) { copy(sig, strings.Repeat("\xff", 64)) },
		"high s": func(sig []byte) {
			var s btc.ModNScalar
			s.SetByteSlice(sig[32:])
			s.Negate().PutBytesUnchecked(sig[32:])
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			var want bool
			data := generate([]voter{{koblitzKey(1), 1, yes}}, func(l *types.LightBlock) {
				sig := l.Commit.Signatures[0].Signature
				change(sig)
				want = l.ValidatorSet.Validators[0].PubKey.VerifySignature(l.Commit.VoteSignBytes(l.ChainID, 0), sig)
			})
			rep, err := newRunner().verify(data, platform.Options{})
			if err != nil || rep.Valid() != want {
				t.Errorf("valid %v, cometbft %v: %v", rep.Valid(), want, err)
			}
			if (name == "as signed") != want {
				t.Errorf("cometbft says %v", want)
			}
		})
	}
	t.Run("unreduced", func(t *testing.T) { // cometbft reads r and s modulo the order
		sig := make([]byte, 64)
		n.FillBytes(sig[:32])
		n.FillBytes(sig[32:])
		sig[31]++
		sig[63] += 2
		if got := reduced(sig); got[31] != 1 || got[63] != 2 || strings.Trim(string(got[:31])+string(got[32:63]), "\x00") != "" {
			t.Errorf("%x", got)
		}
	})
	t.Run("key that is no point", func(t *testing.T) {
		data := generate([]voter{{koblitzKey(1), 1, yes}}, nil)
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		bad := append([]byte{2}, make([]byte, 31)...)
		bad = append(bad, 5) // x = 5 is not on the curve
		val := doc["validator_set"].(map[string]any)["validators"].([]any)[0].(map[string]any)
		val["pub_key"].(map[string]any)["value"] = base64.StdEncoding.EncodeToString(bad)
		data, _ = json.Marshal(doc)
		rep, err := newRunner().verify(data, platform.Options{})
		if err != nil || !strings.Contains(fmt.Sprint(rep.InvalidAt), "does not verify") {
			t.Errorf("%v %+v", err, rep)
		}
	})
}

// TestForeignKeys: keys that cometbft cannot hash leave their votes undecided, never valid.
func TestForeignKeys(t *testing.T) {
	data := strings.ReplaceAll(string(generate([]voter{{edwardsKey(1), 1, yes}, {edwardsKey(2), 1, yes}}, nil)), ed25519.PubKeyName, blsKey)
	rep, err := newRunner().verify([]byte(data), platform.Options{})
	if err != nil || rep.NotCheckable != 2 || len(rep.Jobs) != 0 {
		t.Errorf("%v %+v", err, rep)
	}
}

// TestPages gives validators on two pages, and with one missing.
func TestPages(t *testing.T) {
	voters := []voter{{edwardsKey(1), 9, yes}, {edwardsKey(2), 8, yes}, {edwardsKey(3), 7, yes}}
	var all []any
	var doc map[string]any
	if err := json.Unmarshal(generate(voters, nil), &doc); err != nil {
		t.Fatal(err)
	}
	all = doc["validator_set"].(map[string]any)["validators"].([]any)
	delete(doc, "validator_set")
	commit, _ := json.Marshal(doc)
	page := func(list []any) string {
		p, err := json.Marshal(map[string]any{"block_height": "7", "validators": list, "count": fmt.Sprint(len(list)), "total": "3"})
		if err != nil {
			t.Fatal(err)
		}
		return string(p)
	}
	tests := []struct {
		name          string
		side          string
		valid, missed int64
	}{
		{"two pages", page(all[:2]) + page(all[2:]), 3, 0},
		{"one of two", page(all[:2]), 0, 5},
	}
	for _, test := range tests {
		rep, err := newRunner().verify(commit, sideFile([]byte(test.side)))
		if err != nil || !rep.Valid() || rep.Jobs["ed25519.verify"].Valid != test.valid || rep.NotCheckable != test.missed {
			t.Errorf("%s: %v, %+v", test.name, err, rep)
		}
	}
	// Another height's validators that are not those of the header are wrong only if they claim this height.
	wrong := page(all[:2]) + page(all[:1])
	if rep, err := newRunner().verify(commit, sideFile([]byte(wrong))); err != nil || rep.Valid() {
		t.Errorf("%v, %+v", err, rep)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Platform.Verify(ctx, newRunner(), platform.NewSource("", strings.NewReader("{}")), platform.Options{})
	if err != context.Canceled {
		t.Error(err)
	}
}

func FuzzVerify(f *testing.F) {
	block := generate([]voter{{edwardsKey(1), 5, yes}, {koblitzKey(2), 5, none}, {edwardsKey(3), 5, absent}}, nil)
	f.Add(block, []byte{})
	f.Add([]byte(`{"block_height":"1","validators":[],"count":"0","total":"0"}`), block)
	f.Add([]byte(`{"initial":{"signed_header":{}},"input":[]}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, data, side []byte) {
		opt := platform.Options{}
		if len(side) > 0 {
			opt = sideFile(side)
		}
		rep, err := newRunner().verify(data, opt)
		if rep == nil {
			t.Fatal("no report")
		}
		if err == nil && rep.Valid() && rep.NotCheckable == 0 && rep.Blocks > 0 && rep.Jobs["ed25519.verify"].Valid+rep.Jobs["secp256k1.verify"].Valid == 0 {
			t.Fatalf("valid without a signature: %+v", rep)
		}
		Platform.Sniff(data, "")
	})
}

// A light block of the mocha-4 test network would be verified in the same way.
func ExamplePlatform() {
	block := generate([]voter{{edwardsKey(1), 70, yes}, {edwardsKey(2), 30, absent}}, nil)
	src := platform.NewSource("block.json", strings.NewReader(string(block)))
	report, err := Platform.Verify(context.Background(), newRunner(), src, platform.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Blocks, "block, valid:", report.Valid(), report.Jobs)
	// Output: 1 block, valid: true map[ed25519.verify:{1 0}]
}
