package tflite

import (
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func TestOperatorNames(t *testing.T) {
	for code, want := range map[int]string{0: "ADD", 39: "TRANSPOSE", 45: "STRIDED_SLICE", 82: "REDUCE_MAX", 97: "RESIZE_NEAREST_NEIGHBOR",
		124: "DENSIFY", 126: "BATCH_MATMUL", 150: "GELU", 161: "RIGHT_SHIFT", 999: "operator 999"} {
		if got := operatorName(code); got != want {
			t.Errorf("operator %d is called %s, not %s", code, got, want)
		}
	}
	for code := range lowerings {
		if strings.HasPrefix(operatorName(code), "operator ") {
			t.Errorf("operator %d has a lowering and no name", code)
		}
	}
}

func TestQuantisedModelIsRefused(t *testing.T) {
	data := buildModel([]testTensor{
		{name: "x", shape: []int{1}, typ: typeS8, more: []field{tableField(tensorQuant, floatsField(quantScale, 0.5))}},
		{name: "y", shape: []int{1}, typ: typeS8, more: []field{tableField(tensorQuant, floatsField(quantScale, 0.5))}},
	}, []testOp{{code: 19, in: []int{0}, out: []int{1}}}, []int{0}, []int{1})
	_, err := Import(data, Options{Name: "m.tflite"})
	for _, part := range []string{"m.tflite", "quantised", `"x"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Fatalf("error %v does not say %q", err, part)
		}
	}
}

func TestQuantisedAssetsAreRefused(t *testing.T) {
	dir := require.Assets(t)
	for _, f := range []string{"kws/kws_ref_model", "ic/pretrainedResnet_quant", "vww/vww_96_int8", "mnist/trained_lstm_int8", "ad/ad01_int8",
		"mobilenet/mobilenet_v1_0.25_224_quant"} {
		if _, err := ImportFile(filepath.Join(dir, f+".tflite"), Options{}); err == nil || !strings.Contains(err.Error(), "quantised") {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestMissingOperatorsAreAllNamed(t *testing.T) {
	data := buildModel([]testTensor{{name: "a", shape: []int{1}}, {name: "b", shape: []int{1}}, {name: "c", shape: []int{1}}, {name: "d", shape: []int{1}}},
		[]testOp{{code: 27, in: []int{0}, out: []int{1}}, {code: 19, in: []int{1}, out: []int{2}}, {code: 131, in: []int{2}, out: []int{3}}},
		[]int{0}, []int{3})
	_, err := Import(data, Options{})
	for _, part := range []string{`SVDF, operator 0 (output "b")`, `RFFT2D, operator 2 (output "d")`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Fatalf("error %v does not say %q", err, part)
		}
	}
}

// sparseWeights is a 4 x 6 matrix with one 1 x 2 block in row 1 (columns 2, 3)
// and two in row 3 (columns 0, 1 and 4, 5).
func sparseWeights(kind int) testTensor {
	list := func(num int, v ...int) []field {
		var f field
		switch kind {
		case 1:
			f = intsField(0, v...)
		case 2:
			var b []byte
			for _, x := range v {
				b = binary.LittleEndian.AppendUint16(b, uint16(x))
			}
			f = field{num: 0, write: func(w *builder) {
				w.u32(uint32(len(v)))
				w.b = append(w.b, b...)
			}}
		default:
			var b []byte
			for _, x := range v {
				b = append(b, byte(x))
			}
			f = bytesField(0, b)
		}
		return []field{u8(num-1, kind), tableField(num, f)}
	}
	columns := append([]field{u8(sparseDimFormat, 1)}, list(sparseDimSegments, 0, 0, 1, 1, 3)...)
	columns = append(columns, list(sparseDimIndices, 1, 0, 2)...)
	return testTensor{name: "w", shape: []int{4, 6}, data: floatBytes(1, 2, 3, 0, 5, 6),
		more: []field{tableField(tensorSparsity, intsField(sparsityOrder, 0, 1, 2), intsField(sparsityBlock, 1),
			tablesField(sparsityDims, []field{i32(sparseDimSize, 4)}, columns, []field{i32(sparseDimSize, 2)}))}}
}

func sparseModel(kind int) []byte {
	return buildModel([]testTensor{{name: "x", shape: []int{1, 6}}, sparseWeights(kind), {name: "d", shape: []int{4, 6}}, {name: "y", shape: []int{1, 4}}},
		[]testOp{{code: opDensify, in: []int{1}, out: []int{2}}, {code: 9, in: []int{0, 2}, out: []int{3}}}, []int{0}, []int{3})
}

func TestSparseTensors(t *testing.T) {
	for kind := 1; kind <= 3; kind++ {
		g, err := Import(sparseModel(kind), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var w *tensor.Tensor
		for _, n := range g.Nodes {
			if n.Op == "Gemm" {
				w = n.Inputs[1].Const
			}
		}
		if w == nil || w.Sparse == nil || w.Sparse.NNZ() != 5 {
			t.Fatalf("the weights are not sparse with 5 elements:\n%v", g)
		}
		got, err := ops.EvalGraph(g, []*tensor.Tensor{tensor.Of([]float32{1, 10, 100, 1000, 10000, 100000}, 1, 6)}, kernels.For(kernels.Generic))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "product", got[0], []float64{0, 2100, 0, 650003}, []int{1, 4})
	}
}

// TestSparsePermute compares the permutation of a sparse tensor with that of
// its dense form.
func TestSparsePermute(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := &constants{budget: 1 << 20}
	for _, perm := range [][]int{{0, 3, 1, 2}, {3, 0, 1, 2}, {0, 1, 2, 3}, {2, 3, 0, 1}} {
		d := tensor.New(tensor.F32, 4, 3, 2, 5)
		for i := range d.F32() {
			if rng.IntN(4) == 0 {
				d.F32()[i] = rng.Float32()
			}
		}
		s, err := tensor.NewCSR(d)
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.permute(d, perm)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.permute(&tensor.Tensor{DType: tensor.F32, Shape: d.Shape, Sparse: s}, perm)
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Dense().Data) != string(want.Data) || !got.Shape.Equal(want.Shape) {
			t.Errorf("permutation %v of a sparse tensor differs", perm)
		}
	}
}

// dilatedModel is SPACE_TO_BATCH_ND, CONV_2D, BATCH_TO_SPACE_ND.
func dilatedModel() []byte {
	pairs := func(name string, v ...int) testTensor {
		return testTensor{name: name, shape: []int{2, 2}, typ: typeS32, data: intBytes(v...)}
	}
	return buildModel([]testTensor{
		{name: "x", shape: []int{1, 5, 5, 1}}, ints("block", 2, 2), pairs("pads", 2, 3, 2, 3), {name: "s", shape: []int{4, 5, 5, 1}},
		floats("w", seq(9, 1), 1, 3, 3, 1), {name: "c", shape: []int{4, 3, 3, 1}}, pairs("crops", 0, 1, 0, 1), {name: "y", shape: []int{1, 5, 5, 1}},
	}, []testOp{
		{opSpaceToBatch, []int{0, 1, 2}, []int{3}, nil},
		{opConv2D, []int{3, 4}, []int{5}, []field{u8(0, 1), i32(1, 1), i32(2, 1)}},
		{opBatchToSpace, []int{5, 1, 6}, []int{7}, nil},
	}, []int{0}, []int{7})
}

func TestDilatedConvIsRecognised(t *testing.T) {
	g, err := Import(dilatedModel(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	conv := nodesOf(g, "Conv")
	if len(conv) != 1 || len(g.Nodes) != 3 {
		t.Fatalf("not one convolution between two transposes:\n%v", g)
	}
	if d, p := conv[0].Attrs.Ints("dilations"), conv[0].Attrs.Ints("pads"); len(d) != 2 || d[0] != 2 || d[1] != 2 || len(p) != 4 || p[0] != 2 || p[3] != 2 {
		t.Fatalf("dilations %v, pads %v", d, p)
	}
	x := seq(25, 0)
	got, err := ops.EvalGraph(g, []*tensor.Tensor{tensor.Of(x, 1, 5, 5, 1)}, kernels.For(kernels.Generic))
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for y := range 5 {
		for c := range 5 {
			sum := 0.0
			for k := range 9 {
				if r, s := y+2*(k/3)-2, c+2*(k%3)-2; r >= 0 && r < 5 && s >= 0 && s < 5 {
					sum += float64(k+1) * float64(x[5*r+s])
				}
			}
			want = append(want, sum)
		}
	}
	near(t, "dilated convolution", got[0], want, []int{1, 5, 5, 1})
}

func nodesOf(g *graph.Graph, op string) (found []*graph.Node) {
	for _, n := range g.Nodes {
		if n.Op == op {
			found = append(found, n)
		}
	}
	return found
}

// seeds are small models of every kind the tests build.
func seeds() [][]byte {
	s := [][]byte{sparseModel(1), sparseModel(2), sparseModel(3), dilatedModel()}
	for i := range operatorCases {
		s = append(s, operatorCases[i].model())
	}
	return s
}

// TestHostileFiles damages small models in many ways. No damage may lead to a
// panic or to an allocation out of proportion.
func TestHostileFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	interesting := []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 1 << 16, 1 << 30}
	var before, after goruntime.MemStats
	for i, s := range seeds() {
		goruntime.ReadMemStats(&before)
		runs := 0
		for n := 0; n < len(s); n += 7 {
			_, _ = Import(s[:n], Options{})
			runs++
		}
		for range 150 {
			d := append([]byte(nil), s...)
			for range 1 + rng.IntN(3) {
				at := rng.IntN(len(d) - 4)
				if rng.IntN(2) == 0 {
					d[at] = byte(rng.Uint32())
				} else {
					binary.LittleEndian.PutUint32(d[at&^3:], interesting[rng.IntN(len(interesting))])
				}
			}
			_, _ = Import(d, Options{})
			runs++
		}
		goruntime.ReadMemStats(&after)
		if mean := int(after.TotalAlloc-before.TotalAlloc) / runs; mean > 1<<18 {
			t.Errorf("seed %d: %d bytes allocated on average for damaged files of %d bytes", i, mean, len(s))
		}
	}
}

func FuzzImport(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		g, err := Import(data, Options{})
		if err != nil {
			return
		}
		if err := g.Validate(); err != nil {
			t.Fatal(err)
		}
		if g.String() == "" {
			t.Fatal("a graph that prints nothing")
		}
	})
}
