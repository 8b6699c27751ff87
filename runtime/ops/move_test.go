package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

func TestTransposeMatchesIndexing(t *testing.T) {
	r := rng(1)
	for range 300 {
		rank := r.IntN(6)
		x := numbered(r, movable[r.IntN(len(movable))], randomShape(r, rank, 9)...)
		if r.IntN(10) == 0 {
			x = numbered(r, tensor.F32, 1+r.IntN(70), 1+r.IntN(70), 1+r.IntN(70))
			rank = 3
		}
		perm := r.Perm(rank)
		a := make([]int64, rank)
		want := make(tensor.Shape, rank)
		for i, p := range perm {
			a[i], want[i] = int64(p), x.Shape[p]
		}
		y := evalLayouts(t, r, node("Transpose", 21, 1, graph.Attrs{"perm": a}), []*tensor.Tensor{x})[0]
		checkPicked(t, fmt.Sprint("perm ", perm), y, x, want, func(idx []int) []int {
			from := make([]int, rank)
			for i, p := range perm {
				from[p] = idx[i]
			}
			return from
		})
	}
}

func TestSliceMatchesIndexing(t *testing.T) {
	r := rng(2)
	for range 300 {
		rank := 1 + r.IntN(4)
		x := numbered(r, movable[r.IntN(len(movable))], randomShape(r, rank, 8)...)
		var starts, ends, axes, steps []int
		first, by, want := make([]int, rank), make([]int, rank), x.Shape.Clone()
		for a, d := range x.Shape {
			by[a] = 1
			if r.IntN(3) == 0 {
				continue
			}
			s, e, st := r.IntN(3*d)-d-1, r.IntN(3*d)-d-1, 1+r.IntN(3)
			if r.IntN(3) == 0 {
				st = -st
			}
			if r.IntN(5) == 0 {
				e = math.MaxInt
				if st < 0 {
					e = math.MinInt
				}
			}
			starts, ends, axes, steps = append(starts, s), append(ends, e), append(axes, a-rank*r.IntN(2)), append(steps, st)
			// Python's rule, element by element.
			norm := func(v int) int {
				if v < 0 {
					v += d
				}
				if st > 0 {
					return min(max(v, 0), d)
				}
				return min(max(v, -1), d-1)
			}
			n := 0
			for i := norm(s); st > 0 && i < norm(e) || st < 0 && i > norm(e); i += st {
				if n == 0 {
					first[a] = i
				}
				n++
			}
			by[a], want[a] = st, n
		}
		in := []*tensor.Tensor{x, s64List(starts), s64List(ends), s64List(axes), s64List(steps)}
		y := evalLayouts(t, r, node("Slice", 13, 1, nil), in, 1, 2, 3, 4)[0]
		checkPicked(t, fmt.Sprint("slice ", starts, ends, axes, steps), y, x, want, func(idx []int) []int {
			from := make([]int, rank)
			for i := range from {
				from[i] = first[i] + idx[i]*by[i]
			}
			return from
		})
	}
}

func TestConcatAndSplitAreInverse(t *testing.T) {
	r := rng(3)
	for range 300 {
		rank := 1 + r.IntN(5)
		if r.IntN(2) == 0 {
			rank = 4
		}
		x := numbered(r, movable[r.IntN(len(movable))], randomShape(r, rank, 7)...)
		axis := r.IntN(rank)
		var sizes []int
		for left := x.Shape[axis]; left > 0; {
			d := r.IntN(left + 1)
			sizes = append(sizes, d)
			left -= d
		}
		parts := evalLayouts(t, r, node("Split", 13, len(sizes), graph.Attrs{"axis": int64(axis)}), []*tensor.Tensor{x, s64List(sizes)}, 1)
		before := 0
		for i, p := range parts {
			want := x.Shape.Clone()
			want[axis] = sizes[i]
			checkPicked(t, "split", p, x, want, func(idx []int) []int {
				from := append([]int(nil), idx...)
				from[axis] += before
				return from
			})
			before += sizes[i]
		}
		y := evalLayouts(t, r, node("Concat", 13, 1, graph.Attrs{"axis": int64(axis - rank)}), parts)[0]
		checkPicked(t, "concat", y, x, x.Shape, func(idx []int) []int { return idx })
	}
}

func TestSplitWithoutSizes(t *testing.T) {
	x := s64s(1, 2, 3, 4, 5, 6, 7)
	parts, err := Eval(node("Split", 18, 3, graph.Attrs{"num_outputs": int64(3)}), []*tensor.Tensor{x}, kernels.For(0))
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range []int{3, 3, 1} {
		if parts[i].Elems() != n || parts[i].S64()[0] != int64(3*i+1) {
			t.Errorf("part %d is %v", i, parts[i].S64())
		}
	}
	if _, err := Eval(node("Split", 13, 3, nil), []*tensor.Tensor{x}, kernels.For(0)); err == nil {
		t.Error("7 split into 3 equal parts before opset 18")
	}
}

