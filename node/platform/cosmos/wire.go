package cosmos

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	cmtversion "github.com/cometbft/cometbft/api/cometbft/version/v1"
	"github.com/cometbft/cometbft/types"
	"github.com/cometbft/cometbft/version"

	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// The JSON of CometBFT, in the spellings of its RPC, of tendermint-rs and of its test generator. cometbft's own
// decoder knows only the first and passes over unknown fields.

type envelope struct {
	JSONRPC json.RawMessage  `json:"jsonrpc"`
	ID      json.RawMessage  `json:"id"`
	Result  strictjson.Value `json:"result,omitempty"`
	Error   json.RawMessage  `json:"error,omitempty"`
}

type lightBlock struct {
	SignedHeader     signedHeader    `json:"signed_header"`
	ValidatorSet     *validatorSet   `json:"validator_set,omitempty"`
	NextValidatorSet *validatorSet   `json:"next_validator_set,omitempty"`
	Provider         json.RawMessage `json:"provider,omitempty"`  // light blocks of tendermint-rs
	Canonical        json.RawMessage `json:"canonical,omitempty"` // answers of /commit
}

type validatorsPage struct {
	BlockHeight number      `json:"block_height"`
	Validators  []validator `json:"validators"`
	Count       number      `json:"count"`
	Total       number      `json:"total"`
}

// singleStep is a trace of the model-based tests of tendermint-rs.
type singleStep struct {
	Description json.RawMessage `json:"description"`
	Initial     struct {
		SignedHeader     signedHeader    `json:"signed_header"`
		NextValidatorSet *validatorSet   `json:"next_validator_set,omitempty"`
		TrustingPeriod   json.RawMessage `json:"trusting_period"`
		Now              json.RawMessage `json:"now"`
	} `json:"initial"`
	Input []struct {
		Block        lightBlock      `json:"block"`
		TestgenBlock json.RawMessage `json:"testgen_block,omitempty"`
		Now          json.RawMessage `json:"now"`
		Verdict      json.RawMessage `json:"verdict"`
	} `json:"input"`
}

// bisection is a trace of the bisection tests of tendermint-rs.
type bisection struct {
	Description            json.RawMessage `json:"description"`
	TrustOptions           json.RawMessage `json:"trust_options"`
	Primary                peer            `json:"primary"`
	Witnesses              []witness       `json:"witnesses,omitempty"`
	HeightToVerify         json.RawMessage `json:"height_to_verify"`
	Now                    json.RawMessage `json:"now"`
	ExpectedOutput         json.RawMessage `json:"expected_output"`
	ExpectedNumOfBisection json.RawMessage `json:"expected_num_of_bisections"`
}

type peer struct {
	ChainID string       `json:"chain_id"`
	Blocks  []lightBlock `json:"lite_blocks"`
}

type witness struct {
	Type  json.RawMessage `json:"type"`
	Value peer            `json:"value"`
}

type signedHeader struct {
	Header header `json:"header"`
	Commit commit `json:"commit"`
}

type header struct {
	Version struct {
		Block unsigned  `json:"block"`
		App   *unsigned `json:"app,omitempty"`
	} `json:"version"`
	ChainID            string    `json:"chain_id"`
	Height             number    `json:"height"`
	Time               time.Time `json:"time"`
	LastBlockID        *blockID  `json:"last_block_id"`
	LastCommitHash     hexBytes  `json:"last_commit_hash"`
	DataHash           hexBytes  `json:"data_hash"`
	ValidatorsHash     hexBytes  `json:"validators_hash"`
	NextValidatorsHash hexBytes  `json:"next_validators_hash"`
	ConsensusHash      hexBytes  `json:"consensus_hash"`
	AppHash            hexBytes  `json:"app_hash"`
	LastResultsHash    hexBytes  `json:"last_results_hash"`
	EvidenceHash       hexBytes  `json:"evidence_hash"`
	ProposerAddress    hexBytes  `json:"proposer_address"`
}

type blockID struct {
	Hash          hexBytes `json:"hash"`
	Parts         *parts   `json:"parts,omitempty"`
	PartSetHeader *parts   `json:"part_set_header,omitempty"`
}

type parts struct {
	Total uint32   `json:"total"`
	Hash  hexBytes `json:"hash"`
}

type commit struct {
	Height     number          `json:"height"`
	Round      int32           `json:"round"`
	BlockID    blockID         `json:"block_id"`
	Signatures []commitSig     `json:"signatures,omitempty"`
	Hash       json.RawMessage `json:"hash,omitempty"`      // caches that test generators write
	BitArray   json.RawMessage `json:"bit_array,omitempty"` //
}

type commitSig struct {
	BlockIDFlag      uint8        `json:"block_id_flag"`
	ValidatorAddress hexBytes     `json:"validator_address"`
	Timestamp        time.Time    `json:"timestamp"`
	Signature        *base64Bytes `json:"signature"`
}

type validatorSet struct {
	Validators       []validator `json:"validators"`
	Proposer         *validator  `json:"proposer,omitempty"`
	TotalVotingPower *number     `json:"total_voting_power,omitempty"`
}

