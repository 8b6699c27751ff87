package ops

// CumSum and CumProd: running sums and products along an axis. Inputs: x (any
// numeric type), axis (S32 or S64, one element). Attributes: exclusive (leave
// the element itself out), reverse (run from the end). Output: like x.
//
// One file because the two differ in the start and one operation.

import "github.com/edgeprune/edgeprune/runtime/tensor"

func cumulateOp(name string, product bool) Op {
	return Op{
		Name: name,
		Infer: func(c *InferCtx) error {
			if err := c.Need(2); err != nil {
				return err
			}
			if c.In[1].Shape.Elems() != 1 || !c.In[1].DType.IsInteger() {
				return c.Errorf("axis is %v %v, not one integer", c.In[1].DType, c.In[1].Shape)
			}
			c.Set(0, c.In[0].DType, c.In[0].Shape)
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			switch c.In[0].DType {
			case tensor.F32:
				return cumulateKernel[float32, float64](c, product), nil
			case tensor.F64:
				return cumulateKernel[float64, float64](c, product), nil
			case tensor.S8:
				return cumulateKernel[int8, int64](c, product), nil
			case tensor.S16:
				return cumulateKernel[int16, int64](c, product), nil
			case tensor.S32:
				return cumulateKernel[int32, int64](c, product), nil
			case tensor.S64:
				return cumulateKernel[int64, int64](c, product), nil
			case tensor.U8:
				return cumulateKernel[uint8, uint64](c, product), nil
			case tensor.U16:
				return cumulateKernel[uint16, uint64](c, product), nil
			case tensor.U32:
				return cumulateKernel[uint32, uint64](c, product), nil
			case tensor.U64:
				return cumulateKernel[uint64, uint64](c, product), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

var (
	cumSumOp  = cumulateOp("CumSum", false)
	cumProdOp = cumulateOp("CumProd", true)
)

// cumulateKernel runs in accumulators of A; the axis is read when it runs.
func cumulateKernel[T, A number](c *CompileCtx, product bool) *Kernel {
	s := c.In[0].Shape
	exclusive, reverse := c.Attrs().Bool("exclusive", false), c.Attrs().Bool("reverse", false)
	errorf := c.Errorf
	return &Kernel{Name: c.Node.Op, Why: "one pass", Run: func(c *Call, lo, hi int) error {
		axis, err := s.Axis(firstInt(c.In[1]))
		if err != nil {
			return errorf("%w", err)
		}
		src, dst := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
		n, inner := s[axis], s[axis+1:].Elems()
		if s.Elems() == 0 {
			return nil
		}
		for line := range s.Elems() / n {
			at, step := line/inner*n*inner+line%inner, inner
			if reverse {
				at, step = at+(n-1)*inner, -inner
			}
			var acc A
			if product {
				acc = 1
			}
			for range n {
				before := acc
				if product {
					acc *= A(src[at])
				} else {
					acc += A(src[at])
				}
				if exclusive {
					dst[at] = T(before)
				} else {
					dst[at] = T(acc)
				}
				at += step
			}
		}
		return nil
	}}
}

// firstInt reads element 0 of an integer tensor.
func firstInt(t *tensor.Tensor) int {
	var v [1]int64
	readInts(v[:], t, 0)
	return int(v[0])
}
