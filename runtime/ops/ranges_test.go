package ops

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// node makes a node of the newest opset with n outputs.
func node(op string, version, n int, attrs graph.Attrs) *graph.Node {
	nd := &graph.Node{Op: op, Name: "test", Version: version, Attrs: attrs}
	for range n {
		nd.Outputs = append(nd.Outputs, &graph.Value{})
	}
	return nd
}

// anyLayout gives a pitched layout for images, sometimes the linear one.
func anyLayout(r *rand.Rand, s tensor.Shape) tensor.Layout {
	if len(s) != 4 || s.Elems() == 0 || r.IntN(4) == 0 {
		return tensor.Layout{}
	}
	l := tensor.Layout{Top: r.IntN(3), Left: r.IntN(3), Bottom: r.IntN(3), Right: r.IntN(3)}
	l.RowPitch = l.Left + s[3] + l.Right + r.IntN(3)
	l.PlanePitch = (l.Top+s[2]+l.Bottom)*l.RowPitch + r.IntN(5)
	return l
}

// laidOut copies t into a layout whose gaps hold NaN.
func laidOut(t *tensor.Tensor, l tensor.Layout) *tensor.Tensor {
	if l == (tensor.Layout{}) {
		return t
	}
	p := &tensor.Tensor{DType: t.DType, Shape: t.Shape, Layout: l, Data: tensor.AlignedBytes(4 * l.Elems(t.Shape))}
	for i := range p.F32() {
		p.F32()[i] = float32(math.NaN())
	}
	tensor.CopyLayout(p, t)
	return p
}

// evalLayouts runs a node as the planner and executor would: data inputs of
// unknown value in random layouts, units in random order and ranges, scratch
// full of rubbish. consts says which inputs are known when compiling.
func evalLayouts(t *testing.T, r *rand.Rand, n *graph.Node, in []*tensor.Tensor, consts ...int) []*tensor.Tensor {
	t.Helper()
	n.Inputs = make([]*graph.Value, len(in))
	op := Lookup(n.Domain, n.Op)
	infos := make([]Info, len(in))
	c := &CompileCtx{Node: n, Kernels: kernels.For(kernels.Generic), Target: Target{Workers: 2}}
	call := &Call{Stop: func() error { return nil }}
	for i, x := range in {
		if x == nil {
			c.In, call.In = append(c.In, Operand{}), append(call.In, nil)
			continue
		}
		infos[i] = Info{Present: true, DType: x.DType, Shape: x.Shape}
		o := Operand{Present: true, DType: x.DType, Shape: x.Shape}
		if slices.Contains(consts, i) {
			infos[i].Const, o.Const = x, x
		} else if op.Pitched && x.DType == tensor.F32 {
			o.Layout = anyLayout(r, x.Shape)
			x = laidOut(x, o.Layout)
		}
		c.In, call.In = append(c.In, o), append(call.In, x)
	}
	out, err := InferNode(n, infos)
	if err != nil {
		t.Fatalf("%v of %v: infer: %v", n.Op, infos, err)
	}
	for _, o := range out {
		y := tensor.New(o.DType, o.Shape...)
		op2 := Operand{Present: true, DType: o.DType, Shape: o.Shape}
		if op.Pitched && o.DType == tensor.F32 {
			op2.Layout = anyLayout(r, o.Shape)
			y = laidOut(y, op2.Layout)
		}
		c.Out, call.Out = append(c.Out, op2), append(call.Out, y)
	}
	k, err := Compile(c)
	if err != nil {
		t.Fatalf("%v: compile: %v", n.Op, err)
	}
	if k.View {
		v := *call.In[0]
		v.Shape = out[0].Shape
		if !v.Linear() || !call.Out[0].Linear() {
			t.Fatalf("%v: view of a pitched value", n.Op)
		}
		return []*tensor.Tensor{v.Clone()}
	}
	call.Shared = tensor.AlignedBytes(k.Shared)
	if k.NewState != nil {
		if call.State, err = k.NewState(); err != nil {
			t.Fatal(err)
		}
	}
	for ; k != nil; k = k.Next {
		run := k.Run
		if k.Prepare != nil {
			if run, err = k.Prepare(); err != nil {
				t.Fatal(err)
			}
		}
		units := max(k.Units, 1)
		var ranges [][2]int
		for lo := 0; lo < units; {
			hi := min(units, lo+1+r.IntN(1+units/2))
			ranges = append(ranges, [2]int{lo, hi})
			lo = hi
		}
		r.Shuffle(len(ranges), func(i, j int) { ranges[i], ranges[j] = ranges[j], ranges[i] })
		for _, p := range ranges {
			call.Scratch = tensor.AlignedBytes(64 + k.Scratch)[:k.Scratch:k.Scratch]
			for i := range call.Scratch {
				call.Scratch[i] = 0xff
			}
			if err := run(call, p[0], p[1]); err != nil {
				t.Fatalf("%v: run: %v", n.Op, err)
			}
		}
	}
	res := make([]*tensor.Tensor, len(out))
	for i, y := range call.Out {
		res[i] = y.Clone()
	}
	return res
}

