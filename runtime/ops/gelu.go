package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Gelu: y = x/2 * (1 + erf(x/sqrt 2)), or with approximate = "tanh"
// y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715*x^3))).
var geluOp = activationOp("Gelu", gelu)

func gelu(t *kernels.Table, a graph.Attrs) activation {
	if a.String("approximate", "none") == "tanh" {
		k := math.Sqrt(2 / math.Pi)
		return unaryKernel(t, kernels.GeluTanh, func(x float64) float64 {
			// (1 + tanh u)/2 is the logistic of 2u.
			return x * logistic(2*k*(x+0.044715*x*x*x))
		})
	}
	return unaryKernel(t, kernels.Gelu, func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) })
}
