package plan_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/importer"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// storage is a piece of the arena as this test sees it: values that share it,
// from the step that first writes to the last that reads.
type storage struct {
	name        string
	bytes       int
	elems       int // bytes, without halo and gaps
	first, last int // -1 before the first step, len(steps) after the last
	low, high   int // in the arena
}

// storages finds the pieces from the steps alone: when each value is written
// and read, which values say they share a buffer.
func storages(t *testing.T, p *plan.Plan) []*storage {
	t.Helper()
	end := len(p.Steps)
	first, last := make([]int, len(p.Values)), make([]int, len(p.Values))
	for at := range p.Values {
		first[at], last[at] = end+1, -2
	}
	touch := func(at, step int) {
		if at >= 0 {
			first[at], last[at] = min(first[at], step), max(last[at], step)
		}
	}
	for _, at := range p.Inputs { // filled once, read by every run
		touch(at, -1)
		touch(at, end)
	}
	for _, at := range p.Outputs {
		touch(at, end)
	}
	for i, s := range p.Steps {
		for _, at := range s.In {
			touch(at, i)
		}
		for _, at := range s.Out {
			touch(at, i)
		}
	}
	root := func(at int) int {
		for p.Values[at].Shares >= 0 {
			at = p.Values[at].Shares
		}
		return at
	}
	byRoot := map[int]*storage{}
	var all []*storage
	for at := range p.Values {
		v := &p.Values[at]
		if v.Place != plan.Arena || first[at] > end {
			continue
		}
		elems := v.Layout.For(v.Shape).Elems(v.Shape)
		if v.Layout == (tensor.Layout{}) {
			elems = v.Shape.Elems()
		}
		bytes := (elems*v.DType.Size() + tensor.Align - 1) / tensor.Align * tensor.Align
		if v.Bytes != bytes || v.Offset%tensor.Align != 0 || v.Offset < 0 || v.Offset+v.Bytes > p.ArenaBytes {
			t.Errorf("%s: %d bytes at %d of an arena of %d, want %d bytes", v.Name, v.Bytes, v.Offset, p.ArenaBytes, bytes)
		}
		s := byRoot[root(at)]
		if s == nil {
			s = &storage{name: v.Name, first: first[at], last: last[at], low: v.Offset, high: v.Offset + v.Bytes}
			byRoot[root(at)] = s
			all = append(all, s)
		}
		if s.low != v.Offset {
			t.Errorf("%s at %d shares the buffer of %s at %d", v.Name, v.Offset, s.name, s.low)
		}
		s.bytes, s.high = max(s.bytes, bytes), max(s.high, v.Offset+v.Bytes)
		s.elems = max(s.elems, v.Shape.Elems()*v.DType.Size())
		s.first, s.last = min(s.first, first[at]), max(s.last, last[at])
	}
	return all
}

// peak is the most bytes of storage alive during one step.
func peak(all []*storage, steps int) int {
	most := 0
	for i := -1; i <= steps; i++ {
		now := 0
		for _, s := range all {
			if s.first <= i && i <= s.last {
				now += s.bytes
			}
		}
		most = max(most, now)
	}
	return most
}

// checkMemory proves a plan's arena: nothing alive lies on anything else alive,
// what shares a buffer is not written while the other is needed, and it is at
// most a tenth larger than the bytes alive at once. It gives that peak.
func checkMemory(t *testing.T, p *plan.Plan) int {
	t.Helper()
	all := storages(t, p)
	for i, a := range all {
		for _, b := range all[:i] {
			if a.first <= b.last && b.first <= a.last && a.low < b.high && b.low < a.high {
				t.Errorf("%s: %s at %d..%d and %s at %d..%d are alive together", p.Name, a.name, a.low, a.high, b.name, b.low, b.high)
			}
		}
	}
	// An operation done in place is the last to read what it overwrites.
	for i, s := range p.Steps {
		if s.Dynamic || s.Kernel.View || s.Out[0] < 0 || p.Values[s.Out[0]].Place != plan.Arena || p.Values[s.Out[0]].Shares < 0 {
			continue
		}
		over := p.Values[s.Out[0]].Shares
		for at := range p.Values {
			if !shares(p, at, over) || shares(p, at, s.Out[0]) {
				continue
			}
			for k := i + 1; k < len(p.Steps); k++ {
				for _, in := range p.Steps[k].In {
					if in == at {
						t.Errorf("%s: step %d overwrites %s, which step %d reads", p.Name, i, p.Values[at].Name, k)
					}
				}
			}
			for _, kept := range append(p.Inputs, p.Outputs...) {
				if kept == at {
					t.Errorf("%s: step %d overwrites %s, which the caller sees", p.Name, i, p.Values[at].Name)
				}
			}
		}
	}
	most := peak(all, len(p.Steps))
	if most != p.PeakBytes {
		t.Errorf("%s: %d bytes are alive at once, the plan says %d", p.Name, most, p.PeakBytes)
	}
	if p.ArenaBytes < most || float64(p.ArenaBytes) > 1.1*float64(most) {
		t.Errorf("%s: arena of %d bytes for at most %d alive", p.Name, p.ArenaBytes, most)
	}
	return most
}

