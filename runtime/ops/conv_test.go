package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// refConv is the definition of Conv in float64, any number of spatial
// dimensions. x, w, b and add are linear.
func refConv(x, w, b, add *tensor.Tensor, out tensor.Shape, strides, dils, pads []int, group int) []float64 {
	xs, ws := x.Shape, w.Shape
	xd, wd := widenF32(x), widenF32(w)
	rank := len(xs) - 2
	cg, mg := xs[1]/group, ws[0]/group
	in, k, o := xs[2:], ws[2:], out[2:]
	y := make([]float64, out.Elems())
	pos, tap := make([]int, rank), make([]int, rank)
	for i := range y {
		m := i / o.Elems() % ws[0]
		n := i / o.Elems() / ws[0]
		at(o, i%o.Elems(), pos)
		s := 0.0
		if b != nil {
			s = float64(b.F32()[m])
		}
		for c := range cg {
			for t := range k.Elems() {
				at(k, t, tap)
				idx, ok := 0, true
				for d := range rank {
					p := pos[d]*strides[d] + tap[d]*dils[d] - pads[d]
					ok = ok && p >= 0 && p < in[d]
					idx = idx*in[d] + p
				}
				if ok {
					s += wd[(m*cg+c)*k.Elems()+t] * xd[(n*xs[1]+m/mg*cg+c)*in.Elems()+idx]
				}
			}
		}
		if add != nil {
			s += float64(add.F32()[i])
		}
		y[i] = s
	}
	return y
}

// at writes the coordinates of linear index i of shape s into pos.
func at(s tensor.Shape, i int, pos []int) {
	for d := len(s) - 1; d >= 0; d-- {
		pos[d], i = i%s[d], i/s[d]
	}
}

func pick(r *rand.Rand, v ...int) int { return v[r.IntN(len(v))] }

type convCase struct {
	node     *graph.Node
	x, w, b  *tensor.Tensor
	add      *tensor.Tensor
	out      tensor.Shape
	want     []float64
	describe string
}

func randomConv(r *rand.Rand) convCase {
	for {
		rank := pick(r, 1, 2, 2, 2, 2, 3)
		group := pick(r, 1, 1, 1, 2, 3)
		cg, mg := 1+r.IntN(5), 1+r.IntN(20)
		switch r.IntN(5) {
		case 0: // depthwise
			group, cg, mg = 2+r.IntN(5), 1, pick(r, 1, 1, 2)
		case 1: // deep, to need several blocks
			cg = pick(r, 64, 150)
			rank = min(rank, 2)
		}
		xs, ws := tensor.Shape{1 + r.IntN(2), cg * group}, tensor.Shape{mg * group, cg}
		out := tensor.Shape{xs[0], ws[0]}
		var strides, dils, lo, hi []int
		ok := true
		for range rank {
			in, k, s, d := 1+r.IntN(14), pick(r, 1, 1, 2, 3, 3, 5), pick(r, 1, 1, 2, 3), pick(r, 1, 1, 1, 2)
			l, h := 0, 0
			if r.IntN(2) == 0 {
				l, h = r.IntN(k+1), r.IntN(k+1)
			}
			xs, ws = append(xs, in), append(ws, k)
			strides, dils, lo, hi = append(strides, s), append(dils, d), append(lo, l), append(hi, h)
			o := in + l + h - (k-1)*d - 1
			ok = ok && o >= 0
			out = append(out, o/s+1)
		}
		if !ok {
			continue
		}
		pads := append(append([]int{}, lo...), hi...)
		c := convCase{x: randomF32(r, xs...), w: randomF32(r, ws...), out: out}
		attrs := graph.Attrs{"strides": ints(strides...), "dilations": ints(dils...), "pads": ints(pads...), "group": int64(group)}
		if r.IntN(2) == 0 {
			c.b = randomF32(r, ws[0])
		}
		if r.IntN(3) == 0 {
			c.add = randomF32(r, out...)
			attrs["fused_add"] = int64(1)
		}
		c.want = refConv(c.x, c.w, c.b, c.add, out, strides, dils, pads, group)
		act := func(f func(float64) float64) {
			for i, v := range c.want {
				c.want[i] = f(v)
			}
		}
		switch r.IntN(6) {
		case 0:
			attrs["fused_activation"] = "Relu"
			act(func(x float64) float64 { return max(x, 0) })
		case 1:
			attrs["fused_activation"], attrs["fused_min"], attrs["fused_max"] = "Clip", float32(-0.5), float32(0.75)
			act(func(x float64) float64 { return min(max(x, -0.5), 0.75) })
		case 2:
			attrs["fused_activation"], attrs["fused_alpha"] = "LeakyRelu", float32(0.25)
			act(func(x float64) float64 { return max(x, x/4) })
		case 3:
			attrs["fused_activation"] = "Sigmoid"
			act(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) })
		}
		c.node = &graph.Node{Op: "Conv", Name: "c", Attrs: attrs}
		c.describe = fmt.Sprintf("x=%v w=%v bias=%v add=%v %v", xs, ws, c.b != nil, c.add != nil, attrs)
		return c
	}
}

