package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Selu: y = gamma*x for x > 0, gamma*alpha*(e^x - 1) below.
var seluOp = activationOp("Selu", selu)

func selu(_ *kernels.Table, a graph.Attrs) activation {
	return exponentialUnit(float64(a.Float("alpha", 1.6732632)), 1, float64(a.Float("gamma", 1.050701)))
}
