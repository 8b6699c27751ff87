package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Elu: y = x for x >= 0, alpha*(e^x - 1) below.
var eluOp = activationOp("Elu", elu)

func elu(_ *kernels.Table, a graph.Attrs) activation {
	return exponentialUnit(float64(a.Float("alpha", 1)), 1, 1)
}

// exponentialUnit is gamma*x for x >= 0, gamma*alpha*(e^(x/beta) - 1) below.
func exponentialUnit(alpha, beta, gamma float64) activation {
	return activation{f64: func(x float64) float64 {
		if x < 0 {
			return gamma * alpha * math.Expm1(x/beta)
		}
		return gamma * x
	}}
}
