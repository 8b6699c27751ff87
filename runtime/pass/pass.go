// Package pass rewrites graphs into graphs that compute the same outputs with
// less work. list is every pass, in the order they run.
//
// A pass knows operators and constants. It must not know kernels, layouts,
// boards or how a plan is executed, and it leaves a graph that Validate accepts.
package pass

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// Pass is one rewrite. Run returns how many places it changed. When it is
// called, the Type of every value that can be known before run time is set.
type Pass struct {
	Name string
	Run  func(g *graph.Graph) (int, error)
}

// list runs in this order, repeatedly, until a round changes nothing.
var list = []Pass{
	{"fold-constants", FoldConstants},
	{"remove-dead", RemoveDead},
	{"remove-noops", RemoveNoops},
	{"compose-views", ComposeViews},
	{"widen-halves", WidenHalves},
	{"recognize-activations", RecognizeActivations},
	{"recognize-norms", RecognizeNorms},
	{"eliminate-transposes", EliminateTransposes},
	{"absorb-transposes", AbsorbTransposes},
	{"fold-pads", FoldPads},
	{"fold-batch-norm", FoldBatchNorm},
	{"fold-scales", FoldScales},
	{"fuse-biases", FuseBiases},
	{"fuse-residuals", FuseResiduals},
	{"fuse-activations", FuseActivations},
}

// maxRounds bounds the repetition; real networks settle in three or four.
const maxRounds = 20

// Applied says what a pass did over all rounds.
type Applied struct {
	Name    string
	Changes int
}

// Optimize brings a graph whose input shapes are known to its final form, every
// pass until nothing changes. It reports the passes that changed something, in
// list order. On an optimized graph it does no work that grows with the weights.
func Optimize(g *graph.Graph) ([]Applied, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	total := make([]int, len(list))
	for range maxRounds {
		changed := false
		for i, p := range list {
			if err := Infer(g); err != nil {
				return nil, err
			}
			n, err := p.Run(g)
			if err != nil {
				return nil, fmt.Errorf("pass %s: %w", p.Name, err)
			}
			if n > 0 {
				changed = true
				total[i] += n
				if err := g.Validate(); err != nil {
					return nil, fmt.Errorf("pass %s: %w", p.Name, err)
				}
			}
		}
		if !changed {
			break
		}
	}
	if err := Infer(g); err != nil {
		return nil, err
	}
	var done []Applied
	for i, n := range total {
		if n > 0 {
			done = append(done, Applied{list[i].Name, n})
		}
	}
	return done, nil
}
