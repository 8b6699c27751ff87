package ops

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func TestTopKMatchesSort(t *testing.T) {
	r := rng(20)
	for range 200 {
		dt := []tensor.DType{tensor.F32, tensor.F64, tensor.F16, tensor.BF16, tensor.S8, tensor.S64, tensor.U8, tensor.U64}[r.IntN(8)]
		rank := 1 + r.IntN(3)
		s := randomShape(r, rank, 9)
		x := tensor.New(dt, s...)
		keys := make([]uint64, s.Elems())
		for i := range keys {
			v := r.IntN(9)
			if dt.IsFloat() || dt.IsSigned() {
				v -= 4
			}
			setNumber(x, i, v)
		}
		axis, largest := r.IntN(rank), r.IntN(2)
		n := s[axis]
		k := r.IntN(n + 1)
		want := s.Clone()
		want[axis] = k
		out := evalLayouts(t, r, node("TopK", 11, 2, graph.Attrs{"axis": int64(axis), "largest": int64(largest)}),
			[]*tensor.Tensor{x, s64s(int64(k))}, 1)
		if !out[0].Shape.Equal(want) || !out[1].Shape.Equal(want) || out[0].DType != dt {
			t.Fatalf("shapes %v %v, want %v", out[0].Shape, out[1].Shape, want)
		}
		outer, inner := around(s, axis)
		for u := range outer * inner {
			at := func(i int) int { return (u/inner*n+i)*inner + u%inner }
			order := whole(n)
			slices.SortStableFunc(order, func(a, b int) int {
				c := cmp.Compare(numberAt(x, at(a)), numberAt(x, at(b)))
				if largest == 1 {
					return -c
				}
				return c
			})
			for i := range k {
				o := (u/inner*k+i)*inner + u%inner
				if out[1].S64()[o] != int64(order[i]) || !sameAt(out[0], o, x, at(order[i])) {
					t.Fatalf("%v %v axis %d k %d largest %d: place %d is %d, want %d", dt, s, axis, k, largest, i, out[1].S64()[o], order[i])
				}
			}
		}
	}
	nan := float32(math.NaN())
	out, err := Eval(node("TopK", 11, 2, nil), []*tensor.Tensor{tensor.Of([]float32{1, nan, 3}, 3), s64s(2)}, kernels.For(0))
	if err != nil || out[1].S64()[0] != 1 || out[1].S64()[1] != 2 {
		t.Errorf("NaN is not the largest: %v %v", out, err)
	}
}

// setNumber stores a small integer as an element of any numeric type.
func setNumber(t *tensor.Tensor, i, v int) {
	switch t.DType {
	case tensor.F32:
		t.F32()[i] = float32(v)
	case tensor.F64:
		tensor.As[float64](t)[i] = float64(v)
	case tensor.F16, tensor.BF16:
		tensor.As[uint16](t)[i] = tensor.F32ToHalf(t.DType, float32(v))
	case tensor.S64:
		t.S64()[i] = int64(v)
	case tensor.U64:
		tensor.As[uint64](t)[i] = uint64(v)
	default:
		t.Data[i] = byte(v)
	}
}

func TestUnique(t *testing.T) {
	eval := func(attrs graph.Attrs, x *tensor.Tensor) []*tensor.Tensor {
		t.Helper()
		n := node("Unique", 11, 4, attrs)
		n.Inputs = make([]*graph.Value, 1)
		out, err := Eval(n, []*tensor.Tensor{x}, kernels.For(0))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	check := func(what string, got *tensor.Tensor, want ...int64) {
		t.Helper()
		if !slices.Equal(got.S64()[:got.Elems()], want) {
			t.Errorf("%s: %v, want %v", what, got.S64()[:got.Elems()], want)
		}
	}
	negZero := float32(math.Copysign(0, -1))
	x := tensor.Of([]float32{2, 0, 1, negZero, 2, -3}, 6)
	out := eval(nil, x)
	if !slices.Equal(out[0].F32()[:4], []float32{-3, 0, 1, 2}) {
		t.Errorf("sorted values %v", out[0].F32())
	}
	check("first", out[1], 5, 1, 2, 0)
	check("inverse", out[2], 3, 1, 2, 1, 3, 0)
	check("counts", out[3], 1, 2, 1, 2)
	out = eval(graph.Attrs{"sorted": int64(0)}, x)
	check("first, as they come", out[1], 0, 1, 2, 5)
	check("inverse, as they come", out[2], 0, 1, 2, 1, 0, 3)
	check("counts, as they come", out[3], 2, 2, 1, 1)
	words := &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{3}, Strings: []string{"b", "a", "b"}}
	out = eval(nil, words)
	if !slices.Equal(out[0].Strings, []string{"a", "b"}) {
		t.Errorf("strings %v", out[0].Strings)
	}
	check("inverse of strings", out[2], 1, 0, 1)
	cols := tensor.Of([]int64{1, 0, 1, 2, 5, 2}, 2, 3)
	out = eval(graph.Attrs{"axis": int64(-1)}, cols)
	check("columns", out[0], 0, 1, 5, 2)
	check("inverse of columns", out[2], 1, 0, 1)
}

