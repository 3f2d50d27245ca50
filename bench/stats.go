package bench

import (
	"math"
	"slices"
)

// median of a list that is not empty; of an even number, the mean of the two in the middle.
func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// spread is (max - min) / median.
func spread(x []float64) float64 { return (slices.Max(x) - slices.Min(x)) / median(x) }

// ratios is the median of a[i]/b[i]: turns of the same round were made under the same conditions.
func ratios(a, b []float64) float64 {
	r := make([]float64, min(len(a), len(b)))
	for i := range r {
		r[i] = a[i] / b[i]
	}
	return median(r)
}

// percentile p (0 to 1) of a sorted list that is not empty, by nearest rank.
func percentile[T any](sorted []T, p float64) T {
	rank := int(math.Ceil(p * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}
