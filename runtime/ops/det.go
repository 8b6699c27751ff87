package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Det gives the determinants of square matrices. Input: (..., M, M), F32, half
// or F64. Output: (...).
var detOp = Op{
	Name: "Det",
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		if n := len(s); n < 2 || s[n-1] != s[n-2] {
			return c.Errorf("%v is not a stack of square matrices", s)
		}
		c.Set(0, c.In[0].DType, s[:len(s)-2])
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.In[0].DType {
		case tensor.F32:
			return detKernel[float32](c), nil
		case tensor.F64:
			return detKernel[float64](c), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func detKernel[T float](c *CompileCtx) *Kernel {
	s := c.In[0].Shape
	n, count := s[len(s)-1], c.Out[0].Shape.Elems()
	return &Kernel{Name: "elimination", Why: "one matrix at a time", Units: count, Scratch: 8 * n * n, Run: func(c *Call, lo, hi int) error {
		m := tensor.Cast[float64](c.Scratch[:8*n*n])
		for u := lo; u < min(hi, count); u++ {
			widen(m, tensor.As[T](c.In[0])[u*n*n:(u+1)*n*n])
			tensor.As[T](c.Out[0])[u] = T(determinant(m, n))
		}
		return nil
	}}
}

// determinant eliminates with row pivots; it overwrites m.
func determinant(m []float64, n int) float64 {
	d := 1.0
	for k := range n {
		p := k
		for i := k + 1; i < n; i++ {
			if math.Abs(m[i*n+k]) > math.Abs(m[p*n+k]) {
				p = i
			}
		}
		if m[p*n+k] == 0 {
			return 0
		}
		if p != k {
			d = -d
			for j := k; j < n; j++ {
				m[k*n+j], m[p*n+j] = m[p*n+j], m[k*n+j]
			}
		}
		d *= m[k*n+k]
		for i := k + 1; i < n; i++ {
			f := m[i*n+k] / m[k*n+k]
			for j := k + 1; j < n; j++ {
				m[i*n+j] -= f * m[k*n+j]
			}
		}
	}
	return d
}
