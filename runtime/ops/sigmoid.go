package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Sigmoid: y = 1 / (1 + e^-x).
var sigmoidOp = activationOp("Sigmoid", sigmoid)

func sigmoid(t *kernels.Table, _ graph.Attrs) activation {
	return unaryKernel(t, kernels.Sigmoid, logistic)
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
