package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// HardSwish: y = x * min(max(x/6 + 1/2, 0), 1).
var hardSwishOp = activationOp("HardSwish", hardSwish)

func hardSwish(t *kernels.Table, _ graph.Attrs) activation {
	return unaryKernel(t, kernels.HardSwish, func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) })
}
