package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// AveragePool: each output is the mean of the elements under the window. With
// count_include_pad, padding counts as zeros.
//
// Input: X (N, C, up to three spatial dimensions), F32 or F64. Output: Y.
var averagePoolOp = Op{
	Name:    "AveragePool",
	Pitched: true,
	Infer:   inferPool,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		p, err := poolOf(c)
		if err != nil {
			return nil, err
		}
		include := c.Attrs().Bool("count_include_pad", false)
		switch c.In[0].DType {
		case tensor.F32:
			if p.planar() {
				return averagePoolRows(c, p, include), nil
			}
			return averagePoolScalar[float32](p, include), nil
		case tensor.F64:
			return averagePoolScalar[float64](p, include), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// averagePoolRows runs the inner part of each row as a depthwise convolution
// with equal weights, and the border element by element.
func averagePoolRows(c *CompileCtx, p *pool, include bool) *Kernel {
	from, to := p.interior()
	run := c.Kernels.DwConvF32.Run
	weights := make([]float32, p.kernel[1]*p.kernel[2])
	for i := range weights {
		weights[i] = 1 / float32(len(weights))
	}
	none, inf := float32(math.Inf(-1)), float32(math.Inf(1))
	return &Kernel{
		Name: c.Kernels.DwConvF32.Name, Why: "average as a convolution", Units: p.n * p.c,
		Run: func(c *Call, u0, u1 int) error {
			in, out := c.In[0].F32(), c.Out[0].F32()
			v := view[float32]{in: in, window: &p.window, image: &p.x}
			v.a0, v.a1, v.d = 0, 1, 0
			for u := u0; u < min(u1, p.n*p.c); u++ {
				src, dst := p.planes(u)
				v.plane = src
				for y := range p.out[1] {
					v.b0, v.b1, v.y = p.clip(1, y)
					row := out[dst+y*p.y.row : dst+y*p.y.row+p.out[2]]
					a, b := from, to
					if v.b1-v.b0 < p.kernel[1] {
						a, b = 0, 0
					}
					if b > a {
						x := in[src+v.y*p.x.row+a*p.stride[2]-p.lo[2]:]
						run(row[a:], b-a, x, p.dil[1]*p.x.row, weights, p.kernel[1], p.kernel[2], p.stride[2], p.dil[2], 0, none, inf)
					}
					for x := range row {
						if x < a || x >= b {
							v.e0, v.e1, v.x = p.clip(2, x)
							row[x] = mean(v, include)
						}
					}
				}
			}
			return nil
		},
	}
}

func averagePoolScalar[T float32 | float64](p *pool, include bool) *Kernel {
	return &Kernel{
		Name: "scalar", Why: "no kernel for this form", Units: p.n * p.c,
		Run: func(c *Call, u0, u1 int) error {
			reducePlanes(p, tensor.As[T](c.In[0]), tensor.As[T](c.Out[0]), u0, u1, func(v view[T]) T {
				return T(mean(v, include))
			})
			return nil
		},
	}
}

// mean is the average under the window; padding counts when include is set,
// but never what lies beyond it (the last window of ceil_mode may).
func mean[T float32 | float64](v view[T], include bool) T {
	var s float64
	for a := v.a0; a < v.a1; a++ {
		for b := v.b0; b < v.b1; b++ {
			at := v.row(a, b)
			for e := v.e0; e < v.e1; e++ {
				s += float64(v.in[at+e*v.window.dil[2]])
			}
		}
	}
	n := v.count()
	if include {
		w := v.window
		n = w.within(0, v.d) * w.within(1, v.y) * w.within(2, v.x)
	}
	return T(s / float64(n))
}

// within counts the taps along dimension i, starting at input position at,
// that lie inside the padded input.
func (w *window) within(i, at int) int {
	room := w.in[i] + w.hi[i] - at
	return max(min(w.kernel[i], (room+w.dil[i]-1)/w.dil[i]), 0)
}
