package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Erf: y = erf(x).
var erfOp = activationOp("Erf", erf)

func erf(t *kernels.Table, _ graph.Attrs) activation { return unaryKernel(t, kernels.Erf, math.Erf) }