func TestConvAgainstDefinition(t *testing.T) {
	r := testRand(t)
	tables := tablesUnderTest()
	seen := map[string]int{}
	for i := range 1500 {
		c := randomConv(r)
		table := tables[i%len(tables)]
		lx, ly, lz := randomLayout(r, c.x.Shape), randomLayout(r, c.out), randomLayout(r, c.out)
		if r.IntN(4) == 0 && !lx.Linear(c.x.Shape) && c.x.Shape.Equal(c.out) {
			ly = lx
		}
		if r.IntN(2) == 0 {
			lz = ly
		}
		in := []*tensor.Tensor{pitched(c.x, lx), c.w, c.b}
		if c.add != nil {
			in = append(in, pitched(c.add, lz))
		}
		constant := func(i int) bool { return i == 1 || i == 2 }
		if r.IntN(5) == 0 {
			constant = func(int) bool { return false }
		}
		target := Target{Workers: 1 + r.IntN(4), L1: pick(r, 0, 4<<10, 1<<20), L2: pick(r, 0, 8<<10)}
		out, k, err := runPlanned(r, c.node, in, constant, ly, table, target)
		if err != nil {
			t.Fatalf("%s: %v", c.describe, err)
		}
		seen[k.Why]++
		if err := near(out[0], c.want, 2e-4); err != nil {
			t.Fatalf("%s\n x %v, y %v, z %v, %s: %s, units %d, %+v: %v", c.describe, lx, ly, lz, k.Name, k.Why, k.Units, target, err)
		}
	}
	t.Logf("%d different plans", len(seen))
}

// Depthwise planes that are cut into bands, or go many to a unit, in place or
// copied, with and without something to follow.
func TestConvDepthwiseUnits(t *testing.T) {
	r := testRand(t)
	tables := tablesUnderTest()
	seen := map[string]bool{}
	for _, c := range []struct {
		n, groups, multiplier, h, w, k, stride int
	}{
		{1, 2, 1, 300, 9, 3, 1}, {2, 2, 2, 290, 11, 3, 2}, {1, 3, 1, 140, 40, 5, 1}, {1, 2, 1, 33, 700, 5, 2}, {1, 2, 3, 1, 9000, 3, 1},
		{2, 700, 1, 3, 3, 3, 1}, {1, 300, 2, 7, 7, 3, 1}, {1, 90, 1, 20, 20, 7, 1}, {3, 131, 1, 14, 14, 3, 2}, {1, 80, 3, 9, 17, 5, 1},
	} {
		for range 4 {
			m, pad := c.groups*c.multiplier, c.k/2
			x, w := randomF32(r, c.n, c.groups, c.h, c.w), randomF32(r, m, 1, c.k, c.k)
			b := randomF32(r, m)
			strides, dils, pads := []int{c.stride, c.stride}, []int{1, 1}, []int{pad, pad, pad, pad}
			if c.h < c.k {
				pads[2] = c.k
			}
			oh, ow := (c.h+pads[0]+pads[2]-c.k)/c.stride+1, (c.w+2*pad-c.k)/c.stride+1
			out := tensor.Shape{c.n, m, oh, ow}
			attrs := graph.Attrs{"strides": ints(strides...), "pads": ints(pads...), "group": int64(c.groups), "fused_activation": "Relu"}
			lx, ly := randomLayout(r, x.Shape), randomLayout(r, out)
			if r.IntN(2) == 0 {
				lx = tensor.Layout{Top: pad, Left: pad, Bottom: c.k, Right: c.k, RowPitch: c.w + pad + c.k}
				lx.PlanePitch = (c.h + pad + c.k) * lx.RowPitch
			}
			in := []*tensor.Tensor{pitched(x, lx), w, b}
			var add *tensor.Tensor
			if r.IntN(2) == 0 {
				add = randomF32(r, out...)
				attrs["fused_add"] = int64(1)
				in = append(in, pitched(add, randomLayout(r, out)))
			}
			want := refConv(x, w, b, add, out, strides, dils, pads, c.groups)
			for i := range want {
				want[i] = max(want[i], 0)
			}
			target := Target{Workers: 1 + r.IntN(4)}
			node := &graph.Node{Op: "Conv", Name: "c", Attrs: attrs}
			got, k, err := runPlanned(r, node, in, func(i int) bool { return i == 1 || i == 2 }, ly, tables[r.IntN(len(tables))], target)
			if err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			seen[k.Why] = true
			if err := near(got[0], want, 2e-4); err != nil {
				t.Fatalf("%+v, x %v, y %v, add %v, %s: %s, units %d: %v", c, lx, ly, add != nil, k.Name, k.Why, k.Units, err)
			}
		}
	}
	t.Logf("%d different plans", len(seen))
}

