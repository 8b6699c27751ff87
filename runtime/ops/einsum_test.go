package ops

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// einsumReference sums over every combination of letters.
func einsumReference(equation string, size map[byte]int, in []*tensor.Tensor) []float64 {
	left, out, _ := strings.Cut(equation, "->")
	terms := strings.Split(left, ",")
	letters := []byte(out)
	for _, l := range []byte(left) {
		if l != ',' && !slices.Contains(letters, l) {
			letters = append(letters, l)
		}
	}
	all := make(tensor.Shape, len(letters))
	for i, l := range letters {
		all[i] = size[l]
	}
	res := make([]float64, all[:len(out)].Elems())
	eachIndex(all, func(_ int, idx []int) {
		v := 1.0
		for k, term := range terms {
			at := make([]int, len(term))
			for i, l := range []byte(term) {
				at[i] = min(idx[slices.Index(letters, l)], in[k].Shape[i]-1)
			}
			v *= numberAt(in[k], flatIndex(in[k].Shape, at))
		}
		res[flatIndex(all[:len(out)], idx[:len(out)])] += v
	})
	return res
}

func TestEinsumMatchesNestedLoops(t *testing.T) {
	r := rng(30)
	equations := []string{
		"ij,jk->ik", "ij,kj->ik", "ji,jk->ki", "bij,bjk->bik", "bhid,bhjd->bhij", "bhij,bhjd->bihd", "bqhd,bkhd->bhqk",
		"bhqk,bkhd->bqhd", "abcd,cdef->abef", "abcd,decf->abfe", "ij,ij->", "ij,ij->ij", "i,j->ij", "i,i->", "ii->i", "ii->",
		"ijj->ji", "ij->ji", "ij->", "ijk->j", "ij,k->ik", "ij,jk,kl->il", "i,j,k,ijk->", "i,ij,j->", "bn,anm,bm->ba", "iij,jk->ik",
		"ab,cb,ad->cd", "xyz,zyx->", "xyz,zyx->x", "abij,abjk->aibk",
	}
	for _, eq := range equations {
		for _, dt := range []tensor.DType{tensor.F32, tensor.F64, tensor.S32, tensor.U64} {
			for _, most := range []int{4, 9} {
				size := map[byte]int{}
				for _, l := range []byte("abcdefhijklmnqxyz") {
					size[l] = 1 + r.IntN(most)
				}
				left, out, _ := strings.Cut(eq, "->")
				var in []*tensor.Tensor
				for _, term := range strings.Split(left, ",") {
					s := make(tensor.Shape, len(term))
					for i, l := range []byte(term) {
						s[i] = size[l]
					}
					x := tensor.New(dt, s...)
					for i := range x.Elems() {
						if dt == tensor.S32 {
							tensor.As[int32](x)[i] = int32(r.IntN(9) - 4)
						} else {
							setNumber(x, i, r.IntN(5))
						}
					}
					in = append(in, x)
				}
				want := einsumReference(eq, size, in)
				y := evalLayouts(t, r, node("Einsum", 12, 1, graph.Attrs{"equation": eq}), in)[0]
				if len(y.Shape) != len(out) || y.Elems() != len(want) {
					t.Fatalf("%s: shape %v", eq, y.Shape)
				}
				for i, w := range want {
					// Sums of small integers are exact.
					if got := numberAt(y, i); got != w {
						t.Fatalf("%s %v %v: element %d is %g, want %g", eq, dt, size, i, got, w)
					}
				}
			}
		}
	}
}

func TestEinsumBlocks(t *testing.T) {
	r := rng(31)
	// Beyond every block size, contiguous and not.
	for _, eq := range []string{"ik,kj->ij", "ki,jk->ij", "ik,kj->ji", "aki,kaj->ij"} {
		size := map[byte]int{'i': einsumRows + 5, 'j': einsumCols + 3, 'k': einsumDepth + 7, 'a': 2}
		left, _, _ := strings.Cut(eq, "->")
		var in []*tensor.Tensor
		for _, term := range strings.Split(left, ",") {
			var s tensor.Shape
			for _, l := range []byte(term) {
				s = append(s, size[l])
			}
			x := tensor.New(tensor.F32, s...)
			for i := range x.F32()[:x.Elems()] {
				x.F32()[i] = r.Float32() - 0.5
			}
			in = append(in, x)
		}
		want := einsumReference(eq, size, in)
		y := evalLayouts(t, r, node("Einsum", 12, 1, graph.Attrs{"equation": eq}), in)[0]
		bound := 2 * float64(size['k']*size['a']) * float64(size['k']*size['a']) / 4 * 0x1p-24
		for i, w := range want {
			if math.Abs(numberAt(y, i)-w) > bound {
				t.Fatalf("%s: element %d is %g, want %g", eq, i, numberAt(y, i), w)
			}
		}
	}
}

func TestEinsumEllipsisAndRefusals(t *testing.T) {
	r := rng(32)
	a, b := tensor.New(tensor.F64, 1, 3, 2, 4), tensor.New(tensor.F64, 5, 1, 4, 2)
	for i := range a.Elems() {
		setNumber(a, i, r.IntN(5))
	}
	for i := range b.Elems() {
		setNumber(b, i, r.IntN(5))
	}
	want := einsumReference("xyij,xyjk->xyik", map[byte]int{'x': 5, 'y': 3, 'i': 2, 'j': 4, 'k': 2}, []*tensor.Tensor{a, b})
	for _, eq := range []string{"...ij,...jk->...ik", "... ij, ...jk", "...ab,...bc -> ...ac"} {
		y := evalLayouts(t, r, node("Einsum", 12, 1, graph.Attrs{"equation": eq}), []*tensor.Tensor{a, b})[0]
		if !y.Shape.Equal(tensor.Shape{5, 3, 2, 2}) || !slices.Equal(tensor.As[float64](y)[:60], want) {
			t.Errorf("%s: %v %v, want %v", eq, y.Shape, tensor.As[float64](y), want)
		}
	}
	x := tensor.New(tensor.F32, 2, 3)
	for _, eq := range []string{"", "i", "ijk", "ii", "ij->ik", "ij->ii", "ij,jk", "i.j", "......", "i1", "...ijk", "ij->->"} {
		if _, err := Eval(node("Einsum", 12, 1, graph.Attrs{"equation": eq}), []*tensor.Tensor{x}, kernels.For(0)); err == nil {
			t.Errorf("equation %q of %v is accepted", eq, x.Shape)
		}
	}
}
