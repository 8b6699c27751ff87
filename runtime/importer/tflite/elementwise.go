package tflite

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// dtype is the element type of input i. Constants stored as float16 or
// quantised are F32 by now.
func (l *lowering) dtype(i int) (tensor.DType, error) {
	if v := l.in(i); v.Const != nil {
		return v.Const.DType, nil
	}
	return elemType(l.m.tensors[l.op.in[i]].typ)
}

func unary(op string) func(*lowering) error {
	return func(l *lowering) error { return l.set(0, l.main(op, nil, l.in(0))) }
}

// clipped is y = min(max(x, lo), hi).
func clipped(lo, hi float64) func(*lowering) error {
	return func(l *lowering) error {
		v, err := l.clip(l.in(0), lo, hi)
		if err != nil {
			return err
		}
		return l.set(0, v)
	}
}

// plainBinary is an operator of two operands that broadcast.
func plainBinary(op string) func(*lowering) error {
	return func(l *lowering) error { return l.set(0, l.main(op, nil, l.in(0), l.in(1))) }
}

// binaryOp is plainBinary with a fused activation.
func binaryOp(op string) func(*lowering) error {
	return func(l *lowering) error {
		v, err := l.activate(l.main(op, nil, l.in(0), l.in(1)), l.op.options.u8(0, 0))
		if err != nil {
			return err
		}
		return l.set(0, v)
	}
}

func (l *lowering) leakyRelu() error {
	return l.set(0, l.main("LeakyRelu", graph.Attrs{"alpha": l.op.options.f32(0, 0)}, l.in(0)))
}

func (l *lowering) prelu() error { return l.set(0, l.main("PRelu", nil, l.in(0), l.in(1))) }

func (l *lowering) gelu() error {
	kind := "none"
	if l.op.options.flag(0) {
		kind = "tanh"
	}
	return l.set(0, l.main("Gelu", graph.Attrs{"approximate": kind}, l.in(0)))
}

func (l *lowering) softmax() error {
	x := l.in(0)
	if beta := l.op.options.f32(0, 0); beta != 1 {
		b, err := l.scalar(tensor.F32, float64(beta))
		if err != nil {
			return err
		}
		x = l.node("Mul", nil, x, b)
	}
	return l.set(0, l.main("Softmax", graph.Attrs{"axis": int64(-1)}, x))
}

func (l *lowering) logSoftmax() error {
	return l.set(0, l.main("LogSoftmax", graph.Attrs{"axis": int64(-1)}, l.in(0)))
}

func (l *lowering) rsqrt() error {
	return l.set(0, l.main("Reciprocal", nil, l.node("Sqrt", nil, l.in(0))))
}

func (l *lowering) square() error { return l.set(0, l.main("Mul", nil, l.in(0), l.in(0))) }

func (l *lowering) squaredDifference() error {
	d := l.node("Sub", nil, l.in(0), l.in(1))
	return l.set(0, l.main("Mul", nil, d, d))
}

// floorDiv rounds the quotient down; integers go through float64, which holds
// every 32-bit quotient.
func (l *lowering) floorDiv() error {
	dt, err := l.dtype(0)
	if err != nil {
		return err
	}
	if dt.IsFloat() {
		return l.set(0, l.main("Floor", nil, l.node("Div", nil, l.in(0), l.in(1))))
	}
	if dt != tensor.S32 {
		return fmt.Errorf("elements of type %v are not supported", dt)
	}
	q := l.node("Div", nil, l.cast(l.in(0), tensor.F64), l.cast(l.in(1), tensor.F64))
	return l.set(0, l.cast(l.main("Floor", nil, q), tensor.S32))
}

