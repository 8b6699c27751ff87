package main

import (
	"math"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func f32(v ...float32) []named { return []named{{"y", tensor.Of(v, len(v))}} }

func TestCompare(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, c := range map[string]struct {
		ours, theirs []named
		want         float64
	}{
		"same":           {f32(1, 2), f32(1, 2), 0},
		"scale":          {f32(1, 100), f32(2, 100), 0.01},
		"negative scale": {f32(1, -100), f32(2, -100), 0.01},
		"zero":           {f32(0, 0), f32(0, 0), 0},
		"zero scale":     {f32(0, 1), f32(0, 0), math.Inf(1)},
		"nan":            {f32(nan, 1), f32(nan, 1), 0},
		"our nan":        {f32(nan, 1), f32(1, 1), math.Inf(1)},
		"their nan":      {f32(1, 1), f32(nan, 1), math.Inf(1)},
		"infinite":       {f32(inf, 1), f32(inf, 1), 0},
		"other sign":     {f32(-inf, 1), f32(inf, 1), math.Inf(1)},
		"our infinity":   {f32(inf, 1), f32(1, 1), math.Inf(1)},
		"no element":     {append(f32(1), named{"e", tensor.New(tensor.F32, 0)}), append(f32(1), named{"e", tensor.New(tensor.F32, 0)}), 0},
		"worst output": {
			[]named{{"a", tensor.Of([]float32{1000}, 1)}, {"b", tensor.Of([]int8{1, 4}, 2)}},
			[]named{{"b", tensor.Of([]int8{2, 4}, 2)}, {"a", tensor.Of([]float32{1001}, 1)}}, 0.25},
	} {
		if got, err := compare(c.ours, c.theirs); err != nil || got != c.want {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
	for want, c := range map[string][2][]named{
		"2 outputs":                    {append(f32(1), f32(1)...), f32(1)},
		"no output \"y\"":              {f32(1), {{"z", tensor.New(tensor.F32, 1)}}},
		"the peer's f32 1":             {{{"y", tensor.New(tensor.S8, 1)}}, f32(1)},
		"is f32 2, the peer's f32 2x1": {f32(1, 2), {{"y", tensor.New(tensor.F32, 2, 1)}}},
		"no finite number":             {f32(nan), f32(nan)},
	} {
		if got, err := compare(c[0], c[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v, want %q", got, err, want)
		}
	}
}

// TestElements makes, saves, loads and widens every type that can be handed to
// the peer.
func TestElements(t *testing.T) {
	var ports []runtime.Port
	fill := map[string]float64{}
	for dt := range peerTypes {
		ports = append(ports, runtime.Port{Name: dt.String(), DType: dt, Shape: tensor.Shape{2, 1}})
		fill[dt.String()] = 1
	}
	list, err := inputs(ports, fill)
	if err != nil {
		t.Fatal(err)
	}
	arrays, err := save(t.TempDir(), list)
	if err != nil {
		t.Fatal(err)
	}
	again, err := load(arrays)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range again {
		if a.name != list[i].name || a.DType != list[i].DType || !a.Shape.Equal(list[i].Shape) {
			t.Errorf("%v %v %v came back as %v %v %v", list[i].name, list[i].DType, list[i].Shape, a.name, a.DType, a.Shape)
		}
		if v, err := elements(a.Tensor); err != nil || len(v) != 2 || v[0] != 1 || v[1] != 1 {
			t.Errorf("%v: %v, %v", a.DType, v, err)
		}
	}
	arrays[0].Dims = []int{3}
	if _, err := load(arrays); err == nil {
		t.Error("an array with too few bytes is accepted")
	}
	if _, err := save(t.TempDir(), []named{{"s", tensor.New(tensor.String, 1)}}); err == nil {
		t.Error("a text is handed over")
	}
}

func TestInputs(t *testing.T) {
	ports := []runtime.Port{
		{Name: "x", DType: tensor.F32, Shape: tensor.Shape{1000}},
		{Name: "ids", DType: tensor.S64, Shape: tensor.Shape{1000}},
		{Name: "rate", DType: tensor.S64, Shape: tensor.Shape{}},
		{Name: "pixels", DType: tensor.U8, Shape: tensor.Shape{1000}},
	}
	a, err := inputs(ports, map[string]float64{"rate": 16000, "other": 1})
	if err != nil {
		t.Fatal(err)
	}
	b, err := inputs(ports, map[string]float64{"rate": 16000})
	if err != nil {
		t.Fatal(err)
	}
	if diff, err := compare(a, b); diff != 0 || err != nil {
		t.Errorf("another time other inputs: %v, %v", diff, err)
	}
	if a[2].S64()[0] != 16000 {
		t.Errorf("rate %d", a[2].S64()[0])
	}
	for i, most := range []float64{1, 1, 16000, 255} {
		v, err := elements(a[i].Tensor)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[float64]bool{}
		for _, x := range v {
			seen[x] = true
			if x < 0 || x > most {
				t.Errorf("%s: %v", a[i].name, x)
			}
		}
		if len(seen) < 2 && len(v) > 1 {
			t.Errorf("%s: all the same", a[i].name)
		}
	}
	if _, err := inputs([]runtime.Port{{Name: "s", DType: tensor.String}}, nil); err == nil {
		t.Error("random text")
	}
}
