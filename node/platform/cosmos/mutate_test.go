package cosmos

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// TestEverySignature flips one bit of each signature of a real block in turn and asks for its index.
func TestEverySignature(t *testing.T) {
	data := vectors.Read(t, complete)
	r := newRunner()
	mark := []byte(`"signature":"`)
	n := 0
	for at := 0; ; n++ {
		i := bytes.Index(data[at:], mark)
		if i < 0 {
			break
		}
		at += i + len(mark)
		p := at + n*7%86 // of 88 digits the last two are padding
		bad := bytes.Clone(data)
		bad[p] = flipBase64(bad[p], n%6)
		rep, err := r.verify(bad, platform.Options{})
		if err != nil {
			t.Fatalf("vote %d: %v", n, err)
		}
		if rep.Wrong != 1 || rep.InvalidAt[0].Input != n || rep.InvalidAt[0].Block != "2279100" || rep.Jobs["ed25519.verify"] != (platform.Count{Valid: 99, Invalid: 1}) {
			t.Errorf("vote %d: %+v", n, rep)
		}
	}
	if n != 100 {
		t.Errorf("%d signatures", n)
	}
	t.Logf("%d signatures, each found and located", n)
}

// flipBase64 flips one of the six bits of a digit. Only two bits of the last digit of a signature, number 85, matter;
// where the test takes that digit, it flips one of these.
func flipBase64(c byte, bit int) byte {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return digits[strings.IndexByte(digits, c)^32>>bit]
}

// immaterial are the fields that the package's documentation says are not covered.
var immaterial = map[string]bool{
	"proposer_priority": true, "name": true, "provider": true, "canonical": true, "jsonrpc": true, "id": true,
}

// content is what a file says, without what is not covered and without regard to how it is spelled.
func content(data []byte) (any, error) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return strip("", v), nil
}

func strip(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if immaterial[k] {
				delete(v, k)
			} else {
				v[k] = strip(k, v[k])
			}
		}
	case []any:
		for i := range v {
			v[i] = strip(name, v[i])
		}
	case string: // hex is read in both cases, and seconds with a comma
		if name == "time" || name == "timestamp" {
			return strings.ReplaceAll(v, ",", ".")
		}
		if name == "hash" || name == "address" || strings.HasSuffix(name, "_hash") || strings.HasSuffix(name, "_address") {
			return strings.ToUpper(v)
		}
	}
	return v
}

// TestMutations changes one byte at positions all over real files. Each change must be an error or a false statement,
// or leave less checked, unless the file still says the same.
func TestMutations(t *testing.T) {
	commit, set := vectors.Read(t, onlyCommit), vectors.Read(t, onlySet)
	tests := []struct {
		name   string
		data   []byte
		verify func(r runner, data []byte) (*platform.Report, error)
	}{
		{"light block", vectors.Read(t, complete), func(r runner, data []byte) (*platform.Report, error) {
			return r.verify(data, platform.Options{})
		}},
		{"commit", commit, func(r runner, data []byte) (*platform.Report, error) { return r.verify(data, sideFile(set)) }},
		{"validators", set, func(r runner, data []byte) (*platform.Report, error) { return r.verify(commit, sideFile(data)) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRunner()
			base, err := test.verify(r, test.data)
			if err != nil || !base.Valid() || base.NotCheckable != 0 {
				t.Fatalf("%v, %+v", err, base)
			}
			same, err := content(test.data)
			if err != nil {
				t.Fatal(err)
			}
			var parse, wrong, unchecked, immaterial int
			step := 149
			if testing.Short() {
				step *= 10
			}
			for i := 0; i < len(test.data); i += step {
				bad := bytes.Clone(test.data)
				bad[i] = changed(bad[i], i)
				rep, err := test.verify(r, bad)
				var p *platform.ParseError
				switch {
				case errors.As(err, &p):
					if p.Offset < 0 || p.Offset > int64(len(bad)) {
						t.Errorf("byte %d: offset %d", i, p.Offset)
					}
					parse++
				case err != nil:
					t.Fatalf("byte %d: %v", i, err)
				case !rep.Valid():
					wrong++
				case rep.NotCheckable > 0:
					unchecked++
				default:
					if c, err := content(bad); err != nil || !reflect.DeepEqual(c, same) {
						t.Errorf("byte %d, %q to %q, in …%s…: verified", i, test.data[i], bad[i], test.data[max(0, i-40):min(len(bad), i+20)])
					}
					immaterial++
				}
			}
			t.Logf("%d changes: %d parse errors, %d wrong, %d not checkable, %d in what is not covered", parse+wrong+unchecked+immaterial, parse, wrong, unchecked, immaterial)
		})
	}
}

