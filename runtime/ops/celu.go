package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Celu: y = max(0, x) + min(0, alpha*(e^(x/alpha) - 1)).
var celuOp = activationOp("Celu", celu)

func celu(_ *kernels.Table, a graph.Attrs) activation {
	alpha := float64(a.Float("alpha", 1))
	return exponentialUnit(alpha, alpha, 1)
}