func TestReverseSequence(t *testing.T) {
	r := rng(21)
	for range 60 {
		s := randomShape(r, 2+r.IntN(2), 6)
		x := numbered(r, movable[r.IntN(len(movable))], s...)
		time := r.IntN(2)
		lens := make([]int, s[1-time])
		for i := range lens {
			lens[i] = r.IntN(s[time] + 1)
		}
		y := evalLayouts(t, r, node("ReverseSequence", 10, 1, graph.Attrs{"time_axis": int64(time), "batch_axis": int64(1 - time)}),
			[]*tensor.Tensor{x, s64List(lens)})[0]
		checkPicked(t, "reversed", y, x, s, func(idx []int) []int {
			from := slices.Clone(idx)
			if l := lens[idx[1-time]]; idx[time] < l {
				from[time] = l - 1 - idx[time]
			}
			return from
		})
	}
	for _, l := range []int64{-1, 3} {
		_, err := Eval(node("ReverseSequence", 10, 1, nil), []*tensor.Tensor{tensor.New(tensor.F32, 2, 1), s64s(l)}, kernels.For(0))
		if err == nil || !strings.Contains(err.Error(), "sequence 0") {
			t.Errorf("length %d of 2: %v", l, err)
		}
	}
}

func TestOneHotAndCompress(t *testing.T) {
	r := rng(22)
	idx := tensor.Of([]int32{0, -1, 5, 2}, 2, 2)
	values := &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{2}, Strings: []string{"off", "on"}}
	y := evalLayouts(t, r, node("OneHot", 11, 1, graph.Attrs{"axis": int64(1)}), []*tensor.Tensor{idx, tensor.Of([]int64{3}), values}, 1)[0]
	if !y.Shape.Equal(tensor.Shape{2, 3, 2}) {
		t.Fatalf("shape %v", y.Shape)
	}
	var on []int
	for i, s := range y.Strings {
		if s == "on" {
			on = append(on, i)
		}
	}
	if !slices.Equal(on, []int{0, 5, 11}) {
		t.Errorf("on at %v", on)
	}
	x := numbered(r, tensor.F32, 2, 4, 3)
	cond := &tensor.Tensor{DType: tensor.Bool, Shape: tensor.Shape{3}, Data: []byte{0, 1, 1}}
	y = evalLayouts(t, r, node("Compress", 11, 1, graph.Attrs{"axis": int64(-2)}), []*tensor.Tensor{x, cond}, 1)[0]
	checkPicked(t, "compress", y, x, tensor.Shape{2, 2, 3}, func(i []int) []int { return []int{i[0], i[1] + 1, i[2]} })
}

