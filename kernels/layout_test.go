package kernels_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestGolden pins whole batches in their file form, byte by byte. Devices and old files depend on it: a change here
// is a new format version.
func TestGolden(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("00", n) }
	for _, c := range []struct {
		name string
		make func(t *testing.T) *kernels.Batch
		want []string
	}{
		{"two jobs with everything", func(t *testing.T) *kernels.Batch {
			b := kernels.New(everything, 0, 5, 100) // capacity does not show
			for i, m := range []string{"abc", "de"} {
				row, err := b.Add([]byte(m))
				if err != nil {
					t.Fatal(err)
				}
				copy(row, []byte{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16 + byte(i)})
				copy(b.Out(i), []byte{0xa0, 0xa1, 0xa2 + byte(i)})
			}
			b.SetVerdict(0, kernels.Valid)
			b.SetVerdict(1, kernels.Invalid)
			return b
		}, []string{
			"534c4254" + "0100" + "0501", // SLBT, version 1, kernel 0x105
			"00000000" + "02000000",      // flags 0, 2 jobs
			"05000000" + "00000000",      // 5 message bytes, reserved
			"4000000000000000",           // in at 64
			"8000000000000000",           // ends at 128
			"c000000000000000",           // messages at 192
			"0001000000000000",           // verdict at 256
			"4001000000000000",           // out at 320
			"10111213141516" + "10111213141517" + zeros(50),
			"03000000" + "05000000" + zeros(56),
			"6162636465" + zeros(59),
			"0102" + zeros(62),
			"a0a1a2" + "a0a1a3" + zeros(58),
		}},
		{"a row without messages, under LowS", func(t *testing.T) *kernels.Batch {
			b := kernels.New(rowOnly, kernels.LowS, 1, 0)
			if _, err := b.Add(nil); err != nil {
				t.Fatal(err)
			}
			return b
		}, []string{
			"534c4254" + "0100" + "0401",
			"08000000" + "01000000",
			"00000000" + "00000000",
			"4000000000000000", // in at 64, 104 bytes and padding
			"c000000000000000", // ends,
			"c000000000000000", // messages: absent
			"c000000000000000", // verdict at 192
			"0001000000000000", // out at 256, of no bytes
			zeros(128),
			"00" + zeros(63),
		}},
		{"no jobs", func(t *testing.T) *kernels.Batch { return kernels.New(everything, 0, 9, 9) }, []string{
			"534c4254" + "0100" + "0501",
			"00000000" + "00000000",
			"00000000" + "00000000",
			"4000000000000000", "4000000000000000", "4000000000000000", "4000000000000000", "4000000000000000",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file bytes.Buffer
			n, err := c.make(t).WriteTo(&file)
			if err != nil || n != int64(file.Len()) {
				t.Fatalf("WriteTo: %d bytes of %d, %v", n, file.Len(), err)
			}
			if got, want := hex.EncodeToString(file.Bytes()), strings.Join(c.want, ""); got != want {
				t.Errorf("the format changed:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestConstants pins the numbers that are in files: kernel ids, flags and verdicts.
func TestConstants(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want uint32
	}{
		{"SHA256", uint32(kernels.SHA256), 0x01}, {"SHA256d", uint32(kernels.SHA256d), 0x02},
		{"SHA512", uint32(kernels.SHA512), 0x03}, {"Keccak256", uint32(kernels.Keccak256), 0x04},
		{"SM3", uint32(kernels.SM3), 0x05}, {"BLAKE2b256", uint32(kernels.BLAKE2b256), 0x06},
		{"SHA256Node", uint32(kernels.SHA256Node), 0x08}, {"SHA256dPoW", uint32(kernels.SHA256dPoW), 0x09},
		{"SHA256Chain", uint32(kernels.SHA256Chain), 0x0a}, {"Ed25519Verify", uint32(kernels.Ed25519Verify), 0x10},
		{"Secp256k1Verify", uint32(kernels.Secp256k1Verify), 0x20}, {"Secp256k1Recover", uint32(kernels.Secp256k1Recover), 0x21},
		{"Secp256k1Schnorr", uint32(kernels.Secp256k1Schnorr), 0x22}, {"P256Verify", uint32(kernels.P256Verify), 0x28},
		{"SM2Verify", uint32(kernels.SM2Verify), 0x30}, {"ECVRFVerify", uint32(kernels.ECVRFVerify), 0x38},
		{"BLS12381Verify", uint32(kernels.BLS12381Verify), 0x40},

		{"RFC8032", uint32(kernels.RFC8032), 1}, {"ZIP215", uint32(kernels.ZIP215), 2}, {"Strict", uint32(kernels.Strict), 4},
		{"LowS", uint32(kernels.LowS), 8}, {"TAI", uint32(kernels.TAI), 16}, {"ELL2", uint32(kernels.ELL2), 32},
		{"Draft03", uint32(kernels.Draft03), 64},

		{"Unset", uint32(kernels.Unset), 0}, {"Valid", uint32(kernels.Valid), 1}, {"Invalid", uint32(kernels.Invalid), 2},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#x, in files it is %#x", c.name, c.got, c.want)
		}
	}
}