// changed is another byte of the same kind, so that most changes pass the parser.
func changed(c byte, i int) byte {
	switch {
	case c >= '0' && c <= '8':
		return c + 1
	case c == '9', c >= 'B' && c <= 'Z', c >= 'b' && c <= 'z':
		return c - 1
	case c == 'A', c == 'a':
		return c + 1
	}
	return c ^ 1<<(i%7)
}

// TestSwappedVotes exchanges two votes whole: each signature is good, but not for its validator.
func TestSwappedVotes(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(vectors.Read(t, complete), &doc); err != nil {
		t.Fatal(err)
	}
	sigs := doc["signed_header"].(map[string]any)["commit"].(map[string]any)["signatures"].([]any)
	sigs[3], sigs[4] = sigs[4], sigs[3]
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := newRunner().verify(data, platform.Options{})
	if err != nil || rep.Wrong != 4 {
		t.Fatalf("%v, %+v", err, rep)
	}
	for _, l := range rep.InvalidAt {
		if l.Input != 3 && l.Input != 4 {
			t.Error(l)
		}
	}
}

func TestBadInput(t *testing.T) {
	data := string(vectors.Read(t, complete))
	replace := func(old, new string) string {
		if !strings.Contains(data, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(data, old, new, 1)
	}
	tests := []struct {
		name, data string
		offset     int64
		reason     string
	}{
		{"empty", "", 0, "empty"},
		{"only space", " \n", 0, "empty"},
		{"not JSON", "signed_header", 0, "not JSON"},
		{"another form", `{"kernel":"sha256"}`, 0, "neither"},
		{"a string", `"signed_header"`, 0, "neither"},
		{"null", `null`, 0, "neither"},
		{"error answer", `{"jsonrpc":"2.0","id":1,"error":{"code":-32603}}`, 0, "without a result"},
		{"truncated", data[:1000], 1000, "unexpected EOF"},
		{"half", data[:len(data)/2], int64(len(data) / 2), "unexpected EOF"},
		{"last byte", data[:len(data)-1], int64(len(data) - 1), "unexpected EOF"},
		{"trailing", data + "x", int64(len(data)), "not JSON"},
		{"unknown field", replace(`"chain_id"`, `"chain_ie"`), int64(strings.Index(data, `"chain_id"`)), "not known"},
		{"key type", replace("tendermint/PubKeyEd25519", "tendermint/PubKeyEd25518"), 0, "unknown type of key"},
		{"key length", replace("l/qNaf4JDxnhP+6Pf+2OSAJYksSIkjyefYCDvZPoahA=", "l/qNaf4JDxnhP+6Pf+2OSAJYksSIkjyefYCDvZPo"), 0, "of 30 bytes"},
		{"block protocol", replace(`"block":"11"`, `"block":"10"`), 0, "block protocol 10"},
		{"power", replace(`"power":"`, `"power":"-`), 0, "voting power of -"},
		{"huge power", replace(`"power":"`, `"power":"20000000000`), 0, "voting power of 2"},
		{"height", replace(`"height":"2279100"`, `"height":"22791OO"`), int64(strings.Index(data, `"2279100"`)), "invalid syntax"},
		{"height overflow", replace(`"height":"2279100"`, `"height":"22791009999999999999"`), int64(strings.Index(data, `"2279100"`)), "out of range"},
		{"page count", `{"block_height":"1","validators":[],"count":"1","total":"1"}`, 0, "states 1"},
		{"page total", `{"block_height":"1","validators":[],"count":"0","total":"99999999999"}`, 0, "stated"},
		{"two documents, the second bad", data + "\n{}", int64(len(data)) + 1, "neither"},
		{"too many votes", replace(`"signatures":[`, `"signatures":[`+strings.Repeat(`{"block_id_flag":1,"validator_address":"","timestamp":"0001-01-01T00:00:00Z","signature":null},`, maxEntries)), -1, "too many"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rep, err := newRunner().verify([]byte(test.data), platform.Options{})
			var p *platform.ParseError
			if !errors.As(err, &p) {
				t.Fatalf("%v, %+v", err, rep)
			}
			if test.offset >= 0 && p.Offset != test.offset || !strings.Contains(err.Error(), test.reason) || p.File != "test" {
				t.Errorf("%v (want %q at %d)", err, test.reason, test.offset)
			}
		})
	}
	t.Run("side file", func(t *testing.T) {
		_, err := newRunner().verify([]byte(data), sideFile([]byte("{")))
		if p := (*platform.ParseError)(nil); !errors.As(err, &p) || p.File != "side" {
			t.Error(err)
		}
	})
}

