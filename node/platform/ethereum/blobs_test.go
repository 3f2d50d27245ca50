package ethereum

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto/kzg4844"
	"github.com/holiman/uint256"

	"github.com/sluice-engine/sluice/node/platform"
)

// TestSidecars checks pooled transactions with blobs, in both versions of the sidecar.
func TestSidecars(t *testing.T) {
	blob := new(kzg4844.Blob)
	blob[5], blob[33], blob[4000] = 7, 1, 9
	commitment, err := kzg4844.BlobToCommitment(blob)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := kzg4844.ComputeBlobProof(blob, commitment)
	if err != nil {
		t.Fatal(err)
	}
	sidecar := func() *types.BlobTxSidecar {
		return types.NewBlobTxSidecar(types.BlobSidecarVersion0, []kzg4844.Blob{*blob}, []kzg4844.Commitment{commitment}, []kzg4844.Proof{proof})
	}
	cells := sidecar()
	if err := cells.ToV1(); err != nil {
		t.Fatal(err)
	}
	wrongCell := cells.Copy()
	wrongCell.Proofs[100] = cells.Proofs[101]
	fewCells := cells.Copy()
	fewCells.Proofs = fewCells.Proofs[1:]
	one := uint256.NewInt(1)
	pooled := func(s *types.BlobTxSidecar) []byte {
		tx, err := types.SignNewTx(key(t), types.NewCancunSigner(one.ToBig()), &types.BlobTx{
			ChainID: one, GasFeeCap: one, GasTipCap: one, Gas: 21000, Value: one, BlobFeeCap: one,
			BlobHashes: sidecar().BlobHashes(), Sidecar: s,
		})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := tx.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	changed := func(change func(*types.BlobTxSidecar)) *types.BlobTxSidecar {
		s := sidecar()
		change(s)
		return s
	}
	tests := []struct {
		name   string
		s      *types.BlobTxSidecar
		left   int64
		reason string
	}{
		{"blob proofs", sidecar(), 1, ""},
		{"cell proofs", cells, kzg4844.CellProofsPerBlob, ""},
		{"another cell proof", wrongCell, kzg4844.CellProofsPerBlob, "proof"},
		{"a cell proof less", fewCells, kzg4844.CellProofsPerBlob - 1, "127 cell proofs"},
		{"another blob", changed(func(s *types.BlobTxSidecar) { s.Blobs[0][5] = 8 }), 1, "blob 0"},
		{"another commitment", changed(func(s *types.BlobTxSidecar) { s.Commitments[0][3] ^= 1 }), 0, "mismatches"},
		{"another proof", changed(func(s *types.BlobTxSidecar) { s.Proofs[0] = kzg4844.Proof(commitment) }), 1, "blob 0"},
		{"no proof", changed(func(s *types.BlobTxSidecar) { s.Proofs = nil }), 0, "0 proofs"},
		{"no blob", changed(func(s *types.BlobTxSidecar) { s.Blobs = nil }), 1, "0 blobs"},
		{"no commitment", changed(func(s *types.BlobTxSidecar) { s.Commitments = nil }), 0, "invalid number"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data := pooled(test.s)
			if len(data) > platform.SniffBytes {
				if got := Platform.Sniff(data[:platform.SniffBytes], ""); got != platform.Sure {
					t.Errorf("confidence %d", got)
				}
			}
			r, err := newRunner().verify(data)
			if err != nil {
				t.Fatal(err)
			}
			if r.Valid() != (test.reason == "") || r.LeftToLibrary != test.left || !r.Valid() && !strings.Contains(r.InvalidAt[0].Reason, test.reason) {
				t.Errorf("%+v", r)
			}
		})
	}
}
