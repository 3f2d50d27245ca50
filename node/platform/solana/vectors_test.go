package solana

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

const (
	transactionsFile = "solana/testnet_slot_356797362.txs.hex.gz"
	entriesFile      = "solana/testnet_slot_356797362.entries.csv.gz"
	shredsFile       = "solana/testnet_slot_356797362.shreds.json.gz"
)

// Counts of the slot, as the folder's README states them.
const (
	slotTransactions = 2293
	slotSignatures   = 2296
	slotEntries      = 2357
	slotTicks        = 64 // entries without transactions
	slotShreds       = 992
)

// TestFiredancer has the transactions of Firedancer's own tests, with the verdicts of the folder's README.
func TestFiredancer(t *testing.T) {
	type outcome struct{ version, valid, invalid int }
	wants := map[string]outcome{
		"pack_txn1": {0, 1, 0}, "pack_txn2": {0, 1, 0}, "pack_txn3": {Legacy, 1, 0}, "pack_txn4": {Legacy, 1, 0},
		"pack_txn5": {Legacy, 1, 0}, "pack_txn6": {0, 1, 0}, "pack_txn7": {Legacy, 1, 0},
		"quic_txn": {Legacy, 2, 0}, "sample_vote": {Legacy, 1, 0},
		"transaction1": {Legacy, 4, 0}, "transaction2": {0, 1, 0}, "transaction3": {0, 0, 1},
		"transaction4": {Legacy, 1, 0}, "transaction5": {0, 0, 1}, "transaction6": {Legacy, 2, 0},
	}
	files, err := os.ReadDir(vectors.Path(t, "solana/firedancer_txn"))
	if err != nil || len(files) != len(wants) {
		t.Fatalf("%d files, %d known; %v", len(files), len(wants), err)
	}
	var valid, invalid int
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".bin")
		t.Run(name, func(t *testing.T) {
			w, ok := wants[name]
			if !ok {
				t.Fatal("a file that the test does not know")
			}
			data := vectors.Read(t, "solana/firedancer_txn/"+f.Name())
			tx, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if tx.Version != w.version || tx.Signers() != w.valid+w.invalid {
				t.Errorf("version %d, %d signers; want %+v", tx.Version, tx.Signers(), w)
			}
			r, err := newRunner().verify(data, platform.Options{})
			if err != nil {
				t.Fatal(err)
			}
			wrong := w.invalid
			if tx.Fault != "" {
				wrong++
				t.Logf("breaks a rule: %s", tx.Fault)
			}
			if (tx.Fault != "") != (name == "transaction5") {
				t.Errorf("fault %q; only transaction5 has one", tx.Fault)
			}
			platformtest.Want(t, r, 0, 1, int64(wrong), 0, map[string]platform.Count{"ed25519.verify": {Valid: int64(w.valid), Invalid: int64(w.invalid)}})
			valid += w.valid
			invalid += w.invalid
		})
	}
	t.Logf("%d transactions, %d signatures valid, %d invalid", len(files), valid, invalid)
}

func TestTransactions(t *testing.T) {
	for _, batch := range []int{0, 7} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) {
			var seen int64
			data := vectors.Read(t, transactionsFile)
			r, err := newRunner().verify(data, platform.Options{BatchJobs: batch, Block: func(n int64) { seen = n }})
			if err != nil {
				t.Fatal(err)
			}
			platformtest.Want(t, r, 0, slotTransactions, 0, 0, map[string]platform.Count{"ed25519.verify": {Valid: slotSignatures}})
			if seen == 0 || seen > int64(len(data)) {
				t.Errorf("progress to %d of %d", seen, len(data))
			}
			t.Logf("%d transactions, %d signatures valid", r.Transactions, r.Jobs["ed25519.verify"].Valid)
		})
	}
}

func TestEntries(t *testing.T) {
	entries, transactions := vectors.Read(t, entriesFile), vectors.Read(t, transactionsFile)
	t.Run("alone", func(t *testing.T) {
		r, err := newRunner().verify(entries, platform.Options{})
		if err != nil {
			t.Fatal(err)
		}
		platformtest.Want(t, r, 1, 0, 0, slotEntries-slotTicks, map[string]platform.Count{"sha256.chain": {Valid: slotTicks}})
		t.Logf("%d ticks valid, %v not checkable", slotTicks, r.Why)
	})
	for _, batch := range []int{0, 10} {
		t.Run(fmt.Sprintf("with transactions, batches of %d", batch), func(t *testing.T) {
			opt := side(transactions)
			opt.BatchJobs = batch
			r, err := newRunner().verify(entries, opt)
			if err != nil {
				t.Fatal(err)
			}
			platformtest.Want(t, r, 1, slotTransactions, 0, 1, slotJobs)
			t.Logf("%d entries and %d signatures valid, %v not checkable", slotEntries-1, slotSignatures, r.Why)
		})
	}
}

// slotJobs is what the whole slot asks for: a chain for each entry but the first, every signature, and one leaf for
// each signature and one node for each transaction with two.
var slotJobs = map[string]platform.Count{
	"sha256.chain":   {Valid: slotEntries - 1},
	"ed25519.verify": {Valid: slotSignatures},
	"sha256":         {Valid: slotSignatures + slotSignatures - slotTransactions},
}

func TestShreds(t *testing.T) {
	r, err := newRunner().verify(vectors.Read(t, shredsFile), platform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	platformtest.Want(t, r, 1, slotTransactions, 0, slotShreds+1, slotJobs)
	t.Logf("%d shreds hold %d entries and %d transactions, all valid; %v not checkable", slotShreds, slotEntries, slotTransactions, r.Why)
}

// TestShredsHoldTheSlot compares what the shreds hold with the two files that were made from them by other means.
func TestShredsHoldTheSlot(t *testing.T) {
	a, b := newRunner(), newRunner()
	if _, err := a.verify(vectors.Read(t, shredsFile), platform.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.verify(vectors.Read(t, entriesFile), side(vectors.Read(t, transactionsFile))); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(a.Engine, b.Engine) {
		t.Errorf("%d different jobs from the shreds, %d from the files; they are not the same", len(a.Engine), len(b.Engine))
	}
}

func TestSniffVectors(t *testing.T) {
	for _, name := range []string{transactionsFile, entriesFile, shredsFile, "solana/firedancer_txn/transaction4.bin"} {
		data := vectors.Read(t, name)
		if c := sniff(data[:min(len(data), platform.SniffBytes)], "x"); c != platform.Sure {
			t.Errorf("%s: confidence %d", name, c)
		}
	}
	for _, c := range []string{"", "\n", "[", "[[", "[[1,2]]", "entry,num_hashes,hash_hex,num_txs\n", "ab", "01", "zz", "{}"} {
		if got := sniff([]byte(c), "x"); got != platform.No {
			t.Errorf("%q: confidence %d", c, got)
		}
	}
}

func lines(data []byte, n int) []byte {
	return bytes.Join(bytes.SplitAfterN(data, []byte("\n"), n+1)[:n], nil)
}
