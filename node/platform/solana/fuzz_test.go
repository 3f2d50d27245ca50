package solana

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// allInvalid decides nothing true, and does not follow chains, which could be long.
type allInvalid struct{}

func (allInvalid) Run(_ context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Invalid)
	}
	return nil
}

func FuzzDecode(f *testing.F) {
	f.Add(parts{signers: 1, keys: 3, instructions: call}.build())
	f.Add(parts{version: v0, signers: 1, keys: 2, instructions: call, lookups: lookup(1, 0)}.build())
	f.Fuzz(func(t *testing.T, data []byte) {
		tx, err := Decode(data)
		if err != nil {
			var d *DecodeError
			if !errors.As(err, &d) || d.Offset < 0 || d.Offset > len(data) {
				t.Fatalf("error %v", err)
			}
			return
		}
		n := tx.Signers()
		if n == 0 || len(tx.Keys) < n*keySize || len(data) > MaxTransaction {
			t.Fatalf("%d signers, %d bytes of keys, %d bytes", n, len(tx.Keys), len(data))
		}
		if rest := data[1:]; !bytes.HasPrefix(rest, tx.Signatures) || !bytes.HasSuffix(data, tx.Message) ||
			len(data) != 1+len(tx.Signatures)+len(tx.Message) { // 19 signatures at most: a count of one byte
			t.Fatal("signatures and message are not the whole")
		}
	})
}

func FuzzVerify(f *testing.F) {
	tx := parts{signers: 1, keys: 3, instructions: call}.build()
	f.Add(tx)
	f.Add([]byte("01ab\n"))
	f.Add([]byte(entryHeader + "\n0,5,abababababababababababababababababababababababababababababababab,0\n"))
	f.Add([]byte("[[1,2,3]]"))
	f.Add([]byte("[[" + zeros(64) + ",165" + zeros(40) + "]]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sniff(data, "x")
		src := platform.NewSource("f", bytes.NewReader(data))
		r, err := Platform.Verify(context.Background(), allInvalid{}, src, platform.Options{BatchJobs: 4})
		checkOutcome(t, r, err, len(data))
		opt := platform.Options{BatchJobs: 4, Prevouts: platform.NewSource("f", bytes.NewReader(data))}
		src = platform.NewSource("f", bytes.NewReader([]byte(entryHeader+"\n0,5,abababababababababababababababababababababababababababababababab,1\n")))
		r, err = Platform.Verify(context.Background(), allInvalid{}, src, opt)
		checkOutcome(t, r, err, len(data))
	})
}

// checkOutcome: either a parse error inside the file, or a report.
func checkOutcome(t *testing.T, r *platform.Report, err error, size int) {
	var parse *platform.ParseError
	if err != nil && (!errors.As(err, &parse) || parse.Offset > int64(size)+1000 || parse.Offset < 0) {
		t.Fatalf("error %v", err)
	}
	if r == nil || r.Wrong < r.Jobs["ed25519.verify"].Invalid {
		t.Fatalf("report %+v", r)
	}
}

func FuzzShred(f *testing.F) {
	f.Add(make([]byte, 1203))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeShred(data)
		if err == nil && len(s.data) > len(data)-shredDataAt {
			t.Fatalf("%d bytes of data in %d", len(s.data), len(data))
		}
	})
}
