package cosmos

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/secp256k1"
	"github.com/cometbft/cometbft/types"
)

// Types of keys that chains use and that cometbft, as built here, can neither hash nor verify.
const (
	blsKey     = "cometbft/PubKeyBls12_381"
	sr25519Key = "tendermint/PubKeySr25519"
)

// set is a validator set with the hash that headers state.
type set struct {
	validators []*types.Validator
	hash       string   // of 32 bytes; empty if unsupported
	total      int64    // voting power
	faults     []string // false statements inside the set
	unknown    string   // a type of key that is unsupported
}

// newSet makes a set of decoded validators, in the order in which they vote: by power, then by address, as types.ValidatorSet
// has it. The error says what makes them no validators at all; statements that are false, such as a wrong address, are
// faults of the set.
func newSet(list []validator, proposer *validator, total *number) (*set, error) {
	s := &set{}
	for i := range list {
		v, err := s.add(&list[i])
		if err != nil {
			return nil, fmt.Errorf("validator %d: %w", i, err)
		}
		if s.unknown == "" && v.VotingPower > types.MaxTotalVotingPower-s.total {
			return nil, fmt.Errorf("validator %d: the total voting power is more than %d", i, types.MaxTotalVotingPower)
		}
		s.total += v.VotingPower
		s.validators = append(s.validators, v)
	}
	if s.unknown != "" {
		return s, nil
	}
	sort.Sort(types.ValidatorsByVotingPower(s.validators))
	s.hash = string((&types.ValidatorSet{Validators: s.validators}).Hash())
	if total != nil && *total != 0 && int64(*total) != s.total { // generators leave it at zero
		s.faults = append(s.faults, fmt.Sprintf("total voting power is %d, stated %d", s.total, *total))
	}
	if proposer == nil {
		return s, nil
	}
	p, err := s.add(proposer)
	if err != nil {
		return nil, fmt.Errorf("proposer: %w", err)
	}
	for _, v := range s.validators {
		if bytes.Equal(v.Address, p.Address) && v.PubKey.Type() == p.PubKey.Type() &&
			bytes.Equal(v.PubKey.Bytes(), p.PubKey.Bytes()) && v.VotingPower == p.VotingPower {
			return s, nil
		}
	}
	s.faults = append(s.faults, fmt.Sprintf("the set's proposer %s is not one of its validators", p.Address))
	return s, nil
}

// add checks one validator. It has no key if the type of its key is unsupported.
func (s *set) add(w *validator) (*types.Validator, error) {
	power, err := w.power()
	if err != nil {
		return nil, err
	}
	v := &types.Validator{Address: []byte(w.Address), VotingPower: power}
	size := 0
	switch w.PubKey.Type {
	case ed25519.PubKeyName:
		v.PubKey, size = ed25519.PubKey(w.PubKey.Value), ed25519.PubKeySize
	case secp256k1.PubKeyName:
		v.PubKey, size = secp256k1.PubKey(w.PubKey.Value), secp256k1.PubKeySize
	case blsKey, sr25519Key:
		s.unknown = w.PubKey.Type
		return v, nil
	default:
		return nil, fmt.Errorf("unknown type of key %q", w.PubKey.Type)
	}
	if len(w.PubKey.Value) != size {
		return nil, fmt.Errorf("a key %s of %d bytes, want %d", w.PubKey.Type, len(w.PubKey.Value), size)
	}
	if address := v.PubKey.Address(); !bytes.Equal(address, v.Address) {
		v.Address = address
		s.faults = append(s.faults, fmt.Sprintf("the address of validator %s is stated as %X", address, []byte(w.Address)))
	}
	return v, nil
}
