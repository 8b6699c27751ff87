package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// AffineGrid makes the grid for GridSample that an affine map describes.
//
// Inputs: theta (N, 2, 3) or (N, 3, 4), F32 or F64; size (S64): N, C, H, W or
// N, C, D, H, W. Output: (N, H, W, 2) or (N, D, H, W, 3).
var affineGridOp = Op{
	Name: "AffineGrid",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		size, err := c.Ints(1)
		if err != nil {
			return err
		}
		theta, rank := c.In[0].Shape, len(size)-2
		if rank != 2 && rank != 3 || !theta.Equal(tensor.Shape{size[0], rank, rank + 1}) {
			return c.Errorf("theta of shape %v for size %v", theta, size)
		}
		out := append(tensor.Shape{size[0]}, size[2:]...)
		c.Set(0, c.In[0].DType, append(out, rank))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		corners := c.Attrs().Bool("align_corners", false)
		switch c.In[0].DType {
		case tensor.F32:
			return affineGrid[float32](c, corners), nil
		case tensor.F64:
			return affineGrid[float64](c, corners), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func affineGrid[T float32 | float64](c *CompileCtx, corners bool) *Kernel {
	out := c.Out[0].Shape.Clone()
	rank := out[len(out)-1]
	points := out[1 : len(out)-1]
	plane := points.Elems()
	blocks := (plane + chunk - 1) / chunk
	return &Kernel{
		Name: "scalar", Why: "points one by one", Units: out[0] * blocks,
		Run: func(c *Call, lo, hi int) error {
			theta, grid := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			for u := lo; u < min(hi, out[0]*blocks); u++ {
				n := u / blocks
				m := theta[n*rank*(rank+1):]
				for p := u % blocks * chunk; p < min((u%blocks+1)*chunk, plane); p++ {
					at := [4]float64{}
					for i, rest := 0, p; i < rank; i++ { // innermost dimension first
						size := points[rank-1-i]
						at[i] = gridPosition(rest%size, size, corners)
						rest /= size
					}
					at[rank] = 1
					for i := range rank {
						s := 0.0
						for j := range rank + 1 {
							s += float64(m[i*(rank+1)+j]) * at[j]
						}
						grid[(n*plane+p)*rank+i] = T(s)
					}
				}
			}
			return nil
		},
	}
}

// gridPosition spreads 0..size-1 over -1..1.
func gridPosition(i, size int, corners bool) float64 {
	if !corners {
		return float64(2*i+1)/float64(size) - 1
	}
	if size == 1 {
		return 0
	}
	return 2*float64(i)/float64(size-1) - 1
}
