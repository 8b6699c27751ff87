package arrays

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

var ports = []runtime.Port{
	{Name: "x", DType: tensor.F32, Shape: tensor.Shape{1, 2, 3}},
	{Name: "n", DType: tensor.S64, Shape: tensor.Shape{}},
}

func archive(t *testing.T, arrays map[string]*tensor.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.npz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := npy.WriteArchive(f, arrays); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadArchive(t *testing.T) {
	got, err := ReadArchive(archive(t, map[string]*tensor.Tensor{"n": tensor.Of([]int64{7}), "other": tensor.New(tensor.F32, 1)}), ports)
	if err != nil || got[0] != nil || got[1] == nil || got[1].S64()[0] != 7 {
		t.Errorf("got %v, %v", got, err)
	}
	got, err = ReadArchive(archive(t, map[string]*tensor.Tensor{"arr_1": tensor.Of([]int64{7}), "arr_0": tensor.New(tensor.F32, 1, 2, 3)}), ports)
	if err != nil || got[0] == nil || got[1] == nil || got[1].S64()[0] != 7 {
		t.Errorf("nameless arrays: %v, %v", got, err)
	}
	if _, err := ReadArchive(archive(t, map[string]*tensor.Tensor{"arr_0": tensor.Of([]int64{7})}), ports); err == nil {
		t.Error("one nameless array for two inputs")
	}
	if _, err := ReadArchive(archive(t, nil), ports); err == nil || !strings.Contains(err.Error(), "no arrays") {
		t.Errorf("an empty archive: %v", err)
	}
	only := archive(t, map[string]*tensor.Tensor{"other": tensor.New(tensor.F32, 2, 3)})
	if got, err := ReadArchive(only, ports[:1]); err != nil || got[0] == nil {
		t.Errorf("the only array for the only input: %v, %v", got, err)
	}
	if _, err := ReadArchive(only, ports); err == nil || !strings.Contains(err.Error(), "other") {
		t.Errorf("no array fits: %v", err)
	}
}

// TestReadArchiveIsBounded: an array that grows to more than any input takes is
// refused by what the archive says of it, before it is expanded.
func TestReadArchiveIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	zw := zip.NewWriter(f)
	w, err := zw.CreateRaw(&zip.FileHeader{Name: "x.npy", Method: zip.Deflate, UncompressedSize64: 1 << 29, CompressedSize64: 1 << 20})
	if err == nil {
		_, err = w.Write(make([]byte, 1<<20))
	}
	if err = errors.Join(err, zw.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadArchive(path, ports); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Error(err)
	}
}

func TestReadLabels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.txt")
	for _, c := range []struct {
		text string
		want []string
	}{
		{"\ufeffcat\r\ndog \r\n\r\nbird\n\n", []string{"cat", "dog", "", "bird"}},
		{"", nil},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		names, err := ReadLabels(path)
		if !slices.Equal(names, c.want) || (err == nil) != (c.want != nil) {
			t.Errorf("%q: %q, %v", c.text, names, err)
		}
	}
}

func TestPick(t *testing.T) {
	for _, c := range []struct {
		name  string
		given []bool
		want  int
		bad   bool
	}{
		{"", []bool{false, false}, 0, false},
		{"", []bool{true, false}, 1, false},
		{"", []bool{true, true}, 0, true},
		{"n", []bool{false, false}, 1, false},
		{"q", []bool{false, false}, 0, true},
	} {
		if got, err := Pick(ports, c.given, c.name); got != c.want || (err != nil) != c.bad {
			t.Errorf("%+v: got %d, %v", c, got, err)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		t    *tensor.Tensor
		fits bool
	}{
		{tensor.New(tensor.F32, 2, 3), true},
		{tensor.New(tensor.F32, 1, 1, 2, 3), true},
		{tensor.New(tensor.F32, 3, 2), false},
		{tensor.New(tensor.F64, 2, 3), false},
	} {
		got, err := Fit(c.t, ports[0])
		if (err == nil) != c.fits || c.fits && !got.Shape.Equal(ports[0].Shape) {
			t.Errorf("%v: %v, %v", c.t.Shape, got, err)
		}
	}
}

func TestSplit(t *testing.T) {
	odd := filepath.Join(t.TempDir(), "a=b.npy")
	if err := os.WriteFile(odd, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string][2]string{"f.npy": {"", "f.npy"}, "x=f.npy": {"x", "f.npy"}, odd: {"", odd}, "x=" + odd: {"x", odd}} {
		if name, file := Split(arg); name != want[0] || file != want[1] {
			t.Errorf("%s: %q, %q", arg, name, file)
		}
	}
}

func TestPrint(t *testing.T) {
	var b strings.Builder
	Print(&b, Named{"scores", tensor.Of([]float32{0.25, 0.5, 0, 1}, 1, 4)}, 2, []string{"cat", "dog", "cow"})
	if want := "scores: f32 1x4\n      3           1\n      1         0.5  dog\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
	b.Reset()
	Print(&b, Named{"boxes", tensor.Of([]float32{1, 2, 3, 4}, 2, 2, 1)}, 1, nil)
	if want := "boxes: f32 2x2x1\n  smallest 1, largest 4, mean 2.5\n  [1,1,0]           4\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

func TestLargest(t *testing.T) {
	nan := func() float64 { z := 0.0; return z / z }()
	if got := largest([]float64{1, nan, 3, 3, 2}, 9); !slices.Equal(got, []int{2, 3, 4, 0, 1}) {
		t.Errorf("got %v", got)
	}
}
