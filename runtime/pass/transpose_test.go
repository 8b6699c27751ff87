package pass

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func (b *builder) transpose(x *graph.Value, perm ...int) *graph.Value {
	return b.node("Transpose", graph.Attrs{"perm": int64List(perm)}, x)
}

// convNHWC is a convolution as formats with channels last are imported.
func (b *builder) convNHWC(x *graph.Value, in, out int) *graph.Value {
	y := b.node("Conv", graph.Attrs{"pads": []int64{1, 1, 1, 1}}, b.transpose(x, 0, 3, 1, 2), b.weights(out, in, 3, 3))
	return b.transpose(y, 0, 2, 3, 1)
}

func TestEliminateTransposes(t *testing.T) {
	ends := only{"Conv": 2, "Transpose": 2}
	t.Run("between layers", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.convNHWC(b.convNHWC(b.input(1, 5, 6, 3), 3, 4), 4, 2))
		b.check(t, EliminateTransposes, ends)
	})
	between := map[string]func(b *builder, x *graph.Value) *graph.Value{ // x is 1 x 5 x 6 x 4
		"Relu": func(b *builder, x *graph.Value) *graph.Value { return b.node("Relu", nil, x) },
		"Add":  func(b *builder, x *graph.Value) *graph.Value { return b.node("Add", nil, x, b.weights(4)) },
		"Mul":  func(b *builder, x *graph.Value) *graph.Value { return b.node("Mul", nil, b.weights(5, 1, 4), x) },
		"Pad": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Pad", nil, x, b.list(0, 1, 2, 0, 0, 3, 1, 0))
		},
		"Slice": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Slice", nil, x, b.list(1, 2), b.list(4, 6), b.list(1, -2))
		},
		"Concat": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Concat", graph.Attrs{"axis": int64(2)}, x, b.weights(1, 5, 2, 4))
		},
		"Softmax": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Softmax", graph.Attrs{"axis": int64(-1)}, x)
		},
		"ReduceMean": func(b *builder, x *graph.Value) *graph.Value { return b.node("ReduceMean", nil, x, b.list(1, 2)) },
		"Resize": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Resize", graph.Attrs{"mode": "linear"}, x, nil, nil, b.list(1, 10, 9, 4))
		},
		"Resize along axes": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Resize", graph.Attrs{"mode": "linear", "axes": []int64{1, 2}}, x, nil, nil, b.list(7, 9))
		},
		"Tile":   func(b *builder, x *graph.Value) *graph.Value { return b.node("Tile", nil, x, b.list(1, 2, 1, 1)) },
		"Expand": func(b *builder, x *graph.Value) *graph.Value { return b.node("Expand", nil, x, b.list(2, 1, 1, 1)) },
		"Gather": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Gather", graph.Attrs{"axis": int64(1)}, x, b.list(0, 3))
		},
		"CumSum": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("CumSum", nil, x, constValue("axis", tensor.Of([]int64{2})))
		},
		"Clip": func(b *builder, x *graph.Value) *graph.Value { return b.node("Clip", nil, x, b.scalar(0), b.scalar(1)) },
		"views": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Unsqueeze", nil, b.node("Squeeze", nil, x, b.list(0)), b.list(0))
		},
	}
	for name, f := range between {
		t.Run("through "+name, func(t *testing.T) {
			b := newBuilder()
			y := f(b, b.convNHWC(b.input(1, 5, 6, 3), 3, 4))
			made := len(b.g.Nodes) - 3
			b.outputs(b.convNHWC(y, 4, 2))
			if err := Infer(b.g); err != nil {
				t.Fatal(err)
			}
			in := feed(b.g, 3)
			before := eval(t, b.g, in)
			if _, err := EliminateTransposes(b.g); err != nil {
				t.Fatal(err)
			}
			if err := Infer(b.g); err != nil {
				t.Fatalf("%v\n%v", err, b.g)
			}
			if _, err := FoldConstants(b.g); err != nil { // constants in another order
				t.Fatal(err)
			}
			c := counts(b.g)
			if name == "ReduceMean" { // nothing is moved behind it
				c["Transpose"] += c["Reshape"]
			}
			if c["Transpose"] != 2 || c["Conv"] != 2 || len(b.g.Nodes) != 4+made {
				t.Errorf("operators %v\n%v", c, b.g)
			}
			same(t, eval(t, b.g, in), before, 1e-5)
		})
	}
	t.Run("residual", func(t *testing.T) {
		b := newBuilder()
		x := b.convNHWC(b.input(1, 5, 6, 3), 3, 4)
		y := b.convNHWC(x, 4, 4)
		b.outputs(b.convNHWC(b.node("Add", nil, x, y), 4, 2))
		b.check(t, EliminateTransposes, only{"Add": 1, "Conv": 3, "Transpose": 2})
	})
	t.Run("cancel and compose", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 4)
		b.outputs(b.transpose(b.transpose(x, 1, 2, 0), 2, 0, 1), b.transpose(b.transpose(x, 1, 2, 0), 1, 2, 0))
		b.check(t, EliminateTransposes, only{"Transpose": 1})
	})
}