// TestWrong changes one statement of a real block at a time.
func TestWrong(t *testing.T) {
	data := string(vectors.Read(t, complete))
	tests := []struct{ old, new, reason string }{
		{`"commit":{"height":"2279100"`, `"commit":{"height":"2279101"`, "commit is for height 2279101"},
		{`"chain_id":"mocha-4"`, `"chain_id":"mocha-5"`, "header hash"},
		{`"chain_id":"mocha-4"`, `"chain_id":"` + strings.Repeat("m", 51) + `"`, "chainID is too long"},
		{`"round":0`, `"round":-1`, "negative Round"},
		{`"round":0`, `"round":1`, "does not verify"},
		{`"time":"2024-07-16T21:21:11.200637657Z"`, `"time":"0000-07-16T21:21:11Z"`, "header hash"},
		{`"timestamp":"2024-07-16T21:21:23.579267519Z"`, `"timestamp":"0000-07-16T21:21:23Z"`, "out of range"},
		{`"block_id_flag":2`, `"block_id_flag":3`, "does not verify"},
		{`"block_id_flag":2`, `"block_id_flag":4`, "unknown BlockIDFlag"},
		{`"block_id_flag":2`, `"block_id_flag":1`, "validator address is present"},
		{`"total_voting_power":"511862423"`, `"total_voting_power":"511862424"`, "total voting power"},
		{`"hash":"EF3FA80FE032E291DC94CF6F9912071A319E5042F078BE98184E3C3AC9FF97E7"`, `"hash":"EF3F"`, "wrong Hash"},
		{`"hash":"EF3FA80FE032E291DC94CF6F9912071A319E5042F078BE98184E3C3AC9FF97E7"`, `"hash":""`, "incomplete"},
		{`"signature":"QuNKNEqf`, `"signature":"QuNK","x":"`, ""},
	}
	for _, test := range tests {
		if !strings.Contains(data, test.old) {
			t.Errorf("no %s", test.old)
			continue
		}
		rep, err := newRunner().verify([]byte(strings.Replace(data, test.old, test.new, 1)), platform.Options{})
		if test.reason == "" {
			if err == nil {
				t.Errorf("%s: no error", test.new)
			}
			continue
		}
		if err != nil || !strings.Contains(fmt.Sprint(rep.InvalidAt), test.reason) {
			t.Errorf("%s: %v, %v", test.new, err, rep.InvalidAt)
		}
	}
}
