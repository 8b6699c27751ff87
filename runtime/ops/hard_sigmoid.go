package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// HardSigmoid: y = min(max(alpha*x + beta, 0), 1).
var hardSigmoidOp = activationOp("HardSigmoid", hardSigmoid)

func hardSigmoid(t *kernels.Table, a graph.Attrs) activation {
	alpha, beta := a.Float("alpha", 0.2), a.Float("beta", 0.5)
	v := t.VectorF32
	return activation{
		name: v.Name,
		f32: func(dst, src []float32) {
			v.ScaleShift(dst, src, alpha, beta)
			v.Clamp(dst, dst, 0, 1)
		},
		f64: func(x float64) float64 { return min(max(float64(alpha)*x+float64(beta), 0), 1) },
	}
}
