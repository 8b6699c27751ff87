package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// LayerNormalization: y = (x - mean) / sqrt(var + epsilon) * Scale + B, with
// mean and var over the dimensions from axis on.
//
// Inputs: X, F32 or F64; Scale and B (optional) with the elements of the
// normalised dimensions, or one. Outputs: Y; optionally Mean and InvStdDev,
// F32, with normalised dimensions of 1.
var layerNormalizationOp = Op{
	Name: "LayerNormalization",
	Infer: func(c *InferCtx) error {
		a, err := inferRowNorm(c)
		if err != nil {
			return err
		}
		stats := c.In[0].Shape.Clone()
		for i := a; i < len(stats); i++ {
			stats[i] = 1
		}
		c.Set(1, tensor.F32, stats)
		c.Set(2, tensor.F32, stats)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if !c.HasOut(0) {
			return nil, c.Errorf("output 0 is missing")
		}
		return compileRowNorm(c, true)
	},
}

// inferRowNorm infers output 0 and gives the first normalised dimension.
func inferRowNorm(c *InferCtx) (int, error) {
	if err := c.Need(2); err != nil {
		return 0, err
	}
	x := c.In[0].Shape
	a, err := x.Axis(c.Attrs().Int("axis", -1))
	if err != nil {
		return 0, c.Errorf("%w", err)
	}
	for i := 1; i < min(len(c.In), 3); i++ {
		if !c.Has(i) {
			continue
		}
		s := c.In[i].Shape
		if b, err := tensor.Broadcast(s, x[a:]); err != nil || b.Elems() != x[a:].Elems() || s.Elems() != 1 && s.Elems() != x[a:].Elems() {
			return 0, c.Errorf("input %d has shape %v where %v is normalised", i, s, x[a:])
		}
	}
	c.Set(0, c.In[0].DType, x)
	return a, nil
}

// rowNorm normalises rows: centred says whether the mean is taken out first.
type rowNorm struct {
	rows, n  int
	centred  bool
	epsilon  float64
	bias     bool
	wants    [2]bool
	norm     kernels.NormF32
	vector   kernels.VectorF32
	mul, add kernels.BinaryF32
	perUnit  int
	oneScale bool // Scale, B have a single element
	oneBias  bool
}

func compileRowNorm(c *CompileCtx, centred bool) (*Kernel, error) {
	x := c.In[0].Shape
	a, err := x.Axis(c.Attrs().Int("axis", -1))
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	for i := range c.In {
		if c.In[i].Present && c.In[i].DType != c.In[0].DType {
			return nil, c.Errorf("input %d is %v, X is %v", i, c.In[i].DType, c.In[0].DType)
		}
	}
	r := &rowNorm{
		rows: x[:a].Elems(), n: x[a:].Elems(), centred: centred,
		epsilon: float64(c.Attrs().Float("epsilon", 1e-5)), bias: centred && c.Has(2),
		wants: [2]bool{c.HasOut(1), c.HasOut(2)},
		norm:  c.Kernels.NormF32, vector: c.Kernels.VectorF32, mul: c.Kernels.BinaryF32[kernels.Mul], add: c.Kernels.BinaryF32[kernels.Add],
	}
	r.oneScale = c.In[1].Shape.Elems() == 1 && r.n > 1
	r.oneBias = r.bias && c.In[2].Shape.Elems() == 1 && r.n > 1
	r.perUnit = max(1024/max(r.n, 1), 1)
	k := &Kernel{Name: r.norm.Name, Why: "contiguous rows", InPlace: []int{0}, Units: (r.rows + r.perUnit - 1) / r.perUnit}
	switch c.In[0].DType {
	case tensor.F32:
		k.Run = r.runF32
	case tensor.F64:
		k.Name, k.Run = "scalar", r.runF64
	default:
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	}
	return k, nil
}

func (r *rowNorm) runF32(c *Call, lo, hi int) error {
	in, out := c.In[0].F32(), c.Out[0].F32()
	scale := c.In[1].F32()
	var bias []float32
	if r.bias {
		bias = c.In[2].F32()
	}
	for i := lo * r.perUnit; i < min(hi*r.perUnit, r.rows); i++ {
		x, y := in[i*r.n:(i+1)*r.n], out[i*r.n:(i+1)*r.n]
		mean := float32(0)
		if r.centred {
			mean = r.vector.Sum(x) / float32(r.n)
		}
		inv := float32(1 / math.Sqrt(float64(r.norm.SumSquares(x, mean))/float64(r.n)+r.epsilon))
		if !r.oneScale && !r.oneBias {
			r.norm.Normalize(y, x, scale, bias, mean, inv)
			r.stats(c, i, mean, inv)
			continue
		}
		r.vector.ScaleShift(y, x, 1, -mean)
		if r.oneScale {
			r.vector.ScaleShift(y, y, inv*scale[0], 0)
		} else {
			r.vector.ScaleShift(y, y, inv, 0)
			r.mul.Vec(y, y, scale[:r.n])
		}
		switch {
		case r.oneBias:
			r.add.Scalar(y, y, bias[0])
		case r.bias:
			r.add.Vec(y, y, bias[:r.n])
		}
		r.stats(c, i, mean, inv)
	}
	return nil
}

func (r *rowNorm) stats(c *Call, row int, mean, inv float32) {
	if r.wants[0] {
		c.Out[1].F32()[row] = mean
	}
	if r.wants[1] {
		c.Out[2].F32()[row] = inv
	}
}

func (r *rowNorm) runF64(c *Call, lo, hi int) error {
	in, out, scale := tensor.As[float64](c.In[0]), tensor.As[float64](c.Out[0]), tensor.As[float64](c.In[1])
	for i := lo * r.perUnit; i < min(hi*r.perUnit, r.rows); i++ {
		x, y := in[i*r.n:(i+1)*r.n], out[i*r.n:(i+1)*r.n]
		mean, squares := 0.0, 0.0
		if r.centred {
			for _, v := range x {
				mean += v
			}
			mean /= float64(r.n)
		}
		for _, v := range x {
			squares += (v - mean) * (v - mean)
		}
		inv := 1 / math.Sqrt(squares/float64(r.n)+r.epsilon)
		for j, v := range x {
			s, b := j, j
			if r.oneScale {
				s = 0
			}
			if r.oneBias {
				b = 0
			}
			y[j] = (v - mean) * inv * scale[s]
			if r.bias {
				y[j] += tensor.As[float64](c.In[2])[b]
			}
		}
		r.stats(c, i, float32(mean), float32(inv))
	}
	return nil
}