// shares reports whether value at is root, or its data is in the buffer of root
// by a chain of sharing.
func shares(p *plan.Plan, at, root int) bool {
	for ; at >= 0; at = p.Values[at].Shares {
		if at == root {
			return true
		}
	}
	return false
}

// elements are the most bytes of elements that stand by during one step, its
// operands and what later steps read, without halos, gaps and alignment: for
// comparison. Views count once, an operation done in place twice.
func elements(t *testing.T, p *plan.Plan) int {
	t.Helper()
	tight := *p
	tight.Values = slices.Clone(p.Values)
	for _, s := range p.Steps {
		for _, at := range s.Out {
			if at >= 0 && !s.Dynamic && !s.Kernel.View {
				tight.Values[at].Shares = -1
			}
		}
	}
	all := storages(t, &tight)
	for _, s := range all {
		s.bytes = s.elems
	}
	return peak(all, len(p.Steps))
}

// floatModels are those of the test assets, with the sizes of their open
// dimensions.
var floatModels = map[string]map[string]int{
	"kws/kws_f32.tflite":                                  nil,
	"kws/model_kws.onnx":                                  nil,
	"ic/pretrainedResnet.tflite":                          nil,
	"vww/vww_96_float.onnx":                               nil,
	"vww/vww_96_float.tflite":                             nil,
	"mnist/mnist-8.onnx":                                  nil,
	"mnist/mnist_quantized_cONNXr.onnx":                   nil,
	"mnist/trained_lstm.tflite":                           nil,
	"ad/ad01_fp32.tflite":                                 nil,
	"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite":  nil,
	"vad/silero_vad_op18_ifless.onnx":                     {"sequence": 576},
	"kwt/non_stream.tflite":                               nil,
	"pitch/nmp.onnx":                                      nil,
	"pitch/nmp.tflite":                                    nil,
	"faces/version-RFB-320.onnx":                          nil,
	"faces/version-RFB-320_without_postprocessing.tflite": nil,
	"faces/face_detection_full_range.tflite":              nil,
	"faces/face_detection_full_range_sparse.tflite":       nil,
}

// TestArenas plans every float model of the test assets, and proves its memory.
func TestArenas(t *testing.T) {
	dir := require.Assets(t)
	for name, dims := range floatModels {
		t.Run(name, func(t *testing.T) {
			g, closeModel, err := importer.Load(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			defer closeModel()
			if err := pass.Bind(g, dims); err != nil {
				t.Fatal(err)
			}
			if _, err := pass.Optimize(g); err != nil {
				t.Fatal(err)
			}
			levels := []kernels.ISA{kernels.Generic, kernels.AVX2 | kernels.AVX512, kernels.NEON}
			if testing.Short() {
				levels = levels[2:]
			}
			for _, isa := range levels {
				for _, workers := range []int{1, 4} {
					p, err := plan.Compile(g, plan.For(isa, workers, 32<<10, 256<<10), plan.Options{})
					if err != nil {
						t.Fatal(err)
					}
					most := checkMemory(t, p)
					t.Logf("%v, %d workers: arena %d, alive %d (%+.1f %%), elements %d", isa, workers, p.ArenaBytes, most, 100*(float64(p.ArenaBytes)/float64(most)-1), elements(t, p))
				}
			}
		})
	}
}

// TestRandomArenas plans networks without any regularity.
func TestRandomArenas(t *testing.T) {
	networks := 300
	if testing.Short() {
		networks = 40
	}
	for seed := range networks {
		n := newNet(fmt.Sprint("random", seed))
		n.r = rand.New(rand.NewPCG(uint64(seed), 8))
		values := []*graph.Value{n.input("x", 1+n.r.IntN(2000)), n.input("y", 1+n.r.IntN(2000))}
		sizes := []int{n.g.Inputs[0].Type.Dims[0].Size, n.g.Inputs[1].Type.Dims[0].Size}
		add := func(size int, v *graph.Value) { values, sizes = append(values, v), append(sizes, size) }
		for k := range 3 + n.r.IntN(60) {
			i := len(values) - 1 - min(n.r.IntN(len(values)), n.r.IntN(len(values)), n.r.IntN(len(values)))
			j := n.r.IntN(len(values))
			name := fmt.Sprint("n", k)
			switch n.r.IntN(5) {
			case 0:
				add(sizes[i]+sizes[j], n.op("Concat", name, graph.Attrs{"axis": int64(0)}, values[i], values[j]))
			case 1:
				size := 1 + n.r.IntN(sizes[i])
				add(size, n.op("Slice", name, nil, values[i], n.ints(0), n.ints(int64(size))))
			case 2:
				add(sizes[i], n.op("Relu", name, nil, values[i]))
			case 3: // a view there and back
				v := n.op("Reshape", name, nil, values[i], n.ints(1, -1))
				add(sizes[i], n.op("Reshape", name+"_flat", nil, n.op("Neg", name+"_neg", nil, v), n.ints(-1)))
			default:
				sum := n.op("ReduceSum", name+"_sum", nil, values[j])
				add(sizes[i], n.op("Mul", name, nil, values[i], sum))
			}
		}
		n.g.Outputs = append(n.g.Outputs, values[len(values)-1], values[n.r.IntN(len(values))])
		if err := n.g.Validate(); err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(n.g, plan.For(kernels.Generic, 1, 0, 0), plan.Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkMemory(t, p)
	}
}
