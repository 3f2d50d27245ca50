package cpu

import (
	"fmt"
	"runtime"

	"github.com/klauspost/cpuid/v2"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// features are the instructions that vector code can use, by the names that Info gives them. Where the absence of one
// makes kernels slower, missing says so.
var features = []struct {
	name    string
	ids     []cpuid.FeatureID
	missing backend.Missing
}{
	{"avx2", []cpuid.FeatureID{cpuid.AVX2, cpuid.BMI2}, backend.Missing{
		What: "AVX2", Effect: noVectors, Remedy: "use a processor of 2013 or later"}},
	{"sha", []cpuid.FeatureID{cpuid.SHA}, backend.Missing{
		What: "SHA extensions", Effect: "single SHA-256 hashes are several times slower", Remedy: "use AMD Zen, Intel Ice Lake or later"}},
	{"avx512", []cpuid.FeatureID{cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL}, backend.Missing{
		What: "AVX-512", Effect: "hash kernels have half the lanes", Remedy: "use AMD Zen 4, Intel Ice Lake (server) or later"}},
	{"avx512ifma", []cpuid.FeatureID{cpuid.AVX512IFMA}, backend.Missing{
		What: "AVX-512 IFMA", Effect: "Ed25519 and ECVRF take several times as long", Remedy: "use AMD Zen 4, Intel Ice Lake (server) or later"}},
	{name: "avx512vbmi", ids: []cpuid.FeatureID{cpuid.AVX512VBMI}},
	{name: "gfni", ids: []cpuid.FeatureID{cpuid.GFNI}},
	{name: "vaes", ids: []cpuid.FeatureID{cpuid.VAES}},
}

// noVectors is the effect of the absence of all vector code.
const noVectors = "hashes are computed one after the other, Ed25519 and ECVRF are decided without vectors"

func describe(workers int, ks []*kernels.Kernel) backend.Info {
	device := cpuid.CPU.BrandName
	if device == "" {
		device = runtime.GOARCH
	}
	info := backend.Info{
		Name:     "cpu",
		Kind:     "cpu",
		Device:   fmt.Sprintf("%s, %d workers", device, workers),
		Version:  runtime.GOARCH,
		InFlight: 1,
	}
	if runtime.GOARCH != "amd64" {
		info.Missing = append(info.Missing, backend.Missing{
			What: "vector code for " + runtime.GOARCH, Effect: noVectors, Remedy: "use an amd64 processor"})
	}
	for _, f := range features {
		if runtime.GOARCH != "amd64" {
			break
		}
		if cpuid.CPU.Supports(f.ids...) {
			info.Features = append(info.Features, f.name)
		} else if f.missing.What != "" {
			info.Missing = append(info.Missing, f.missing)
		}
	}
	if m := switchedOff(all.Vectors()); m.What != "" {
		info.Missing = append(info.Missing, m)
	}
	for _, k := range ks {
		info.Kernels = append(info.Kernels, backend.Support{Kernel: k.ID, Smallest: 1, ValidExact: true, InvalidExact: true})
	}
	return info
}

// switchedOff says what SLUICE_CPU takes away; it is empty if that is nothing.
func switchedOff(taken, found string, err error) (m backend.Missing) {
	switch {
	case err != nil:
		return backend.Missing{What: "a valid SLUICE_CPU", Effect: err.Error() + "; it is ignored",
			Remedy: "set it to avx512, avx2 or generic, or unset it"}
	case taken != found:
		return backend.Missing{What: "vector code beyond " + taken, Effect: "SLUICE_CPU keeps kernels from " + found, Remedy: "unset SLUICE_CPU"}
	}
	return m
}
