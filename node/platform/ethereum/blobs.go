package ethereum

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto/kzg4844"
)

// sidecar checks the blobs that a pooled transaction carries: its versioned hashes are those of the commitments, and the
// proofs say that the commitments are those of the blobs. There is no kernel for KZG proofs.
func (v *verifier) sidecar(b *block, t *transaction) error {
	s := t.tx.BlobTxSidecar()
	if s == nil {
		return nil
	}
	if b.header != nil {
		v.wrong(b, t.index, "it carries blobs, which no block holds")
		return nil
	}
	if err := s.ValidateBlobCommitmentHashes(t.tx.BlobHashes()); err != nil {
		v.wrong(b, t.index, "%v", err)
		return nil
	}
	v.report.LeftToLibrary += int64(len(s.Proofs))
	if err := verifyBlobs(s); err != nil {
		v.wrong(b, t.index, "%v", err)
	}
	return nil
}

func verifyBlobs(s *types.BlobTxSidecar) error {
	if len(s.Blobs) != len(s.Commitments) {
		return fmt.Errorf("%d blobs for %d commitments", len(s.Blobs), len(s.Commitments))
	}
	switch s.Version {
	case types.BlobSidecarVersion0:
		if len(s.Proofs) != len(s.Blobs) {
			return fmt.Errorf("%d proofs for %d blobs", len(s.Proofs), len(s.Blobs))
		}
		for i := range s.Blobs {
			if err := kzg4844.VerifyBlobProof(&s.Blobs[i], s.Commitments[i], s.Proofs[i]); err != nil {
				return fmt.Errorf("blob %d: %w", i, err)
			}
		}
		return nil
	case types.BlobSidecarVersion1:
		if len(s.Proofs) != len(s.Blobs)*kzg4844.CellProofsPerBlob {
			return fmt.Errorf("%d cell proofs for %d blobs", len(s.Proofs), len(s.Blobs))
		}
		return kzg4844.VerifyCellProofs(s.Blobs, s.Commitments, s.Proofs)
	}
	return errors.New("unknown version of the blob sidecar")
}
