package ops

import (
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Constant gives the value of its one attribute: value (a tensor), value_float,
// value_floats, value_int, value_ints, value_string or value_strings.
var constantOp = Op{
	Name: "Constant",
	Half: true,
	Infer: func(c *InferCtx) error {
		v := constantValue(c.Attrs())
		if v == nil {
			return c.Errorf("no attribute holds a value")
		}
		if err := v.Check(); err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, v.DType, v.Shape)
		c.Out[0].Const = v.Dense()
		return nil
	},
	Compile: compileConst,
}

func constantValue(a graph.Attrs) *tensor.Tensor {
	for _, name := range []string{"value", "sparse_value"} {
		if t := a.Tensor(name); t != nil {
			return t
		}
	}
	switch {
	case a.Has("value_float"):
		return tensor.Of([]float32{a.Float("value_float", 0)})
	case a.Has("value_floats"):
		v := a.Floats("value_floats")
		return tensor.Of(v, len(v))
	case a.Has("value_int"):
		if v, ok := a["value_int"].(int64); ok {
			return tensor.Of([]int64{v})
		}
	case a.Has("value_ints"):
		v, _ := a["value_ints"].([]int64)
		return tensor.Of(v, len(v))
	case a.Has("value_string"):
		return &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{}, Strings: []string{a.String("value_string", "")}}
	case a.Has("value_strings"):
		v := a.Strings("value_strings")
		return &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{len(v)}, Strings: v}
	}
	return nil
}
