package metric

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// mse is the mean over the samples of the mean squared difference between the
// first output and the target. Samples without a target are compared with
// themselves: the model is then an autoencoder.
type mse struct {
	sum float64
	n   int
}

func (m *mse) HigherIsBetter() bool { return false }

func (m *mse) Add(s *dataset.Sample, out []*tensor.Tensor) error {
	want := s.Target
	if want == nil {
		want = s.Input
	}
	d, err := squaredError(s, out, want)
	if err != nil {
		return err
	}
	m.sum += d
	m.n++
	return nil
}

// squaredError is the mean squared difference between the first output and want.
func squaredError(s *dataset.Sample, out []*tensor.Tensor, want *tensor.Tensor) (float64, error) {
	v, err := scores(out)
	if err != nil {
		return 0, err
	}
	w, err := numbers(want)
	if err != nil {
		return 0, err
	}
	if len(v) != len(w) || len(v) == 0 {
		return 0, fmt.Errorf("metric: sample %s: output of shape %v, target of shape %v", s.Name, out[0].Shape, want.Shape)
	}
	sum := 0.0
	for i := range v {
		sum += (v[i] - w[i]) * (v[i] - w[i])
	}
	return sum / float64(len(v)), nil
}

func (m *mse) Value() (float64, error) {
	if m.n == 0 {
		return 0, errNone
	}
	return m.sum / float64(m.n), nil
}
