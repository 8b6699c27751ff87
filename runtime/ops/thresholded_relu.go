package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// ThresholdedRelu: y = x for x > alpha, else 0.
var thresholdedReluOp = activationOp("ThresholdedRelu", thresholdedRelu)

func thresholdedRelu(_ *kernels.Table, a graph.Attrs) activation {
	alpha := a.Float("alpha", 1)
	return activation{
		f32: func(dst, src []float32) {
			src = src[:len(dst)]
			for i, v := range src {
				if v <= alpha {
					v = 0
				}
				dst[i] = v
			}
		},
		f64: func(x float64) float64 {
			if x <= float64(alpha) {
				return 0
			}
			return x
		},
	}
}
