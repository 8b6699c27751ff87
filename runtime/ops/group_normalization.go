package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// GroupNormalization: each group of channels of each sample gets mean 0 and
// variance 1, then every channel its scale and bias.
//
// Inputs: X (N, C, ...), F32 or F64; scale and bias: C elements, or
// num_groups (opset 18). Output: Y.
var groupNormalizationOp = Op{
	Name:    "GroupNormalization",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		x := c.In[0].Shape
		groups := c.Attrs().Int("num_groups", 0)
		if len(x) < 2 || groups < 1 || x[1]%groups != 0 {
			return c.Errorf("input %v does not fall into %d groups of channels", x, groups)
		}
		for i := 1; i < 3; i++ {
			if s := c.In[i].Shape; !s.Equal(tensor.Shape{x[1]}) && !s.Equal(tensor.Shape{groups}) {
				return c.Errorf("input %d has shape %v where %d or %d elements are needed", i, s, x[1], groups)
			}
		}
		return sameAsFirst(c)
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return compileGroupNorm(c, c.Attrs().Int("num_groups", 1)) },
}

// groupNorm normalises groups of channels.
type groupNorm struct {
	x, y                channelRows
	samples, groups     int
	per                 int // channels per group
	epsilon             float64
	scaleStep, biasStep int // channels that share an element
}

func compileGroupNorm(c *CompileCtx, groups int) (*Kernel, error) {
	for i := range c.In {
		if c.In[i].DType != c.In[0].DType {
			return nil, c.Errorf("input %d is %v, X is %v", i, c.In[i].DType, c.In[0].DType)
		}
	}
	s := c.In[0].Shape
	if s.Elems() == 0 {
		return emptyKernel(), nil
	}
	g := &groupNorm{
		x: channelRowsOf(c.In[0]), y: channelRowsOf(c.Out[0]),
		samples: s[0], groups: groups, per: s[1] / groups,
		epsilon: float64(c.Attrs().Float("epsilon", 1e-5)),
	}
	g.scaleStep, g.biasStep = s[1]/c.In[1].Shape[0], s[1]/c.In[2].Shape[0]
	if g.x.width != g.y.width {
		g.x.unmerge(s)
		g.y.unmerge(s)
	}
	k := &Kernel{Name: c.Kernels.VectorF32.Name, Why: "one group of channels a unit", InPlace: []int{0}, Units: g.samples * groups}
	switch c.In[0].DType {
	case tensor.F32:
		v := c.Kernels.VectorF32
		k.Run = runGroupNorm(g, v.Sum, v.Dot, v.ScaleShift)
	case tensor.F64:
		k.Name, k.Run = "scalar", runGroupNorm(g, sumOf[float64], dotOf[float64], scaleShift[float64])
	default:
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	}
	return k, nil
}

func sumOf[T float32 | float64](x []T) (s T) {
	for _, v := range x {
		s += v
	}
	return s
}

func dotOf[T float32 | float64](x, y []T) (s T) {
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

func runGroupNorm[T float32 | float64](g *groupNorm, sum func([]T) T, dot func(a, b []T) T, apply func(dst, src []T, scale, shift T)) func(*Call, int, int) error {
	return func(c *Call, lo, hi int) error {
		in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
		scale, bias := tensor.As[T](c.In[1]), tensor.As[T](c.In[2])
		n := float64(g.per * g.x.rows * g.x.width)
		w := g.x.width
		for u := lo; u < min(hi, g.samples*g.groups); u++ {
			total := 0.0
			for ch := u * g.per; ch < (u+1)*g.per; ch++ {
				for i := range g.x.rows {
					at := g.x.at(ch, i)
					total += float64(sum(in[at : at+w]))
				}
			}
			mean := T(total / n)
			squares := 0.0
			for ch := u * g.per; ch < (u+1)*g.per; ch++ {
				for i := range g.x.rows {
					from, to := g.x.at(ch, i), g.y.at(ch, i)
					row := out[to : to+w]
					apply(row, in[from:from+w], 1, -mean)
					squares += float64(dot(row, row))
				}
			}
			inv := 1 / math.Sqrt(squares/n+g.epsilon)
			for ch := u * g.per; ch < (u+1)*g.per; ch++ {
				channel := ch % g.x.channels
				s, b := T(inv)*scale[channel/g.scaleStep], bias[channel/g.biasStep]
				for i := range g.x.rows {
					to := g.y.at(ch, i)
					apply(out[to:to+w], out[to:to+w], s, b)
				}
			}
		}
		return nil
	}
}
