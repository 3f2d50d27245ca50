package kernels_test

import (
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		flags kernels.Flags
		name  string
	}{
		{0, ""}, {kernels.RFC8032, "RFC8032"}, {kernels.ZIP215, "ZIP215"}, {kernels.Strict, "Strict"}, {kernels.LowS, "LowS"},
		{kernels.TAI, "TAI"}, {kernels.ELL2, "ELL2"}, {kernels.Draft03, "Draft03"},
		{kernels.RFC8032 | kernels.LowS, "RFC8032+LowS"}, {1 << 31, "0x80000000"}, {kernels.TAI | 1<<7, "TAI+0x80"},
	} {
		if got := c.flags.String(); got != c.name {
			t.Errorf("%#x is %q, want %q", uint32(c.flags), got, c.name)
		}
	}
	for s, want := range map[string]kernels.Flags{"": 0, "ZIP215": kernels.ZIP215, "lows": kernels.LowS, "draft03": kernels.Draft03} {
		if got, err := kernels.ParseFlags(s); err != nil || got != want {
			t.Errorf("ParseFlags(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"x", "ZIP215+LowS", " ZIP215", "0x80"} {
		if got, err := kernels.ParseFlags(s); !errors.Is(err, kernels.ErrRule) {
			t.Errorf("ParseFlags(%q) = %v, %v", s, got, err)
		}
	}
}

func TestVerdict(t *testing.T) {
	for v, want := range map[kernels.Verdict]string{
		kernels.Unset: "unset", kernels.Valid: "valid", kernels.Invalid: "invalid", 3: "verdict(3)",
	} {
		if got := v.String(); got != want {
			t.Errorf("%d is %q, want %q", uint8(v), got, want)
		}
	}
	if kernels.Of(true) != kernels.Valid || kernels.Of(false) != kernels.Invalid {
		t.Error("Of")
	}
}

func TestRules(t *testing.T) {
	k := shapes[1]
	if k.Default() != kernels.RFC8032 {
		t.Errorf("default rule %v", k.Default())
	}
	for f, want := range map[kernels.Flags]bool{
		kernels.RFC8032: true, kernels.ZIP215: true, 0: false, kernels.Strict: false, kernels.RFC8032 | kernels.ZIP215: false,
	} {
		if k.Allows(f) != want {
			t.Errorf("Allows(%v) = %v", f, !want)
		}
	}
}

func TestChecks(t *testing.T) {
	if err := kernels.CheckLength("key", make([]byte, 32), 32); err != nil {
		t.Error(err)
	}
	err := kernels.CheckLength("key", make([]byte, 31), 32)
	if !errors.Is(err, kernels.ErrLength) || err.Error() != "kernels: wrong length: key has 31 bytes, want 32" {
		t.Errorf("CheckLength: %v", err)
	}
	b := kernels.New(rowOnly, 0, 0, 0)
	if err := kernels.CheckKernel(b, rowOnly.ID); err != nil {
		t.Error(err)
	}
	err = kernels.CheckKernel(b, everything.ID)
	if !errors.Is(err, kernels.ErrKernel) || err.Error() != "kernels: wrong kernel: the batch is of test.row" {
		t.Errorf("CheckKernel: %v", err)
	}
}
