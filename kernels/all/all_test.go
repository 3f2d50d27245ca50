package all

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// table is DESIGN.md's table of kernels.
var table = []struct {
	id      kernels.ID
	name    string
	in      int
	message bool
	out     int
	rules   []kernels.Flags
}{
	{kernels.SHA256, "sha256", 0, true, 32, []kernels.Flags{0}},
	{kernels.SHA256d, "sha256d", 0, true, 32, []kernels.Flags{0}},
	{kernels.SHA512, "sha512", 0, true, 64, []kernels.Flags{0}},
	{kernels.Keccak256, "keccak256", 0, true, 32, []kernels.Flags{0}},
	{kernels.SM3, "sm3", 0, true, 32, []kernels.Flags{0}},
	{kernels.BLAKE2b256, "blake2b256", 0, true, 32, []kernels.Flags{0}},
	{kernels.SHA256Node, "sha256.node", 64, false, 32, []kernels.Flags{0}},
	{kernels.SHA256dPoW, "sha256d.pow", 80 + 32 + 4 + 4, false, 4 + 32, []kernels.Flags{0}},
	{kernels.SHA256Chain, "sha256.chain", 32 + 32 + 32 + 8, false, 0, []kernels.Flags{0}},
	{kernels.Ed25519Verify, "ed25519.verify", 32 + 64, true, 0, []kernels.Flags{kernels.RFC8032, kernels.ZIP215, kernels.Strict}},
	{kernels.Secp256k1Verify, "secp256k1.verify", 32 + 64 + 64, false, 0, []kernels.Flags{0, kernels.LowS}},
	{kernels.Secp256k1Recover, "secp256k1.recover", 104, false, 64, []kernels.Flags{0, kernels.LowS}},
	{kernels.Secp256k1Schnorr, "secp256k1.schnorr", 32 + 64, true, 0, []kernels.Flags{0}},
	{kernels.P256Verify, "p256.verify", 32 + 64 + 64, false, 0, []kernels.Flags{0, kernels.LowS}},
	{kernels.SM2Verify, "sm2.verify", 32 + 64 + 64, false, 0, []kernels.Flags{0}},
	{kernels.ECVRFVerify, "ecvrf.verify", 32 + 80, true, 64, []kernels.Flags{kernels.TAI, kernels.ELL2, kernels.Draft03}},
	{kernels.BLS12381Verify, "bls12381.verify", 48 + 96, true, 0, []kernels.Flags{0}},
}

// TestTable: the list is the table, in its order, and each kernel is found by its id and its name.
func TestTable(t *testing.T) {
	if len(Kernels) != len(table) {
		t.Fatalf("%d kernels, the table has %d", len(Kernels), len(table))
	}
	ids, names := map[kernels.ID]bool{}, map[string]bool{}
	for i, k := range Kernels {
		want := table[i]
		if k.ID != want.id || k.Name != want.name || k.In != want.in || k.Message != want.message || k.Out != want.out {
			t.Errorf("kernel %d is %#x %q: In %d, Message %v, Out %d; want %#x %q: %d, %v, %d", i,
				k.ID, k.Name, k.In, k.Message, k.Out, want.id, want.name, want.in, want.message, want.out)
		}
		if len(k.Rules) != len(want.rules) || k.Default() != want.rules[0] {
			t.Errorf("%s has rules %v, want %v", k.Name, k.Rules, want.rules)
		}
		for _, f := range want.rules {
			if !k.Allows(f) {
				t.Errorf("%s does not allow %q", k.Name, f)
			}
		}
		if k.Run == nil || k.Ref == nil || k.Known == nil {
			t.Errorf("%s lacks a function", k.Name)
		}
		if ids[k.ID] || names[k.Name] {
			t.Errorf("%s or its id %#x is not the only one", k.Name, k.ID)
		}
		ids[k.ID], names[k.Name] = true, true
		if ByID(k.ID) != k || ByName(k.Name) != k {
			t.Errorf("%s is not found", k.Name)
		}
		if i > 0 && Kernels[i-1].ID >= k.ID {
			t.Errorf("%s is out of order", k.Name)
		}
	}
	for _, id := range []kernels.ID{0, 0x07, 0xffff} {
		if k := ByID(id); k != nil {
			t.Errorf("id %#x is %s", id, k.Name)
		}
	}
	for _, name := range []string{"", "SHA256", "sha256 ", "ed25519"} {
		if k := ByName(name); k != nil {
			t.Errorf("%q is %s", name, k.Name)
		}
	}
}
