package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/edgeprune/edgeprune/runtime"
)

// contest is what is the same for every model.
type contest struct {
	peer      peer
	options   runtime.Options
	dense     bool
	fill      map[string]float64
	tolerance float64
	schedule  schedule
	met       map[string]bool // names of dimensions and inputs that models had
}

// unmatched lists the flags that name what no model had.
func (c *contest) unmatched() []string {
	var list []string
	for name := range c.options.Dims {
		if !c.met[name] {
			list = append(list, "--dim "+name)
		}
	}
	for name := range c.fill {
		if !c.met[name] {
			list = append(list, "--fill "+name)
		}
	}
	slices.Sort(list)
	return list
}

// busyBelow is the part of a core below which the peer did not have it for
// itself, and idleAbove the part that is too much while it should be idle.
const (
	busyBelow = 0.9
	idleAbove = 0.02
)

// versus compares the outputs of both sides for one model and then times them.
// What goes wrong with the model is in the result; the error is ctx's.
func (c *contest) versus(ctx context.Context, path string) (result, error) {
	r := result{Model: path}
	err := c.meet(ctx, path, &r)
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r, nil
}

func (c *contest) meet(ctx context.Context, path string, r *result) error {
	ours, err := openUs(path, c.options, c.dense)
	if err != nil {
		return err
	}
	defer ours.close()
	for name := range ours.dims {
		c.met[name] = true
	}
	for _, p := range ours.model.Inputs() {
		c.met[p.Name] = true
	}
	list, err := inputs(ours.model.Inputs(), c.fill)
	if err != nil {
		return err
	}
	if err := ours.feed(list); err != nil {
		return err
	}
	threads := ours.model.Plan().Target.Workers
	dir, err := os.MkdirTemp("", "edgeprune-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	theirs, err := openThem(ctx, c.peer, path, threads, list, dir)
	if err != nil {
		return err
	}
	defer theirs.close()
	r.peerVersion, r.peerHost = theirs.version, theirs.host
	if err := agree(ctx, ours, theirs, c.tolerance, r); err != nil {
		return err
	}
	t, err := alternate(ctx, ours, theirs, theirs.cpu, c.schedule)
	if err != nil {
		return err
	}
	r.time(t, threads)
	return nil
}

// agree runs both sides once and refuses outputs that differ too much.
func agree(ctx context.Context, ours, theirs side, tolerance float64, r *result) error {
	a, err := ours.run(ctx)
	if err != nil {
		return err
	}
	b, err := theirs.run(ctx)
	if err != nil {
		return err
	}
	diff, err := compare(a, b)
	if err != nil {
		return err
	}
	if !math.IsInf(diff, 0) {
		r.MaxRelDiff = &diff
	}
	if diff > tolerance {
		return fmt.Errorf("not timed: the outputs differ by %.2g of their scale, more than %.2g", diff, tolerance)
	}
	return nil
}
