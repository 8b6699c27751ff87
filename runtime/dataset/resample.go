package dataset

import (
	"fmt"
	"math"
)

// crossings is how many zero crossings the resampling filter has on each side.
const crossings = 16

// Resample gives the recording at another rate, low-passed at the lower of both
// half rates. Beyond its ends the recording is silent.
func (a *Audio) Resample(rate int) (*Audio, error) {
	if rate == a.Rate || len(a.Samples) == 0 {
		return &Audio{Rate: rate, Samples: a.Samples}, nil
	}
	// Beyond these bounds the output, or the filter, would outgrow the input.
	if rate < 1 || rate/256 > a.Rate || a.Rate/256 > rate {
		return nil, fmt.Errorf("dataset: cannot resample from %d Hz to %d Hz", a.Rate, rate)
	}
	// Output i lies at i*down/up of the input: up different filters at most.
	g := gcd(rate, a.Rate)
	up, down := rate/g, a.Rate/g
	cutoff := min(1, float64(rate)/float64(a.Rate))
	reach := int(math.Ceil(crossings / cutoff))
	filters := map[int][]float32{}
	out := make([]float32, (int64(len(a.Samples))*int64(up)+int64(down)-1)/int64(down))
	for i := range out {
		at := int64(i) * int64(down)
		base, phase := int(at/int64(up)), int(at%int64(up))
		f := filters[phase]
		if f == nil {
			f = sincFilter(float64(phase)/float64(up), cutoff, reach)
			if len(filters) < 4096 {
				filters[phase] = f
			}
		}
		first := base - reach
		sum := float32(0)
		for k := max(0, -first); k < len(f) && first+k < len(a.Samples); k++ {
			sum += f[k] * a.Samples[first+k]
		}
		out[i] = sum
	}
	return &Audio{Rate: rate, Samples: out}, nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// sincFilter gives the weights of the samples -reach..reach+1 around a point
// that lies frac beyond sample 0: a sinc under a raised cosine, with sum 1.
func sincFilter(frac, cutoff float64, reach int) []float32 {
	w := make([]float64, 2*reach+2)
	sum := 0.0
	for k := range w {
		x := (float64(k-reach) - frac) * cutoff
		if math.Abs(x) >= crossings {
			continue
		}
		w[k] = 0.5 + 0.5*math.Cos(math.Pi*x/crossings)
		if x != 0 {
			w[k] *= math.Sin(math.Pi*x) / (math.Pi * x)
		}
		sum += w[k]
	}
	f := make([]float32, len(w))
	for k := range w {
		f[k] = float32(w[k] / sum)
	}
	return f
}
