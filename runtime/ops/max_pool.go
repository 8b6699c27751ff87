package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// MaxPool: each output is the largest element under the window; padding never
// counts.
//
// Input: X (N, C, up to three spatial dimensions), F32, F64, S8 or U8.
// Outputs: Y; optionally Indices (S64), where in the whole of X each maximum
// was found, counted row-major, or with storage_order = 1 with the first
// spatial dimension fastest.
var maxPoolOp = Op{
	Name:    "MaxPool",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := inferPool(c); err != nil {
			return err
		}
		c.Set(1, tensor.S64, c.Out[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		p, err := poolOf(c)
		if err != nil {
			return nil, err
		}
		switch c.In[0].DType {
		case tensor.F32:
			if pieces := p.pieces(); pieces != nil && !c.HasOut(1) {
				run := c.Kernels.MaxPoolF32.Run
				k := Kernel{Name: c.Kernels.MaxPoolF32.Name, Why: "planes in pieces"}
				return p.inPieces(c, k, pieces, func(i int, y, x []float32, planes int) {
					run(y, x, planes, &pieces[i].window)
				}), nil
			}
			return maxPoolScalar(c, p, float32(math.Inf(-1))), nil
		case tensor.F64:
			return maxPoolScalar(c, p, math.Inf(-1)), nil
		case tensor.S8:
			return maxPoolScalar[int8](c, p, math.MinInt8), nil
		case tensor.U8:
			return maxPoolScalar[uint8](c, p, 0), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func maxPoolScalar[T float32 | float64 | int8 | uint8](c *CompileCtx, p *pool, lowest T) *Kernel {
	order := c.Attrs().Int("storage_order", 0)
	wants := c.HasOut(1)
	pixels := p.out[0] * p.out[1] * p.out[2]
	return &Kernel{
		Name: "scalar", Why: "no kernel for this form", Units: p.n * p.c,
		Run: func(c *Call, u0, u1 int) error {
			var indices []int64
			if wants {
				indices = c.Out[1].S64()
			}
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			next := u0 * pixels
			for u := u0; u < min(u1, p.n*p.c); u++ {
				reducePlanes(p, in, out, u, u+1, func(v view[T]) T {
					best, a, b, e := v.largest(lowest)
					if wants {
						indices[next] = int64(p.index(u, v.d+a*p.dil[0], v.y+b*p.dil[1], v.x+e*p.dil[2], order))
						next++
					}
					return best
				})
			}
			return nil
		},
	}
}

// index is the position of an input element in linear X.
func (p *pool) index(plane, d, y, x, order int) int {
	base := plane * p.in[0] * p.in[1] * p.in[2]
	if order == 1 {
		return base + (x*p.in[1]+y)*p.in[0] + d
	}
	return base + (d*p.in[1]+y)*p.in[2] + x
}

// largest is the maximum under the window, and the tap where it is first
// found. NaN wins. A window without elements gives lowest at its first tap.
func (v *view[T]) largest(lowest T) (best T, a, b, e int) {
	best = lowest
	a, b, e = v.a0, v.b0, v.e0
	found := false
	for i := v.a0; i < v.a1; i++ {
		for j := v.b0; j < v.b1; j++ {
			at := v.row(i, j)
			for k := v.e0; k < v.e1; k++ {
				s := v.in[at+k*v.window.dil[2]]
				if !found || s > best || s != s && best == best {
					best, a, b, e, found = s, i, j, k, true
				}
			}
		}
	}
	return
}
