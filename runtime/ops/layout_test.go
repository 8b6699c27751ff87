package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// poison marks memory an operator must not take for data.
var poison = float32(math.NaN())

// pitched copies a linear F32 tensor into a layout: halo zero, gaps poisoned.
func pitched(x *tensor.Tensor, l tensor.Layout) *tensor.Tensor {
	y := &tensor.Tensor{DType: x.DType, Shape: x.Shape, Layout: l, Data: tensor.AlignedBytes(4 * l.Elems(x.Shape))}
	for i := range y.F32() {
		y.F32()[i] = poison
	}
	clearHalo(y)
	tensor.CopyLayout(y, x)
	return y
}

// clearHalo zeroes what the executor zeroes once a step is done.
func clearHalo(t *tensor.Tensor) {
	if t.Linear() {
		return
	}
	p, h, w := t.Shape.Planes()
	l := t.Layout
	d := t.F32()
	for i := range p {
		for y := -l.Top; y < h+l.Bottom; y++ {
			for x := -l.Left; x < w+l.Right; x++ {
				if y < 0 || y >= h || x < 0 || x >= w {
					d[i*l.PlanePitch+l.Origin()+y*l.RowPitch+x] = 0
				}
			}
		}
	}
}

// randomLayout gives a layout for s, linear one time in three.
func randomLayout(r *rand.Rand, s tensor.Shape) tensor.Layout {
	if len(s) < 3 || r.IntN(3) == 0 {
		return tensor.Layout{}
	}
	_, h, w := s.Planes()
	l := tensor.Layout{}
	if r.IntN(2) == 0 {
		l.Top, l.Left, l.Bottom, l.Right = r.IntN(4), r.IntN(4), r.IntN(4), r.IntN(4)
	}
	l.RowPitch = l.Left + w + l.Right + r.IntN(2)*r.IntN(4)
	l.PlanePitch = (l.Top+h+l.Bottom)*l.RowPitch + r.IntN(2)*r.IntN(9)
	return l
}

func randomF32(r *rand.Rand, shape ...int) *tensor.Tensor {
	t := tensor.New(tensor.F32, shape...)
	for i := range t.F32() {
		t.F32()[i] = r.Float32()*2 - 1
	}
	return t
}

// runPlanned compiles a node the way a planner does, with the layouts of in
// and the one asked for output 0, and runs it in ranges. constant says which
// inputs are known when compiling.
func runPlanned(r *rand.Rand, n *graph.Node, in []*tensor.Tensor, constant func(i int) bool, out0 tensor.Layout, table *kernels.Table, target Target) ([]*tensor.Tensor, *Kernel, error) {
	for len(n.Outputs) == 0 {
		n.Outputs = append(n.Outputs, &graph.Value{Name: "y"})
	}
	infos := make([]Info, len(in))
	for i, t := range in {
		if t != nil {
			infos[i] = Info{Present: true, DType: t.DType, Shape: t.Shape}
			if constant(i) {
				infos[i].Const = t
			}
		}
	}
	out, err := InferNode(n, infos)
	if err != nil {
		return nil, nil, err
	}
	c := &CompileCtx{Node: n, In: make([]Operand, len(in)), Out: make([]Operand, len(out)), Kernels: table, Target: target}
	call := &Call{In: in, Out: make([]*tensor.Tensor, len(out)), Stop: func() error { return nil }}
	for i, t := range in {
		if t != nil {
			c.In[i] = Operand{Present: true, DType: t.DType, Shape: t.Shape, Layout: t.Layout}
			if constant(i) {
				c.In[i].Const = t
			}
		}
	}
	for i, o := range out {
		if !o.Present {
			continue
		}
		l := tensor.Layout{}
		if i == 0 {
			l = out0
		}
		c.Out[i] = Operand{Present: true, DType: o.DType, Shape: o.Shape, Layout: l}
		call.Out[i] = &tensor.Tensor{DType: o.DType, Shape: o.Shape, Layout: l, Data: tensor.AlignedBytes(o.DType.Size() * l.Elems(o.Shape))}
		if o.DType == tensor.F32 {
			for j := range call.Out[i].F32() {
				call.Out[i].F32()[j] = poison
			}
		}
	}
	k, err := Compile(c)
	if err != nil {
		return nil, nil, err
	}
	shareBuffer(r, k, call, constant)
	call.Shared = tensor.AlignedBytes(k.Shared)
	for s := k; s != nil; s = s.Next {
		run := s.Run
		if s.Prepare != nil {
			if run, err = s.Prepare(); err != nil {
				return nil, nil, err
			}
		}
		units := max(s.Units, 1)
		for lo := 0; lo < units; {
			hi := min(lo+1+r.IntN(units), units)
			call.Scratch = tensor.AlignedBytes(k.Scratch)
			for i := range call.Scratch {
				call.Scratch[i] = 0xff // NaN
			}
			if err := run(call, lo, hi); err != nil {
				return nil, nil, err
			}
			lo = hi
		}
	}
	for _, t := range call.Out {
		if t != nil && t.DType == tensor.F32 {
			clearHalo(t)
		}
	}
	return call.Out, k, nil
}

// shareBuffer lets output 0 take over the buffer of an input that the kernel
// says may go, half the time.
func shareBuffer(r *rand.Rand, k *Kernel, call *Call, constant func(int) bool) {
	out := call.Out[0]
	for _, i := range k.InPlace {
		in := call.In[i]
		if in == nil || constant(i) || r.IntN(2) == 0 || in.DType != out.DType || !in.Shape.Equal(out.Shape) || in.Layout != out.Layout {
			continue
		}
		shared := *in
		shared.Data = tensor.AlignedBytes(len(in.Data))
		copy(shared.Data, in.Data)
		call.In[i], out.Data = &shared, shared.Data
		return
	}
}

// near reports the first element of got (any layout) that is not within tol of
// want; scale, when given, multiplies tol per element.
func near(got *tensor.Tensor, want []float64, tol float64) error {
	g := got.Clone().F32()
	if len(want) != got.Elems() {
		return fmt.Errorf("%d elements, want %d", got.Elems(), len(want))
	}
	for i, w := range want {
		d := math.Abs(float64(g[i]) - w)
		if !(d <= tol*(1+math.Abs(w))) && !(math.IsInf(w, 0) && float64(g[i]) == w) && !(w != w && g[i] != g[i]) {
			return fmt.Errorf("element %d of %v is %v, want %v", i, got.Shape, g[i], w)
		}
	}
	return nil
}

func widenF32(t *tensor.Tensor) []float64 {
	f := t.Clone().F32()
	w := make([]float64, len(f))
	for i, v := range f {
		w[i] = float64(v)
	}
	return w
}

// tablesUnderTest gives one table per GEMM variant that runs on this machine,
// with that variant alone.
func tablesUnderTest() []*kernels.Table {
	var out []*kernels.Table
	base := kernels.For(kernels.Generic)
	for _, v := range base.GemmF32 {
		t := *base
		t.GemmF32 = []kernels.GemmF32{v}
		out = append(out, &t)
	}
	return out
}

func all(int) bool { return true }

func ints(v ...int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

func testRand(t *testing.T) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(7, uint64(len(t.Name()))))
}
