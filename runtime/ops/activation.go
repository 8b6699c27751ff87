package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// activation is a function of one real variable, applied elementwise.
type activation struct {
	name string                   // the catalog row behind f32, "" when there is none
	f32  func(dst, src []float32) // dst may be src; nil: f64 is used, rounded
	f64  func(x float64) float64  // the definition
	clip func() (lo, hi float32)  // set when f32 is a clamp: kernels can do it
}

// activationFunc makes an activation from a node's attributes.
type activationFunc func(t *kernels.Table, a graph.Attrs) activation

// vector gives f32, derived from f64 when there is no kernel.
func (a *activation) vector() func(dst, src []float32) {
	if a.f32 != nil {
		return a.f32
	}
	f := a.f64
	return func(dst, src []float32) {
		src = src[:len(dst)]
		for i, v := range src {
			dst[i] = float32(f(float64(v)))
		}
	}
}

// unaryKernel is the activation that a catalog kernel computes.
func unaryKernel(t *kernels.Table, o kernels.UnaryOp, f64 func(float64) float64) activation {
	return activation{name: t.UnaryF32[o].Name, f32: t.UnaryF32[o].Run, f64: f64}
}

// activationOp is the operator of an activation: input X (F32 or F64), output
// like X.
func activationOp(name string, make activationFunc) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer:   sameAsFirst,
		Compile: func(c *CompileCtx) (*Kernel, error) {
			a := make(c.Kernels, c.Attrs())
			switch c.In[0].DType {
			case tensor.F32:
				row := a.name
				if row == "" {
					row = "scalar"
				}
				return mapF32(c, row, a.vector()), nil
			case tensor.F64:
				return mapSame(c, a.f64), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

// mapSame runs f over every element of input 0 into output 0, both linear.
func mapSame[T tensor.Elem](c *CompileCtx, f func(T) T) *Kernel {
	n := c.Out[0].Shape.Elems()
	return &Kernel{
		Name: "scalar", Why: "elementwise", InPlace: []int{0},
		Units: (n + chunk - 1) / chunk,
		Run: func(c *Call, lo, hi int) error {
			a, b := lo*chunk, min(hi*chunk, n)
			dst, src := tensor.As[T](c.Out[0]), tensor.As[T](c.In[0])
			for i := a; i < b; i++ {
				dst[i] = f(src[i])
			}
			return nil
		},
	}
}

// activationNamed finds the activations that can follow another operator in
// the same step.
func activationNamed(name string) activationFunc {
	switch name {
	case "Celu":
		return celu
	case "Clip":
		return clipAttrs
	case "Elu":
		return elu
	case "Erf":
		return erf
	case "Gelu":
		return gelu
	case "HardSigmoid":
		return hardSigmoid
	case "HardSwish":
		return hardSwish
	case "LeakyRelu":
		return leakyRelu
	case "Mish":
		return mish
	case "Relu":
		return relu
	case "Selu":
		return selu
	case "Sigmoid":
		return sigmoid
	case "Softplus":
		return softplus
	case "Softsign":
		return softsign
	case "Swish":
		return swish
	case "Tanh":
		return tanh
	case "ThresholdedRelu":
		return thresholdedRelu
	}
	return nil
}
