package ethereum

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// quick decides every job valid without any work: fuzzing is for decoders.
type quick struct{}

func (quick) Run(_ context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Valid)
	}
	return nil
}

// fuzz has a file verified. It must not panic, and must not be valid if nothing of it was looked at.
func fuzz(t *testing.T, data []byte) {
	r, err := Platform.Verify(context.Background(), quick{}, platform.NewSource("", bytes.NewReader(data)), platform.Options{BatchJobs: 64})
	if r == nil {
		t.Fatal("no report")
	}
	if err == nil && r.Valid() && r.Blocks == 0 && r.Transactions == 0 && len(data) > 0 {
		t.Fatalf("valid, and nothing in it: %+v", r)
	}
	Platform.Sniff(data, "")
}

// head is the beginning of a seed file: fuzzing is faster on short ones.
func head(f *testing.F, path string, n int) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return data[:min(n, len(data))]
}

func FuzzRLP(f *testing.F) {
	for kind := range byte(types.SetCodeTxType + 1) {
		raw, err := signed(f, kind, 1).MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add(blocks(f, 2))
	f.Add([]byte("0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"))
	f.Fuzz(fuzz)
}

func FuzzEra1(f *testing.F) {
	f.Add(smallArchive(f, 100, 1))
	f.Add([]byte{0x65, 0x32, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0xff})
	f.Fuzz(fuzz)
}

func FuzzJSON(f *testing.F) {
	f.Add(rpcAnswers(f))
	f.Add(head(f, geth(f, "cmd/devp2p/internal/ethtest/testdata/headblock.json"), 1<<20))
	f.Add([]byte(`{"raw":"0x01","chain_id":1,"block":"7","sender":null}`))
	f.Add([]byte(`{"0x0000000000000000000000000000000000000000000000000000000000000000":{"header":"0xc0","body":"0x080000000c00000004000000","receipts":"0x04000000"}}`))
	f.Add([]byte(`{"7":{"content_key":"0x000000000000000000000000000000000000000000000000000000000000000000","content_value":"0x080000000c000000c0"}}`))
	f.Add([]byte("header: 0xc0\nbody: 0xc2c0c0\nreceipts: 0xc0\n"))
	f.Fuzz(fuzz)
}

func FuzzBeacon(f *testing.F) {
	f.Add(head(f, geth(f, "beacon/types/testdata/block_electra_consolidations.json"), 1<<20))
	f.Add(bytes.TrimSpace(append(head(f, geth(f, "cmd/devp2p/internal/ethtest/testdata/newpayload.json"), 1100), ']')))
	f.Fuzz(fuzz)
}
