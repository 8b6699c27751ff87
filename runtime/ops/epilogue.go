package ops

import (
	"math"
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// fusedPrefix marks the attributes of what was fused into a node.
const fusedPrefix = "fused_"

// Fusable reports whether operators that take a fused activation (Conv, Gemm,
// MatMul, Add) can apply the named one to F32 results: the node then carries
// fused_activation = name and the attributes of the activation with the prefix
// "fused_" (Clip always by fused_min and fused_max).
func Fusable(name string) bool { return activationNamed(name) != nil }

// epilogue is what follows the sum of a matrix product or a convolution before
// it is stored: an optional addition of another tensor, then an activation.
type epilogue struct {
	lo, hi float32                  // clamp, -Inf and +Inf when none
	act    func(dst, src []float32) // nil when the clamp is all
	add    int                      // input to add, -1 when none
	clamp  kernels.VectorF32
}

// epilogueOf reads the fused_ attributes of a node. The tensor to add is the
// last input, which comes after the first own inputs of the operator.
func epilogueOf(c *CompileCtx, own int) (epilogue, error) {
	e := epilogue{lo: float32(math.Inf(-1)), hi: float32(math.Inf(1)), add: -1, clamp: c.Kernels.VectorF32}
	if c.Attrs().Bool("fused_add", false) {
		e.add = len(c.In) - 1
		if e.add < own || !c.In[e.add].Present || !c.In[e.add].Shape.Equal(c.Out[0].Shape) {
			return e, c.Errorf("fused_add needs a last input of the output's shape %v", c.Out[0].Shape)
		}
	}
	name := c.Attrs().String("fused_activation", "")
	if name == "" {
		return e, nil
	}
	f := activationNamed(name)
	if f == nil {
		return e, c.Errorf("unknown fused activation %q", name)
	}
	attrs := graph.Attrs{}
	for k, v := range c.Attrs() {
		if s, ok := strings.CutPrefix(k, fusedPrefix); ok {
			attrs[s] = v
		}
	}
	a := f(c.Kernels, attrs)
	if a.clip != nil {
		e.lo, e.hi = a.clip()
		return e, nil
	}
	e.act = a.vector()
	return e, nil
}

// isFused reports whether the node carries any fused attribute.
func isFused(a graph.Attrs) bool {
	return a.Bool("fused_add", false) || a.Bool("fused_bias", false) || a.String("fused_activation", "") != ""
}

// kernelRange is the clamp that the kernel computing the sum can do itself.
func (e *epilogue) kernelRange() (lo, hi float32) {
	if e.add >= 0 {
		return float32(math.Inf(-1)), float32(math.Inf(1))
	}
	return e.lo, e.hi
}

// after reports whether row has anything to do.
func (e *epilogue) after() bool { return e.add >= 0 || e.act != nil }

// row finishes a run of sums that a kernel called with kernelRange has stored
// in dst. add is the corresponding run of the tensor to add, when there is one.
func (e *epilogue) row(dst, add []float32) {
	if e.add >= 0 {
		e.clamp.AddClamp(dst, dst, add, e.lo, e.hi)
	}
	if e.act != nil {
		e.act(dst, dst)
	}
}
