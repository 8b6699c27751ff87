package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/edgeprune/zoo"
	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/runtime"
)

func benchCommand(c *console) *cobra.Command {
	var f modelFlags
	var o measure.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench [MODEL...]",
		Short: "Time models, or built-in architectures when none is given",
		Long: `Time models on random inputs: loading, the first run, and then many runs, of
which the median and percentiles are shown. --profile adds the time of every
layer, measured in further runs. GFLOP/s count two operations for each multiply-
accumulate whose weight is not zero.

Without a MODEL, well-known architectures with random weights are timed:
MobileNetV1, MobileNetV2, ResNet-50 and DS-CNN. Their outputs mean nothing.`,
		Example: `  edgeprune bench
  edgeprune bench model.epm --threads 1 --profile
  edgeprune bench model.epm --isa generic --runs 20
  edgeprune bench a.onnx b.tflite --json > times.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.Runs < 0 || o.Warmup < 0 || o.MinTime < 0 {
				return usagef("--runs, --warmup and --min-time cannot be negative")
			}
			if o.Runs > measure.MaxRuns {
				return usagef("--runs %d: at most %d", o.Runs, measure.MaxRuns)
			}
			ro, err := f.options()
			if err != nil {
				return err
			}
			timings := []*measure.Timing{}
			one := func(name string, open func() (*runtime.Model, error)) error {
				c.note("timing %s", name)
				t, err := measure.Time(c.ctx, name, open, o)
				if err != nil {
					return err
				}
				timings = append(timings, t)
				if asJSON {
					return nil
				}
				return t.Print(c.out)
			}
			for _, path := range args {
				if err := one(path, func() (*runtime.Model, error) { return f.open(path, ro) }); err != nil {
					return err
				}
			}
			if len(args) == 0 {
				for _, a := range zoo.All() {
					g := a.Build()
					if err := one(a.Name, func() (*runtime.Model, error) { return f.ready(a.Name, g, ro) }); err != nil {
						return err
					}
				}
			}
			if asJSON {
				return c.printJSON(timings)
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&o.Runs, "runs", 0, "exact number of timed runs; 0 goes by --min-time")
	fl.DurationVar(&o.MinTime, "min-time", time.Second, "time at least this long")
	fl.IntVar(&o.Warmup, "warmup", 3, "runs before timing starts")
	fl.BoolVar(&o.Profile, "profile", false, "show the time of every layer")
	fl.BoolVar(&asJSON, "json", false, "print JSON")
	f.add(cmd)
	return cmd
}
