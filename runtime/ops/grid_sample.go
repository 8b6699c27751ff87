package ops

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// GridSample reads X at fractional positions. Each point of the grid holds a
// position per spatial dimension, innermost first, -1..1 over the input.
//
// Inputs: X (N, C, one to three spatial dimensions); grid (N, output spatial,
// rank), both F32 or both F64. Output: (N, C, output spatial).
var gridSampleOp = Op{
	Name: "GridSample",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		x, g := c.In[0].Shape, c.In[1].Shape
		rank := len(x) - 2
		if rank < 1 || rank > 3 || len(g) != len(x) || g[0] != x[0] || g[len(g)-1] != rank {
			return c.Errorf("grid of shape %v does not fit input %v", g, x)
		}
		if _, err := samplerOf(c.Attrs().String("mode", "linear"), c.Attrs().String("padding_mode", "zeros")); err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[0].DType, append(tensor.Shape{x[0], x[1]}, g[1:len(g)-1]...))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s, err := samplerOf(c.Attrs().String("mode", "linear"), c.Attrs().String("padding_mode", "zeros"))
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		s.corners = c.Attrs().Bool("align_corners", false)
		if c.In[0].DType != c.In[1].DType {
			return nil, c.Errorf("grid is %v, X is %v", c.In[1].DType, c.In[0].DType)
		}
		for i := range 3 {
			s.in[i] = 1
		}
		copy(s.in[3-(len(c.In[0].Shape)-2):], c.In[0].Shape[2:])
		switch c.In[0].DType {
		case tensor.F32:
			return gridSample[float32](c, s), nil
		case tensor.F64:
			return gridSample[float64](c, s), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// gridPoints is how many grid points one unit handles.
const gridPoints = 64

func gridSample[T float32 | float64](c *CompileCtx, s sampler) *Kernel {
	x, out := c.In[0].Shape, c.Out[0].Shape
	rank, channels := len(x)-2, x[1]
	points, plane := out[2:].Elems(), x[2:].Elems()
	if plane == 0 {
		return &Kernel{Name: "zero", Why: "empty input", Run: func(c *Call, lo, hi int) error {
			clear(c.Out[0].Data)
			return nil
		}}
	}
	blocks := (points + gridPoints - 1) / gridPoints
	total := out[0] * blocks
	return &Kernel{
		Name: "scalar", Why: "points one by one", Units: total,
		Run: func(c *Call, lo, hi int) error {
			in, grid, y := tensor.As[T](c.In[0]), tensor.As[T](c.In[1]), tensor.As[T](c.Out[0])
			for u := lo; u < min(hi, total); u++ {
				n := u / blocks
				for p := u % blocks * gridPoints; p < min((u%blocks+1)*gridPoints, points); p++ {
					var t [3]samples
					for d := range 3 {
						t[d] = samples{n: 1, weight: [4]float64{1}}
						if i := 2 - d; i < rank {
							t[d] = s.along(d, float64(grid[(n*points+p)*rank+i]))
						}
					}
					for ch := range channels {
						src := in[(n*channels+ch)*plane : (n*channels+ch+1)*plane]
						y[(n*channels+ch)*points+p] = T(blend(src, s.in, &t))
					}
				}
			}
			return nil
		},
	}
}

// sampler says how to interpolate and what lies outside the input.
type sampler struct {
	in      [3]int // depth, height, width
	order   int    // points per dimension: 1 nearest, 2 linear, 4 cubic
	outside string // "zeros", "border" or "reflection"
	corners bool   // -1 and 1 are the centres of the outermost elements
}

func samplerOf(mode, padding string) (sampler, error) {
	s := sampler{outside: padding}
	switch mode {
	case "nearest":
		s.order = 1
	case "linear", "bilinear":
		s.order = 2
	case "cubic", "bicubic":
		s.order = 4
	default:
		return s, fmt.Errorf("unknown mode %q", mode)
	}
	switch padding {
	case "zeros", "border", "reflection":
		return s, nil
	}
	return s, fmt.Errorf("unknown padding_mode %q", padding)
}

// samples are up to four positions along a dimension and their weights.
type samples struct {
	n      int
	at     [4]int
	weight [4]float64
}

// along gives what a grid coordinate reads along dimension d.
func (s *sampler) along(d int, x float64) samples {
	size := s.in[d]
	if s.corners {
		x = (x + 1) / 2 * float64(size-1)
	} else {
		x = ((x+1)*float64(size) - 1) / 2
	}
	const far = 1 << 30
	if x != x {
		x = -far
	}
	x = min(max(x, -far), far)
	t := samples{n: s.order}
	floor := math.Floor(x)
	f := x - floor
	first := int(floor)
	switch s.order {
	case 1:
		first, t.weight[0] = int(math.RoundToEven(x)), 1
	case 2:
		t.weight[0], t.weight[1] = 1-f, f
	default:
		first--
		t.weight = cubicWeights(f)
	}
	for i := range t.n {
		at := first + i
		if at < 0 || at >= size {
			switch s.outside {
			case "zeros":
				at, t.weight[i] = 0, 0
			case "border":
				at = min(max(at, 0), size-1)
			default:
				at = s.reflect(at, size)
			}
		}
		t.at[i] = at
	}
	return t
}

// reflect folds a position back into 0..size-1: about the centres of the
// outermost elements with corners, else about their outer edges.
func (s *sampler) reflect(at, size int) int {
	period := 2 * size
	if s.corners {
		period = 2 * (size - 1)
	}
	if period == 0 {
		return 0
	}
	if at %= period; at < 0 {
		at += period
	}
	if at >= size {
		at = period - at
		if !s.corners {
			at--
		}
	}
	return at
}

// cubicWeights are those of cubic convolution with a = -0.75.
func cubicWeights(f float64) [4]float64 {
	const a = -0.75
	near := func(x float64) float64 { return ((a+2)*x-(a+3))*x*x + 1 }
	far := func(x float64) float64 { return ((a*x-5*a)*x+8*a)*x - 4*a }
	return [4]float64{far(f + 1), near(f), near(1 - f), far(2 - f)}
}

// blend is the weighted sum over the product of the samples of three
// dimensions of a linear block of elements.
func blend[T float32 | float64](src []T, size [3]int, t *[3]samples) float64 {
	sum := 0.0
	for i := range t[0].n {
		for j := range t[1].n {
			w := t[0].weight[i] * t[1].weight[j]
			row := (t[0].at[i]*size[1] + t[1].at[j]) * size[2]
			for k := range t[2].n {
				if v := w * t[2].weight[k]; v != 0 {
					sum += v * float64(src[row+t[2].at[k]])
				}
			}
		}
	}
	return sum
}
