package onnx

import (
	"fmt"
	"math"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// The tolerances of the backend suite.
const (
	relative = 1e-3
	absolute = 1e-7
)

// randomTests hold masks drawn by one certain generator: as with operators that
// are random by nature, only the type and shape of their outputs is compared.
var randomTests = []string{"test_training_dropout_default", "test_training_dropout_mask", "test_training_dropout_default_mask", "test_training_dropout"}

// transformTests are discrete Fourier transforms. Their bins near zero are
// rounding noise of the whole row, so the absolute tolerance is a share of the
// largest output.
var transformTests = []string{"test_dft", "test_stft"}

// isRandom reports whether the graph draws random numbers.
func isRandom(g *graph.Graph) bool {
	for _, n := range g.Nodes {
		if ops.Lookup(n.Domain, n.Op).Nondeterministic {
			return true
		}
	}
	return false
}

// compareOutputs compares the outputs of test name; only their types and shapes
// when they are random.
func compareOutputs(name string, random bool, got, want []*tensor.Tensor) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d outputs, want %d", len(got), len(want))
	}
	for i, w := range want {
		o := got[i]
		if o == nil {
			return fmt.Errorf("output %d is missing", i)
		}
		if o.DType != w.DType || !o.Shape.Equal(w.Shape) {
			return fmt.Errorf("output %d is %v %v, want %v %v", i, o.DType, o.Shape, w.DType, w.Shape)
		}
		if random {
			continue
		}
		abs := absolute
		for _, p := range transformTests {
			if strings.HasPrefix(name, p) {
				abs = 1e-6 * largest(w)
			}
		}
		if err := compareTensors(o, w, abs); err != nil {
			return fmt.Errorf("output %d (%v %v): %w", i, w.DType, w.Shape, err)
		}
	}
	return nil
}

// compareTensors demands equality, of floats within the tolerances.
func compareTensors(got, want *tensor.Tensor, abs float64) error {
	got, want = got.Clone(), want.Clone()
	for i := range want.Elems() {
		if want.DType == tensor.String {
			if got.Strings[i] != want.Strings[i] {
				return fmt.Errorf("element %d is %q, want %q", i, got.Strings[i], want.Strings[i])
			}
			continue
		}
		if !want.DType.IsFloat() {
			es := want.DType.Size()
			a, b := got.Data[i*es:(i+1)*es], want.Data[i*es:(i+1)*es]
			if string(a) != string(b) {
				return fmt.Errorf("element %d is %s, want %s", i, show(got, i), show(want, i))
			}
			continue
		}
		a, b := float(got, i), float(want, i)
		switch {
		case a == b, a != a && b != b:
		case math.IsInf(a, 0) || math.IsInf(b, 0) || !(math.Abs(a-b) <= abs+relative*math.Abs(b)):
			return fmt.Errorf("element %d is %v, want %v", i, a, b)
		}
	}
	return nil
}

// float reads an element of any float type.
func float(t *tensor.Tensor, i int) float64 {
	switch t.DType {
	case tensor.F32:
		return float64(t.F32()[i])
	case tensor.F64:
		return tensor.As[float64](t)[i]
	case tensor.F16, tensor.BF16:
		return float64(tensor.HalfToF32(t.DType, tensor.As[uint16](t)[i]))
	}
	return float64(tensor.MinifloatToF32(t.DType, t.Data[i]))
}

func show(t *tensor.Tensor, i int) string {
	one := *t
	es := t.DType.Size()
	one.Shape, one.Data = tensor.Shape{1}, append([]byte{}, t.Data[i*es:(i+1)*es]...)
	if v, err := ops.IntsOf(&one); err == nil {
		return fmt.Sprint(v[0])
	}
	return fmt.Sprintf("%x", one.Data)
}

func largest(t *tensor.Tensor) float64 {
	m := 0.0
	for i := range t.Elems() {
		if v := math.Abs(float(t, i)); v > m {
			m = v
		}
	}
	return m
}
