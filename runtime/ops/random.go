package ops

// RandomUniform, RandomNormal, RandomUniformLike, RandomNormalLike, Bernoulli
// and Multinomial.
//
// RandomUniform and RandomNormal: no input, attribute shape. The Like forms take
// the shape, and without the attribute dtype the type, of their input. Attributes
// low and high, or mean and scale. Bernoulli: input of probabilities; output 1
// with that probability, else 0. Multinomial: input (batch, classes) of
// unnormalised log probabilities; output (batch, sample_size) of class numbers.
//
// With the attribute seed, the values of a session's runs are reproducible;
// they are not those of other runtimes. One file because the operators differ
// in how one random number becomes an element.

import (
	"math"
	"math/rand/v2"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// newGenerator is NewState of the random operators.
func newGenerator(c *CompileCtx) func() (any, error) {
	seeded, seed := c.Attrs().Has("seed"), c.Attrs().Float("seed", 0)
	return func() (any, error) {
		if seeded {
			return rand.New(rand.NewPCG(uint64(math.Float32bits(seed)), 0x9e3779b97f4a7c15)), nil
		}
		return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), nil
	}
}

// sampleOp makes an operator whose elements are independent draws.
func sampleOp(name string, like bool, draw func(c *CompileCtx) func(*rand.Rand) float64) Op {
	return Op{
		Name:             name,
		Nondeterministic: true,
		Infer: func(c *InferCtx) error {
			def, shape := tensor.F32, tensor.Shape(c.Attrs().Ints("shape"))
			if like {
				if err := c.Need(1); err != nil {
					return err
				}
				def, shape = c.In[0].DType, c.In[0].Shape
			} else if !c.Attrs().Has("shape") {
				return c.Errorf("attribute shape is missing")
			}
			dt, err := typeAttr(c, "dtype", def)
			if err != nil {
				return err
			}
			switch dt {
			case tensor.F32, tensor.F64, tensor.F16, tensor.BF16:
			default:
				return c.Errorf("element type %v is not supported", dt)
			}
			c.Set(0, dt, shape)
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			f := draw(c)
			n := c.Out[0].Shape.Elems()
			return &Kernel{Name: name, Why: "one stream of random numbers", NewState: newGenerator(c), Run: func(c *Call, _, _ int) error {
				r := c.State.(*rand.Rand)
				var v [1]float64
				for i := range n {
					v[0] = f(r)
					writeFloats(c.Out[0], i, v[:], castOptions{})
				}
				return nil
			}}, nil
		},
	}
}

func drawUniform(c *CompileCtx) func(*rand.Rand) float64 {
	lo, hi := float64(c.Attrs().Float("low", 0)), float64(c.Attrs().Float("high", 1))
	return func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() }
}

func drawNormal(c *CompileCtx) func(*rand.Rand) float64 {
	mean, scale := float64(c.Attrs().Float("mean", 0)), float64(c.Attrs().Float("scale", 1))
	return func(r *rand.Rand) float64 { return mean + scale*r.NormFloat64() }
}

var (
	randomUniformOp     = sampleOp("RandomUniform", false, drawUniform)
	randomNormalOp      = sampleOp("RandomNormal", false, drawNormal)
	randomUniformLikeOp = sampleOp("RandomUniformLike", true, drawUniform)
	randomNormalLikeOp  = sampleOp("RandomNormalLike", true, drawNormal)
)

var bernoulliOp = Op{
	Name:             "Bernoulli",
	Nondeterministic: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		if !c.In[0].DType.IsFloat() {
			return c.Errorf("probabilities of type %v", c.In[0].DType)
		}
		dt, err := typeAttr(c, "dtype", c.In[0].DType)
		if err != nil {
			return err
		}
		if dt == tensor.String {
			return c.Errorf("element type %v is not supported", dt)
		}
		c.Set(0, dt, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		n := c.Out[0].Shape.Elems()
		return &Kernel{Name: "Bernoulli", Why: "one stream of random numbers", NewState: newGenerator(c), Run: func(c *Call, _, _ int) error {
			r := c.State.(*rand.Rand)
			var p [1]float64
			var v [1]int64
			for i := range n {
				readFloats(p[:], c.In[0], i)
				v[0] = int64(flag(r.Float64() < p[0]))
				writeInts(c.Out[0], i, v[:], castOptions{})
			}
			return nil
		}}, nil
	},
}

var multinomialOp = Op{
	Name:             "Multinomial",
	Nondeterministic: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s, n := c.In[0].Shape, c.Attrs().Int("sample_size", 1)
		if len(s) != 2 || s[1] == 0 || n < 1 || !c.In[0].DType.IsFloat() {
			return c.Errorf("%d samples of %v %v", n, c.In[0].DType, s)
		}
		dt, err := typeAttr(c, "dtype", tensor.S32)
		if err != nil {
			return err
		}
		if dt != tensor.S32 && dt != tensor.S64 {
			return c.Errorf("output of type %v is not supported", dt)
		}
		c.Set(0, dt, tensor.Shape{s[0], n})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		batch, classes, samples := c.In[0].Shape[0], c.In[0].Shape[1], c.Out[0].Shape[1]
		return &Kernel{Name: "Multinomial", Why: "one stream of random numbers", Scratch: 8 * classes, NewState: newGenerator(c), Run: func(c *Call, _, _ int) error {
			r := c.State.(*rand.Rand)
			sums := tensor.Cast[float64](c.Scratch[:8*classes])
			var v [1]int64
			for b := range batch {
				readFloats(sums, c.In[0], b*classes)
				top := math.Inf(-1)
				for _, x := range sums {
					top = max(top, x)
				}
				total := 0.0
				for i, x := range sums {
					total += math.Exp(x - top)
					sums[i] = total
				}
				for s := range samples {
					u := r.Float64() * total
					v[0] = 0
					for v[0] < int64(classes-1) && sums[v[0]] <= u {
						v[0]++
					}
					writeInts(c.Out[0], b*samples+s, v[:], castOptions{})
				}
			}
			return nil
		}}, nil
	},
}
