// Package cpu says which of the vector paths of the kernels this process takes: what the processor has, less what
// the environment variable SLUICE_CPU switches off.
//
//	SLUICE_CPU=            all that the processor has
//	SLUICE_CPU=avx512      at most AVX-512 (the same, today)
//	SLUICE_CPU=avx2        no AVX-512
//	SLUICE_CPU=generic     no assembly of ours
//
// It is read once. A value that is none of these counts as empty; Problem tells.
package cpu

import (
	"fmt"
	"os"

	"github.com/klauspost/cpuid/v2"
)

// Level is a set of instructions that includes those before it.
type Level uint8

const (
	Generic Level = iota // Go and the standard library
	AVX2                 // AVX2, BMI2
	AVX512               // AVX-512 F, BW, DQ, VL; BMI2
	IFMA                 // AVX-512 with IFMA and VBMI
)

var names = [...]string{"generic", "avx2", "avx512", "ifma"}

func (l Level) String() string { return names[l] }

// Variable is the environment variable that lowers the level.
const Variable = "SLUICE_CPU"

var found = detect()
var level, problem = limit(found, os.Getenv(Variable))

// Get is the level of this process.
func Get() Level { return level }

// Found is the level of the processor, whatever the environment says.
func Found() Level { return found }

// SHA tells whether the processor has the SHA-256 instructions, which crypto/sha256 takes whatever the environment says.
func SHA() bool { return sha }

var sha = cpuid.CPU.Supports(cpuid.SHA)

// Problem says what is wrong with the value of SLUICE_CPU; nil if it could be honoured.
func Problem() error { return problem }

func limit(found Level, want string) (Level, error) {
	if want == "" {
		return found, nil
	}
	for i, name := range names {
		if name != want {
			continue
		}
		l := Level(i)
		if l == AVX512 && found > l { // the two AVX-512 levels have one switch
			return found, nil
		}
		if l > found {
			return found, fmt.Errorf("%s=%s: this processor or build has %s only", Variable, want, found)
		}
		return l, nil
	}
	return found, fmt.Errorf("%s=%s: not one of avx512, avx2, generic", Variable, want)
}

func detect() Level {
	c := &cpuid.CPU
	switch {
	case !assembly || !c.Supports(cpuid.AVX2, cpuid.BMI2):
		return Generic
	case !c.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL):
		return AVX2
	case !c.Supports(cpuid.AVX512IFMA, cpuid.AVX512VBMI):
		return AVX512
	}
	return IFMA
}
