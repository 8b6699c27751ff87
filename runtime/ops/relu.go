package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Relu: y = max(x, 0). Inputs: X of any signed numeric type. Output: like X.
var reluOp = Op{
	Name:    "Relu",
	Pitched: true,
	Infer:   sameAsFirst,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.In[0].DType {
		case tensor.F32:
			a := relu(c.Kernels, c.Attrs())
			return mapF32(c, a.name, a.f32), nil
		case tensor.F64:
			return mapSame(c, relu(c.Kernels, nil).f64), nil
		case tensor.S8:
			return mapSame(c, reluInt[int8]), nil
		case tensor.S16:
			return mapSame(c, reluInt[int16]), nil
		case tensor.S32:
			return mapSame(c, reluInt[int32]), nil
		case tensor.S64:
			return mapSame(c, reluInt[int64]), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func reluInt[T int8 | int16 | int32 | int64](x T) T { return max(x, 0) }

func relu(t *kernels.Table, _ graph.Attrs) activation {
	return clampActivation(t, 0, float32(math.Inf(1)))
}

// clampActivation limits x to lo..hi; hi wins when they cross, NaN stays.
func clampActivation(t *kernels.Table, lo, hi float32) activation {
	clamp := t.VectorF32.Clamp
	return activation{
		name: t.VectorF32.Name,
		f32:  func(dst, src []float32) { clamp(dst, src, lo, hi) },
		f64: func(x float64) float64 {
			if x < float64(lo) {
				x = float64(lo)
			}
			if x > float64(hi) {
				x = float64(hi)
			}
			return x
		},
		clip: func() (float32, float32) { return lo, hi },
	}
}
