package all

import "github.com/sluice-engine/sluice/kernels/internal/cpu"

// Vectors is which vector code the kernels of this process take: "generic" for none, "avx2", "avx512" or "ifma" (AVX-512 with IFMA and
// VBMI); and which they would take without the environment variable SLUICE_CPU. The error says what is wrong with the value of that,
// which is then ignored.
func Vectors() (taken, found string, err error) {
	return cpu.Get().String(), cpu.Found().String(), cpu.Problem()
}