func TestBlocksAndPointsMatchIndexing(t *testing.T) {
	r := rng(23)
	for range 100 {
		b := 1 + r.IntN(3)
		x := numbered(r, movable[r.IntN(len(movable))], 1+r.IntN(2), b*b*(1+r.IntN(3)), 1+r.IntN(4), 1+r.IntN(9))
		mode := []string{"DCR", "CRD"}[r.IntN(2)]
		ch := x.Shape[1] / (b * b)
		want := tensor.Shape{x.Shape[0], ch, x.Shape[2] * b, x.Shape[3] * b}
		y := evalLayouts(t, r, node("DepthToSpace", 13, 1, graph.Attrs{"blocksize": int64(b), "mode": mode}), []*tensor.Tensor{x})[0]
		checkPicked(t, mode, y, x, want, func(i []int) []int {
			c := (i[2]%b*b+i[3]%b)*ch + i[1]
			if mode == "CRD" {
				c = i[1]*b*b + i[2]%b*b + i[3]%b
			}
			return []int{i[0], c, i[2] / b, i[3] / b}
		})
		if mode == "DCR" {
			z := evalLayouts(t, r, node("SpaceToDepth", 13, 1, graph.Attrs{"blocksize": int64(b)}), []*tensor.Tensor{y})[0]
			checkPicked(t, "there and back", z, x, x.Shape, func(i []int) []int { return i })
		}
		rank := 1 + r.IntN(3)
		data := numbered(r, movable[r.IntN(len(movable))], randomShape(r, rank, 5)...)
		axis := r.IntN(rank)
		s := make(tensor.Shape, rank)
		for i, d := range data.Shape {
			s[i] = 1 + r.IntN(d)
		}
		s[axis] = 1 + r.IntN(7)
		at := tensor.New(tensor.S64, s...)
		for i := range at.S64()[:s.Elems()] {
			at.S64()[i] = int64(r.IntN(2*data.Shape[axis]) - data.Shape[axis])
		}
		y = evalLayouts(t, r, node("GatherElements", 13, 1, graph.Attrs{"axis": int64(axis)}), []*tensor.Tensor{data, at})[0]
		checkPicked(t, "gather elements", y, data, s, func(i []int) []int {
			from := slices.Clone(i)
			from[axis] = int(at.S64()[flatIndex(s, i)]+int64(data.Shape[axis])) % data.Shape[axis]
			return from
		})
	}
}

func TestScatterReductions(t *testing.T) {
	r := rng(24)
	for _, dt := range []tensor.DType{tensor.F32, tensor.F64, tensor.F16, tensor.S8, tensor.S64, tensor.U8} {
		for reduction, f := range map[string]func(a, b float64) float64{
			"none": func(a, b float64) float64 { return b }, "add": func(a, b float64) float64 { return a + b },
			"mul": func(a, b float64) float64 { return a * b }, "max": math.Max, "min": math.Min,
		} {
			data, updates := tensor.New(dt, 4, 3), tensor.New(dt, 5, 3)
			for i := range 15 {
				if i < 12 {
					setNumber(data, i, i%5)
				}
				setNumber(updates, i, i%3)
			}
			rows := s64s(2, 0, -2, 3, 2)
			want := make([]float64, 12)
			for i := range want {
				want[i] = numberAt(data, i)
			}
			each := tensor.New(tensor.S64, 5, 3)
			for u, row := range rows.S64()[:5] {
				for k := range 3 {
					at := int(row+4)%4*3 + k
					want[at] = f(want[at], numberAt(updates, u*3+k))
					each.S64()[u*3+k] = row
				}
			}
			attrs := graph.Attrs{"reduction": reduction}
			tuple := &tensor.Tensor{DType: tensor.S64, Shape: tensor.Shape{5, 1}, Data: rows.Data}
			nd := evalLayouts(t, r, node("ScatterND", 18, 1, attrs), []*tensor.Tensor{data, tuple, updates})[0]
			el := evalLayouts(t, r, node("ScatterElements", 18, 1, attrs), []*tensor.Tensor{data, each, updates})[0]
			for i, w := range want {
				if numberAt(nd, i) != w || numberAt(el, i) != w {
					t.Errorf("%v %s: element %d is %g and %g, want %g", dt, reduction, i, numberAt(nd, i), numberAt(el, i), w)
				}
			}
		}
	}
	_, err := Eval(node("ScatterND", 18, 1, nil), []*tensor.Tensor{tensor.New(tensor.F32, 4), tensor.Of([]int64{4}, 1, 1), tensor.New(tensor.F32, 1)}, kernels.For(0))
	if err == nil || !strings.Contains(err.Error(), "index 4") {
		t.Errorf("index out of range: %v", err)
	}
}
