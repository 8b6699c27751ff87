package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Softsign: y = x / (1 + |x|).
var softsignOp = activationOp("Softsign", softsign)

func softsign(_ *kernels.Table, _ graph.Attrs) activation {
	return activation{f64: func(x float64) float64 { return x / (1 + math.Abs(x)) }}
}
