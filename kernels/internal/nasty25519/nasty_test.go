package nasty25519

import (
	stded25519 "crypto/ed25519"
	"testing"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
)

// TestAgree compares the verdicts, which were computed from integers, with two libraries: crypto/ed25519 for
// RFC8032, and curve25519-voi set to each of the rules.
func TestAgree(t *testing.T) {
	cases := Cases()
	voi := map[string]*ed25519.VerifyOptions{
		"RFC8032": ed25519.VerifyOptionsStdLib,
		"ZIP215":  ed25519.VerifyOptionsZIP_215,
		"Strict":  {AllowNonCanonicalA: true, CofactorlessVerify: true},
	}
	valid := map[string]int{}
	for _, c := range cases {
		if got := stded25519.Verify(c.Key, c.Message, c.Signature); got != c.RFC8032 {
			t.Errorf("%s: crypto/ed25519 says %v, we %v", c.Name, got, c.RFC8032)
		}
		for rule, want := range map[string]bool{"RFC8032": c.RFC8032, "ZIP215": c.ZIP215, "Strict": c.Strict} {
			got := ed25519.VerifyWithOptions(c.Key, c.Message, c.Signature, &ed25519.Options{Verify: voi[rule]})
			if got != want {
				t.Errorf("%s: curve25519-voi says %v for %s, we %v", c.Name, got, rule, want)
			}
			if want {
				valid[rule]++
			}
		}
	}
	for rule, n := range valid {
		t.Logf("%s: %d cases, %d valid, %d invalid", rule, len(cases), n, len(cases)-n)
	}
	if len(newCurve().small) != 14 {
		t.Errorf("%d encodings of points of small order, want 14", len(newCurve().small))
	}
}
