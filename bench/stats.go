package main

import (
	"math"
	"slices"
)

// quantile gives the value below which the share q of v lies, between the two
// nearest values where it falls between them; NaN when v is empty.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(v))
	at := q * float64(len(s)-1)
	lo := int(at)
	part := at - float64(lo)
	if part == 0 {
		return s[lo]
	}
	return s[lo] + part*(s[lo+1]-s[lo])
}

func median(v []float64) float64 { return quantile(v, 0.5) }

// geomean is the geometric mean of positive numbers; NaN when there are none.
func geomean(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, x := range v {
		sum += math.Log(x)
	}
	return math.Exp(sum / float64(len(v)))
}

// ratios divides pair by pair.
func ratios(ours, theirs []float64) []float64 {
	r := make([]float64, min(len(ours), len(theirs)))
	for i := range r {
		r[i] = ours[i] / theirs[i]
	}
	return r
}
