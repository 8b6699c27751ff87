package ops

import (
	"fmt"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func TestGemmAgainstDefinition(t *testing.T) {
	r := testRand(t)
	tables := tablesUnderTest()
	for i := range 600 {
		m, k, n := pick(r, 1, 1, 2, 5, 17, 40, 130), pick(r, 0, 1, 7, 33, 150, 400), pick(r, 1, 3, 16, 17, 50, 100)
		ta, tb := r.IntN(2), r.IntN(2)
		alpha, beta := float32(1), float32(1)
		attrs := graph.Attrs{"transA": int64(ta), "transB": int64(tb)}
		if r.IntN(2) == 0 {
			alpha, beta = 0.5, 1.25
			attrs["alpha"], attrs["beta"] = alpha, beta
		}
		as, bs := tensor.Shape{m, k}, tensor.Shape{k, n}
		if ta == 1 {
			as = tensor.Shape{k, m}
		}
		if tb == 1 {
			bs = tensor.Shape{n, k}
		}
		a, b := randomF32(r, as...), randomF32(r, bs...)
		in := []*tensor.Tensor{a, b, nil}
		var cs tensor.Shape
		if r.IntN(4) > 0 {
			cs = [...]tensor.Shape{{m, n}, {n}, {1, n}, {m, 1}, {1}, {}}[r.IntN(6)]
			in[2] = randomF32(r, cs...)
		}
		want := make([]float64, m*n)
		var add *tensor.Tensor
		if r.IntN(3) == 0 {
			add = randomF32(r, m, n)
			in = append(in, add)
			attrs["fused_add"] = int64(1)
		}
		act := r.IntN(3)
		switch act {
		case 1:
			attrs["fused_activation"] = "Relu"
		case 2:
			attrs["fused_activation"], attrs["fused_alpha"] = "LeakyRelu", float32(0.5)
		}
		for y := range m {
			for x := range n {
				s := 0.0
				for p := range k {
					ai, bi := y*k+p, p*n+x
					if ta == 1 {
						ai = p*m + y
					}
					if tb == 1 {
						bi = x*k + p
					}
					s += float64(a.F32()[ai]) * float64(b.F32()[bi])
				}
				s *= float64(alpha)
				if in[2] != nil {
					ci := 0
					if len(cs) > 0 && cs[len(cs)-1] > 1 {
						ci = x
					}
					if len(cs) == 2 && cs[0] > 1 {
						ci += y * cs[1]
					}
					s += float64(beta) * float64(in[2].F32()[ci])
				}
				if add != nil {
					s += float64(add.F32()[y*n+x])
				}
				switch {
				case act == 1:
					s = max(s, 0)
				case act == 2 && s < 0:
					s /= 2
				}
				want[y*n+x] = s
			}
		}
		known := r.IntN(4)
		constant := func(i int) bool { return known&1 != 0 && i == 0 || known&2 != 0 && i >= 1 }
		target := Target{Workers: 1 + r.IntN(3), L1: pick(r, 0, 4<<10), L2: pick(r, 0, 8<<10)}
		node := &graph.Node{Op: "Gemm", Name: "g", Attrs: attrs}
		describe := fmt.Sprintf("%dx%dx%d C %v %v known %b", m, k, n, cs, attrs, known)
		out, kn, err := runPlanned(r, node, in, constant, tensor.Layout{}, tables[i%len(tables)], target)
		if err != nil {
			t.Fatalf("%s: %v", describe, err)
		}
		if err := near(out[0], want, 1e-4); err != nil {
			t.Fatalf("%s: %s, %s: %v", describe, kn.Name, kn.Why, err)
		}
	}
}

func TestMatMulAgainstDefinition(t *testing.T) {
	r := testRand(t)
	tables := tablesUnderTest()
	for i := range 300 {
		m, k, n := pick(r, 1, 2, 5, 40), pick(r, 1, 7, 33, 300), pick(r, 1, 3, 17, 50)
		var ba, bb tensor.Shape
		for range r.IntN(3) {
			d := pick(r, 1, 2, 3)
			ba, bb = append(ba, d), append(bb, d)
			switch r.IntN(3) {
			case 0:
				ba[len(ba)-1] = 1
			case 1:
				bb[len(bb)-1] = 1
			}
		}
		if len(ba) > 0 && r.IntN(4) == 0 {
			bb = bb[1:]
		}
		a := randomF32(r, append(ba.Clone(), m, k)...)
		b := randomF32(r, append(bb.Clone(), k, n)...)
		batch, err := tensor.Broadcast(ba, bb)
		if err != nil {
			t.Fatal(err)
		}
		in, attrs := []*tensor.Tensor{a, b}, graph.Attrs{}
		if r.IntN(3) == 0 {
			in, attrs = append(in, randomF32(r, n)), graph.Attrs{"fused_bias": int64(1)}
		}
		want := make([]float64, batch.Elems()*m*n)
		pos := make([]int, len(batch))
		from := func(s tensor.Shape) int {
			idx := 0
			for d, e := range s {
				p := pos[len(batch)-len(s)+d]
				if e == 1 {
					p = 0
				}
				idx = idx*e + p
			}
			return idx
		}
		for j := range want {
			at(batch, j/(m*n), pos)
			y, x := j/n%m, j%n
			if len(in) > 2 {
				want[j] = float64(in[2].F32()[x])
			}
			for p := range k {
				want[j] += float64(a.F32()[(from(ba)*m+y)*k+p]) * float64(b.F32()[(from(bb)*k+p)*n+x])
			}
		}
		if m == 1 && r.IntN(2) == 0 && len(ba) == 0 {
			a.Shape = a.Shape[1:]
		}
		if n == 1 && r.IntN(2) == 0 && len(bb) == 0 {
			b.Shape = b.Shape[:1]
		}
		known := r.IntN(4)
		constant := func(i int) bool { return known>>i&1 != 0 }
		node := &graph.Node{Op: "MatMul", Name: "m", Attrs: attrs}
		describe := fmt.Sprintf("%v x %v %v known %b", a.Shape, b.Shape, attrs, known)
		out, kn, err := runPlanned(r, node, in, constant, tensor.Layout{}, tables[i%len(tables)], Target{Workers: 1 + r.IntN(3), L1: pick(r, 0, 4<<10)})
		if err != nil {
			t.Fatalf("%s: %v", describe, err)
		}
		if err := near(out[0], want, 1e-4); err != nil {
			t.Fatalf("%s: %s, %s: %v", describe, kn.Name, kn.Why, err)
		}
	}
}

func TestMatMulElementTypes(t *testing.T) {
	for _, in := range [][]*tensor.Tensor{
		{tensor.Of([]float64{1, 2, 3, 4}, 2, 2), tensor.Of([]float64{5, 6}, 2)},
		{tensor.Of([]int32{1, 2, 3, 4}, 2, 2), tensor.Of([]int32{5, 6}, 2)},
		{tensor.Of([]uint64{1, 2, 3, 4}, 2, 2), tensor.Of([]uint64{5, 6}, 2)},
	} {
		out, err := Eval(&graph.Node{Op: "MatMul", Outputs: []*graph.Value{{}}}, in, tablesUnderTest()[0])
		if err != nil {
			t.Fatal(err)
		}
		var got [2]int
		for i := range got {
			switch out[0].DType {
			case tensor.F64:
				got[i] = int(tensor.As[float64](out[0])[i])
			case tensor.S32:
				got[i] = int(tensor.As[int32](out[0])[i])
			default:
				got[i] = int(tensor.As[uint64](out[0])[i])
			}
		}
		if got != [2]int{17, 39} {
			t.Errorf("%v: %v", in[0].DType, got)
		}
	}
}
