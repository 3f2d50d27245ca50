package ecctest

import (
	"crypto/sha256"
	"crypto/sha3"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Wycheproof is a file of ECDSA tests of Project Wycheproof, on a curve of 256 bits.
type Wycheproof struct {
	Jobs     []Job // digest ‖ r ‖ s ‖ x ‖ y
	LowS     bool  // the file is for Bitcoin's variant: the verdicts are those of the rule LowS
	Encoding int   // tests that fail by the encoding of their signature alone: not strict DER, or not 64 bytes
	Range    int   // tests whose r or s is negative or has more than 256 bits, which no row can hold
	Total    int
}

// ParseWycheproof reads such a file. It is an error if a test that no row can hold is meant to be valid.
func ParseWycheproof(data []byte, c *Curve) (*Wycheproof, error) {
	var file struct {
		NumberOfTests int
		TestGroups    []struct {
			Type, Sha string
			PublicKey struct{ Uncompressed string }
			Tests     []struct {
				TcID                      int
				Comment, Msg, Sig, Result string
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	w := new(Wycheproof)
	half := new(big.Int).Rsh(c.N, 1)
	for _, g := range file.TestGroups {
		hash := map[string]func([]byte) [32]byte{"SHA-256": sha256.Sum256, "SHA3-256": sha3.Sum256}[g.Sha]
		parse := map[string]func([]byte) (r, s *big.Int, err error){
			"EcdsaVerify": ParseDER, "EcdsaBitcoinVerify": ParseDER, "EcdsaP1363Verify": parseP1363,
		}[g.Type]
		if hash == nil || parse == nil {
			return nil, fmt.Errorf("group of type %q with hash %q", g.Type, g.Sha)
		}
		w.LowS = g.Type == "EcdsaBitcoinVerify"
		key, err := hex.DecodeString(g.PublicKey.Uncompressed)
		if err != nil || len(key) != 65 {
			return nil, fmt.Errorf("key %q: %v", g.PublicKey.Uncompressed, err)
		}
		for _, t := range g.Tests {
			w.Total++
			name := fmt.Sprintf("#%d: %s", t.TcID, t.Comment)
			msg, err := hex.DecodeString(t.Msg)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			sig, err := hex.DecodeString(t.Sig)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if t.Result != "valid" && t.Result != "invalid" {
				return nil, fmt.Errorf("%s: result is %q", name, t.Result)
			}
			valid := t.Result == "valid"
			r, s, err := parse(sig)
			switch {
			case err != nil && valid:
				return nil, fmt.Errorf("%s: is valid, but %w", name, err)
			case err != nil:
				w.Encoding++
			case !fits(r) || !fits(s):
				if valid {
					return nil, fmt.Errorf("%s: is valid, but its numbers do not fit", name)
				}
				w.Range++
			default:
				digest := hash(msg)
				w.Jobs = append(w.Jobs, Job{
					Name: name, Row: append(append(digest[:], row(r, s)...), key[1:]...),
					Valid: valid, HighS: s.Cmp(half) > 0,
				})
			}
		}
	}
	if w.Total != file.NumberOfTests {
		return nil, fmt.Errorf("%d tests, the file says %d", w.Total, file.NumberOfTests)
	}
	return w, nil
}

// ParseDER reads SEQUENCE { INTEGER r, INTEGER s } in DER, with nothing behind it.
func ParseDER(sig []byte) (r, s *big.Int, err error) {
	r, s = new(big.Int), new(big.Int)
	input, inner := cryptobyte.String(sig), cryptobyte.String(nil)
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !input.Empty() ||
		!inner.ReadASN1Integer(r) || !inner.ReadASN1Integer(s) || !inner.Empty() {
		return nil, nil, errors.New("the signature is not in DER")
	}
	return r, s, nil
}

// parseP1363 reads r ‖ s, 32 bytes each.
func parseP1363(sig []byte) (r, s *big.Int, err error) {
	if len(sig) != 64 {
		return nil, nil, fmt.Errorf("the signature has %d bytes", len(sig))
	}
	return integer(sig), integer(sig[32:]), nil
}