func TestPadMatchesIndexing(t *testing.T) {
	r := rng(4)
	for range 400 {
		rank := 1 + r.IntN(4)
		dt := movable[r.IntN(len(movable))]
		x := numbered(r, dt, randomShape(r, rank, 6)...)
		mode := []string{"constant", "reflect", "edge", "wrap"}[r.IntN(4)]
		begins, ends, want := make([]int, rank), make([]int, rank), x.Shape.Clone()
		for i, d := range x.Shape {
			most := 4
			if mode == "reflect" {
				most = min(4, d)
			}
			begins[i], ends[i] = r.IntN(most), r.IntN(most)
			if r.IntN(4) == 0 {
				begins[i] = -r.IntN(d)
			}
			if begins[i] < 0 && mode != "constant" {
				ends[i] = -min(r.IntN(2), d+begins[i]-1)
			}
			want[i] += begins[i] + ends[i]
		}
		value := numbered(r, dt, 1)
		in := []*tensor.Tensor{x, s64List(append(append([]int(nil), begins...), ends...)), value}
		y := evalLayouts(t, r, node("Pad", 21, 1, graph.Attrs{"mode": mode}), in, 1)[0]
		if !y.Shape.Equal(want) {
			t.Fatalf("shape %v, want %v", y.Shape, want)
		}
		eachIndex(want, func(flat int, idx []int) {
			from, outside := make([]int, rank), false
			for i, d := range x.Shape {
				p := idx[i] - begins[i]
				for p < 0 || p >= d {
					switch mode {
					case "constant":
						outside, p = true, 0
					case "edge":
						p = min(max(p, 0), d-1)
					case "wrap":
						p += d
						if p >= 2*d {
							p -= 2 * d
						}
					case "reflect":
						if p < 0 {
							p = -p
						} else {
							p = 2*(d-1) - p
						}
						if d == 1 {
							p = 0
						}
					}
				}
				from[i] = p
			}
			if outside && !sameAt(y, flat, value, 0) || !outside && !sameAt(y, flat, x, flatIndex(x.Shape, from)) {
				t.Fatalf("%v %s %v pads %v %v: wrong element %v", dt, mode, x.Shape, begins, ends, idx)
			}
		})
	}
}

func TestExpandAndTileMatchIndexing(t *testing.T) {
	r := rng(5)
	for range 200 {
		rank := r.IntN(5)
		x := numbered(r, movable[r.IntN(len(movable))], randomShape(r, rank, 5)...)
		repeats := make([]int, rank)
		want := x.Shape.Clone()
		for i := range repeats {
			repeats[i] = r.IntN(4)
			want[i] *= repeats[i]
		}
		y := evalLayouts(t, r, node("Tile", 13, 1, nil), []*tensor.Tensor{x, s64List(repeats)}, 1)[0]
		checkPicked(t, "tile", y, x, want, func(idx []int) []int {
			from := make([]int, rank)
			for i := range from {
				from[i] = idx[i] % x.Shape[i]
			}
			return from
		})
		to := append(randomShape(r, r.IntN(2), 3), x.Shape...)
		lead := len(to) - rank
		for i := range x.Shape {
			if r.IntN(2) == 0 {
				x.Shape[i] = 1
			}
		}
		x = numbered(r, x.DType, x.Shape...)
		y = evalLayouts(t, r, node("Expand", 13, 1, nil), []*tensor.Tensor{x, s64List(to)}, 1)[0]
		checkPicked(t, "expand", y, x, to, func(idx []int) []int {
			from := make([]int, rank)
			for i, d := range x.Shape {
				from[i] = min(idx[lead+i], d-1)
			}
			return from
		})
	}
}

func TestGatherMatchesIndexing(t *testing.T) {
	r := rng(6)
	for range 200 {
		rank := 1 + r.IntN(4)
		x := numbered(r, movable[r.IntN(len(movable))], randomShape(r, rank, 6)...)
		axis := r.IntN(rank)
		where := tensor.New(tensor.S64, randomShape(r, r.IntN(3), 4)...)
		for i := range where.S64() {
			where.S64()[i] = int64(r.IntN(2*x.Shape[axis]) - x.Shape[axis])
		}
		want := append(append(x.Shape[:axis].Clone(), where.Shape...), x.Shape[axis+1:]...)
		y := evalLayouts(t, r, node("Gather", 13, 1, graph.Attrs{"axis": int64(axis)}), []*tensor.Tensor{x, where})[0]
		checkPicked(t, "gather", y, x, want, func(idx []int) []int {
			k := int(where.S64()[flatIndex(where.Shape, idx[axis:axis+len(where.Shape)])])
			if k < 0 {
				k += x.Shape[axis]
			}
			return append(append(append([]int(nil), idx[:axis]...), k), idx[axis+len(where.Shape):]...)
		})
	}
	_, err := Eval(node("Gather", 13, 1, nil), []*tensor.Tensor{s64s(1, 2, 3), s64s(0, 3)}, kernels.For(0))
	if err == nil || !strings.Contains(err.Error(), "index 3 (element 1") {
		t.Errorf("index out of range: %v", err)
	}
}

