package ethereum

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto/kzg4844"
	"github.com/ethereum/go-ethereum/params"

	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// Slots of Mainnet's beacon chain: seconds since 1970 of the first, and the length of each.
const (
	mainnetGenesis = 1_606_824_023
	slotSeconds    = 12
)

// beaconAnswer is what the beacon API answers to /eth/v2/beacon/blocks/{id}.
type beaconAnswer struct {
	Version             json.RawMessage  `json:"version"`
	ExecutionOptimistic json.RawMessage  `json:"execution_optimistic,omitempty"`
	Finalized           json.RawMessage  `json:"finalized,omitempty"`
	Data                strictjson.Value `json:"data"`
}

type signedBeaconBlock struct {
	Message   beaconBlock     `json:"message"`
	Signature json.RawMessage `json:"signature"`
}

type beaconBlock struct {
	Slot          decimal     `json:"slot"`
	ProposerIndex decimal     `json:"proposer_index"`
	ParentRoot    common.Hash `json:"parent_root"`
	StateRoot     common.Hash `json:"state_root"`
	Body          beaconBody  `json:"body"`
}

type beaconBody struct {
	RandaoReveal          json.RawMessage       `json:"randao_reveal"`
	Eth1Data              json.RawMessage       `json:"eth1_data"`
	Graffiti              json.RawMessage       `json:"graffiti"`
	ProposerSlashings     []json.RawMessage     `json:"proposer_slashings"`
	AttesterSlashings     []json.RawMessage     `json:"attester_slashings"`
	Attestations          []json.RawMessage     `json:"attestations"`
	Deposits              []json.RawMessage     `json:"deposits"`
	VoluntaryExits        []json.RawMessage     `json:"voluntary_exits"`
	SyncAggregate         json.RawMessage       `json:"sync_aggregate"`
	ExecutionPayload      beaconPayload         `json:"execution_payload"`
	BLSToExecutionChanges []json.RawMessage     `json:"bls_to_execution_changes,omitempty"`
	BlobKZGCommitments    *[]kzg4844.Commitment `json:"blob_kzg_commitments,omitempty"`
	ExecutionRequests     *executionRequests    `json:"execution_requests,omitempty"`
}

// signatures is how many signatures of validators a body has, at least one for each operation.
func (b *beaconBody) signatures() int64 {
	const randaoAndSync = 2
	return int64(randaoAndSync + 2*len(b.ProposerSlashings) + 2*len(b.AttesterSlashings) + len(b.Attestations) +
		len(b.Deposits) + len(b.VoluntaryExits) + len(b.BLSToExecutionChanges))
}

// executionRequests are what the execution layer asks of the beacon chain (EIP-7685), since Electra.
type executionRequests struct {
	Deposits []struct {
		Pubkey                pubkey       `json:"pubkey"`
		WithdrawalCredentials common.Hash  `json:"withdrawal_credentials"`
		Amount                decimal      `json:"amount"`
		Signature             blsSignature `json:"signature"`
		Index                 decimal      `json:"index"`
	} `json:"deposits"`
	Withdrawals []struct {
		SourceAddress   common.Address `json:"source_address"`
		ValidatorPubkey pubkey         `json:"validator_pubkey"`
		Amount          decimal        `json:"amount"`
	} `json:"withdrawals"`
	Consolidations []struct {
		SourceAddress common.Address `json:"source_address"`
		SourcePubkey  pubkey         `json:"source_pubkey"`
		TargetPubkey  pubkey         `json:"target_pubkey"`
	} `json:"consolidations"`
}

type pubkey [48]byte

func (p *pubkey) UnmarshalText(text []byte) error {
	return hexutil.UnmarshalFixedText("public key", text, p[:])
}

type blsSignature [96]byte

func (s *blsSignature) UnmarshalText(text []byte) error {
	return hexutil.UnmarshalFixedText("signature", text, s[:])
}

// hash is the header's commitment to the requests: each kind that has any is its type byte and their SSZ.
func (r *executionRequests) hash() common.Hash {
	lists := [][]byte{{0}, {1}, {2}}
	for i := range r.Deposits { // EIP-6110
		d := &r.Deposits[i]
		p := append(lists[0], d.Pubkey[:]...)
		p = append(p, d.WithdrawalCredentials[:]...)
		p = binary.LittleEndian.AppendUint64(p, uint64(d.Amount))
		p = append(p, d.Signature[:]...)
		lists[0] = binary.LittleEndian.AppendUint64(p, uint64(d.Index))
	}
	for i := range r.Withdrawals { // EIP-7002
		w := &r.Withdrawals[i]
		p := append(lists[1], w.SourceAddress[:]...)
		p = append(p, w.ValidatorPubkey[:]...)
		lists[1] = binary.LittleEndian.AppendUint64(p, uint64(w.Amount))
	}
	for i := range r.Consolidations { // EIP-7251
		c := &r.Consolidations[i]
		p := append(lists[2], c.SourceAddress[:]...)
		p = append(p, c.SourcePubkey[:]...)
		lists[2] = append(p, c.TargetPubkey[:]...)
	}
	var some [][]byte
	for _, list := range lists {
		if len(list) > 1 {
			some = append(some, list)
		}
	}
	return types.CalcRequestsHash(some)
}

// beaconBlock checks the execution payload of a beacon block with what the rest of the block says of it. signatures is
// how many there are around the block.
func (v *verifier) beaconBlock(ctx context.Context, m *beaconBlock, signatures int64) error {
	body := &m.Body
	p := body.ExecutionPayload.common()
	if p.header.BlobGasUsed != nil { // since Deneb
		p.header.ParentBeaconRoot = &m.ParentRoot
	}
	if body.ExecutionRequests != nil {
		hash := body.ExecutionRequests.hash()
		p.header.RequestsHash = &hash
	}
	v.report.Skip("signatures of the beacon chain: the validators' keys are not in the file", signatures+body.signatures())
	return v.payload(ctx, p, func(b *block) {
		if body.BlobKZGCommitments != nil {
			var hashes []common.Hash
			hasher := sha256.New()
			for i := range *body.BlobKZGCommitments {
				hashes = append(hashes, kzg4844.CalcBlobHashV1(hasher, &(*body.BlobKZGCommitments)[i]))
			}
			v.compareBlobs(b, hashes, "blob commitments")
		}
		if v.net.id != nil && v.net.id.Cmp(params.MainnetChainConfig.ChainID) == 0 {
			at := new(big.Int).SetUint64(uint64(m.Slot))
			at.Mul(at, big.NewInt(slotSeconds)).Add(at, big.NewInt(mainnetGenesis))
			if at.Cmp(new(big.Int).SetUint64(b.header.Time)) != 0 {
				v.wrong(b, -1, "slot %d is at %v, the timestamp is %d", m.Slot, at, b.header.Time)
			}
		}
	})
}
