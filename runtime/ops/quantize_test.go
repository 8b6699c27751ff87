package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestQuantizeGranularity compares QuantizeLinear and DequantizeLinear, run in
// parts, with an index-based reference for every granularity.
func TestQuantizeGranularity(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	types := []tensor.DType{tensor.S8, tensor.U8, tensor.S16, tensor.U16, tensor.S4, tensor.U4, tensor.S2, tensor.U2}
	for range 200 {
		s := tensor.Shape{1 + r.IntN(4), 1 + r.IntN(7), 1 + r.IntN(5)}[:1+r.IntN(3)]
		axis := r.IntN(len(s))
		attrs := graph.Attrs{"axis": int64(axis)}
		ps := tensor.Shape{}
		block := 0
		switch r.IntN(3) {
		case 1:
			ps = tensor.Shape{s[axis]}
		case 2:
			block = 1 + r.IntN(s[axis])
			attrs["block_size"] = int64(block)
			ps = s.Clone()
			ps[axis] = (s[axis] + block - 1) / block
		}
		dt := types[r.IntN(len(types))]
		scale := tensor.New(tensor.F32, ps...)
		for i := range scale.Elems() {
			scale.F32()[i] = float32(1+r.IntN(8)) / 8
		}
		zero := randomTensor(r, dt, ps)
		x := randomTensor(r, tensor.F32, s)
		lo, hi := integerRange(dt)
		pair := func(i int) int {
			switch {
			case len(ps) == 0 || block == 0 && ps[0] == 1:
				return 0
			case block == 0:
				return i / s[axis+1:].Elems() % s[axis]
			}
			inner := s[axis+1:].Elems()
			o, d, e := i/inner/s[axis], i/inner%s[axis], i%inner
			return (o*ps[axis]+d/block)*inner + e
		}
		q, back := tensor.New(dt, s...), tensor.New(tensor.F32, s...)
		n := &graph.Node{Op: "QuantizeLinear", Name: "q", Attrs: attrs}
		if err := runSplit(r, n, []*tensor.Tensor{x, scale, zero}, q); err != nil {
			t.Fatal(err)
		}
		n.Op = "DequantizeLinear"
		if err := runSplit(r, n, []*tensor.Tensor{q, scale, zero}, back); err != nil {
			t.Fatal(err)
		}
		z := floatsOf(zero)
		for i, got := range floatsOf(q) {
			k := pair(i)
			want := min(max(math.RoundToEven(float64(x.F32()[i]/scale.F32()[k]))+z[k], lo), hi)
			if got != want {
				t.Fatalf("%v %v scale %v block %d: element %d is %v, want %v", dt, s, ps, block, i, got, want)
			}
			if w := float32(got-z[k]) * scale.F32()[k]; back.F32()[i] != w {
				t.Fatalf("%v %v scale %v block %d: element %d comes back as %v, want %v", dt, s, ps, block, i, back.F32()[i], w)
			}
		}
	}
}

// TestConvInteger compares with the float convolution, exact for small numbers.
func TestConvInteger(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 60 {
		group := 1 + r.IntN(2)
		c, m := group*(1+r.IntN(3)), group*(1+r.IntN(3))
		xs, ws := tensor.Shape{1 + r.IntN(2), c}, tensor.Shape{m, c / group}
		attrs := graph.Attrs{"group": int64(group)}
		var pads, strides, dils []int64
		for range 1 + r.IntN(2) {
			xs, ws = append(xs, 5+r.IntN(4)), append(ws, 1+r.IntN(3))
			strides, dils = append(strides, int64(1+r.IntN(2))), append(dils, int64(1+r.IntN(2)))
			pads = append(pads, int64(r.IntN(2)), int64(r.IntN(3)))
		}
		attrs["strides"], attrs["dilations"], attrs["pads"] = strides, dils, pads
		x, w := randomTensor(r, tensor.U8, xs), randomTensor(r, tensor.S8, ws)
		zx, zw := randomTensor(r, tensor.U8, tensor.Shape{}), randomTensor(r, tensor.S8, tensor.Shape{m})
		sum := evalNode(t, "ConvInteger", attrs, 1, x, w, zx, zw)[0]
		fx, fw := tensor.New(tensor.F64, xs...), tensor.New(tensor.F64, ws...)
		for i, v := range floatsOf(x) {
			tensor.As[float64](fx)[i] = v - floatsOf(zx)[0]
		}
		for i, v := range floatsOf(w) {
			tensor.As[float64](fw)[i] = v - floatsOf(zw)[i/ws[1:].Elems()]
		}
		want := evalNode(t, "Conv", attrs, 1, fx, fw)[0]
		if fmt.Sprint(floatsOf(sum)) != fmt.Sprint(floatsOf(want)) || !sum.Shape.Equal(want.Shape) {
			t.Fatalf("x %v w %v %v:\n%v\n%v", xs, ws, attrs, floatsOf(sum), floatsOf(want))
		}
		// The quantised form of the same sum.
		one := func(v float32) *tensor.Tensor { return tensor.Of([]float32{v}) }
		bias := randomTensor(r, tensor.S32, tensor.Shape{m})
		y := evalNode(t, "QLinearConv", attrs, 1, x, one(0.5), zx, w, one(0.25), zw, one(2), tensor.Of([]int8{3}), bias)[0]
		per := sum.Shape[2:].Elems()
		for i, v := range floatsOf(sum) {
			v += floatsOf(bias)[i/per%m]
			if got, want := floatsOf(y)[i], min(max(math.RoundToEven(v/16)+3, -128), 127); got != want {
				t.Fatalf("quantised element %d is %v, want %v", i, got, want)
			}
		}
	}
}

func TestMatMulInteger(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 60 {
		m, k, n := 1+r.IntN(4), r.IntN(6), 1+r.IntN(5)
		as, bs := tensor.Shape{2, m, k}, tensor.Shape{k, n}
		if r.IntN(2) == 0 {
			bs = tensor.Shape{3, 1, k, n}
		}
		a, b := randomTensor(r, tensor.S8, as), randomTensor(r, tensor.U8, bs)
		za, zb := randomTensor(r, tensor.S8, tensor.Shape{m}), randomTensor(r, tensor.U8, tensor.Shape{n})
		got := evalNode(t, "MatMulInteger", nil, 1, a, b, za, zb)[0]
		va, vb, vza, vzb := floatsOf(a), floatsOf(b), floatsOf(za), floatsOf(zb)
		for i, g := range floatsOf(got) {
			batch, row, col := i/(m*n), i/n%m, i%n
			want := 0.0
			for p := range k {
				bAt := p*n + col
				if len(bs) == 4 {
					bAt += batch / 2 * k * n
				}
				want += (va[(batch%2*m+row)*k+p] - vza[row]) * (vb[bAt] - vzb[col])
			}
			if g != want {
				t.Fatalf("%v x %v: element %d is %v, want %v", as, bs, i, g, want)
			}
		}
	}
}
