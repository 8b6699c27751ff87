package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/internal/arrays"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/dataset/metric"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// evaluation is what eval --json prints.
type evaluation struct {
	Model   string  `json:"model"`
	Data    string  `json:"data"`
	Metric  string  `json:"metric"`
	Value   float64 `json:"value"`
	N       int     `json:"n"`
	Seconds float64 `json:"seconds"`
}

func evalCommand(c *console) *cobra.Command {
	var f modelFlags
	var pre preprocessFlags
	var data, labels string
	var limit int
	var asJSON bool
	e := evaluation{}
	cmd := &cobra.Command{
		Use:   "eval MODEL --data SET",
		Short: "Measure how well a model does on a data set",
		Long: `Measure a model on a SET, one sample at a time. A SET is
  - an .npz file with x (first axis: samples) and y (integer labels, or floats),
  - a folder with labels.csv (columns file,label),
  - a folder with one sub-folder of images, wav or .npy files per class.

Metrics: ` + metric.Names + `. top1 is the share of samples
whose best class is right; mse compares with y, or with the input when there is
no y (autoencoders).

` + preprocessHelp,
		Example: `  edgeprune eval keywords.onnx --data test.npz
  edgeprune eval person.tflite --data photos/ --scale 1/255 --json
  edgeprune eval imagenet.epm --data val/ --labels names.txt --metric top5 --limit 500`,
		Args: exactly("the model"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if data == "" {
				return usagef("eval needs --data SET")
			}
			if limit < 0 {
				return usagef("--limit %d is negative", limit)
			}
			figure, err := metric.New(e.Metric)
			if err != nil {
				return usagef("--metric: %w", err)
			}
			p, err := pre.resolve()
			if err != nil {
				return err
			}
			var names []string
			if labels != "" {
				if names, err = arrays.ReadLabels(labels); err != nil {
					return err
				}
			}
			o, err := f.options()
			if err != nil {
				return err
			}
			m, err := f.open(args[0], o)
			if err != nil {
				return err
			}
			defer m.Close()
			if n := len(m.Inputs()); n != 1 {
				return fmt.Errorf("eval feeds one input, and %s has %d: %s", args[0], n, arrays.List(m.Inputs()))
			}
			set, err := dataset.Open(data, p, typeOf(m.Inputs()[0]))
			if err != nil {
				return err
			}
			if classes := set.Classes(); names == nil && classes != nil {
				c.note("%s: labels are names: they count in alphabetical order, %s; --labels gives the model's order", data, numbered(classes))
			}
			if names != nil {
				if unknown := set.UseLabels(names); unknown > 0 {
					c.note("%s: %d samples have a label that is not in %s", data, unknown, labels)
				}
			}
			c.note("%s: %d samples: %s", data, set.Len(), set.Description())
			n := set.Len()
			if limit > 0 {
				n = min(n, limit)
			}
			start := time.Now()
			if e.N, err = c.judge(m, set, figure, n); err != nil {
				return fmt.Errorf("%w (%s)", err, data)
			}
			if e.N < n {
				c.note("%s: %d samples have no label and do not count", data, n-e.N)
			}
			if e.Value, err = figure.Value(); err != nil {
				return fmt.Errorf("%w (%s)", err, data)
			}
			if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
				return fmt.Errorf("%s is %v: outputs of the model are not finite (%s)", e.Metric, e.Value, data)
			}
			e.Model, e.Data, e.Seconds = args[0], data, time.Since(start).Seconds()
			if asJSON {
				return c.printJSON(e)
			}
			_, err = fmt.Fprintf(c.out, "%s %.6g on %d samples (%.3g s)\n", e.Metric, e.Value, e.N, e.Seconds)
			return err
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&data, "data", "", "the `SET` to measure on")
	fl.StringVar(&e.Metric, "metric", "top1", metric.Names)
	fl.StringVar(&labels, "labels", "", "`FILE` with the model's class names, one a line, for sets labelled by name")
	fl.IntVar(&limit, "limit", 0, "take only N samples, spread evenly over the set")
	fl.BoolVar(&asJSON, "json", false, "print JSON")
	pre.add(cmd)
	f.add(cmd)
	return cmd
}

// numbered lists the first few names with their numbers.
func numbered(names []string) string {
	var s []string
	for i, n := range names {
		if i == 4 {
			s = append(s, "...")
			break
		}
		s = append(s, fmt.Sprintf("%d %s", i, n))
	}
	return strings.Join(s, ", ")
}

// judge runs n samples, spread evenly over a set, and tells how many of them the
// metric could judge.
func (c *console) judge(m *runtime.Model, set *dataset.Set, figure metric.Metric, n int) (judged int, err error) {
	s, err := m.NewSession()
	if err != nil {
		return 0, err
	}
	defer s.Close()
	outputs := make([]*tensor.Tensor, len(m.Outputs()))
	bar := c.progress("evaluating", n)
	defer bar.finish()
	for i := range n {
		sample, err := set.Sample(i * set.Len() / n)
		if err != nil {
			return 0, err
		}
		if err := s.Feed(0, sample.Input); err != nil {
			return 0, fmt.Errorf("%w (sample %s)", err, sample.Name)
		}
		if err := s.Run(c.ctx); err != nil {
			return 0, err
		}
		for k := range outputs {
			outputs[k] = s.Output(k)
		}
		switch err := figure.Add(sample, outputs); {
		case err == nil:
			judged++
		case !errors.Is(err, metric.ErrUnlabelled):
			return 0, err
		}
		bar.step()
	}
	return judged, nil
}
