package cosmos

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/types"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// runner verifies files by an engine that remembers.
type runner struct{ platformtest.Engine }

func newRunner() runner { return runner{platformtest.Engine{}} }

func (r runner) verify(data []byte, opt platform.Options) (*platform.Report, error) {
	return Platform.Verify(context.Background(), r, platform.NewSource("test", bytes.NewReader(data)), opt)
}

func sideFile(data []byte) platform.Options {
	return platform.Options{Prevouts: platform.NewSource("side", bytes.NewReader(data))}
}

const (
	complete   = "cosmos/celestia_mocha4_2279100.json"
	onlyCommit = "cosmos/celestia_mocha4_157001_commit.json"
	onlySet    = "cosmos/celestia_mocha4_157001_validators_1.json"
)

func TestRealBlocks(t *testing.T) {
	commit, set := vectors.Read(t, onlyCommit), vectors.Read(t, onlySet)
	tests := []struct {
		name         string
		data         []byte
		opt          platform.Options
		blocks       int64
		valid        int64
		notCheckable int64
	}{
		{"light block", vectors.Read(t, complete), platform.Options{}, 1, 100, 0},
		{"small batches", vectors.Read(t, complete), platform.Options{BatchJobs: 7}, 1, 100, 0},
		{"commit, validators in the side file", commit, sideFile(set), 1, 99, 0},
		{"commit and validators in one file", append(append([]byte{}, commit...), set...), platform.Options{}, 1, 99, 0},
		{"validators and commit in a list", []byte("[" + string(set) + "," + string(commit) + "]"), platform.Options{}, 1, 99, 0},
		{"commit alone", commit, platform.Options{}, 1, 0, 99},
		{"validators alone", set, platform.Options{}, 0, 0, 100},
		{"commit, others' validators in the side file", commit, sideFile(vectors.Read(t, complete)), 1, 0, 99},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var seen int64
			test.opt.Block = func(offset int64) { seen = offset }
			r, err := newRunner().verify(test.data, test.opt)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Valid() || r.Blocks != test.blocks || r.Jobs["ed25519.verify"] != (platform.Count{Valid: test.valid}) || r.NotCheckable != test.notCheckable {
				t.Errorf("%+v", r)
			}
			if test.blocks > 0 && (seen <= 0 || seen > int64(len(test.data))) {
				t.Errorf("progress %d of %d bytes", seen, len(test.data))
			}
			t.Logf("%d valid, %d not checkable", test.valid, test.notCheckable)
		})
	}
}

// TestSignBytes compares the jobs with the rows that were derived from the same blocks by other means.
func TestSignBytes(t *testing.T) {
	for file, list := range map[string]string{
		complete:   "cosmos/celestia_mocha4_2279100.sigs.csv.gz",
		onlyCommit: "cosmos/celestia_mocha4_157001.sigs.csv.gz",
	} {
		want := map[string]bool{} // key, message and signature
		for _, line := range strings.Split(strings.TrimSpace(string(vectors.Read(t, list))), "\n")[1:] {
			f := strings.Split(line, ",")
			row, err := hex.DecodeString(f[1] + f[3] + f[2])
			if err != nil {
				t.Fatal(err)
			}
			want[string(row)] = true
		}
		var got int
		collect := engineFunc(func(b *kernels.Batch) {
			for i := range b.Len() {
				if !want[string(b.Row(i))+string(b.Message(i))] {
					t.Errorf("%s: job %d is not in %s", file, i, list)
				}
				got++
			}
			if b.Kernel() != ed25519.Kernel || b.Flags() != kernels.ZIP215 {
				t.Errorf("%s under %s", b.Kernel().Name, b.Flags())
			}
			b.Kernel().Run(b, 0, b.Len())
		})
		_, err := Platform.Verify(context.Background(), collect, platform.NewSource(file, bytes.NewReader(vectors.Read(t, file))), sideFile(vectors.Read(t, onlySet)))
		if err != nil || got != len(want) {
			t.Errorf("%s: %d jobs of %d, %v", file, got, len(want), err)
		}
		t.Logf("%s: %d cases, all valid", list, got)
	}
}

type engineFunc func(b *kernels.Batch)

func (f engineFunc) Run(_ context.Context, b *kernels.Batch) error {
	f(b)
	return nil
}

