package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Mish: y = x * tanh(ln(1 + e^x)).
var mishOp = activationOp("Mish", mish)

func mish(_ *kernels.Table, _ graph.Attrs) activation {
	return activation{f64: func(x float64) float64 { return x * math.Tanh(logOnePlusExp(x)) }}
}
