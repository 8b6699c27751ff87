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

// layoutOf invents a layout for a shape: linear, or pitched with a halo.
func layoutOf(r *rand.Rand, s tensor.Shape) tensor.Layout {
	if len(s) < 3 || r.IntN(3) == 0 {
		return tensor.Layout{}
	}
	_, h, w := s.Planes()
	l := tensor.Layout{Top: r.IntN(3), Left: r.IntN(3), Bottom: r.IntN(3), Right: r.IntN(3)}
	l.RowPitch = l.Left + w + l.Right + r.IntN(5)
	l.PlanePitch = (l.Top+h+l.Bottom)*l.RowPitch + r.IntN(9)
	return l
}

// inLayout copies t into a layout whose gaps hold NaN (floats) or junk.
func inLayout(t *tensor.Tensor, l tensor.Layout) *tensor.Tensor {
	out := &tensor.Tensor{DType: t.DType, Shape: t.Shape, Layout: l}
	out.Data = tensor.AlignedBytes(l.Elems(t.Shape) * t.DType.Size())
	for i := range out.Data {
		out.Data[i] = 0xff
	}
	tensor.CopyLayout(out, t)
	return out
}

// runSplit compiles a node for the given layouts and runs it in random ranges,
// in random order.
func runSplit(r *rand.Rand, n *graph.Node, in []*tensor.Tensor, out *tensor.Tensor) error {
	c := &CompileCtx{Node: n, Kernels: kernels.For(kernels.Generic), Target: Target{Workers: 3}}
	call := &Call{Stop: func() error { return nil }, In: in, Out: []*tensor.Tensor{out}}
	for _, t := range in {
		c.In = append(c.In, Operand{Present: true, DType: t.DType, Shape: t.Shape, Layout: t.Layout})
		if t.Linear() {
			c.In[len(c.In)-1].Const = t
		}
	}
	c.Out = []Operand{{Present: true, DType: out.DType, Shape: out.Shape, Layout: out.Layout}}
	k, err := Compile(c)
	if err != nil {
		return err
	}
	if k.View {
		tensor.CopyLayout(out, in[0])
		return nil
	}
	call.Scratch, call.Shared = tensor.AlignedBytes(k.Scratch), tensor.AlignedBytes(k.Shared)
	for ; k != nil; k = k.Next {
		type span struct{ lo, hi int }
		var spans []span
		for lo := 0; lo < max(k.Units, 1); {
			hi := min(lo+1+r.IntN(3), max(k.Units, 1))
			spans = append(spans, span{lo, hi})
			lo = hi
		}
		r.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		for _, s := range spans {
			if err := k.Run(call, s.lo, s.hi); err != nil {
				return err
			}
		}
	}
	return nil
}

// randomTensor fills a tensor with small numbers; zero is rare.
func randomTensor(r *rand.Rand, dt tensor.DType, s tensor.Shape) *tensor.Tensor {
	t := tensor.New(dt, s...)
	v := make([]float64, t.Elems())
	for i := range v {
		switch {
		case dt == tensor.Bool:
			v[i] = float64(r.IntN(2))
		case dt.IsUnsigned():
			v[i] = float64(r.IntN(9))
		case dt.IsInteger():
			v[i] = float64(r.IntN(19) - 9)
		default:
			v[i] = math.Round(r.NormFloat64()*8) / 4
		}
	}
	writeFloats(t, 0, v, castOptions{})
	return t
}

// broadcastShapes invents n shapes that broadcast together.
func broadcastShapes(r *rand.Rand, n int) []tensor.Shape {
	rank := r.IntN(6)
	full := make(tensor.Shape, rank)
	for i := range full {
		full[i] = 1 + r.IntN(5)
		if r.IntN(40) == 0 {
			full[i] = 0
		}
	}
	if rank > 0 && rank < 4 && r.IntN(12) == 0 {
		full[rank-1] = chunk + r.IntN(chunk)
	}
	out := make([]tensor.Shape, n)
	for k := range out {
		s := full[r.IntN(rank+1):].Clone()
		if r.IntN(2) == 0 {
			s = full.Clone()
		}
		for i := range s {
			if r.IntN(4) == 0 {
				s[i] = 1
			}
		}
		out[k] = s
	}
	return out
}

// element gives the flat index in s of element i of a larger shape.
func element(out, s tensor.Shape, i int) int {
	at, stride := 0, 1
	for d := len(out) - 1; d >= 0; d-- {
		k := i % out[d]
		i /= out[d]
		if e := d - (len(out) - len(s)); e >= 0 {
			if s[e] > 1 {
				at += k * stride
			}
			stride *= s[e]
		}
	}
	return at
}

func floatsOf(t *tensor.Tensor) []float64 {
	v := make([]float64, t.Elems())
	t = t.Clone()
	if t.DType.IsFloat() {
		readFloats(v, t, 0)
		return v
	}
	x := make([]int64, len(v))
	readInts(x, t, 0)
	for i := range x {
		v[i] = float64(x[i])
	}
	return v
}

func boolean(b bool) float64 { return float64(flag(b)) }

