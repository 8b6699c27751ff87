package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// LeakyRelu: y = x for x >= 0, alpha*x below.
var leakyReluOp = activationOp("LeakyRelu", leakyRelu)

func leakyRelu(_ *kernels.Table, a graph.Attrs) activation {
	alpha := a.Float("alpha", 0.01)
	factor := [2]float32{1, alpha}
	return activation{
		f32: func(dst, src []float32) {
			src = src[:len(dst)]
			for i, v := range src {
				dst[i] = v * factor[math.Float32bits(v)>>31]
			}
		},
		f64: func(x float64) float64 {
			if x < 0 {
				return x * float64(alpha)
			}
			return x
		},
	}
}