type validator struct {
	Address          hexBytes        `json:"address"`
	PubKey           pubKey          `json:"pub_key"`
	VotingPower      *number         `json:"voting_power,omitempty"`
	Power            *number         `json:"power,omitempty"`
	ProposerPriority *number         `json:"proposer_priority,omitempty"`
	Name             json.RawMessage `json:"name,omitempty"`
}

type pubKey struct {
	Type  string      `json:"type"`
	Value base64Bytes `json:"value"`
}

// number is an int64, as a decimal string or a JSON number.
type number int64

func (n *number) UnmarshalJSON(p []byte) error {
	s, err := digits(p)
	if err != nil {
		return err
	}
	v, err := strconv.ParseInt(s, 10, 64)
	*n = number(v)
	return err
}

// unsigned is a uint64, as a decimal string or a JSON number.
type unsigned uint64

func (n *unsigned) UnmarshalJSON(p []byte) error {
	s, err := digits(p)
	if err != nil {
		return err
	}
	v, err := strconv.ParseUint(s, 10, 64)
	*n = unsigned(v)
	return err
}

func digits(p []byte) (string, error) {
	if p[0] != '"' {
		return string(p), nil
	}
	var s string
	err := json.Unmarshal(p, &s)
	return s, err
}

type hexBytes []byte

func (b *hexBytes) UnmarshalText(p []byte) (err error) {
	*b, err = hex.DecodeString(string(p))
	return err
}

// base64Bytes has exactly one spelling for its bytes, unlike what encoding/json accepts for a []byte.
type base64Bytes []byte

func (b *base64Bytes) UnmarshalText(p []byte) (err error) {
	*b, err = base64.StdEncoding.Strict().DecodeString(string(p))
	return err
}

func (b *blockID) library() (types.BlockID, error) {
	if b == nil {
		return types.BlockID{}, nil
	}
	p := b.Parts
	if p == nil {
		p = b.PartSetHeader
	}
	if p == nil || b.Parts != nil && b.PartSetHeader != nil {
		return types.BlockID{}, fmt.Errorf("a block id needs parts or part_set_header, not both")
	}
	return types.BlockID{Hash: []byte(b.Hash), PartSetHeader: types.PartSetHeader{Total: p.Total, Hash: []byte(p.Hash)}}, nil
}

func (s *signedHeader) library() (*types.SignedHeader, error) {
	h, c := &s.Header, &s.Commit
	if uint64(h.Version.Block) != version.BlockProtocol {
		return nil, fmt.Errorf("block protocol %d, cometbft reads only %d", h.Version.Block, version.BlockProtocol)
	}
	last, err := h.LastBlockID.library()
	if err != nil {
		return nil, fmt.Errorf("header: last_block_id: %w", err)
	}
	id, err := c.BlockID.library()
	if err != nil {
		return nil, fmt.Errorf("commit: block_id: %w", err)
	}
	protocol := cmtversion.Consensus{Block: uint64(h.Version.Block)}
	if h.Version.App != nil {
		protocol.App = uint64(*h.Version.App)
	}
	signed := &types.SignedHeader{
		Header: &types.Header{
			Version: protocol, ChainID: h.ChainID, Height: int64(h.Height), Time: h.Time, LastBlockID: last,
			LastCommitHash: []byte(h.LastCommitHash), DataHash: []byte(h.DataHash),
			ValidatorsHash: []byte(h.ValidatorsHash), NextValidatorsHash: []byte(h.NextValidatorsHash),
			ConsensusHash: []byte(h.ConsensusHash), AppHash: []byte(h.AppHash),
			LastResultsHash: []byte(h.LastResultsHash), EvidenceHash: []byte(h.EvidenceHash),
			ProposerAddress: []byte(h.ProposerAddress),
		},
		Commit: &types.Commit{Height: int64(c.Height), Round: c.Round, BlockID: id},
	}
	for i := range c.Signatures {
		w := &c.Signatures[i]
		sig := types.CommitSig{
			BlockIDFlag:      types.BlockIDFlag(w.BlockIDFlag),
			ValidatorAddress: []byte(w.ValidatorAddress), Timestamp: w.Timestamp,
		}
		if w.Signature != nil {
			sig.Signature = *w.Signature
		}
		// An absent vote has no time: Go's zero time in JSON by cometbft, Protobuf's in that by tendermint-rs.
		if sig.BlockIDFlag == types.BlockIDFlagAbsent && sig.Timestamp.Equal(time.Unix(0, 0)) {
			sig.Timestamp = time.Time{}
		}
		signed.Commit.Signatures = append(signed.Commit.Signatures, sig)
	}
	return signed, nil
}

// power is the stated voting power.
func (v *validator) power() (int64, error) {
	p := v.VotingPower
	if p == nil {
		p = v.Power
	}
	switch {
	case p == nil || v.VotingPower != nil && v.Power != nil:
		return 0, fmt.Errorf("a validator needs voting_power or power, not both")
	case *p < 0 || *p > math.MaxInt64/8:
		return 0, fmt.Errorf("a voting power of %d", *p)
	}
	return int64(*p), nil
}
