package ops

// Cast and CastLike: the input's values in another element type, for every pair
// of types.
//
// Cast: input 0; attribute to. CastLike: inputs 0 and target_type, whose type is
// taken. Both: attributes saturate (1: values beyond a float8's range become
// its largest) and round_mode ("up", "down", "nearest": for F8E8M0).
//
// Floats become integers by truncation; what does not fit becomes the nearest
// limit, NaN 0. Integers become narrower ones by dropping high bits, and so do
// floats on the way to integers of 2 and 4 bits. Strings hold decimal literals.

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

var castOp = Op{
	Name: "Cast",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		to, err := typeAttr(c, "to", tensor.Invalid)
		if err != nil {
			return err
		}
		if to == tensor.Invalid {
			return c.Errorf("attribute to is missing")
		}
		c.Set(0, to, c.In[0].Shape)
		return nil
	},
	Compile: compileCast,
}

var castLikeOp = Op{
	Name: "CastLike",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		c.Set(0, c.In[1].DType, c.In[0].Shape)
		return nil
	},
	Compile: compileCast,
}

func compileCast(c *CompileCtx) (*Kernel, error) {
	from, to := c.In[0].DType, c.Out[0].DType
	opt := castOptions{saturate: c.Attrs().Bool("saturate", true)}
	switch m := c.Attrs().String("round_mode", "up"); m {
	case "up":
		opt.round = tensor.ScaleUp
	case "down":
		opt.round = tensor.ScaleDown
	case "nearest":
		opt.round = tensor.ScaleNearest
	default:
		return nil, c.Errorf("round_mode %q is none of up, down, nearest", m)
	}
	switch {
	case from == tensor.String || to == tensor.String:
		return castString(c, opt), nil
	case from == to:
		return viewKernel(), nil
	}
	if k := castDirect(c); k != nil {
		return k, nil
	}
	n := c.Out[0].Shape.Elems()
	name := from.String() + " to " + to.String()
	k := &Kernel{Name: name, Why: "elementwise", Units: (n + chunk - 1) / chunk, Scratch: 8 * castBlock}
	viaFloat := from.IsFloat() || from == tensor.U64 && to.IsFloat()
	k.Run = func(c *Call, lo, hi int) error {
		src, dst := c.In[0], c.Out[0]
		for i, end := lo*chunk, min(hi*chunk, n); i < end; i += castBlock {
			m := min(castBlock, end-i)
			if viaFloat {
				buf := tensor.Cast[float64](c.Scratch)[:m]
				readFloats(buf, src, i)
				writeFloats(dst, i, buf, opt)
			} else {
				buf := tensor.Cast[int64](c.Scratch)[:m]
				readInts(buf, src, i)
				writeInts(dst, i, buf, opt)
			}
		}
		return nil
	}
	return k, nil
}

// castBlock is how many elements pass through scratch at a time.
const castBlock = 256

// castOptions are the attributes of Cast.
type castOptions struct {
	saturate bool
	round    tensor.ScaleRound
}

// castDirect handles the pairs that models use most; nil for others.
func castDirect(c *CompileCtx) *Kernel {
	type pair [2]tensor.DType
	switch (pair{c.In[0].DType, c.Out[0].DType}) {
	case pair{tensor.U8, tensor.F32}, pair{tensor.Bool, tensor.F32}:
		return mapElems(c, "u8 to f32", func(v uint8) float32 { return float32(v) })
	case pair{tensor.S32, tensor.F32}:
		return mapElems(c, "s32 to f32", func(v int32) float32 { return float32(v) })
	case pair{tensor.S64, tensor.F32}:
		return mapElems(c, "s64 to f32", func(v int64) float32 { return float32(v) })
	case pair{tensor.S64, tensor.S32}:
		return mapElems(c, "s64 to s32", func(v int64) int32 { return int32(v) })
	case pair{tensor.S32, tensor.S64}:
		return mapElems(c, "s32 to s64", func(v int32) int64 { return int64(v) })
	case pair{tensor.F32, tensor.Bool}:
		return mapElems(c, "f32 to bool", func(v float32) uint8 { return flag(v != 0) })
	case pair{tensor.F16, tensor.F32}:
		return mapElems(c, "f16 to f32", func(v uint16) float32 { return tensor.HalfToF32(tensor.F16, v) })
	case pair{tensor.BF16, tensor.F32}:
		return mapElems(c, "bf16 to f32", func(v uint16) float32 { return tensor.HalfToF32(tensor.BF16, v) })
	case pair{tensor.F32, tensor.F16}:
		return mapElems(c, "f32 to f16", func(v float32) uint16 { return tensor.F32ToHalf(tensor.F16, v) })
	case pair{tensor.F32, tensor.BF16}:
		return mapElems(c, "f32 to bf16", func(v float32) uint16 { return tensor.F32ToHalf(tensor.BF16, v) })
	}
	return nil
}

// readFloats widens elements i.. of a float (or U64) tensor; exact but for U64.
func readFloats(dst []float64, t *tensor.Tensor, i int) {
	switch t.DType {
	case tensor.F32:
		widen(dst, tensor.As[float32](t)[i:])
	case tensor.F64:
		copy(dst, tensor.As[float64](t)[i:])
	case tensor.F16, tensor.BF16:
		for k, v := range tensor.As[uint16](t)[i : i+len(dst)] {
			dst[k] = float64(tensor.HalfToF32(t.DType, v))
		}
	case tensor.U64:
		widen(dst, tensor.As[uint64](t)[i:])
	default:
		for k, v := range tensor.As[uint8](t)[i : i+len(dst)] {
			dst[k] = float64(tensor.MinifloatToF32(t.DType, v))
		}
	}
}