// TestTransposesRandom compares random graphs of operators that work in any
// order before and after.
func TestTransposesRandom(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			b := newBuilder()
			rnd := rand.New(rand.NewPCG(seed, 9))
			b.rnd = rnd
			pool := []*graph.Value{b.input(1, 2, 3, 4), b.input(2, 1, 3)}
			for range 4 + rnd.IntN(14) {
				if err := Infer(b.g); err != nil {
					t.Fatalf("%v\n%v", err, b.g)
				}
				x := pool[rnd.IntN(len(pool))]
				s := shapeOf(x)
				if s == nil {
					s, _ = x.Type.Shape()
				}
				r := len(s)
				pool = append(pool, b.randomNode(x, s, r, pool))
			}
			b.outputs(pool[len(pool)-1], pool[len(pool)-2], pool[2+rnd.IntN(len(pool)-2)])
			if err := b.g.Validate(); err != nil {
				t.Fatal(err)
			}
			if err := Infer(b.g); err != nil {
				t.Fatal(err)
			}
			in := feed(b.g, seed)
			before := eval(t, b.g, in)
			text, was := b.g.String(), counts(b.g)["Transpose"]
			if _, err := Optimize(b.g); err != nil {
				t.Fatalf("%v\n%s\n%v", err, text, b.g)
			}
			same(t, eval(t, b.g, in), before, 1e-5)
			if now := counts(b.g)["Transpose"]; now > was {
				t.Errorf("%d transposes become %d", was, now)
			}
			if t.Failed() {
				t.Logf("\n%s\n%v", text, b.g)
			}
		})
	}
}

