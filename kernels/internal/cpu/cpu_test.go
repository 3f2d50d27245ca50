package cpu

import (
	"os"
	"testing"
)

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		found Level
		want  string
		level Level
		ok    bool
	}{
		{IFMA, "", IFMA, true},
		{IFMA, "avx512", IFMA, true},
		{AVX512, "avx512", AVX512, true},
		{IFMA, "avx2", AVX2, true},
		{IFMA, "generic", Generic, true},
		{AVX2, "avx512", AVX2, false},
		{Generic, "avx2", Generic, false},
		{Generic, "generic", Generic, true},
		{IFMA, "AVX2", IFMA, false},
		{AVX2, "sse", AVX2, false},
	} {
		level, err := limit(c.found, c.want)
		if level != c.level || (err == nil) != c.ok {
			t.Errorf("limit(%v, %q) = %v, %v; want %v, ok %v", c.found, c.want, level, err, c.level, c.ok)
		}
	}
}

// TestSwitch fails when the environment asks for a path that this process does not take.
func TestSwitch(t *testing.T) {
	if err := Problem(); err != nil {
		t.Fatal(err)
	}
	t.Logf("found %v, taken %v, %s=%q", Found(), Get(), Variable, os.Getenv(Variable))
}
