package main

import (
	"fmt"
	"time"

	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/runtime"
)

func bench(c *console, args []string) error {
	f := newFlags(c, "bench")
	var o measure.Options
	f.IntVar(&o.Runs, "runs", 0, "exact number of timed runs; 0 goes by --min-time")
	f.DurationVar(&o.MinTime, "min-time", time.Second, "time at least this long")
	f.IntVar(&o.Warmup, "warmup", 3, "runs before timing starts")
	f.BoolVar(&o.Profile, "profile", false, "show the time of every layer")
	asJSON := f.Bool("json", false, "print JSON")
	args, err := f.parse(c, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usagef("bench needs a model")
	}
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
	var timings []*measure.Timing
	for _, path := range args {
		fmt.Fprintf(c.err, "timing %s\n", path)
		t, err := measure.Time(c.ctx, path, func() (*runtime.Model, error) { return runtime.Open(path, ro) }, o)
		if err != nil {
			return err
		}
		if timings = append(timings, t); *asJSON {
			continue
		}
		if err := t.Print(c.out); err != nil {
			return err
		}
	}
	if !*asJSON {
		return nil
	}
	return c.printJSON(timings)
}
