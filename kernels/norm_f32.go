package kernels

// NormF32 is one variant of the kernels that normalise rows: a mean from
// VectorF32.Sum, then these.
type NormF32 struct {
	Name string
	// SumSquares is the sum of (a[i]-m)^2, the difference rounded first.
	SumSquares func(a []float32, m float32) float32
	// Normalize computes dst[i] = (a[i]-m)*inv*scale[i] + bias[i]; a nil bias
	// is zero. scale and bias are at least as long as dst. dst may be a.
	Normalize func(dst, a, scale, bias []float32, m, inv float32)
}

func normF32Generic() NormF32 {
	return NormF32{
		Name: "norm_f32_generic",
		SumSquares: func(a []float32, m float32) float32 {
			var s [4]float32
			for i, v := range a {
				d := v - m
				s[i&3] += d * d
			}
			return s[0] + s[1] + (s[2] + s[3])
		},
		Normalize: func(dst, a, scale, bias []float32, m, inv float32) {
			a, scale = a[:len(dst)], scale[:len(dst)]
			if bias == nil {
				for i := range dst {
					dst[i] = (a[i] - m) * inv * scale[i]
				}
				return
			}
			bias = bias[:len(dst)]
			for i := range dst {
				dst[i] = (a[i]-m)*inv*scale[i] + bias[i]
			}
		},
	}
}
