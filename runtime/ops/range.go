package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Range counts from start (input 0) by delta (input 2) while before limit
// (input 1); all scalars of one type: F32, F64, S16, S32, S64 or a half type.
var rangeOp = Op{
	Name: "Range",
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		for i := range 3 {
			if c.In[i].Shape.Elems() != 1 || c.In[i].DType != c.In[0].DType {
				return c.Errorf("input %d is not a scalar of type %v", i, c.In[0].DType)
			}
		}
		dt := c.In[0].DType
		n := 0
		if dt.IsInteger() {
			var v [3]int
			for i := range v {
				x, _, err := c.listArg("bound", i)
				if err != nil {
					return err
				}
				v[i] = x[0]
			}
			if v[2] == 0 {
				return c.Errorf("delta is 0")
			}
			count := math.Ceil((float64(v[1]) - float64(v[0])) / float64(v[2]))
			if count > maxElems {
				return c.Errorf("%d to %d by %d", v[0], v[1], v[2])
			}
			n = int(max(count, 0))
		} else {
			var v [3]float64
			for i := range v {
				x, err := c.Floats(i)
				if err != nil {
					return err
				}
				v[i] = x[0]
			}
			count := math.Ceil((v[1] - v[0]) / v[2])
			if !(count <= maxElems) {
				return c.Errorf("%g to %g by %g", v[0], v[1], v[2])
			}
			n = int(max(count, 0))
		}
		c.Set(0, dt, tensor.Shape{n})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		k := &Kernel{Name: "range"}
		switch dt := c.Out[0].DType; dt {
		case tensor.F32:
			k.Run = countF32
		case tensor.F64:
			k.Run = count[float64]
		case tensor.S16:
			k.Run = count[int16]
		case tensor.S32:
			k.Run = count[int32]
		case tensor.S64:
			k.Run = count[int64]
		default:
			return nil, c.Errorf("element type %v is not supported", dt)
		}
		return k, nil
	},
}

func count[T float64 | int16 | int32 | int64](c *Call, _, _ int) error {
	start, delta := tensor.As[T](c.In[0])[0], tensor.As[T](c.In[2])[0]
	out := tensor.As[T](c.Out[0])[:c.Out[0].Elems()]
	for i := range out {
		out[i] = start + T(i)*delta
	}
	return nil
}

// countF32 rounds once per element.
func countF32(c *Call, _, _ int) error {
	start, delta := float64(c.In[0].F32()[0]), float64(c.In[2].F32()[0])
	out := c.Out[0].F32()[:c.Out[0].Elems()]
	for i := range out {
		out[i] = float32(start + float64(i)*delta)
	}
	return nil
}