// movable are element types of every size.
var movable = []tensor.DType{tensor.F32, tensor.F64, tensor.BF16, tensor.U8, tensor.S32, tensor.String}

// numbered makes a tensor whose elements can be told apart.
func numbered(r *rand.Rand, dt tensor.DType, shape ...int) *tensor.Tensor {
	t := tensor.New(dt, shape...)
	for i := range t.Strings {
		t.Strings[i] = string(rune('A' + i))
	}
	if dt == tensor.F32 {
		for i := range t.F32() {
			t.F32()[i] = float32(i + 1)
		}
		return t
	}
	for i := range t.Data {
		t.Data[i] = byte(r.Uint32())
	}
	return t
}

func s64s(v ...int64) *tensor.Tensor { return tensor.Of(v, len(v)) }

func s64List(v []int) *tensor.Tensor {
	t := tensor.New(tensor.S64, len(v))
	for i, x := range v {
		t.S64()[i] = int64(x)
	}
	return t
}

// sameAt compares element i of a with element j of b, both linear.
func sameAt(a *tensor.Tensor, i int, b *tensor.Tensor, j int) bool {
	if a.DType == tensor.String {
		return a.Strings[i] == b.Strings[j]
	}
	n := a.DType.Size()
	return string(a.Data[i*n:i*n+n]) == string(b.Data[j*n:j*n+n])
}

// eachIndex calls f with every index of a shape, in row-major order.
func eachIndex(s tensor.Shape, f func(flat int, idx []int)) {
	idx := make([]int, len(s))
	for flat := range s.Elems() {
		f(flat, idx)
		for i := len(s) - 1; i >= 0; i-- {
			if idx[i]++; idx[i] < s[i] {
				break
			}
			idx[i] = 0
		}
	}
}

// flatIndex is the row-major position of an index.
func flatIndex(s tensor.Shape, idx []int) int {
	at := 0
	for i, d := range s {
		at = at*d + idx[i]
	}
	return at
}

func randomShape(r *rand.Rand, rank, most int) tensor.Shape {
	s := make(tensor.Shape, rank)
	for i := range s {
		s[i] = 1 + r.IntN(most)
	}
	return s
}

// checkPicked asserts that every element of out is the element of in that
// source names.
func checkPicked(t *testing.T, what string, out, in *tensor.Tensor, want tensor.Shape, source func(idx []int) []int) {
	t.Helper()
	if !out.Shape.Equal(want) {
		t.Fatalf("%s: shape %v, want %v", what, out.Shape, want)
	}
	eachIndex(want, func(flat int, idx []int) {
		from := source(idx)
		if !sameAt(out, flat, in, flatIndex(in.Shape, from)) {
			t.Fatalf("%s: %v %v: element %v is not input element %v", what, in.DType, in.Shape, idx, from)
		}
	})
}