func TestBroadcast(t *testing.T) {
	wrap := func(dt tensor.DType, v float64) float64 {
		if dt == tensor.F32 {
			return float64(float32(v))
		}
		if !dt.IsInteger() {
			return v
		}
		x := tensor.New(dt, 1)
		writeInts(x, 0, []int64{int64(v)}, castOptions{})
		return floatsOf(x)[0]
	}
	numbers := []tensor.DType{tensor.F32, tensor.F32, tensor.F32, tensor.F64, tensor.S8, tensor.S16, tensor.S32, tensor.S64, tensor.U8, tensor.U16, tensor.U32, tensor.U64}
	floats := []tensor.DType{tensor.F32, tensor.F64}
	bools := []tensor.DType{tensor.Bool}
	cases := []struct {
		op     string
		n      int
		attrs  graph.Attrs
		dtypes []tensor.DType
		want   func(v []float64) float64
	}{
		{"Add", 2, nil, numbers, func(v []float64) float64 { return v[0] + v[1] }},
		{"Add", 2, graph.Attrs{"fused_activation": "Relu"}, []tensor.DType{tensor.F32}, func(v []float64) float64 { return max(v[0]+v[1], 0) }},
		{"Add", 2, graph.Attrs{"fused_activation": "Clip", "fused_min": float32(-1), "fused_max": float32(2)}, []tensor.DType{tensor.F32}, func(v []float64) float64 { return min(max(v[0]+v[1], -1), 2) }},
		{"Sub", 2, nil, numbers, func(v []float64) float64 { return v[0] - v[1] }},
		{"Mul", 2, nil, numbers, func(v []float64) float64 { return v[0] * v[1] }},
		{"Div", 2, nil, floats, func(v []float64) float64 { return v[0] / v[1] }},
		{"Div", 2, nil, []tensor.DType{tensor.S32, tensor.S8, tensor.U16}, func(v []float64) float64 {
			if v[1] == 0 {
				return 0
			}
			return math.Trunc(v[0] / v[1])
		}},
		{"Mod", 2, nil, []tensor.DType{tensor.S8, tensor.S64, tensor.U32}, func(v []float64) float64 {
			if v[1] == 0 {
				return 0
			}
			return v[0] - v[1]*math.Floor(v[0]/v[1])
		}},
		{"Mod", 2, graph.Attrs{"fmod": int64(1)}, floats, func(v []float64) float64 { return math.Mod(v[0], v[1]) }},
		{"Pow", 2, nil, floats, func(v []float64) float64 { return math.Pow(v[0], v[1]) }},
		{"Less", 2, nil, numbers, func(v []float64) float64 { return boolean(v[0] < v[1]) }},
		{"GreaterOrEqual", 2, nil, numbers, func(v []float64) float64 { return boolean(v[0] >= v[1]) }},
		{"Equal", 2, nil, append(bools, numbers...), func(v []float64) float64 { return boolean(v[0] == v[1]) }},
		{"Xor", 2, nil, bools, func(v []float64) float64 { return boolean(v[0] != v[1]) }},
		{"Max", 3, nil, numbers, func(v []float64) float64 { return max(v[0], v[1], v[2]) }},
		{"Min", 2, nil, numbers, func(v []float64) float64 { return min(v[0], v[1]) }},
		{"Min", 1, nil, numbers, func(v []float64) float64 { return v[0] }},
		{"Sum", 4, nil, numbers, func(v []float64) float64 { return v[0] + v[1] + v[2] + v[3] }},
		{"Mean", 3, nil, floats, func(v []float64) float64 { return (v[0] + v[1] + v[2]) / 3 }},
		{"Where", 3, nil, append(bools, numbers...), func(v []float64) float64 {
			if v[0] != 0 {
				return v[1]
			}
			return v[2]
		}},
		{"Neg", 1, nil, numbers, func(v []float64) float64 { return -v[0] }},
		{"IsNaN", 1, nil, floats, func(v []float64) float64 { return boolean(v[0] != v[0]) }},
		{"Round", 1, nil, floats, func(v []float64) float64 { return math.RoundToEven(v[0]) }},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for ci, tc := range cases {
		t.Run(fmt.Sprintf("%s_%d", tc.op, ci), func(t *testing.T) {
			for range 60 {
				dt := tc.dtypes[r.IntN(len(tc.dtypes))]
				shapes := broadcastShapes(r, tc.n)
				n := &graph.Node{Op: tc.op, Name: "n", Attrs: tc.attrs, Outputs: make([]*graph.Value, 1)}
				n.Outputs[0] = &graph.Value{}
				var in []*tensor.Tensor
				var infos []Info
				var vals [][]float64
				for k, s := range shapes {
					d := dt
					if tc.op == "Where" && k == 0 {
						d = tensor.Bool
					}
					x := randomTensor(r, d, s)
					vals = append(vals, floatsOf(x))
					if d == tensor.F32 {
						x = inLayout(x, layoutOf(r, s))
					}
					in = append(in, x)
					infos = append(infos, Info{Present: true, DType: d, Shape: s})
				}
				res, err := InferNode(n, infos)
				if err != nil {
					t.Fatal(err)
				}
				out := tensor.New(res[0].DType, res[0].Shape...)
				if res[0].DType == tensor.F32 {
					l := layoutOf(r, out.Shape)
					if in[0].Shape.Equal(out.Shape) && r.IntN(2) == 0 {
						l = in[0].Layout
					}
					out = inLayout(out, l)
				}
				if err := runSplit(r, n, in, out); err != nil {
					t.Fatal(err)
				}
				got := floatsOf(out)
				args := make([]float64, len(in))
				for i := range got {
					for k := range in {
						args[k] = vals[k][element(out.Shape, shapes[k], i)]
					}
					want := wrap(out.DType, tc.want(args))
					if !(got[i] == want || got[i] != got[i] && want != want || math.Abs(got[i]-want) <= 1e-6*math.Abs(want)) {
						t.Fatalf("%v %v: element %d of %v from %v: got %v, want %v", dt, shapes, i, out.Shape, args, got[i], want)
					}
				}
			}
		})
	}
}
