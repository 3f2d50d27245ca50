package secp256k1

import (
	"bytes"
	"errors"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// A fuzzed row is any bytes, so most are refused early; the seeds are the awkward jobs, and what the fuzzer changes in
// them stays close to what verifies.

func FuzzVerify(f *testing.F) {
	c := ecctest.Secp256k1()
	addRows(f, verifyJobs())
	f.Fuzz(func(t *testing.T, row []byte) {
		if len(row) != Verify.In {
			return
		}
		plain, low := decide(t, Verify, 0, row, nil), decide(t, Verify, kernels.LowS, row, nil)
		want := c.ECDSA(row)
		if got := btcecVerify(row); got != want {
			t.Errorf("btcec says %v, the textbook %v", got, want)
		}
		if got := gnarkVerify(row); got != want {
			t.Errorf("gnark-crypto says %v, the textbook %v", got, want)
		}
		if plain.Verdict(0) != kernels.Of(want) {
			t.Errorf("%s, want %v", plain.Verdict(0), want)
		}
		if want := want && lowS(row[64:96]); low.Verdict(0) != kernels.Of(want) {
			t.Errorf("LowS: %s, want %v", low.Verdict(0), want)
		}
	})
}

func FuzzRecover(f *testing.F) {
	c := ecctest.Secp256k1()
	addRows(f, recoverJobs())
	f.Fuzz(func(t *testing.T, row []byte) {
		if len(row) != Recover.In {
			return
		}
		plain, low := decide(t, Recover, 0, row, nil), decide(t, Recover, kernels.LowS, row, nil)
		key, want := btcecRecover(row)
		if textbook, ok := c.Recover(row); ok != want || ok && !bytes.Equal(textbook[:], key) {
			t.Errorf("btcec says %v, %x, the textbook %v, %x", want, key, ok, textbook)
		}
		if !want {
			key = make([]byte, 64)
		}
		if plain.Verdict(0) != kernels.Of(want) || !bytes.Equal(plain.Out(0), key) {
			t.Errorf("%s, %x, want %v, %x", plain.Verdict(0), plain.Out(0), want, key)
		}
		if want && !lowS(row[64:96]) {
			want, key = false, make([]byte, 64)
		}
		if low.Verdict(0) != kernels.Of(want) || !bytes.Equal(low.Out(0), key) {
			t.Errorf("LowS: %s, %x, want %v, %x", low.Verdict(0), low.Out(0), want, key)
		}
	})
}

// FuzzSigned makes a valid verification and recovery and changes them by mask.
func FuzzSigned(f *testing.F) {
	c := ecctest.Secp256k1()
	f.Add([]byte{1}, []byte{2}, []byte{4}, make([]byte, 160))
	f.Add(c.N.Bytes(), []byte{2}, []byte{4}, []byte{1})
	f.Fuzz(func(t *testing.T, key, nonce, digest, mask []byte) {
		row, v, ok := c.SignECDSA(c.Scalar(key), c.Scalar(nonce), c.Scalar(digest))
		if !ok {
			return
		}
		out, valid := bytes.Clone(row[96:]), true
		recovery := append(append([]byte(nil), row[:96]...), v, 0, 0, 0, 0, 0, 0, 0)
		if xor(row, mask) {
			valid = gnarkVerify(row)
		}
		if got := decide(t, Verify, 0, row, nil); got.Verdict(0) != kernels.Of(valid) {
			t.Errorf("%s, want %v: %x", got.Verdict(0), valid, row)
		}
		if got := decide(t, Verify, kernels.LowS, row, nil); got.Verdict(0) != kernels.Of(valid && lowS(row[64:96])) {
			t.Errorf("LowS: %s, want %v: %x", got.Verdict(0), valid, row)
		}
		valid = true
		if xor(recovery, mask) {
			if out, valid = btcecRecover(recovery); !valid {
				out = make([]byte, 64)
			}
		}
		if got := decide(t, Recover, 0, recovery, nil); got.Verdict(0) != kernels.Of(valid) || valid && !bytes.Equal(got.Out(0), out) {
			t.Errorf("%s, %x, want %v, %x: %x", got.Verdict(0), got.Out(0), valid, out, recovery)
		}
	})
}

// xor changes the row and tells whether it did.
func xor(row, mask []byte) (changed bool) {
	for i := range min(len(mask), len(row)) {
		row[i] ^= mask[i]
		changed = changed || mask[i] != 0
	}
	return changed
}

func FuzzSchnorr(f *testing.F) {
	c := ecctest.Secp256k1()
	for _, j := range schnorrJobs()[:40] {
		f.Add(j.Row, j.Message)
	}
	f.Fuzz(func(t *testing.T, row, message []byte) {
		if len(row) != Schnorr.In {
			return
		}
		got, want := decide(t, Schnorr, 0, row, message).Verdict(0), c.Schnorr(row, message)
		if got != kernels.Of(want) {
			t.Errorf("%s, want %v", got, want)
		}
		if len(message) == 32 && btcecSchnorr(row, message) != want {
			t.Errorf("btcec does not say %v", want)
		}
	})
}

func FuzzDecodeKey(f *testing.F) {
	for _, j := range verifyJobs()[:20] {
		f.Add(append([]byte{4}, j.Row[96:]...))
		f.Add(append([]byte{2}, j.Row[96:128]...))
		f.Add(append([]byte{3}, j.Row[96:128]...))
		f.Add(append([]byte{6}, j.Row[96:]...))
	}
	f.Fuzz(func(t *testing.T, sec1 []byte) {
		xy, err := DecodeKey(sec1)
		if errors.Is(err, ErrHybrid) {
			return
		}
		key, reason := btcec.ParsePubKey(sec1)
		if (err == nil) != (reason == nil) || err == nil && !bytes.Equal(key.SerializeUncompressed()[1:], xy[:]) {
			t.Errorf("%x, %v; btcec says %v", xy, err, reason)
		}
	})
}

// addRows seeds with every eighth job.
func addRows(f *testing.F, jobs []ecctest.Job) {
	for i := 0; i < len(jobs); i += 8 {
		f.Add(jobs[i].Row)
	}
}

// decide gives the batch of one job as Run and Ref decide it, which must be the same.
func decide(t *testing.T, k *kernels.Kernel, rule kernels.Flags, row, message []byte) *kernels.Batch {
	b := ecctest.Batch(k, rule, []ecctest.Job{{Row: row, Message: message}})
	ref := b.Shadow()
	k.Run(b, 0, 1)
	k.Ref(ref, 0, 1)
	if b.Verdict(0) != ref.Verdict(0) || !bytes.Equal(b.Out(0), ref.Out(0)) {
		t.Errorf("Run says %s, %x, Ref %s, %x", b.Verdict(0), b.Out(0), ref.Verdict(0), ref.Out(0))
	}
	return b
}