// readInts widens elements i.. of an integer or Bool tensor.
func readInts(dst []int64, t *tensor.Tensor, i int) {
	switch t.DType {
	case tensor.S8, tensor.S4, tensor.S2:
		widen(dst, tensor.As[int8](t)[i:])
	case tensor.S16:
		widen(dst, tensor.As[int16](t)[i:])
	case tensor.S32:
		widen(dst, tensor.As[int32](t)[i:])
	case tensor.S64:
		copy(dst, tensor.As[int64](t)[i:])
	case tensor.U16:
		widen(dst, tensor.As[uint16](t)[i:])
	case tensor.U32:
		widen(dst, tensor.As[uint32](t)[i:])
	case tensor.U64:
		widen(dst, tensor.As[uint64](t)[i:])
	default:
		widen(dst, tensor.As[uint8](t)[i:])
	}
}

func widen[D, S number](dst []D, src []S) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = D(v)
	}
}

// writeFloats converts src into elements i.. of t.
func writeFloats(t *tensor.Tensor, i int, src []float64, opt castOptions) {
	switch t.DType {
	case tensor.F32:
		widen(tensor.As[float32](t)[i:i+len(src)], src)
	case tensor.F64:
		copy(tensor.As[float64](t)[i:], src)
	case tensor.F16, tensor.BF16:
		dst := tensor.As[uint16](t)[i:]
		for k, v := range src {
			dst[k] = tensor.F64ToHalf(t.DType, v)
		}
	case tensor.S8:
		truncate(tensor.As[int8](t)[i:], src)
	case tensor.S16:
		truncate(tensor.As[int16](t)[i:], src)
	case tensor.S32:
		truncate(tensor.As[int32](t)[i:], src)
	case tensor.S64:
		truncate(tensor.As[int64](t)[i:], src)
	case tensor.U8:
		truncate(tensor.As[uint8](t)[i:], src)
	case tensor.U16:
		truncate(tensor.As[uint16](t)[i:], src)
	case tensor.U32:
		truncate(tensor.As[uint32](t)[i:], src)
	case tensor.U64:
		truncate(tensor.As[uint64](t)[i:], src)
	case tensor.S4, tensor.U4, tensor.S2, tensor.U2:
		dst := tensor.As[uint8](t)[i:]
		for k, v := range src {
			dst[k] = wrapSmall(t.DType, floatToInt[int64](v))
		}
	case tensor.Bool:
		dst := tensor.As[uint8](t)[i:]
		for k, v := range src {
			dst[k] = flag(v != 0)
		}
	case tensor.F8E8M0:
		dst := tensor.As[uint8](t)[i:]
		for k, v := range src {
			dst[k] = tensor.F64ToScale(v, opt.round, opt.saturate)
		}
	default:
		dst := tensor.As[uint8](t)[i:]
		for k, v := range src {
			dst[k] = tensor.F64ToMinifloat(t.DType, v, opt.saturate)
		}
	}
}

// writeInts converts src into elements i.. of t, dropping high bits.
func writeInts(t *tensor.Tensor, i int, src []int64, opt castOptions) {
	switch t.DType {
	case tensor.F32:
		widen(tensor.As[float32](t)[i:i+len(src)], src)
	case tensor.F64:
		widen(tensor.As[float64](t)[i:i+len(src)], src)
	case tensor.S8, tensor.U8:
		widen(tensor.As[uint8](t)[i:i+len(src)], src)
	case tensor.S16, tensor.U16:
		widen(tensor.As[uint16](t)[i:i+len(src)], src)
	case tensor.S32, tensor.U32:
		widen(tensor.As[uint32](t)[i:i+len(src)], src)
	case tensor.S64, tensor.U64:
		copy(tensor.As[int64](t)[i:], src)
	case tensor.S4, tensor.U4, tensor.S2, tensor.U2:
		dst := tensor.As[uint8](t)[i:]
		for k, v := range src {
			dst[k] = wrapSmall(t.DType, v)
		}
	case tensor.Bool:
		dst := tensor.As[uint8](t)[i:]
		for k, v := range src {
			dst[k] = flag(v != 0)
		}
	default: // the float types narrower than F32
		for k, v := range src {
			f := [1]float64{float64(v)}
			writeFloats(t, i+k, f[:], opt)
		}
	}
}

// wrapSmall keeps the low bits of v, as the type's byte.
func wrapSmall(dt tensor.DType, v int64) uint8 {
	switch dt {
	case tensor.S4:
		return uint8(int8(v<<4) >> 4)
	case tensor.U4:
		return uint8(v & 15)
	case tensor.S2:
		return uint8(int8(v<<6) >> 6)
	}
	return uint8(v & 3)
}

func truncate[D integer](dst []D, src []float64) {
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = floatToInt[D](v)
	}
}

// floatToInt truncates towards zero, within the limits of D; NaN gives 0. The
// result is the same on every machine.
func floatToInt[D integer](v float64) D {
	var z D
	ones := ^z
	switch {
	case v != v:
		return 0
	case ones > 0: // unsigned
		if v <= 0 {
			return 0
		}
		if v >= float64(ones) {
			return ones
		}
		// Through signed halves: not every CPU converts to unsigned.
		if v >= math.MaxInt64 {
			return D(uint64(int64(v-(1<<63))) + 1<<63)
		}
		return D(int64(v))
	}
	lo := ones << (8*sizeOf[D]() - 1)
	if v <= float64(lo) {
		return lo
	}
	if v >= float64(^lo) {
		return ^lo
	}
	return D(int64(v))
}
