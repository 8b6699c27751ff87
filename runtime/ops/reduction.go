package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// combine merges n elements of src, from element s on, into those of dst from
// element d on. Both are linear and of one type.
type combine func(dst *tensor.Tensor, d int, src *tensor.Tensor, s, n int)

// combineFor gives the function of attribute reduction: none (the new element
// replaces the old one), add, mul, max or min. It is nil when the element type
// has no such function.
func combineFor(reduction string, dt tensor.DType) combine {
	if reduction == "none" {
		return copyRun
	}
	switch dt {
	case tensor.F32:
		return combineAs[float32](reduction)
	case tensor.F64:
		return combineAs[float64](reduction)
	case tensor.F16, tensor.BF16:
		return combineHalf(reduction)
	case tensor.S8, tensor.S4, tensor.S2:
		return combineAs[int8](reduction)
	case tensor.S16:
		return combineAs[int16](reduction)
	case tensor.S32:
		return combineAs[int32](reduction)
	case tensor.S64:
		return combineAs[int64](reduction)
	case tensor.U8, tensor.U4, tensor.U2:
		return combineAs[uint8](reduction)
	case tensor.U16:
		return combineAs[uint16](reduction)
	case tensor.U32:
		return combineAs[uint32](reduction)
	case tensor.U64:
		return combineAs[uint64](reduction)
	case tensor.Bool:
		switch reduction {
		case "add", "max":
			return combineAs[uint8]("max")
		case "mul", "min":
			return combineAs[uint8]("min")
		}
	}
	return nil
}

func merge[T tensor.Elem](reduction string) func(a, b T) T {
	switch reduction {
	case "add":
		return func(a, b T) T { return a + b }
	case "mul":
		return func(a, b T) T { return a * b }
	case "max":
		return func(a, b T) T { return max(a, b) }
	case "min":
		return func(a, b T) T { return min(a, b) }
	}
	return nil
}

func combineAs[T tensor.Elem](reduction string) combine {
	f := merge[T](reduction)
	if f == nil {
		return nil
	}
	return func(dst *tensor.Tensor, d int, src *tensor.Tensor, s, n int) {
		to, from := tensor.As[T](dst)[d:d+n], tensor.As[T](src)[s:s+n]
		for i, v := range from {
			to[i] = f(to[i], v)
		}
	}
}

func combineHalf(reduction string) combine {
	f := merge[float32](reduction)
	if f == nil {
		return nil
	}
	return func(dst *tensor.Tensor, d int, src *tensor.Tensor, s, n int) {
		dt := dst.DType
		to, from := tensor.As[uint16](dst)[d:d+n], tensor.As[uint16](src)[s:s+n]
		for i, v := range from {
			to[i] = tensor.F32ToHalf(dt, f(tensor.HalfToF32(dt, to[i]), tensor.HalfToF32(dt, v)))
		}
	}
}

// scatterKernel makes the kernel of operators that copy input 0 to output 0,
// in place when they can, and then change some elements one after the other.
func scatterKernel(c *CompileCtx, name string, change func(call *Call) error) *Kernel {
	n := c.Out[0].Shape.Elems()
	return &Kernel{
		Name: name, Why: "one update after the other, as indices may repeat", InPlace: []int{0},
		Units: (n + chunk - 1) / chunk,
		Run: func(call *Call, lo, hi int) error {
			if !sameBuffer(call.Out[0], call.In[0]) {
				copyRun(call.Out[0], lo*chunk, call.In[0], lo*chunk, min(hi*chunk, n)-lo*chunk)
			}
			return nil
		},
		Next: &Kernel{Units: 1, Run: func(call *Call, _, _ int) error { return change(call) }},
	}
}
