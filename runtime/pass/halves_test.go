package pass

import (
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// halves is a constant of random F16 or BF16 values.
func (b *builder) halves(dt tensor.DType, shape ...int) *graph.Value {
	w := b.weights(shape...)
	t := tensor.New(dt, shape...)
	for i, x := range w.Const.F32() {
		tensor.As[uint16](t)[i] = tensor.F32ToHalf(dt, x/4)
	}
	return constValue(w.Name, t)
}

// checkHalf is check for graphs whose results differ by the rounding that is
// left out.
func (b *builder) checkHalf(t *testing.T, run func(*graph.Graph) error, want only) {
	t.Helper()
	if err := b.g.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Infer(b.g); err != nil {
		t.Fatal(err)
	}
	in := feed(b.g, 7)
	before := eval(t, b.g, in)
	if err := run(b.g); err != nil {
		t.Fatal(err)
	}
	if err := b.g.Validate(); err != nil {
		t.Fatalf("%v\n%v", err, b.g)
	}
	if err := Infer(b.g); err != nil {
		t.Fatalf("%v\n%v", err, b.g)
	}
	if got := counts(b.g); !sameCounts(got, want) {
		t.Errorf("operators %v, want %v\n%v", got, want, b.g)
	}
	same(t, eval(t, b.g, in), before, 0.03)
}

func sameCounts(a, b only) bool {
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return len(a) == len(b)
}

func TestWidenHalves(t *testing.T) {
	widen := func(g *graph.Graph) error { _, err := WidenHalves(g); return err }
	all := func(g *graph.Graph) error {
		if _, err := Optimize(g); err != nil {
			return err
		}
		done, err := Optimize(g)
		if len(done) > 0 {
			t.Errorf("a second time changes %v", done)
		}
		return err
	}
	for _, dt := range []tensor.DType{tensor.F16, tensor.BF16} {
		t.Run(dt.String(), func(t *testing.T) {
			b := newBuilder()
			x := b.inputOf(dt, 1, 3, 6, 6)
			y := b.node("Conv", graph.Attrs{"pads": []int64{1, 1, 1, 1}}, x, b.halves(dt, 4, 3, 3, 3), b.halves(dt, 4))
			y = b.node("Relu", nil, y)
			y = b.node("Reshape", nil, y, b.list(2, -1))
			y = b.node("Concat", graph.Attrs{"axis": int64(1)}, y, b.halves(dt, 2, 3))
			b.outputs(b.node("Softmax", nil, y))
			b.checkHalf(t, all, only{"Cast": 2, "Conv": 1, "Reshape": 1, "Concat": 1, "Softmax": 1})
		})
	}
	t.Run("casts between operators", func(t *testing.T) {
		b := newBuilder()
		cast := func(x *graph.Value, to int64) *graph.Value { return b.node("Cast", graph.Attrs{"to": to}, x) }
		y := b.node("Exp", nil, cast(b.node("Sigmoid", nil, cast(b.input(2, 3), 10)), 1))
		b.outputs(y)
		b.checkHalf(t, widen, only{"Exp": 1, "Sigmoid": 1})
	})
	t.Run("movement alone stays half", func(t *testing.T) {
		b := newBuilder()
		x := b.node("Gather", nil, b.halves(tensor.F16, 10, 4), b.inputOf(tensor.S64, 3))
		b.outputs(b.node("MatMul", nil, x, b.halves(tensor.F16, 4, 2)))
		b.checkHalf(t, widen, only{"Gather": 1, "MatMul": 1, "Cast": 2})
		if !b.g.Nodes[0].In(0).Const.DType.IsHalf() {
			t.Error("the table was widened")
		}
	})
	t.Run("values that are outputs too", func(t *testing.T) {
		b := newBuilder()
		x := b.node("Tanh", nil, b.inputOf(tensor.F16, 5))
		b.outputs(x, b.node("Exp", nil, x), b.node("Greater", nil, x, b.halves(tensor.F16, 1)))
		b.checkHalf(t, widen, only{"Tanh": 1, "Exp": 1, "Greater": 1, "Cast": 3})
	})
	t.Run("sparse", func(t *testing.T) {
		b := newBuilder()
		w := b.halves(tensor.F16, 4, 8)
		for i := range tensor.As[uint16](w.Const) {
			if i%3 > 0 {
				tensor.As[uint16](w.Const)[i] = 0
			}
		}
		csr, err := tensor.NewCSR(w.Const)
		if err != nil {
			t.Fatal(err)
		}
		w.Const.Data, w.Const.Sparse = nil, csr
		b.outputs(b.node("Gemm", graph.Attrs{"transB": int64(1)}, b.inputOf(tensor.F16, 2, 8), w))
		b.checkHalf(t, all, only{"Cast": 2, "Gemm": 1})
		for _, n := range b.g.Nodes {
			if n.Op == "Gemm" && n.In(1).Const.Sparse == nil {
				t.Error("sparse weights became dense")
			}
		}
	})
	t.Run("told to make halves", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("EyeLike", graph.Attrs{"dtype": int64(10)}, b.input(3, 4)))
		b.checkHalf(t, widen, only{"EyeLike": 1})
	})
}
