package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Swish: y = x * sigmoid(alpha*x).
var swishOp = activationOp("Swish", swish)

func swish(t *kernels.Table, a graph.Attrs) activation {
	alpha := float64(a.Float("alpha", 1))
	f := func(x float64) float64 { return x * logistic(alpha*x) }
	if alpha == 1 {
		return unaryKernel(t, kernels.SiLU, f)
	}
	return activation{f64: f}
}