func TestShapeOpsRefuse(t *testing.T) {
	x := tensor.New(tensor.F32, 2, 3, 4)
	big := int64(math.MaxInt64)
	cases := []struct {
		name string
		n    *graph.Node
		in   []*tensor.Tensor
	}{
		{"perm repeats", node("Transpose", 13, 1, graph.Attrs{"perm": []int64{0, 1, 1}}), []*tensor.Tensor{x}},
		{"perm out of range", node("Transpose", 13, 1, graph.Attrs{"perm": []int64{0, 1, 3}}), []*tensor.Tensor{x}},
		{"perm too short", node("Transpose", 13, 1, graph.Attrs{"perm": []int64{0, 1}}), []*tensor.Tensor{x}},
		{"concat of unlike shapes", node("Concat", 13, 1, graph.Attrs{"axis": int64(0)}), []*tensor.Tensor{x, tensor.New(tensor.F32, 2, 3, 5)}},
		{"concat of unlike types", node("Concat", 13, 1, graph.Attrs{"axis": int64(0)}), []*tensor.Tensor{x, tensor.New(tensor.S32, 2, 3, 4)}},
		{"concat along no axis", node("Concat", 13, 1, graph.Attrs{"axis": int64(3)}), []*tensor.Tensor{x, x}},
		{"split sizes", node("Split", 13, 2, nil), []*tensor.Tensor{x, s64s(big, 2)}},
		{"split negative", node("Split", 13, 2, nil), []*tensor.Tensor{x, s64s(3, -1)}},
		{"slice by 0", node("Slice", 13, 1, nil), []*tensor.Tensor{x, s64s(0), s64s(1), s64s(0), s64s(0)}},
		{"slice axis twice", node("Slice", 13, 1, nil), []*tensor.Tensor{x, s64s(0, 0), s64s(1, 1), s64s(0, -3)}},
		{"slice without ends", node("Slice", 13, 1, nil), []*tensor.Tensor{x, s64s(0)}},
		{"pad overflow", node("Pad", 13, 1, nil), []*tensor.Tensor{x, s64s(big, 0, 0, big, 0, 0)}},
		{"pad removes too much", node("Pad", 13, 1, nil), []*tensor.Tensor{x, s64s(-2, 0, 0, -1, 0, 0)}},
		{"wrap of nothing", node("Pad", 19, 1, graph.Attrs{"mode": "wrap"}), []*tensor.Tensor{x, s64s(-2, 0, 0, 1, 0, 0)}},
		{"pads for another rank", node("Pad", 13, 1, nil), []*tensor.Tensor{x, s64s(1, 1)}},
		{"squeeze of 3", node("Squeeze", 13, 1, nil), []*tensor.Tensor{x, s64s(1)}},
		{"unsqueeze out of range", node("Unsqueeze", 13, 1, nil), []*tensor.Tensor{x, s64s(4)}},
		{"unsqueeze twice", node("Unsqueeze", 13, 1, nil), []*tensor.Tensor{x, s64s(0, 0)}},
		{"flatten", node("Flatten", 13, 1, graph.Attrs{"axis": int64(4)}), []*tensor.Tensor{x}},
		{"expand", node("Expand", 13, 1, nil), []*tensor.Tensor{x, s64s(2, 3, 5)}},
		{"expand negative", node("Expand", 13, 1, nil), []*tensor.Tensor{x, s64s(-2, 2, 3, 4)}},
		{"tile overflow", node("Tile", 13, 1, nil), []*tensor.Tensor{x, s64s(big, big, 1)}},
		{"tile too large", node("Tile", 13, 1, nil), []*tensor.Tensor{x, s64s(1<<20, 1<<20, 1)}},
		{"range by 0", node("Range", 13, 1, nil), []*tensor.Tensor{tensor.Of([]int64{0}), tensor.Of([]int64{5}), tensor.Of([]int64{0})}},
		{"endless range", node("Range", 13, 1, nil), []*tensor.Tensor{tensor.Of([]float32{0}), tensor.Of([]float32{5}), tensor.Of([]float32{0})}},
		{"huge fill", node("ConstantOfShape", 13, 1, nil), []*tensor.Tensor{s64s(big, big)}},
		{"negative fill", node("ConstantOfShape", 13, 1, nil), []*tensor.Tensor{s64s(-1)}},
	}
	for _, c := range cases {
		c.n.Inputs = make([]*graph.Value, len(c.in))
		if y, err := Eval(c.n, c.in, kernels.For(0)); err == nil {
			t.Errorf("%s: accepted, gives %v", c.name, y[0].Shape)
		} else if !strings.Contains(err.Error(), "\"test\"") {
			t.Errorf("%s: error does not name the node: %v", c.name, err)
		}
	}
}
