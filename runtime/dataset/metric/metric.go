// Package metric judges a model's outputs against what a data set says is right.
// One file per metric; New lists them.
//
// A metric sees outputs and samples. It must not know how they came about.
package metric

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Metric gathers outputs and gives a figure. It is not safe for concurrent use.
type Metric interface {
	// Add takes the outputs of the model for one sample. It keeps none of the
	// tensors. Samples that lack what the metric needs give an error.
	Add(s *dataset.Sample, out []*tensor.Tensor) error
	// Value is the figure over all samples so far; an error when it is not
	// defined for them.
	Value() (float64, error)
	// HigherIsBetter tells which way to go.
	HigherIsBetter() bool
}

// Names lists the metrics for help texts.
const Names = "top1, top<k>, mse, auc, map"

// New makes a metric by name: "top1", "top5" (or any number), "mse", "auc",
// "map".
func New(name string) (Metric, error) {
	if k, ok := strings.CutPrefix(name, "top"); ok {
		if n, err := strconv.Atoi(k); err == nil && n >= 1 {
			return &topK{k: n}, nil
		}
	}
	switch name {
	case "mse":
		return &mse{}, nil
	case "auc":
		return &auc{}, nil
	case "map":
		return &meanAP{}, nil
	}
	return nil, fmt.Errorf("metric: unknown metric %q (there are: %s)", name, Names)
}

// scores reads the first output as numbers.
func scores(out []*tensor.Tensor) ([]float64, error) {
	if len(out) == 0 || out[0] == nil {
		return nil, fmt.Errorf("metric: the model has no output")
	}
	return numbers(out[0])
}

// numbers reads a tensor of floats or integers, linear or not.
func numbers(t *tensor.Tensor) ([]float64, error) {
	if !t.Linear() {
		t = t.Clone()
	}
	if t.DType.IsFloat() {
		v, err := ops.FloatsOf(t)
		if err != nil {
			return nil, fmt.Errorf("metric: %w", err)
		}
		return v, nil
	}
	n, err := ops.IntsOf(t)
	if err != nil {
		return nil, fmt.Errorf("metric: %w", err)
	}
	v := make([]float64, len(n))
	for i := range n {
		v[i] = float64(n[i])
	}
	return v, nil
}

// ErrUnlabelled is the error of Add for a sample without the label it needs.
var ErrUnlabelled = errors.New("the sample has no label")

func needLabel(s *dataset.Sample) error {
	if s.Label < 0 {
		return fmt.Errorf("metric: sample %s: %w", s.Name, ErrUnlabelled)
	}
	return nil
}

var errNone = fmt.Errorf("metric: no samples")