func TestConvSparseWeights(t *testing.T) {
	r := testRand(t)
	x, w := randomF32(r, 1, 6, 7, 7), randomF32(r, 8, 6, 3, 3)
	for i := range w.F32() {
		if i%3 != 0 {
			w.F32()[i] = 0
		}
	}
	csr, err := tensor.NewCSR(w)
	if err != nil {
		t.Fatal(err)
	}
	sparse := &tensor.Tensor{DType: tensor.F32, Shape: w.Shape, Sparse: csr}
	n := &graph.Node{Op: "Conv", Name: "c", Attrs: graph.Attrs{"pads": ints(1, 1, 1, 1)}}
	want := refConv(x, w, nil, nil, tensor.Shape{1, 8, 7, 7}, []int{1, 1}, []int{1, 1}, []int{1, 1, 1, 1}, 1)
	out, k, err := runPlanned(r, n, []*tensor.Tensor{x, sparse}, func(i int) bool { return i == 1 }, tensor.Layout{}, tablesUnderTest()[0], Target{})
	if err != nil {
		t.Fatal(err)
	}
	if err := near(out[0], want, 2e-5); err != nil {
		t.Error(err)
	}
	if k.MACs != 8*6*9*49 || k.NNZ != 8*6*3*49 {
		t.Errorf("%d MACs, %d of them on nonzeros", k.MACs, k.NNZ)
	}
}

func TestConvRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		x, w  tensor.Shape
		attrs graph.Attrs
	}{
		"kernel too large":    {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 5, 5}, nil},
		"channels":            {tensor.Shape{1, 3, 9, 9}, tensor.Shape{1, 2, 3, 3}, nil},
		"rank":                {tensor.Shape{1, 3, 9}, tensor.Shape{1, 3, 3, 3}, nil},
		"flat":                {tensor.Shape{1, 3}, tensor.Shape{1, 3}, nil},
		"zero stride":         {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"strides": ints(0, 1)}},
		"negative padding":    {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"pads": ints(-1, 0, 0, 0)}},
		"number of strides":   {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"strides": ints(1)}},
		"groups":              {tensor.Shape{1, 4, 3, 3}, tensor.Shape{3, 2, 2, 2}, graph.Attrs{"group": int64(2)}},
		"no groups":           {tensor.Shape{1, 4, 3, 3}, tensor.Shape{3, 2, 2, 2}, graph.Attrs{"group": int64(0)}},
		"kernel_shape":        {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"kernel_shape": ints(3, 3)}},
		"unknown auto_pad":    {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"auto_pad": "SAME"}},
		"four dimensions":     {tensor.Shape{1, 1, 3, 3, 3, 3}, tensor.Shape{1, 1, 2, 2, 2, 2}, nil},
		"padding out of hand": {tensor.Shape{1, 1, 3, 3}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"pads": []int64{1 << 40, 0, 0, 0}}},
	} {
		n := &graph.Node{Op: "Conv", Name: "c", Attrs: c.attrs, Outputs: []*graph.Value{{}}}
		_, err := InferNode(n, []Info{{Present: true, DType: tensor.F32, Shape: c.x}, {Present: true, DType: tensor.F32, Shape: c.w}})
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestConvManyPhases: planning a convolution with a large step takes time by the
// elements of its kernel and its phases, not by their product.
func TestConvManyPhases(t *testing.T) {
	for _, c := range []struct {
		x, w  tensor.Shape
		attrs graph.Attrs
		want  float32
	}{
		// Each of the four windows has the one element under another tap.
		{tensor.Shape{1, 1, 1, 1}, tensor.Shape{1, 1, 2, 2}, graph.Attrs{"strides": []int64{maxExtent, maxExtent},
			"dilations": []int64{maxExtent, maxExtent}, "pads": []int64{maxExtent, maxExtent, maxExtent, maxExtent}}, 4},
		{tensor.Shape{1, 1, 512, 512}, tensor.Shape{1, 1, 512, 512}, graph.Attrs{"strides": []int64{512, 512}}, 512 * 512},
	} {
		x, w := tensor.New(tensor.F32, c.x...), tensor.New(tensor.F32, c.w...)
		for _, ones := range [][]float32{x.F32(), w.F32()} {
			for i := range ones {
				ones[i] = 1
			}
		}
		n := &graph.Node{Op: "Conv", Attrs: c.attrs, Outputs: []*graph.Value{{}}}
		out, err := Eval(n, []*tensor.Tensor{x, w}, tablesUnderTest()[0])
		if err != nil {
			t.Fatal(err)
		}
		sum := float32(0)
		for _, v := range out[0].F32()[:out[0].Elems()] {
			sum += v
		}
		if sum != c.want {
			t.Errorf("%v with %v sums to %v, want %v", c.x, c.w, sum, c.want)
		}
	}
}
