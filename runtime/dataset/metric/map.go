package metric

import (
	"fmt"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// meanAP is the mean average precision of a classifier: for each class, the
// samples are ranked by its score and the precision at every right one is
// averaged; classes with no right sample do not count. Which classes are right
// is told by the label, or by a target of one value per class, above 0.5.
type meanAP struct{ classes [][]point }

func (m *meanAP) HigherIsBetter() bool { return true }

func (m *meanAP) Add(s *dataset.Sample, out []*tensor.Tensor) error {
	v, err := scores(out)
	if err != nil {
		return err
	}
	if m.classes == nil {
		m.classes = make([][]point, len(v))
	}
	if len(v) != len(m.classes) {
		return fmt.Errorf("metric: sample %s: %d outputs, %d before", s.Name, len(v), len(m.classes))
	}
	right := func(c int) bool { return c == s.Label }
	if s.Target != nil {
		w, err := numbers(s.Target)
		if err != nil {
			return err
		}
		if len(w) != len(v) {
			return fmt.Errorf("metric: sample %s: %d targets for %d outputs", s.Name, len(w), len(v))
		}
		right = func(c int) bool { return w[c] > 0.5 }
	} else if err := needLabel(s); err != nil {
		return err
	}
	for c, x := range v {
		if x != x {
			return fmt.Errorf("metric: sample %s: score %d is not a number", s.Name, c)
		}
		m.classes[c] = append(m.classes[c], point{x, right(c)})
	}
	return nil
}

func (m *meanAP) Value() (float64, error) {
	sum, n := 0.0, 0
	for _, points := range m.classes {
		if ap, ok := averagePrecision(points); ok {
			sum += ap
			n++
		}
	}
	if n == 0 {
		return 0, errNone
	}
	return sum / float64(n), nil
}

// averagePrecision averages the precision over the right points; points of the
// same score share one rank.
func averagePrecision(points []point) (float64, bool) {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b point) int { return compare(b.score, a.score) })
	sum, right := 0.0, 0
	for i := 0; i < len(points); {
		k, here := i, 0
		for ; k < len(points) && points[k].score == points[i].score; k++ {
			if points[k].yes {
				here++
			}
		}
		right += here
		sum += float64(here) * float64(right) / float64(k)
		i = k
	}
	if right == 0 {
		return 0, false
	}
	return sum / float64(right), true
}
