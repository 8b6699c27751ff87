package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// LpPool: each output is the p-norm of the elements under the window.
//
// Input: X (N, C, up to three spatial dimensions), F32 or F64. Output: Y.
var lpPoolOp = Op{
	Name:    "LpPool",
	Pitched: true,
	Infer:   inferPool,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		p, err := poolOf(c)
		if err != nil {
			return nil, err
		}
		norm := normOrder(c)
		switch c.In[0].DType {
		case tensor.F32:
			return lpPool[float32](p, norm), nil
		case tensor.F64:
			return lpPool[float64](p, norm), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// normOrder is the attribute p, an integer (a float in opset 1), default 2.
func normOrder(c *CompileCtx) float64 {
	return float64(c.Attrs().Float("p", float32(c.Attrs().Int("p", 2))))
}

func lpPool[T float32 | float64](p *pool, norm float64) *Kernel {
	return &Kernel{
		Name: "scalar", Why: "no kernel for this form", Units: p.n * p.c,
		Run: func(c *Call, u0, u1 int) error {
			reducePlanes(p, tensor.As[T](c.In[0]), tensor.As[T](c.Out[0]), u0, u1, func(v view[T]) T {
				var s float64
				for a := v.a0; a < v.a1; a++ {
					for b := v.b0; b < v.b1; b++ {
						at := v.row(a, b)
						for e := v.e0; e < v.e1; e++ {
							s += absPower(float64(v.in[at+e*v.window.dil[2]]), norm)
						}
					}
				}
				return T(root(s, norm))
			})
			return nil
		},
	}
}

// absPower is |x|^p, root its inverse for x >= 0.
func absPower(x, p float64) float64 {
	switch p {
	case 1:
		return math.Abs(x)
	case 2:
		return x * x
	}
	return math.Pow(math.Abs(x), p)
}

func root(x, p float64) float64 {
	switch p {
	case 1:
		return x
	case 2:
		return math.Sqrt(x)
	}
	return math.Pow(x, 1/p)
}
