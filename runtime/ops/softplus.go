package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Softplus: y = ln(1 + e^x).
var softplusOp = activationOp("Softplus", softplus)

func softplus(_ *kernels.Table, _ graph.Attrs) activation { return activation{f64: logOnePlusExp} }

// logOnePlusExp is ln(1 + e^x) without overflow.
func logOnePlusExp(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}
