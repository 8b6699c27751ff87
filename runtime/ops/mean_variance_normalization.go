package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// MeanVarianceNormalization: y = (x - mean) / (standard deviation + 1e-9),
// both over axes (default 0, 2, 3).
//
// Input: X, F32 or F64. Output: like X.
var meanVarianceNormalizationOp = Op{
	Name: "MeanVarianceNormalization",
	Infer: func(c *InferCtx) error {
		if err := sameAsFirst(c); err != nil {
			return err
		}
		if _, err := keptStrides(c.In[0].Shape, c.Attrs().Ints("axes")); err != nil {
			return c.Errorf("%w", err)
		}
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		strides, err := keptStrides(c.In[0].Shape, c.Attrs().Ints("axes"))
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		switch c.In[0].DType {
		case tensor.F32:
			return meanVariance[float32](c, strides), nil
		case tensor.F64:
			return meanVariance[float64](c, strides), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// keptStrides gives, per dimension of s, the stride in the tensor that is left
// when axes are reduced; 0 for the reduced ones.
func keptStrides(s tensor.Shape, axes []int) ([]int, error) {
	if axes == nil {
		axes = []int{0, 2, 3}
	}
	strides := make([]int, len(s))
	for _, a := range axes {
		a, err := s.Axis(a)
		if err != nil {
			return nil, err
		}
		strides[a] = -1
	}
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		if strides[i] < 0 {
			strides[i] = 0
			continue
		}
		strides[i] = n
		n *= s[i]
	}
	return strides, nil
}

// meanVariance keeps a sum, then a sum of squares, per group of elements that
// are normalised together.
func meanVariance[T float32 | float64](c *CompileCtx, strides []int) *Kernel {
	s := c.In[0].Shape.Clone()
	groups := 1
	for i, d := range s {
		if strides[i] != 0 {
			groups *= d
		}
	}
	total := s.Elems()
	return &Kernel{
		Name: "scalar", Why: "statistics per group", InPlace: []int{0}, Scratch: 16 * groups,
		Run: func(c *Call, lo, hi int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			stats := tensor.Cast[float64](c.Scratch[:16*groups])
			clear(stats)
			means, squares := stats[:groups], stats[groups:]
			n := float64(total) / float64(max(groups, 1))
			for i := range total {
				means[groupOf(s, strides, i)] += float64(in[i])
			}
			for g := range means {
				means[g] /= n
			}
			for i := range total {
				g := groupOf(s, strides, i)
				d := float64(in[i]) - means[g]
				squares[g] += d * d
			}
			for i := range total {
				g := groupOf(s, strides, i)
				out[i] = T((float64(in[i]) - means[g]) / (math.Sqrt(squares[g]/n) + 1e-9))
			}
			return nil
		},
	}
}

// groupOf maps a linear index of shape s through strides.
func groupOf(s tensor.Shape, strides []int, i int) int {
	g := 0
	for d := len(s) - 1; d >= 0; d-- {
		g += i % s[d] * strides[d]
		i /= s[d]
	}
	return g
}
