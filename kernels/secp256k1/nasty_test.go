package secp256k1

import (
	"math/big"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	btcecdsa "github.com/btcsuite/btcd/btcec/v2/ecdsa"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/ecdsa"

	"github.com/sluice-engine/sluice/kernels/ecctest"
)

func TestVerifyJobs(t *testing.T) {
	jobs := verifyJobs()
	for _, rule := range Verify.Rules {
		check(t, Verify, rule, jobs)
	}
	check(t, Verify, 0, ecctest.Flips(jobs[0]))
	for _, j := range jobs {
		if got := gnarkVerify(j.Row); got != j.Valid {
			t.Errorf("gnark-crypto says %v: %s", got, j.Name)
		}
		if got := btcecVerify(j.Row); got != j.Valid {
			t.Errorf("btcec says %v: %s", got, j.Name)
		}
	}
}

func TestRecoverJobs(t *testing.T) {
	jobs := recoverJobs()
	for _, rule := range Recover.Rules {
		check(t, Recover, rule, jobs)
	}
	flips := ecctest.Flips(jobs[0])
	for i := range flips { // most give another key
		flips[i].Out, flips[i].Valid = btcecRecover(flips[i].Row)
	}
	check(t, Recover, 0, flips)
	for _, j := range jobs {
		key, ok := btcecRecover(j.Row)
		if ok != j.Valid || ok && string(key) != string(j.Out) {
			t.Errorf("btcec says %v, %x: %s", ok, key, j.Name)
		}
		if j.Valid && !gnarkVerify(append(j.Row[:96:96], j.Out...)) {
			t.Errorf("gnark-crypto does not verify with the recovered key: %s", j.Name)
		}
	}
}

func TestSchnorrJobs(t *testing.T) {
	jobs := schnorrJobs()
	check(t, Schnorr, 0, jobs)
	check(t, Schnorr, 0, ecctest.Flips(jobs[0]))
	short := only32(jobs)
	if len(short) == 0 {
		t.Error("no message of 32 bytes")
	}
	for _, j := range short {
		if got := btcecSchnorr(j.Row, j.Message); got != j.Valid {
			t.Errorf("btcec says %v: %s", got, j.Name)
		}
	}
}

// TestMessageFlips changes each bit of a short message.
func TestMessageFlips(t *testing.T) {
	var jobs []ecctest.Job
	for _, j := range schnorrJobs() {
		if !j.Valid || len(j.Message) != 32 {
			continue
		}
		for i := range 256 {
			bad := ecctest.Job{Name: j.Name, Row: j.Row, Message: append([]byte(nil), j.Message...)}
			bad.Message[i/8] ^= 1 << (i % 8)
			jobs = append(jobs, bad)
		}
	}
	check(t, Schnorr, 0, jobs)
}

// The libraries, on the rows of the kernels.

// gnarkVerify takes only low s, so it is given that of s and n - s: both pass for the same digests and keys.
func gnarkVerify(row []byte) bool {
	if lows, n := new(big.Int).SetBytes(row[64:96]), btcec.S256().N; lows.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		if lows.Cmp(n) >= 0 {
			return false
		}
		row = append([]byte(nil), row...)
		lows.Sub(n, lows).FillBytes(row[64:96])
	}
	if [64]byte(row[96:]) == [64]byte{} {
		return false // infinity to gnark-crypto
	}
	var key ecdsa.PublicKey
	if _, err := key.SetBytes(row[96:]); err != nil || !key.A.IsOnCurve() {
		return false
	}
	ok, err := key.Verify(row[32:96], row[:32], nil)
	return err == nil && ok
}

func btcecSignature(rs []byte) (*btcecdsa.Signature, bool) {
	var r, s btcec.ModNScalar
	if r.SetByteSlice(rs[:32]) || s.SetByteSlice(rs[32:64]) {
		return nil, false
	}
	return btcecdsa.NewSignature(&r, &s), true
}

func btcecVerify(row []byte) bool {
	key, err := btcec.ParsePubKey(append([]byte{4}, row[96:]...))
	if err != nil {
		return false
	}
	signature, ok := btcecSignature(row[32:96])
	return ok && signature.Verify(row[:32], key)
}

func btcecRecover(row []byte) ([]byte, bool) {
	if row[96] > 3 || [7]byte(row[97:]) != [7]byte{} {
		return nil, false
	}
	key, _, err := btcecdsa.RecoverCompact(append([]byte{27 + row[96]}, row[32:96]...), row[:32])
	if err != nil {
		return nil, false
	}
	return key.SerializeUncompressed()[1:], true
}

func btcecSchnorr(row, message []byte) bool {
	key, err := schnorr.ParsePubKey(row[:32])
	if err != nil {
		return false
	}
	signature, err := schnorr.ParseSignature(row[32:])
	return err == nil && signature.Verify(message, key)
}
