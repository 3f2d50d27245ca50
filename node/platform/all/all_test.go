package all

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

func TestTable(t *testing.T) {
	if !slices.IsSorted(Names()) || len(slices.Compact(Names())) != len(Platforms) {
		t.Errorf("names %v", Names())
	}
	for _, p := range Platforms {
		if p.Name == "" || p.Sniff == nil || p.Verify == nil || ByName(p.Name) != p {
			t.Errorf("%+v", p)
		}
	}
	if ByName("dogecoin") != nil || ByName("") != nil {
		t.Error("a platform that is none")
	}
}

// chainData tells whose the files of the vectors are; everything else is nobody's.
var chainData = []struct {
	path     *regexp.Regexp
	platform string
}{
	{regexp.MustCompile(`^algorand/.*\.msgp$`), "algorand"},
	{regexp.MustCompile(`^bitcoin/blocks/\d+\.(dat|raw|blk)(\.bz2)?$`), "bitcoin"},
	{regexp.MustCompile(`^bitcoin/chain/.*\.bz2$`), "bitcoin"},
	{regexp.MustCompile(`^bitcoin/headers/.*\.bin\.gz$`), "bitcoin"},
	{regexp.MustCompile(`^bitcoin/tx/tx\d+\.raw$`), "bitcoin"},
	{regexp.MustCompile(`^cosmos/.*\.json(\.gz)?$`), "cosmos"},
	{regexp.MustCompile(`^ethereum/(era1|portal)/`), "ethereum"},
	{regexp.MustCompile(`^ethereum/mainnet_blocks/\d+\.json\.gz$`), "ethereum"},
	{regexp.MustCompile(`^ethereum/(mainnet_blocks_1000001_1000010|public_chain_txs)\.json$`), "ethereum"},
	{regexp.MustCompile(`^bls/eth_mainnet_light_client/(bootstrap|finality|optimistic|updates)\.json$`), "ethereum"}, // beacon chain
	{regexp.MustCompile(`^pcap/.*\.pcap$`), "capture"},
	{regexp.MustCompile(`^solana/(firedancer_txn/|testnet_slot)`), "solana"},
}

func owner(path string) string {
	for _, c := range chainData {
		if c.path.MatchString(path) {
			return c.platform
		}
	}
	return ""
}

// TestVectors guesses every file of the vectors: chain data is its platform's and no other claims it, and nobody
// claims the rest.
func TestVectors(t *testing.T) {
	dir := vectors.Dir(t)
	counts := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		head, _ := f.Peek(platform.SniffBytes) // shorter files end
		want := owner(filepath.ToSlash(name))
		counts[want]++
		p, err := Guess(head, f.Base)
		switch {
		case want == "" && (p != nil || !errors.Is(err, ErrUnknown)):
			t.Errorf("%s: guessed %v, %v; it is no chain's", name, p, err)
		case want != "" && (err != nil || p.Name != want):
			t.Errorf("%s: guessed %v, %v; want %s", name, p, err, want)
		}
		for _, p := range Platforms {
			if c := p.Sniff(head, f.Base); p.Name != want && c != platform.No {
				t.Errorf("%s: %s is %d sure that it is its own", name, p.Name, c)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Platforms {
		if counts[p.Name] == 0 && p.Name != "jobs" {
			t.Errorf("no file of %s", p.Name)
		}
	}
	t.Logf("files of %v", counts)
}

// stub is a platform that is as sure as it is told.
func stub(name string, c platform.Confidence) *platform.Platform {
	return &platform.Platform{Name: name, Sniff: func([]byte, string) platform.Confidence { return c }}
}

func TestSurest(t *testing.T) {
	for _, c := range []struct {
		of   []*platform.Platform
		want string
		err  string
	}{
		{[]*platform.Platform{stub("a", platform.No), stub("b", platform.Maybe)}, "b", ""},
		{[]*platform.Platform{stub("a", platform.Likely), stub("b", platform.Maybe)}, "a", ""},
		{[]*platform.Platform{stub("a", platform.Maybe), stub("b", platform.Maybe), stub("c", platform.Sure)}, "c", ""},
		{[]*platform.Platform{stub("a", platform.Likely), stub("b", platform.No), stub("c", platform.Likely)}, "", "with one of a, c"},
		{[]*platform.Platform{stub("a", platform.Maybe), stub("b", platform.Maybe)}, "", "with one of a, b"},
		{[]*platform.Platform{stub("a", platform.No), stub("b", platform.No)}, "", "with one of a, b"},
	} {
		p, err := surest(c.of, nil, "x")
		switch {
		case c.err == "" && (err != nil || p.Name != c.want):
			t.Errorf("%v, %v; want %s", p, err, c.want)
		case c.err != "" && (p != nil || !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "--platform") || !strings.HasSuffix(err.Error(), c.err)):
			t.Errorf("%v, %v; want an error with %q", p, err, c.err)
		}
	}
}

// allValid decides every job valid without looking.
type allValid struct{}

func (allValid) Run(_ context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Valid)
	}
	return nil
}

// TestForeign has every platform read a file of every other one: an error, no panic, and never a valid file with
// something in it.
func TestForeign(t *testing.T) {
	for _, name := range examples {
		data := vectors.Read(t, name)
		for _, p := range Platforms {
			if p.Name == owner(name) {
				continue
			}
			t.Run(p.Name+" reads "+name, func(t *testing.T) {
				r, err := p.Verify(context.Background(), allValid{}, platform.NewSource(name, bytes.NewReader(data)), platform.Options{})
				var parse *platform.ParseError
				if !errors.As(err, &parse) {
					t.Fatalf("%+v, %v; want a ParseError", r, err)
				}
				if !strings.Contains(err.Error(), name) {
					t.Errorf("%v does not name the file", err)
				}
			})
		}
	}
}

// examples is a file of each platform.
var examples = []string{
	"algorand/testnet_block_24099447.msgp",
	"bitcoin/blocks/169482.dat",
	"cosmos/celestia_mocha4_2279100.json",
	"ethereum/mainnet_blocks/1920000.json.gz",
	"pcap/bitcoin_p2p_2011.pcap",
	"solana/firedancer_txn/transaction1.bin",
	"solana/testnet_slot_356797362.txs.hex.gz",
}

func FuzzGuess(f *testing.F) {
	for _, s := range []string{"SLBT", "{\"kernel\":\"sha256\",\"msg\":\"\"}", "\x81\xa5block\x81\xa3gen", "entry,num_hashes,hash_hex,num_txs\n", "[[1", "\xf9\xbe\xb4\xd9", "{\"signed_header\":{}}", "\xd4\xc3\xb2\xa1"} {
		f.Add([]byte(s), "x")
	}
	f.Fuzz(func(t *testing.T, head []byte, name string) {
		head = head[:min(len(head), platform.SniffBytes)]
		keep := bytes.Clone(head)
		p, err := Guess(head, name)
		if (p == nil) == (err == nil) || err != nil && !errors.Is(err, ErrUnknown) {
			t.Fatal(p, err)
		}
		if !bytes.Equal(keep, head) {
			t.Fatal("a sniffer wrote to the head")
		}
	})
}

func ExampleGuess() {
	p, err := Guess([]byte(`{"kernel":"sha256","msg":"616263"}`), "jobs.jsonl")
	fmt.Println(p.Name, err)
	_, err = Guess([]byte("a shopping list"), "list.txt")
	fmt.Println(err)
	// Output:
	// jobs <nil>
	// cannot tell what it is; use --platform with one of algorand, bitcoin, capture, cosmos, ethereum, jobs, solana
}
