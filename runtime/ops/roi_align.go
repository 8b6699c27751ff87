package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// RoiAlign pools regions of interest to a fixed size by bilinear samples.
//
// Inputs: X (N, C, H, W), F32 or F64; rois (R, 4) as x1 y1 x2 y2;
// batch_indices (R), S64. Output: (R, C, output_height, output_width). With
// mode "max" the largest of the weighted corners of all samples is taken.
var roiAlignOp = Op{
	Name: "RoiAlign",
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		x, r := c.In[0].Shape, c.In[1].Shape
		if len(x) != 4 || len(r) != 2 || r[1] != 4 || !c.In[2].Shape.Equal(tensor.Shape{r[0]}) {
			return c.Errorf("input %v, regions %v, batch indices %v", x, r, c.In[2].Shape)
		}
		h, w := c.Attrs().Int("output_height", 1), c.Attrs().Int("output_width", 1)
		if h < 1 || w < 1 || h > maxExtent || w > maxExtent {
			return c.Errorf("output of %d x %d", h, w)
		}
		if s := c.Attrs().Int("sampling_ratio", 0); s < 0 || s > maxExtent {
			return c.Errorf("sampling_ratio %d", s)
		}
		c.Set(0, c.In[0].DType, tensor.Shape{r[0], x[1], h, w})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		r := roiAlign{
			x: c.In[0].Shape.Clone(), out: c.Out[0].Shape.Clone(),
			ratio: c.Attrs().Int("sampling_ratio", 0), scale: float64(c.Attrs().Float("spatial_scale", 1)),
		}
		mode := "half_pixel"
		if v := c.Node.Version; v > 0 && v < 16 {
			mode = "output_half_pixel"
		}
		switch mode = c.Attrs().String("coordinate_transformation_mode", mode); mode {
		case "half_pixel":
			r.half = true
		case "output_half_pixel":
		default:
			return nil, c.Errorf("unknown coordinate_transformation_mode %q", mode)
		}
		switch m := c.Attrs().String("mode", "avg"); m {
		case "avg":
		case "max":
			r.largest = true
		default:
			return nil, c.Errorf("unknown mode %q", m)
		}
		if c.In[2].DType != tensor.S64 || c.In[1].DType != c.In[0].DType {
			return nil, c.Errorf("regions %v, batch indices %v for data %v", c.In[1].DType, c.In[2].DType, c.In[0].DType)
		}
		k := &Kernel{Name: "scalar", Why: "one region and channel a unit", Units: r.out[0] * r.out[1]}
		bad := func(roi int, n int64, box [4]float64) error {
			return c.Errorf("region %d, at %v, of image %d of %d", roi, box, n, r.x[0])
		}
		switch c.In[0].DType {
		case tensor.F32:
			k.Run = runRoiAlign[float32](&r, bad)
		case tensor.F64:
			k.Run = runRoiAlign[float64](&r, bad)
		default:
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		}
		return k, nil
	},
}

type roiAlign struct {
	x, out  tensor.Shape
	ratio   int
	scale   float64
	half    bool
	largest bool
}

func runRoiAlign[T float32 | float64](r *roiAlign, bad func(roi int, n int64, box [4]float64) error) func(*Call, int, int) error {
	channels, plane := r.x[1], r.x[2]*r.x[3]
	oh, ow := r.out[2], r.out[3]
	return func(c *Call, lo, hi int) error {
		in, rois, out := tensor.As[T](c.In[0]), tensor.As[T](c.In[1]), tensor.As[T](c.Out[0])
		for u := lo; u < min(hi, r.out[0]*channels); u++ {
			roi, ch := u/channels, u%channels
			n := c.In[2].S64()[roi]
			if n < 0 || n >= int64(r.x[0]) {
				return bad(roi, n, [4]float64{})
			}
			src := in[(int(n)*channels+ch)*plane : (int(n)*channels+ch+1)*plane]
			shift := 0.0
			if r.half {
				shift = 0.5
			}
			var box [4]float64
			for i := range box {
				box[i] = float64(rois[roi*4+i])*r.scale - shift
				if !(math.Abs(box[i]) <= 1<<24) {
					return bad(roi, n, box)
				}
			}
			w, h := box[2]-box[0], box[3]-box[1]
			if !r.half { // regions have at least one element
				w, h = max(w, 1), max(h, 1)
			}
			bh, bw := h/float64(oh), w/float64(ow)
			sy, sx := r.ratio, r.ratio
			if r.ratio == 0 {
				sy, sx = int(math.Ceil(bh)), int(math.Ceil(bw))
			}
			for y := range oh {
				for x := range ow {
					var sum float64
					first := true
					for i := range max(sy, 0) {
						py := box[1] + float64(y)*bh + (float64(i)+0.5)*bh/float64(sy)
						for j := range max(sx, 0) {
							px := box[0] + float64(x)*bw + (float64(j)+0.5)*bw/float64(sx)
							v := corners(src, r.x[2], r.x[3], py, px)
							if r.largest {
								s := max(v[0], v[1], v[2], v[3])
								if first || s > sum {
									sum = s
								}
								first = false
							} else {
								sum += v[0] + v[1] + v[2] + v[3]
							}
						}
					}
					if !r.largest {
						sum /= float64(max(sy*sx, 1))
					}
					out[(u*oh+y)*ow+x] = T(sum)
				}
			}
		}
		return nil
	}
}

// corners gives the four elements around (y, x) of an h x w plane, each times
// its bilinear weight; zeros when the point is more than one element outside.
func corners[T float32 | float64](src []T, h, w int, y, x float64) [4]float64 {
	if y < -1 || y > float64(h) || x < -1 || x > float64(w) || h == 0 || w == 0 {
		return [4]float64{}
	}
	y, x = min(max(y, 0), float64(h-1)), min(max(x, 0), float64(w-1))
	y0, x0 := int(y), int(x)
	y1, x1 := min(y0+1, h-1), min(x0+1, w-1)
	fy, fx := y-float64(y0), x-float64(x0)
	return [4]float64{
		(1 - fy) * (1 - fx) * float64(src[y0*w+x0]), (1 - fy) * fx * float64(src[y0*w+x1]),
		fy * (1 - fx) * float64(src[y1*w+x0]), fy * fx * float64(src[y1*w+x1]),
	}
}
