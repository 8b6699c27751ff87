package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// PRelu: y = x for x >= 0, slope*x below.
//
// Inputs: X, F32 in any layout, F64, S32, S64, U32 or U64; slope, broadcast to
// X. Output: like X.
var preluOp = Op{
	Name:    "PRelu",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		if s, err := tensor.Broadcast(preluSlope(c.In[0].Shape, c.In[1].Shape), c.In[0].Shape); err != nil || !s.Equal(c.In[0].Shape) {
			return c.Errorf("slope of shape %v does not broadcast to %v", c.In[1].Shape, c.In[0].Shape)
		}
		return sameAsFirst(c)
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if c.In[1].DType != c.In[0].DType {
			return nil, c.Errorf("slope is %v, X is %v", c.In[1].DType, c.In[0].DType)
		}
		switch c.In[0].DType {
		case tensor.F32:
			return prelu(c, func(dst, src []float32, slope float32) {
				factor := [2]float32{1, slope}
				for i, v := range src[:len(dst)] {
					dst[i] = v * factor[math.Float32bits(v)>>31]
				}
			}), nil
		case tensor.F64:
			return prelu(c, preluRun[float64]), nil
		case tensor.S32:
			return prelu(c, preluRun[int32]), nil
		case tensor.S64:
			return prelu(c, preluRun[int64]), nil
		case tensor.U32:
			return prelu(c, preluRun[uint32]), nil
		case tensor.U64:
			return prelu(c, preluRun[uint64]), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// preluSlope reads a slope of C elements as one per channel when it would not
// broadcast otherwise, as opset 1 files have it.
func preluSlope(x, slope tensor.Shape) tensor.Shape {
	if len(slope) == 1 && len(x) > 2 && slope[0] == x[1] && slope[0] != x[len(x)-1] && slope[0] != 1 {
		s := make(tensor.Shape, len(x)-1)
		for i := range s {
			s[i] = 1
		}
		s[0] = slope[0]
		return s
	}
	return slope
}

func preluRun[T tensor.Elem](dst, src []T, slope T) {
	for i, v := range src[:len(dst)] {
		if v < 0 {
			v *= slope
		}
		dst[i] = v
	}
}

// prelu goes row by row; run applies one slope to a run of elements.
func prelu[T tensor.Elem](c *CompileCtx, run func(dst, src []T, slope T)) *Kernel {
	x := c.In[0].Shape
	if x.Elems() == 0 {
		return emptyKernel()
	}
	slope := preluSlope(x, c.In[1].Shape)
	p, h, w := x.Planes()
	li, lo := c.In[0].Layout.For(x), c.Out[0].Layout.For(x)
	ls := c.In[1].Layout.For(slope)
	var rows []int // where in slope each row of x starts
	last := 1
	if len(slope) > 0 {
		last = slope[len(slope)-1]
		lead := tensor.Shape{}
		if len(x) > 1 {
			lead = x[:len(x)-1]
		}
		rows = broadcastOffsets(slope[:len(slope)-1], lead, last)
	}
	_, sh, _ := slope.Planes()
	return &Kernel{
		Name: "scalar", Why: "rows", InPlace: []int{0}, Units: p * h,
		Run: func(c *Call, u0, u1 int) error {
			in, out, slopes := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0]), tensor.As[T](c.In[1])
			for u := u0; u < min(u1, p*h); u++ {
				from, to := rowStart(li, u/h, u%h), rowStart(lo, u/h, u%h)
				at := 0
				if rows != nil {
					row := rows[u] / last
					at = rowStart(ls, row/sh, row%sh)
				}
				if last == 1 {
					run(out[to:to+w], in[from:from+w], slopes[at])
					continue
				}
				for i := range w {
					run(out[to+i:to+i+1], in[from+i:from+i+1], slopes[at+i])
				}
			}
			return nil
		},
	}
}