// floorMod is x - y*floor(x/y), whose sign is that of y.
func (l *lowering) floorMod() error {
	dt, err := l.dtype(0)
	if err != nil {
		return err
	}
	if !dt.IsFloat() {
		return l.set(0, l.main("Mod", nil, l.in(0), l.in(1)))
	}
	q := l.node("Floor", nil, l.node("Div", nil, l.in(0), l.in(1)))
	return l.set(0, l.main("Sub", nil, l.in(0), l.node("Mul", nil, q, l.in(1))))
}

func (l *lowering) addN() error {
	var in []*graph.Value
	for i := range l.op.in {
		in = append(in, l.in(i))
	}
	return l.set(0, l.main("Sum", nil, in...))
}

func (l *lowering) notEqual() error {
	return l.set(0, l.main("Not", nil, l.node("Equal", nil, l.in(0), l.in(1))))
}

// selectWhere picks from x or y. A condition of rank 1 over values of higher
// rank chooses whole rows.
func (l *lowering) selectWhere() error {
	c := l.in(0)
	if r := l.rank(1); l.op.code == 64 && l.rank(0) == 1 && r > 1 {
		d := []int{-1}
		for range r - 1 {
			d = append(d, 1)
		}
		c = l.reshape(c, d...)
	}
	return l.set(0, l.main("Where", nil, c, l.in(1), l.in(2)))
}

func (l *lowering) castTo() error {
	dt, err := elemType(l.m.tensors[l.op.out[0]].typ)
	if err != nil {
		return err
	}
	return l.set(0, l.cast(l.in(0), dt))
}

func (l *lowering) zerosLike() error {
	dt, err := l.dtype(0)
	if err != nil {
		return err
	}
	return l.set(0, l.filled(l.node("Shape", nil, l.in(0)), dt))
}

// filled makes zeros of a shape given as a value.
func (l *lowering) filled(shape *graph.Value, dt tensor.DType) *graph.Value {
	return l.node("ConstantOfShape", graph.Attrs{"value": tensor.New(dt, 1)}, shape)
}

// dequantize has nothing left to do for constants, which are decoded when they
// are read; half-precision values are widened.
func (l *lowering) dequantize() error {
	if l.in(0).Const != nil {
		return l.set(0, l.in(0))
	}
	dt, err := l.dtype(0)
	if err != nil {
		return err
	}
	if dt != tensor.F16 {
		return fmt.Errorf("the input is a computed %v; only constants and f16 are supported", dt)
	}
	return l.set(0, l.cast(l.in(0), tensor.F32))
}

// densify hands its constant on as it is: sparse.
func (l *lowering) densify() error {
	if l.in(0).Const == nil {
		return fmt.Errorf("the input is not a constant")
	}
	return l.set(0, l.in(0))
}

// localResponseNorm: ONNX divides alpha by the window's size, TFLite does not.
func (l *lowering) localResponseNorm() error {
	o := l.op.options
	r := o.i32(0, 0)
	if r < 0 || r > math.MaxInt16 {
		return fmt.Errorf("radius %d", r)
	}
	size := 2*r + 1
	x, err := l.toNCHW(l.in(0))
	if err != nil {
		return err
	}
	y, err := l.toNHWC(l.main("LRN", graph.Attrs{
		"size": int64(size), "bias": o.f32(1, 0), "alpha": o.f32(2, 0) * float32(size), "beta": o.f32(3, 0),
	}, x))
	if err != nil {
		return err
	}
	return l.set(0, y)
}

// l2Normalization divides by the Euclidean norm along the last dimension.
func (l *lowering) l2Normalization() error {
	x := l.in(0)
	sum := l.node("ReduceSum", graph.Attrs{"keepdims": int64(1)}, l.node("Mul", nil, x, x), l.list(-1))
	least, err := l.scalar(tensor.F32, 1e-6)
	if err != nil {
		return err
	}
	norm := l.node("Max", nil, l.node("Sqrt", nil, sum), least)
	v, err := l.activate(l.main("Div", nil, x, norm), l.op.options.u8(0, 0))
	if err != nil {
		return err
	}
	return l.set(0, v)
}
