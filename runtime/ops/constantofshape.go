package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// ConstantOfShape fills a tensor of the shape in input 0 (S64) with the one
// element of attribute value, by default an F32 zero.
var constantOfShapeOp = Op{
	Name: "ConstantOfShape",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		v, err := fillValue(c)
		if err != nil {
			return err
		}
		shape, _, err := c.listArg("shape", 0)
		if err != nil {
			return err
		}
		if _, err := tensor.Shape(shape).CheckedElems(); err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, v.DType, shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		v, err := fillValue(c.inferView())
		if err != nil {
			return nil, err
		}
		n := c.Out[0].Shape.Elems()
		return &Kernel{Name: "fill", Units: (n + chunk - 1) / chunk, Run: func(c *Call, lo, hi int) error {
			fill(c.Out[0], v, lo*chunk, min(hi*chunk, n))
			return nil
		}}, nil
	},
}

func fillValue(c *InferCtx) (*tensor.Tensor, error) {
	v := c.Attrs().Tensor("value")
	if v == nil {
		return tensor.New(tensor.F32, 1), nil
	}
	if v = v.Dense(); v.Elems() != 1 {
		return nil, c.Errorf("value has %d elements", v.Elems())
	}
	return v, nil
}

// fill sets elements lo..hi-1 of a linear tensor to the element of v.
func fill(t, v *tensor.Tensor, lo, hi int) {
	switch v.DType.Size() {
	case 1:
		fillRun(tensor.As[uint8](t)[lo:hi], tensor.As[uint8](v)[0])
	case 2:
		fillRun(tensor.As[uint16](t)[lo:hi], tensor.As[uint16](v)[0])
	case 4:
		fillRun(tensor.As[uint32](t)[lo:hi], tensor.As[uint32](v)[0])
	case 8:
		fillRun(tensor.As[uint64](t)[lo:hi], tensor.As[uint64](v)[0])
	default:
		fillRun(t.Strings[lo:hi], v.Strings[0])
	}
}

func fillRun[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}
