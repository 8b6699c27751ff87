package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Trilu keeps the upper (attribute upper, 1 by default) or lower triangle of
// matrices and clears the rest. Inputs: (..., N, M) of any type but strings; k
// (S64, one element, optional): the diagonal where the triangle ends.
var triluOp = Op{
	Name: "Trilu",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		if len(c.In[0].Shape) < 2 || c.In[0].DType == tensor.String {
			return c.Errorf("%v %v is not a stack of matrices", c.In[0].DType, c.In[0].Shape)
		}
		if c.Has(1) && (c.In[1].Shape.Elems() != 1 || c.In[1].DType != tensor.S64) {
			return c.Errorf("k is %v %v, not one s64", c.In[1].DType, c.In[1].Shape)
		}
		c.Set(0, c.In[0].DType, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		planes, rows, cols := c.In[0].Shape.Planes()
		es := c.In[0].DType.Size()
		upper := c.Attrs().Bool("upper", true)
		per := max(1, chunk/max(cols, 1))
		return &Kernel{Name: "copy", Why: "part of each row", Units: (planes*rows + per - 1) / per, Run: func(c *Call, lo, hi int) error {
			k := 0
			if t := optional(c, 1); t != nil {
				k = int(min(max(t.S64()[0], -int64(rows)), int64(cols)))
			}
			src, dst := c.In[0].Data, c.Out[0].Data
			for r, end := lo*per, min(hi*per, planes*rows); r < end; r++ {
				at := r * cols * es
				from, to := min(max(r%rows+k, 0), cols), cols
				if !upper {
					from, to = 0, min(max(r%rows+k+1, 0), cols)
				}
				clear(dst[at : at+from*es])
				copy(dst[at+from*es:at+to*es], src[at+from*es:])
				clear(dst[at+to*es : at+cols*es])
			}
			return nil
		}}, nil
	},
}
