package ops

import (
	"fmt"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func toF64(t *tensor.Tensor) *tensor.Tensor {
	if t == nil {
		return nil
	}
	return tensor.Of(widenF32(t), t.Shape...)
}

func TestConvTransposeAgainstDefinition(t *testing.T) {
	r := testRand(t)
	tables := tablesUnderTest()
	for i := range 600 {
		rank, group := pick(r, 1, 2, 2, 3), pick(r, 1, 1, 2, 3)
		cg, mg := 1+r.IntN(6), 1+r.IntN(9)
		xs, ws := tensor.Shape{1 + r.IntN(2), cg * group}, tensor.Shape{cg * group, mg}
		out := tensor.Shape{xs[0], mg * group}
		var strides, dils, lo, hi, extra []int
		ok := true
		for range rank {
			in, k, s, d := 1+r.IntN(8), 1+r.IntN(4), 1+r.IntN(3), 1+r.IntN(2)
			l, h, e := r.IntN(k), r.IntN(k), r.IntN(s)
			o := (in-1)*s + e + (k-1)*d + 1 - l - h
			ok = ok && o > 0
			xs, ws, out = append(xs, in), append(ws, k), append(out, o)
			strides, dils, lo, hi, extra = append(strides, s), append(dils, d), append(lo, l), append(hi, h), append(extra, e)
		}
		if !ok {
			continue
		}
		attrs := graph.Attrs{
			"strides": ints(strides...), "dilations": ints(dils...), "group": int64(group),
			"pads": ints(append(append([]int{}, lo...), hi...)...), "output_padding": ints(extra...),
		}
		x, w := randomF32(r, xs...), randomF32(r, ws...)
		var b *tensor.Tensor
		if r.IntN(2) == 0 {
			b = randomF32(r, mg*group)
		}
		want := refConvTranspose(x, w, b, out, strides, dils, lo, group)
		lx, ly := randomLayout(r, xs), randomLayout(r, out)
		describe := fmt.Sprintf("x=%v w=%v %v, %v to %v", xs, ws, attrs, lx, ly)
		constant := func(i int) bool { return i > 0 }
		if r.IntN(3) == 0 {
			constant = func(int) bool { return false }
		}
		node := &graph.Node{Op: "ConvTranspose", Attrs: attrs}
		got, k, err := runPlanned(r, node, []*tensor.Tensor{pitched(x, lx), w, b}, constant, ly, tables[i%len(tables)], Target{Workers: 1 + r.IntN(3)})
		if err != nil {
			t.Fatalf("%s: %v", describe, err)
		}
		if err := near(got[0], want, 2e-5); err != nil {
			t.Fatalf("%s: %s: %v", describe, k.Why, err)
		}
		if i%4 != 0 {
			continue
		}
		wide, err := Eval(node, []*tensor.Tensor{toF64(x), toF64(w), toF64(b)}, tables[0])
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range tensor.As[float64](wide[0]) {
			if d := v - want[j]; d > 1e-9 || d < -1e-9 {
				t.Fatalf("%s: f64 element %d is %v, want %v", describe, j, v, want[j])
			}
		}
	}
}

func refConvTranspose(x, w, b *tensor.Tensor, out tensor.Shape, strides, dils, lo []int, group int) []float64 {
	xd, wd := widenF32(x), widenF32(w)
	in, k, o := x.Shape[2:], w.Shape[2:], out[2:]
	c, mg, m := x.Shape[1], w.Shape[1], out[1]
	y := make([]float64, out.Elems())
	for i := range y {
		if b != nil {
			y[i] = float64(b.F32()[i/o.Elems()%m])
		}
	}
	pos, tap := make([]int, len(in)), make([]int, len(in))
	for i, v := range xd {
		n, ch := i/in.Elems()/c, i/in.Elems()%c
		at(in, i%in.Elems(), pos)
		for j := range mg * k.Elems() {
			at(k, j%k.Elems(), tap)
			idx, ok := 0, true
			for d := range in {
				p := pos[d]*strides[d] + tap[d]*dils[d] - lo[d]
				ok = ok && p >= 0 && p < o[d]
				idx = idx*o[d] + p
			}
			if ok {
				y[(n*m+ch/(c/group)*mg+j/k.Elems())*o.Elems()+idx] += v * wd[ch*mg*k.Elems()+j]
			}
		}
	}
	return y
}

func TestConvF64(t *testing.T) {
	r := testRand(t)
	for range 60 {
		c := randomConv(r)
		if isFused(c.node.Attrs) {
			continue
		}
		c.node.Outputs = []*graph.Value{{}}
		got, err := Eval(c.node, []*tensor.Tensor{toF64(c.x), toF64(c.w), toF64(c.b)}, tablesUnderTest()[0])
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range tensor.As[float64](got[0]) {
			if d := v - c.want[j]; d > 1e-9 || d < -1e-9 {
				t.Fatalf("%s: element %d is %v, want %v", c.describe, j, v, c.want[j])
			}
		}
	}
}
