package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Tanh: y = tanh(x).
var tanhOp = activationOp("Tanh", tanh)

func tanh(t *kernels.Table, _ graph.Attrs) activation {
	return unaryKernel(t, kernels.Tanh, math.Tanh)
}
