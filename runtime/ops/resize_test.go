package ops

import (
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// axisWeights gives the inputs that output x of a resized axis is made of, by
// the formulas of the ONNX specification. nil means outside the input.
func axisWeights(mode, coordinates, nearest string, exclude bool, in, out, x int, scale float64) map[int]float64 {
	var p float64
	fx := float64(x)
	switch coordinates {
	case "half_pixel":
		p = (fx+0.5)/scale - 0.5
	case "pytorch_half_pixel":
		if out > 1 {
			p = (fx+0.5)/scale - 0.5
		} else {
			p = -0.5
		}
	case "asymmetric":
		p = fx / scale
	case "align_corners":
		if out > 1 {
			p = fx * float64(in-1) / float64(out-1)
		}
	}
	clamp := func(i int) int { return min(max(i, 0), in-1) }
	w := map[int]float64{}
	base := int(math.Floor(p))
	r := p - float64(base)
	put := func(i int, v float64) {
		if exclude && (i < 0 || i >= in) {
			return
		}
		w[clamp(i)] += v
	}
	switch mode {
	case "nearest":
		i := 0
		switch nearest {
		case "floor":
			i = base
		case "ceil":
			i = int(math.Ceil(p))
		case "round_prefer_floor":
			i = int(math.Ceil(p - 0.5))
		case "round_prefer_ceil":
			i = int(math.Floor(p + 0.5))
		}
		w[clamp(i)] = 1
	case "linear":
		put(base, 1-r)
		put(base+1, r)
	case "cubic":
		const a = -0.75
		near := func(d float64) float64 { return (a+2)*d*d*d - (a+3)*d*d + 1 }
		far := func(d float64) float64 { return a*d*d*d - 5*a*d*d + 8*a*d - 4*a }
		put(base-1, far(1+r))
		put(base, near(r))
		put(base+1, near(1-r))
		put(base+2, far(2-r))
	}
	if exclude && mode != "nearest" {
		sum := 0.0
		for _, v := range w {
			sum += v
		}
		for i := range w {
			w[i] /= sum
		}
	}
	return w
}

func TestResizeMatchesFormulas(t *testing.T) {
	r := rng(40)
	for range 300 {
		rank := 1 + r.IntN(4)
		if r.IntN(2) == 0 {
			rank = 4
		}
		s := randomShape(r, rank, 6)
		mode := []string{"nearest", "linear", "cubic"}[r.IntN(3)]
		coordinates := []string{"half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"}[r.IntN(4)]
		nearest := []string{"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"}[r.IntN(4)]
		exclude := r.IntN(2) == 0
		dt := []tensor.DType{tensor.F32, tensor.F32, tensor.F64, tensor.S8, tensor.U8}[r.IntN(5)]
		x := tensor.New(dt, s...)
		for i := range x.Elems() {
			setNumber(x, i, 20+r.IntN(50))
		}
		sizes, want := make([]int, rank), s.Clone()
		for i := range sizes {
			sizes[i] = s[i]
			if i >= rank-2 || r.IntN(4) == 0 {
				sizes[i] = 1 + r.IntN(9)
			}
			want[i] = sizes[i]
		}
		n := node("Resize", 19, 1, graph.Attrs{"mode": mode, "coordinate_transformation_mode": coordinates,
			"nearest_mode": nearest, "exclude_outside": map[bool]int64{true: 1}[exclude]})
		y := evalLayouts(t, r, n, []*tensor.Tensor{x, nil, nil, s64List(sizes)}, 3)[0]
		if !y.Shape.Equal(want) {
			t.Fatalf("shape %v, want %v", y.Shape, want)
		}
		// axes[i][x] lists the contributions along one axis.
		axes := make([][]map[int]float64, rank)
		for i := range axes {
			for o := range want[i] {
				axes[i] = append(axes[i], axisWeights(mode, coordinates, nearest, exclude, s[i], want[i], o, float64(want[i])/float64(s[i])))
			}
		}
		eachIndex(want, func(flat int, idx []int) {
			ref := 0.0
			eachIndex(s, func(at int, from []int) {
				w := 1.0
				for i, k := range from {
					w *= axes[i][idx[i]][k]
				}
				if w != 0 {
					ref += w * numberAt(x, at)
				}
			})
			got, slack := numberAt(y, flat), 1e-3
			if dt == tensor.S8 || dt == tensor.U8 {
				// Rounded, and a half may go either way.
				bottom, top := -128.0, 127.0
				if dt == tensor.U8 {
					bottom, top = 0, 255
				}
				ref, slack = min(max(ref, bottom), top), 0.5+1e-3
				if mode == "nearest" {
					slack = 0
				}
			}
			if math.Abs(got-ref) > slack {
				t.Fatalf("%v %s %s %s exclude %v, %v to %v: element %v is %g, want %g", dt, mode, coordinates, nearest, exclude, s, want, idx, got, ref)
			}
		})
	}
}

func TestResizeCropsAndOldForms(t *testing.T) {
	r := rng(41)
	x := tensor.Of([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
	// The crop reaches one column beyond the input: what is there is the fill value.
	for _, mode := range []string{"nearest", "linear", "cubic"} {
		n := node("Resize", 13, 1, graph.Attrs{"mode": mode, "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": float32(9)})
		roi := tensor.Of([]float32{0, 0, 0, 0, 1, 1, 1, 2}, 8)
		y := evalLayouts(t, r, n, []*tensor.Tensor{x, roi, nil, s64s(1, 1, 2, 3)}, 1, 3)[0]
		for i, want := range []float32{1, 2, 9, 3, 4, 9} {
			if math.Abs(float64(y.F32()[i]-want)) > 1e-5 {
				t.Errorf("%s: element %d is %g, want %g", mode, i, y.F32()[i], want)
			}
		}
	}
	scales := tensor.Of([]float32{1, 1, 2, 2}, 4)
	for _, n := range []*graph.Node{node("Upsample", 9, 1, nil), node("Resize", 10, 1, nil)} {
		y := evalLayouts(t, r, n, []*tensor.Tensor{x, scales}, 1)[0]
		checkPicked(t, n.Op, y, x, tensor.Shape{1, 1, 4, 4}, func(i []int) []int { return []int{0, 0, i[2] / 2, i[3] / 2} })
	}
	inf := float32(math.Inf(1))
	for _, bad := range [][]float32{{1, 1, 0, 2}, {1, 1, -1, 2}, {1, 1, float32(math.NaN()), 1}, {1, 1, inf, 1}, {1e9, 1e9, 1e9, 1e9}, {1, 2}} {
		n := node("Resize", 19, 1, nil)
		if _, err := Eval(n, []*tensor.Tensor{x, nil, tensor.Of(bad, len(bad))}, kernels.For(0)); err == nil {
			t.Errorf("scales %v are accepted", bad)
		}
	}
}

func TestMaxRoiPool(t *testing.T) {
	x := tensor.New(tensor.F32, 1, 1, 4, 4)
	for i := range x.F32()[:16] {
		x.F32()[i] = float32(i)
	}
	attrs := graph.Attrs{"pooled_shape": []int64{2, 2}, "spatial_scale": float32(0.5)}
	rois := tensor.Of([]float32{0, 0, 0, 6, 6, 0, 2, 2, 4, 4, 0, 10, 10, 12, 12}, 3, 5)
	out, err := Eval(node("MaxRoiPool", 1, 1, attrs), []*tensor.Tensor{x, rois}, kernels.For(0))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float32{5, 7, 13, 15, 5, 6, 9, 10, 0, 0, 0, 0} {
		if out[0].F32()[i] != want {
			t.Errorf("element %d is %g, want %g", i, out[0].F32()[i], want)
		}
	}
	nan := float32(math.NaN())
	for _, roi := range [][]float32{{1, 0, 0, 1, 1}, {-1, 0, 0, 1, 1}, {nan, 0, 0, 1, 1}, {0, nan, 0, 1, 1}, {0, 0, 0, 1e30, 1}} {
		if _, err := Eval(node("MaxRoiPool", 1, 1, attrs), []*tensor.Tensor{x, tensor.Of(roi, 1, 5)}, kernels.For(0)); err == nil {
			t.Errorf("region %v is accepted", roi)
		}
	}
}
