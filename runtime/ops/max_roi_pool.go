package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// MaxRoiPool takes the maximum over each cell of a grid laid on regions of
// interest.
//
// Inputs: X (N, C, H, W), F32; rois (R, 5) as image, x1, y1, x2, y2, both
// corners inside the region. Output: (R, C, height, width), with height and
// width from attribute pooled_shape. Attribute spatial_scale (default 1) is
// applied to the corners, which are then rounded. Cells outside the image are 0.
var maxRoiPoolOp = Op{
	Name: "MaxRoiPool",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		x, r, p := c.In[0].Shape, c.In[1].Shape, c.Attrs().Ints("pooled_shape")
		if len(x) != 4 || len(r) != 2 || r[1] != 5 || c.In[0].DType != c.In[1].DType {
			return c.Errorf("input %v %v, regions %v %v", c.In[0].DType, x, c.In[1].DType, r)
		}
		if len(p) != 2 || min(p[0], p[1]) < 1 || max(p[0], p[1]) > maxExtent {
			return c.Errorf("pooled_shape %v", p)
		}
		c.Set(0, c.In[0].DType, tensor.Shape{r[0], x[1], p[0], p[1]})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if c.In[0].DType != tensor.F32 {
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		}
		x, out := c.In[0].Shape, c.Out[0].Shape
		channels, h, w := x[1], x[2], x[3]
		scale := float64(c.Attrs().Float("spatial_scale", 1))
		units := out[0] * channels
		return &Kernel{Name: "scalar", Why: "one region and channel a unit", Units: units, Run: func(call *Call, lo, hi int) error {
			for u := lo; u < min(hi, units); u++ {
				roi := call.In[1].F32()[u/channels*5:][:5]
				n := int(min(max(roi[0], -1), float32(x[0])))
				var at [4]int
				ok := roi[0] >= 0 && n < x[0]
				for i := range at {
					v := math.Round(float64(roi[1+i]) * scale)
					ok = ok && math.Abs(v) <= 1<<24
					if ok {
						at[i] = int(v)
					}
				}
				if !ok {
					return c.Errorf("region %d, %v, of %d images", u/channels, roi, x[0])
				}
				plane := call.In[0].F32()[(n*channels+u%channels)*h*w:][:h*w]
				dst := call.Out[0].F32()[u*out[2]*out[3]:]
				for i := range out[2] {
					y0, y1 := roiCell(at[1], at[3], i, out[2], h)
					for j := range out[3] {
						x0, x1 := roiCell(at[0], at[2], j, out[3], w)
						var best float32
						if y0 < y1 && x0 < x1 {
							best = float32(math.Inf(-1))
						}
						for y := y0; y < y1 && x0 < x1; y++ {
							for _, v := range plane[y*w+x0 : y*w+x1] {
								best = max(best, v)
							}
						}
						dst[i*out[3]+j] = best
					}
				}
			}
			return nil
		}}, nil
	},
}

// roiCell gives the range of cell i of n between the ends of a region, clipped
// to a dimension.
func roiCell(first, last, i, n, dim int) (lo, hi int) {
	size := float64(max(last-first+1, 1)) / float64(n)
	lo = first + int(math.Floor(float64(i)*size))
	hi = first + int(math.Ceil(float64(i+1)*size))
	return min(max(lo, 0), dim), min(max(hi, 0), dim)
}