// randomNode adds a node that reads x, of shape s and rank r.
func (b *builder) randomNode(x *graph.Value, s tensor.Shape, r int, pool []*graph.Value) *graph.Value {
	rnd := b.rnd
	if r == 0 || rnd.IntN(3) == 0 {
		return b.transpose(x, rnd.Perm(r)...)
	}
	axis := rnd.IntN(r)
	switch rnd.IntN(13) {
	case 0:
		for _, y := range pool {
			if o, _ := y.Type.Shape(); y != x {
				if z, err := tensor.Broadcast(s, o); err == nil && z.Elems() < 1<<12 {
					return b.node("Add", nil, x, y)
				}
			}
		}
		return b.node("Tanh", nil, x)
	case 1:
		c := make([]int, 1+rnd.IntN(r))
		for i := range c {
			if c[i] = 1; rnd.IntN(2) == 0 {
				c[i] = s[r-len(c)+i]
			}
		}
		return b.node("Mul", nil, x, b.weights(c...))
	case 2:
		return b.node("Softmax", graph.Attrs{"axis": int64(axis)}, x)
	case 3:
		if s.Elems() > 1<<11 {
			return b.node("Tanh", nil, x)
		}
		return b.node("Concat", graph.Attrs{"axis": int64(axis - r)}, x, x)
	case 4:
		return b.node("ReduceMean", graph.Attrs{"keepdims": int64(rnd.IntN(2))}, x, b.list(int64(axis)))
	case 5:
		if s[axis] < 2 {
			return b.node("Relu", nil, x)
		}
		return b.node("Slice", nil, x, b.list(1), b.list(1<<40), b.list(int64(axis)))
	case 6:
		return b.node("Unsqueeze", nil, x, b.list(int64(axis)))
	case 7:
		if s[axis] != 1 {
			return b.node("Relu", nil, x)
		}
		return b.node("Squeeze", nil, x, b.list(int64(axis)))
	case 8:
		y := b.node("ArgMax", graph.Attrs{"axis": int64(axis), "keepdims": int64(0)}, x)
		return b.node("Cast", graph.Attrs{"to": int64(1)}, y)
	case 9:
		if s.Elems() > 1<<11 {
			return b.node("Tanh", nil, x)
		}
		pads := make([]int64, 2*r)
		pads[axis], pads[r+axis] = 1, 2
		return b.node("Pad", nil, x, b.list(pads...))
	case 10:
		return b.node("Gather", graph.Attrs{"axis": int64(axis)}, x, constValue("i", tensor.Of([]int64{0})))
	case 11:
		return b.node("Reshape", nil, x, b.list(int64(s.Elems()))) // flat
	default:
		return b.node("Sigmoid", nil, x)
	}
}

func TestAbsorbTransposes(t *testing.T) {
	t.Run("gemm", func(t *testing.T) {
		b := newBuilder()
		x := b.transpose(b.input(2, 3, 4, 5), 0, 2, 3, 1)
		b.outputs(b.node("Gemm", graph.Attrs{"transB": int64(1)}, b.node("Flatten", nil, x), b.weights(7, 60), b.weights(7)))
		b.check(t, AbsorbTransposes, only{"Gemm": 1, "Reshape": 1, "Transpose": 1})
	})
	t.Run("all passes", func(t *testing.T) {
		b := newBuilder()
		x := b.transpose(b.input(2, 3, 4, 5), 0, 2, 3, 1)
		b.outputs(b.node("MatMul", nil, b.node("Reshape", nil, x, b.list(2, 60)), b.weights(60, 7)))
		b.check(t, nil, only{"MatMul": 1, "Reshape": 1})
	})
	t.Run("sparse", func(t *testing.T) {
		for along, shape := range [][]int{{60, 7}, {7, 60}} {
			b := newBuilder()
			w := b.weights(shape...)
			for i := range w.Const.F32() {
				if i%4 != 0 {
					w.Const.F32()[i] = 0
				}
			}
			csr, err := tensor.NewCSR(w.Const)
			if err != nil {
				t.Fatal(err)
			}
			w.Const.Data, w.Const.Sparse = nil, csr
			x := b.transpose(b.input(2, 3, 4, 5), 0, 3, 2, 1)
			b.outputs(b.node("Gemm", graph.Attrs{"transB": int64(along)}, b.node("Flatten", nil, x), w))
			b.check(t, nil, only{"Gemm": 1, "Reshape": 1})
			for _, n := range b.g.Nodes {
				if n.Op == "Gemm" && n.In(1).Const.Sparse == nil {
					t.Error("sparse weights became dense")
				}
			}
		}
	})
	t.Run("rows are mixed", func(t *testing.T) {
		b := newBuilder()
		x := b.transpose(b.input(2, 3, 4), 1, 0, 2)
		b.outputs(b.node("MatMul", nil, b.node("Reshape", nil, x, b.list(3, 8)), b.weights(8, 7)))
		b.check(t, AbsorbTransposes, only{"MatMul": 1, "Reshape": 1, "Transpose": 1})
	})
}
