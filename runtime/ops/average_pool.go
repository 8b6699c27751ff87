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
			if p.out == [3]int{1, 1, 1} && p.dil == [3]int{1, 1, 1} && !p.padded(0) {
				if k := meanOfCorners(c, p.kernel[1], p.kernel[2]); k != nil {
					return k, nil
				}
			}
			if pieces := p.pieces(); pieces != nil {
				return averagePoolPieces(c, p, pieces, include), nil
			}
			return averagePoolScalar[float32](p, include), nil
		case tensor.F64:
			return averagePoolScalar[float64](p, include), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// averagePoolPieces computes each piece of the planes as a depthwise convolution
// with equal weights.
func averagePoolPieces(c *CompileCtx, p *pool, pieces []piece, include bool) *Kernel {
	conv := c.Kernels.DwConvF32.Run
	none, inf := float32(math.Inf(-1)), float32(math.Inf(1))
	weights, bias := make([][]float32, len(pieces)), make([][]float32, len(pieces))
	shared := map[int][]float32{} // by the number of elements averaged
	for i := range pieces {
		w := &pieces[i].window
		n := w.KH * w.KW
		if include {
			n = p.within(1, pieces[i].y*p.stride[1]-p.lo[1]) * p.within(2, pieces[i].x*p.stride[2]-p.lo[2])
		}
		if n == 0 { // the mean of nothing
			bias[i] = make([]float32, p.c)
			for k := range bias[i] {
				bias[i][k] = float32(math.NaN())
			}
		}
		if shared[n] == nil {
			shared[n] = make([]float32, p.taps())
			for k := range shared[n] {
				shared[n][k] = 1 / float32(n)
			}
		}
		weights[i] = shared[n]
	}
	k := Kernel{Name: c.Kernels.DwConvF32.Name, Why: "average as a convolution"}
	return p.inPieces(c, k, pieces, func(i int, y, x []float32, planes int) {
		conv(y, x, weights[i], bias[i], planes, none, inf, &pieces[i].window)
	})
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
