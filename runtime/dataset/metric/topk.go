package metric

import (
	"fmt"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// topK is the share of samples whose label (or one of the labels accepted) is
// among the k highest values of the first output.
type topK struct{ k, right, n int }

func (m *topK) HigherIsBetter() bool { return true }

func (m *topK) Add(s *dataset.Sample, out []*tensor.Tensor) error {
	if err := needLabel(s); err != nil {
		return err
	}
	v, err := scores(out)
	if err != nil {
		return err
	}
	if s.Label >= len(v) {
		return fmt.Errorf("metric: sample %s has label %d, the model %d outputs", s.Name, s.Label, len(v))
	}
	accept := s.Accept
	if accept == nil {
		accept = []int{s.Label}
	}
	m.n++
	for _, i := range TopK(v, m.k) {
		if slices.Contains(accept, i) {
			m.right++
			break
		}
	}
	return nil
}

func (m *topK) Value() (float64, error) {
	if m.n == 0 {
		return 0, errNone
	}
	return float64(m.right) / float64(m.n), nil
}

// TopK gives the indices of the k highest scores, highest first; of equal
// scores the lower index comes first, and NaN last.
func TopK(scores []float64, k int) []int {
	idx := make([]int, len(scores))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int {
		x, y := scores[a], scores[b]
		switch {
		case x > y || x == x && y != y:
			return -1
		case x < y || x != x && y == y:
			return 1
		}
		return 0
	})
	return idx[:min(k, len(idx))]
}