// TestTraces holds every light block of the traces against cometbft's own judgement of its commit.
func TestTraces(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(vectors.Dir(t), "cosmos", "light_client_tests", "*.json.gz"))
	if err != nil || len(files) != 41 {
		t.Fatalf("%d traces, %v", len(files), err)
	}
	var blocks, valid, old int
	for _, file := range files {
		name := filepath.Base(file)
		data := vectors.Unpack(t, file)
		if strings.HasPrefix(name, "bisection_") { // made by Tendermint 0.33
			r, err := newRunner().verify(data, platform.Options{})
			if p := (*platform.ParseError)(nil); !errors.As(err, &p) || !strings.Contains(err.Error(), "block protocol 0") || r.Blocks != 0 {
				t.Errorf("%s: %v", name, err)
			}
			old++
			continue
		}
		var trace singleStep
		if err := strictjson.Decode(data, 0, maxEntries, &trace); err != nil {
			t.Fatal(err)
		}
		for i := range trace.Input {
			b := &trace.Input[i].Block
			want := judge(t, b)
			rep := report(t, b)
			if rep.Valid() != (want == nil) {
				t.Errorf("%s: block %d of the trace: valid %v, cometbft says %v: %v", name, i, rep.Valid(), want, rep.InvalidAt)
			}
			blocks++
			if rep.Valid() {
				valid++
			}
		}
		// A trace is right when each of its blocks is.
		rep, err := newRunner().verify(data, platform.Options{})
		if err != nil || rep.Blocks != int64(len(trace.Input))+1 {
			t.Errorf("%s: %v, %d blocks", name, err, rep.Blocks)
		}
		if strings.Contains(name, "Success") && !rep.Valid() {
			t.Errorf("%s: a trace that a light client accepts: %v", name, rep.InvalidAt)
		}
	}
	t.Logf("%d light blocks, %d valid, %d invalid; %d traces of an older protocol refused", blocks, valid, blocks-valid, old)
	if blocks != 95 || valid != 85 {
		t.Errorf("%d of %d blocks are valid", valid, blocks)
	}
}

// judge is cometbft's verdict on a light block, by its own functions. A light block of cometbft has no next validators;
// the generator states a proposer even where there are none, which is wrong here.
func judge(t *testing.T, w *lightBlock) error {
	t.Helper()
	signed, err := w.SignedHeader.library()
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSet(w.ValidatorSet.Validators, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.validators) == 0 {
		return errors.New("no validators")
	}
	if next := w.NextValidatorSet; len(next.Validators) == 0 && next.Proposer != nil {
		return errors.New("a proposer who is no validator")
	}
	set, err := types.ValidatorSetFromExistingValidators(s.validators)
	if err != nil {
		return err
	}
	l := types.LightBlock{SignedHeader: signed, ValidatorSet: set}
	if err := l.ValidateBasic(signed.ChainID); err != nil {
		return err
	}
	return types.VerifyCommit(signed.ChainID, set, signed.Commit.BlockID, signed.Height, signed.Commit)
}

func report(t *testing.T, w *lightBlock) *platform.Report {
	t.Helper()
	rep := platform.NewReport(name)
	v := newVerifier(newRunner(), rep, platform.Options{})
	if err := v.lightBlock(context.Background(), platform.NewSource("", strings.NewReader("")), w); err != nil {
		t.Fatal(err)
	}
	if err := v.collector.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestSniff(t *testing.T) {
	tests := []struct {
		head string
		want platform.Confidence
	}{
		{`{"jsonrpc":"2.0","result":{"signed_header":{"header":{"validators_hash":"`, platform.Sure},
		{`{"signed_header":{"hea`, platform.Likely},
		{`{"jsonrpc":"2.0","id":-1,"result":{"block_height":"1","validators":[{"address":"","pub_key":{"type`, platform.Likely},
		{`{"description":"x","primary":{"chain_id":"c","lite_blocks":[`, platform.Likely},
		{`{"kernel":"ed25519.verify","key":"00","msg":"","sig":"00"}`, platform.No},
		{`{"jsonrpc":"2.0","id":1,"result":{"transactionsRoot":"0x"`, platform.No},
		{`"signed_header": "validators_hash":`, platform.No},
		{"\xf9\x02\x17", platform.No},
		{"", platform.No},
	}
	for _, test := range tests {
		if got := Platform.Sniff([]byte(test.head), "x.json"); got != test.want {
			t.Errorf("%s: %d, want %d", test.head, got, test.want)
		}
	}
	for _, file := range []string{complete, onlyCommit, onlySet} {
		data, err := os.ReadFile(vectors.Path(t, file))
		if err != nil {
			t.Fatal(err)
		}
		if got := Platform.Sniff(data[:min(len(data), platform.SniffBytes)], file); got < platform.Likely {
			t.Errorf("%s: %d", file, got)
		}
	}
}
