package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Gemm: Y = alpha*A'*B' + beta*C, where A' is A, or transposed with transA.
//
// Inputs: A (M, K), B (K, N), both transposed on request; C, optional,
// broadcast to (M, N); then, with fused_add, a tensor (M, N). Output: (M, N).
var gemmOp = Op{
	Name:   "Gemm",
	Sparse: []int{0, 1},
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		m, _, n, err := gemmDims(c.Attrs().Bool("transA", false), c.Attrs().Bool("transB", false), c.In[0].Shape, c.In[1].Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		out := tensor.Shape{m, n}
		if c.Has(2) {
			if s, err := tensor.Broadcast(c.In[2].Shape, out); err != nil || !s.Equal(out) {
				return c.Errorf("C of shape %v does not broadcast to %v", c.In[2].Shape, out)
			}
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		ta, tb := c.Attrs().Bool("transA", false), c.Attrs().Bool("transB", false)
		m, k, n, err := gemmDims(ta, tb, c.In[0].Shape, c.In[1].Shape)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		if m == 0 || n == 0 {
			return emptyKernel(), nil
		}
		for i := range c.In {
			if c.In[i].Present && c.In[i].DType != c.In[0].DType {
				return nil, c.Errorf("input %d is %v, A is %v", i, c.In[i].DType, c.In[0].DType)
			}
		}
		p := &product{
			m: m, k: k, n: n, initIn: -1,
			alpha: c.Attrs().Float("alpha", 1), beta: c.Attrs().Float("beta", 1),
			a: matrix{row: k, col: 1, at: []int{0}, distinct: 1, size: m * k},
			b: matrix{row: n, col: 1, at: []int{0}, distinct: 1, size: k * n},
		}
		if ta {
			p.a.row, p.a.col = 1, m
		}
		if tb {
			p.b.row, p.b.col = 1, k
		}
		if c.Has(2) && p.beta != 0 {
			p.initIn = 2
			s := c.In[2].Shape
			if len(s) > 0 && s[len(s)-1] > 1 {
				p.initCol = 1
			}
			if len(s) > 1 && s[0] > 1 {
				p.initRow = s[1]
			}
		}
		switch c.In[0].DType {
		case tensor.F32:
			if p.after, err = epilogueOf(c, 3); err != nil {
				return nil, err
			}
			return p.compile(c), nil
		case tensor.F64:
			return gemmScalar[float64](c, p)
		case tensor.S32:
			return gemmScalar[int32](c, p)
		case tensor.S64:
			return gemmScalar[int64](c, p)
		case tensor.U32:
			return gemmScalar[uint32](c, p)
		case tensor.U64:
			return gemmScalar[uint64](c, p)
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func gemmDims(ta, tb bool, a, b tensor.Shape) (m, k, n int, err error) {
	if len(a) != 2 || len(b) != 2 {
		return 0, 0, 0, fmt.Errorf("A and B of shapes %v and %v are not matrices", a, b)
	}
	m, k = a[0], a[1]
	if ta {
		m, k = k, m
	}
	kb, n := b[0], b[1]
	if tb {
		kb, n = n, kb
	}
	if k != kb {
		return 0, 0, 0, fmt.Errorf("A of shape %v (transA %v) and B of shape %v (transB %v) do not fit", a, ta, b, tb)
	}
	return m, k, n, nil
}

// gemmScalar is Gemm for the element types without a kernel, one row a unit.
func gemmScalar[T float64 | int32 | int64 | uint32 | uint64](c *CompileCtx, p *product) (*Kernel, error) {
	if isFused(c.Attrs()) {
		return nil, c.Errorf("a fused activation is only supported for f32")
	}
	return &Kernel{
		Name: "scalar", Why: "no kernel for " + c.In[0].DType.String(), Units: p.m,
		MACs: int64(p.m) * int64(p.k) * int64(p.n),
		Run: func(c *Call, lo, hi int) error {
			a, b, y := tensor.As[T](c.In[0]), tensor.As[T](c.In[1]), tensor.As[T](c.Out[0])
			for i := lo; i < min(hi, p.m); i++ {
				for j := range p.n {
					var s T
					for k := range p.k {
						s += a[i*p.a.row+k*p.a.col] * b[k*p.b.row+j*p.b.col]
					}
					v := float64(p.alpha)
					if v != 1 {
						s = T(v * float64(s))
					}
					if p.initIn >= 0 {
						init := tensor.As[T](c.In[p.initIn])[i*p.initRow+j*p.initCol]
						if p.beta != 1 {
							init = T(float64(p.beta) * float64(init))
						}
						s += init
					}
					y[i*p.n+j] = s
				}
			}
			return nil
		},
	}, nil
}
