package dataset

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// want makes the type of an input; negative dimensions are open.
func want(dt tensor.DType, dims ...int) graph.Type { return graph.Of(dt, dims) }

func open(t *testing.T, path string, p Preprocess, w graph.Type) *Set {
	t.Helper()
	s, err := Open(path, p, w)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sample(t *testing.T, s *Set, i int) *Sample {
	t.Helper()
	sm, err := s.Sample(i)
	if err != nil {
		t.Fatal(err)
	}
	if err := sm.Input.Check(); err != nil {
		t.Fatal(err)
	}
	return sm
}

func npz(t *testing.T, arrays map[string]*tensor.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := npy.WriteArchive(&b, arrays); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArraySet(t *testing.T) {
	dir := t.TempDir()
	x := tensor.Of([]uint8{0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6}, 2, 1, 2, 3)
	path := write(t, dir, "set.npz", npz(t, map[string]*tensor.Tensor{"x": x, "y": tensor.Of([]int64{7, 2}, 2)}))

	s := open(t, path, Preprocess{Scale: 1.0 / 255}, want(tensor.F32, 1, 1, 2, 3))
	sm := sample(t, s, 0)
	if s.Len() != 2 || s.Labelled() != 2 || sm.Label != 7 || sm.Name != "0" {
		t.Errorf("%d samples, %+v", s.Len(), sm)
	}
	if v := sm.Input.F32(); v[1] != 0.2 || v[5] != 1 || !sm.Input.Shape.Equal(tensor.Shape{1, 1, 2, 3}) {
		t.Errorf("got %v %v", sm.Input.Shape, v)
	}
	if d := s.Description(); !strings.Contains(d, "v*0.00392157") || !strings.Contains(d, "f32") {
		t.Errorf("description %q", d)
	}
	// Rounded, saturated integers: 300 becomes 255 and 127.
	s = open(t, path, Preprocess{Mean: []float32{100}}, want(tensor.S8, -1, 1, 2, 3))
	if v := tensor.As[int8](sample(t, s, 0).Input); !slices.Equal(v, []int8{-100, -49, 2, 53, 104, 127}) {
		t.Errorf("s8: got %v", v)
	}
	// As they are, without a copy.
	s = open(t, path, Preprocess{}, want(tensor.U8, 1, 1, 2, 3))
	if v := sample(t, s, 1).Input; !slices.Equal(v.Data, []uint8{1, 2, 3, 4, 5, 6}) {
		t.Errorf("u8: got %v", v.Data)
	}
	for _, bad := range []graph.Type{want(tensor.F32, 1, 7), want(tensor.String, 1, 1, 2, 3)} {
		if _, err := open(t, path, Preprocess{}, bad).Sample(0); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
	if _, err := s.Sample(2); err == nil {
		t.Error("sample 2 of 2: no error")
	}
}

func TestShapes(t *testing.T) {
	in := func(w graph.Type, p Preprocess) *input {
		in, err := newInput(p, w)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	arr := func(s ...int) *tensor.Tensor {
		a := tensor.New(tensor.F32, s...)
		for i := range a.F32() {
			a.F32()[i] = float32(i)
		}
		return a
	}
	for _, c := range []struct {
		sample, want, out tensor.Shape
		second            float32 // element 1 of the result
	}{
		{tensor.Shape{49, 10, 1}, tensor.Shape{1, 49, 10, 1}, tensor.Shape{1, 49, 10, 1}, 1},
		{tensor.Shape{4, 5, 3}, tensor.Shape{-1, 4, 5, 3}, tensor.Shape{1, 4, 5, 3}, 1},
		{tensor.Shape{4, 5, 3}, tensor.Shape{-1, 3, 4, 5}, tensor.Shape{1, 3, 4, 5}, 3},
		{tensor.Shape{3, 4, 5}, tensor.Shape{1, 4, 5, 3}, tensor.Shape{1, 4, 5, 3}, 20},
		{tensor.Shape{1, 28, 28}, tensor.Shape{1, 28, 28}, tensor.Shape{1, 28, 28}, 1},
		{tensor.Shape{1, 28, 28}, tensor.Shape{1, 28, 28, 1}, tensor.Shape{1, 28, 28, 1}, 1},
		{tensor.Shape{1, 28, 28}, tensor.Shape{1, 784}, tensor.Shape{1, 784}, 1},
		{tensor.Shape{16}, tensor.Shape{-1, -1}, tensor.Shape{1, 16}, 1},
		{tensor.Shape{43844, 1}, tensor.Shape{-1, 43844, 1}, tensor.Shape{1, 43844, 1}, 1},
	} {
		got, err := in(want(tensor.F32, c.want...), Preprocess{}).fromArray(arr(c.sample...))
		if err != nil || !got.Shape.Equal(c.out) || got.F32()[1] != c.second {
			t.Errorf("%v for %v: got %v, %v", c.sample, c.want, got, err)
		}
	}
	for _, c := range [][2]tensor.Shape{{{4, 5, 3}, {1, 5, 4, 3}}, {{4, 5}, {1, 5, 4}}, {{6}, {1, 7}}} {
		if _, err := in(want(tensor.F32, c[1]...), Preprocess{}).fromArray(arr(c[0]...)); err == nil {
			t.Errorf("%v for %v: no error", c[0], c[1])
		}
	}
	// Means per channel follow the layout.
	mean := Preprocess{Mean: []float32{0, 100, 200}}
	got, err := in(want(tensor.F32, 1, 3, 2, 2), mean).fromArray(arr(3, 2, 2))
	if err != nil || got.F32()[4] != -96 || got.F32()[11] != -189 {
		t.Errorf("means nchw: %v, %v", got, err)
	}
	got, err = in(want(tensor.F32, 1, 2, 2, 3), mean).fromArray(arr(2, 2, 3))
	if err != nil || got.F32()[4] != -96 || got.F32()[11] != -189 {
		t.Errorf("means nhwc: %v, %v", got, err)
	}
	if _, err = in(want(tensor.F32, 1, 2, 2, 2), mean).fromArray(arr(2, 2, 2)); err == nil {
		t.Error("3 means for 2 channels: no error")
	}
}

func TestImageInput(t *testing.T) {
	dir := t.TempDir()
	m := picture(8, 4)
	path := write(t, dir, "a.png", encodePNG(t, m))
	load := func(p Preprocess, w graph.Type) *tensor.Tensor {
		t.Helper()
		x, _, err := Load(path, p, w)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	c := m.NRGBAAt(3, 2)
	if x := load(Preprocess{}, want(tensor.U8, 1, 4, 8, 3)); !bytes.Equal(x.Data[(2*8+3)*3:][:3], []byte{c.R, c.G, c.B}) {
		t.Errorf("nhwc: got %v", x.Data)
	}
	x := load(Preprocess{Color: BGR, Scale: 1.0 / 127.5, Mean: []float32{1}}, want(tensor.F32, -1, 3, 4, 8))
	if got, w := x.F32()[32+2*8+3], float32(float64(c.G)/127.5-1); math.Abs(float64(got-w)) > 1e-6 {
		t.Errorf("nchw: got %v, want %v", got, w)
	}
	if got, w := x.F32()[0], float32(100/127.5-1); math.Abs(float64(got-w)) > 1e-6 {
		t.Errorf("bgr: first value %v, want blue, %v", got, w)
	}
	if x := load(Preprocess{Resize: "letterbox"}, want(tensor.F32, 1, 8, 8, 3)); x.F32()[0] != 0 || x.F32()[8*8*3/2+2] != 100 {
		t.Errorf("letterbox: %v", x.F32())
	}
	if x := load(Preprocess{Resize: "6x2,crop"}, want(tensor.F32, -1, -1, -1, 1)); !x.Shape.Equal(tensor.Shape{1, 2, 6, 1}) {
		t.Errorf("gray: shape %v", x.Shape)
	}
	if x := load(Preprocess{Color: Gray, Resize: "4x4"}, want(tensor.F32, 1, 16)); !x.Shape.Equal(tensor.Shape{1, 16}) {
		t.Errorf("flat: shape %v", x.Shape)
	}
	_, d, err := Load(path, Preprocess{}, want(tensor.F32, 1, 3, 2, 2))
	if err != nil || d != "resize 2x2 (stretch, bilinear antialiased), rgb, nchw, values as they are, f32" {
		t.Errorf("description %q, %v", d, err)
	}
	for name, c := range map[string]struct {
		p Preprocess
		w graph.Type
	}{
		"not clear":  {Preprocess{}, want(tensor.F32, 1, 3, 8, 3)},
		"color gray": {Preprocess{Color: Gray}, want(tensor.F32, 1, 3, 8, 8)},
		"channels":   {Preprocess{Layout: NCHW}, want(tensor.F32, 1, 8, 8, 3)},
		"resize to":  {Preprocess{Resize: "9x9"}, want(tensor.F32, 1, 3, 8, 8)},
		"image does": {Preprocess{}, want(tensor.F32, 1, 3, 8, 8, 1)},
		"does not":   {Preprocess{}, want(tensor.F32, 1, 5)},
		"std 0":      {Preprocess{Std: []float32{0}}, want(tensor.F32, 1, 3, 8, 8)},
		"bgrr":       {Preprocess{Color: "bgrr"}, want(tensor.F32, 1, 3, 8, 8)},
		"nhcw":       {Preprocess{Layout: "nhcw"}, want(tensor.F32, 1, 3, 8, 8)},
		"8x0":        {Preprocess{Resize: "8x0"}, want(tensor.F32, 1, 3, 8, 8)},
	} {
		if _, _, err := Load(path, c.p, c.w); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestFolders(t *testing.T) {
	w := want(tensor.U8, 1, 2, 2, 3)
	pixel := encodePNG(t, picture(2, 2))

	classes := t.TempDir()
	for _, f := range []string{"dog/1.png", "cat/2.png", "cat/1.png", "cat/notes.txt", ".hidden/x.png", "cover.png"} {
		write(t, classes, f, pixel)
	}
	s := open(t, classes, Preprocess{}, w)
	var got []string
	for i := range s.Len() {
		sm := sample(t, s, i)
		got = append(got, sm.Name+"="+s.Classes()[sm.Label])
	}
	if !slices.Equal(got, []string{"cat/1.png=cat", "cat/2.png=cat", "dog/1.png=dog"}) {
		t.Errorf("classes: %v", got)
	}
	if n := s.UseLabels([]string{"Dog", "bird"}); n != 2 || sample(t, s, 2).Label != 0 || sample(t, s, 0).Label != -1 || s.Labelled() != 1 {
		t.Errorf("with the model's labels: %d unknown", n)
	}

	numbers := t.TempDir()
	write(t, numbers, "10/a.png", pixel)
	write(t, numbers, "2/a.png", pixel)
	s = open(t, numbers, Preprocess{}, w)
	if a, b := sample(t, s, 0).Label, sample(t, s, 1).Label; a != 10 || b != 2 || s.Classes() != nil {
		t.Errorf("numbered folders: %d, %d", a, b)
	}

	table := t.TempDir()
	write(t, table, "photos/a.png", pixel)
	write(t, table, "b.png", pixel)
	write(t, table, LabelsFile, []byte("\ufefflabel,file,accept,name\r\n3,a.png,3;5,\"x, y\"\r\n,b.png\r\n"))
	s = open(t, table, Preprocess{}, w)
	if a, b := sample(t, s, 0), sample(t, s, 1); a.Label != 3 || !slices.Equal(a.Accept, []int{3, 5}) || b.Label != -1 || s.Len() != 2 {
		t.Errorf("labels.csv: %+v, %+v", a, b)
	}

	plain := t.TempDir()
	write(t, plain, "a.png", pixel)
	write(t, plain, "b.wav", wavFile(1, 1, 8000, 8, []byte{1}))
	if s = open(t, plain, Preprocess{}, w); s.Len() != 2 || sample(t, s, 0).Label != -1 {
		t.Error("a folder of files")
	}
	if s = open(t, filepath.Join(plain, "a.png"), Preprocess{}, w); s.Len() != 1 {
		t.Error("one file")
	}

	for want, csv := range map[string]string{
		"no file":      "file,label\nnone.png,1\n",
		"inside":       "file,label\n../a.png,1\n",
		"columns":      "name,label\na.png,1\n",
		"no header":    "",
		"not a number": "file,label,accept\nb.png,1,x\n",
		"not an image": "file,label\nlabels.csv,1\n",
		"no samples":   "file,label\n",
	} {
		write(t, table, LabelsFile, []byte(csv))
		if _, err := Open(table, Preprocess{}, w); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(plain, "none"), write(t, plain, "x.txt", nil)} {
		if _, err := Open(path, Preprocess{}, w); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

func TestWavInput(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "yes/a.wav", wavFile(1, 1, 8000, 16, tensor.Bytes([]int16{1 << 14, 1 << 13})))
	for n, wantLen := range map[int]int{4: 4, 1: 1, -1: 2} {
		s := open(t, dir, Preprocess{}, want(tensor.F32, 1, n))
		x := sample(t, s, 0).Input
		if x.Elems() != wantLen || x.F32()[0] != 0.5 {
			t.Errorf("length %d: got %v", n, x.F32())
		}
	}
	s := open(t, dir, Preprocess{Rate: 16000, Scale: 2}, want(tensor.F32, 1, 4))
	if x := sample(t, s, 0).Input.F32(); x[0] < 0.99 || x[0] > 1.01 || x[2] < 0.49 || x[2] > 0.51 {
		t.Errorf("resampled: got %v", x)
	}
	if d := s.Description(); d != "16000 Hz, cut or padded to 4 samples, v*2, f32" {
		t.Errorf("description %q", d)
	}
}

func TestPreprocessFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.png", encodePNG(t, picture(2, 2)))
	file := write(t, dir, PreprocessFile, []byte(`{"mean": [1], "std": [2, 2, 2], "scale": "1/255", "layout": "nhwc", "color": "bgr", "resize": "4x4,plain"}`))
	s := open(t, dir, Preprocess{Mean: []float32{0}}, want(tensor.F32, 1, -1, -1, 3))
	x := sample(t, s, 0).Input
	if got := x.F32()[0]; math.Abs(float64(got)-100.0/255/2) > 1e-6 || !x.Shape.Equal(tensor.Shape{1, 4, 4, 3}) {
		t.Errorf("got %v of shape %v", got, x.Shape)
	}
	if d := s.Description(); !strings.Contains(d, "4-point") || !strings.Contains(d, "bgr") {
		t.Errorf("description %q", d)
	}
	for _, bad := range []string{`{"men": 1}`, `{"scale": "x"}`, `{"scale": 0}`, `{"resize": "big"}`, `[`, `{"rate": -1}`} {
		write(t, dir, PreprocessFile, []byte(bad))
		if _, err := ReadPreprocess(file); err == nil {
			t.Errorf("%s: no error", bad)
		}
		if _, err := Open(dir, Preprocess{}, want(tensor.F32, 1, 4, 4, 3)); err == nil {
			t.Errorf("%s: no error from Open", bad)
		}
	}
	if v, err := ParseList("0.5, 1,2"); err != nil || !slices.Equal(v, []float32{0.5, 1, 2}) {
		t.Errorf("list: %v, %v", v, err)
	}
	if _, err := ParseList("1,,2"); err == nil {
		t.Error("bad list: no error")
	}
}
