package metric

import (
	"fmt"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// auc is the area under the receiver operating characteristic of labels 0 and 1:
// the chance that a sample of label 1 scores higher than one of label 0, ties
// counting half. The score is the last of one or two outputs; of an
// autoencoder, whose output is as large as its input, the squared error.
type auc struct{ points []point }

// point is the score of one sample and whether the class was right.
type point struct {
	score float64
	yes   bool
}

func (m *auc) HigherIsBetter() bool { return true }

func (m *auc) Add(s *dataset.Sample, out []*tensor.Tensor) error {
	if err := needLabel(s); err != nil {
		return err
	}
	if s.Label > 1 {
		return fmt.Errorf("metric: auc is for labels 0 and 1, sample %s has %d", s.Name, s.Label)
	}
	v, err := scores(out)
	if err != nil {
		return err
	}
	p := point{yes: s.Label == 1}
	switch {
	case len(v) == 1 || len(v) == 2:
		p.score = v[len(v)-1]
	case s.Input != nil && len(v) == s.Input.Elems():
		if p.score, err = squaredError(s, out, s.Input); err != nil {
			return err
		}
	default:
		return fmt.Errorf("metric: auc needs one or two outputs, or an autoencoder, not %d outputs", len(v))
	}
	if p.score != p.score {
		return fmt.Errorf("metric: sample %s: the score is not a number", s.Name)
	}
	m.points = append(m.points, p)
	return nil
}

func (m *auc) Value() (float64, error) {
	slices.SortFunc(m.points, func(a, b point) int { return compare(a.score, b.score) })
	yes, no, wins := 0.0, 0.0, 0.0
	for i := 0; i < len(m.points); {
		// All of one score together.
		y, n := 0.0, 0.0
		k := i
		for ; k < len(m.points) && m.points[k].score == m.points[i].score; k++ {
			if m.points[k].yes {
				y++
			} else {
				n++
			}
		}
		wins += y * (no + n/2)
		yes, no = yes+y, no+n
		i = k
	}
	if yes == 0 || no == 0 {
		return 0, fmt.Errorf("metric: auc needs samples of both labels")
	}
	return wins / (yes * no), nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
