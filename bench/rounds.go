package main

import (
	"context"
	"time"
)

// schedule says how two sides are timed against each other.
type schedule struct {
	rounds int           // pairs of turns
	turn   time.Duration // about how long a turn is
	settle time.Duration // pause before each turn; see quiet
}

// meter tells how much processor time something has used so far.
type meter func(context.Context) (time.Duration, error)

// maxRuns bounds the runs of a turn of very small models.
const maxRuns = 10000

// times are the turns of both sides, ours and theirs alternating.
type times struct {
	ours, theirs         []float64 // microseconds a run, one value a round
	oursCPU, theirsCPU   []float64 // processor time likewise; 0 where not known
	oursRuns, theirsRuns int       // in a turn
	// idle is the processor time the peer used during our turns, in parts of
	// their duration; busy is what it used of one core during its own.
	idle, busy float64
}

// alternate lets both sides take turns. cpu tells the processor time theirs has
// used.
func alternate(ctx context.Context, ours, theirs side, cpu meter, s schedule) (*times, error) {
	t := &times{}
	var err error
	if t.oursRuns, err = calibrate(ctx, ours, s.turn); err != nil {
		return nil, err
	}
	if t.theirsRuns, err = calibrate(ctx, theirs, s.turn); err != nil {
		return nil, err
	}
	var idle, busy, ourWall, theirWall time.Duration
	for range s.rounds {
		before, err := quiet(ctx, cpu, s.settle)
		if err != nil {
			return nil, err
		}
		a, err := ours.take(ctx, t.oursRuns)
		if err != nil {
			return nil, err
		}
		between, err := cpu(ctx)
		if err != nil {
			return nil, err
		}
		if err := pause(ctx, s.settle); err != nil {
			return nil, err
		}
		b, err := theirs.take(ctx, t.theirsRuns)
		if err != nil {
			return nil, err
		}
		after, err := cpu(ctx)
		if err != nil {
			return nil, err
		}
		t.ours, t.theirs = append(t.ours, a.us), append(t.theirs, b.us)
		t.oursCPU = append(t.oursCPU, a.cpuPerRun(t.oursRuns))
		t.theirsCPU = append(t.theirsCPU, b.cpuPerRun(t.theirsRuns))
		idle, busy = idle+between-before, busy+after-between
		ourWall, theirWall = ourWall+a.wall, theirWall+b.wall
	}
	// The run that warms a turn up has no clock: it is part of what the
	// processor time was used for.
	t.idle = part(idle, ourWall, t.oursRuns)
	t.busy = part(busy, theirWall, t.theirsRuns)
	return t, nil
}

// part is processor time per wall time of turns that ran runs times with the
// clock running and once without.
func part(cpu, wall time.Duration, runs int) float64 {
	if wall <= 0 {
		return 0
	}
	return float64(cpu) / (float64(wall) * float64(runs+1) / float64(runs))
}

// calibrate finds how many runs make a turn of about the given length.
func calibrate(ctx context.Context, s side, want time.Duration) (int, error) {
	for runs := 1; ; runs *= 4 {
		t, err := s.take(ctx, runs)
		if err != nil {
			return 0, err
		}
		if t.wall*4 >= want || runs >= maxRuns {
			n := int(float64(want.Nanoseconds()) / 1e3 / t.us)
			return min(max(n, 1), maxRuns), nil
		}
	}
}

// The peer's threads spin for a while after a run, in the hope of another one:
// quietPart of a core is what they may use to count as idle, and quietWithin how
// long they get to become so. A question costs up to quietLeast.
const (
	quietPart   = 0.1
	quietLeast  = time.Millisecond
	quietWithin = time.Second
)

// quiet waits until hardly any processor time is used any more, looking every
// step, and gives the time used so far. It gives up in the end: how idle the peer
// was is measured anyway.
func quiet(ctx context.Context, cpu meter, step time.Duration) (time.Duration, error) {
	last, err := cpu(ctx)
	for begin := time.Now(); err == nil; {
		if err := pause(ctx, step); err != nil {
			return 0, err
		}
		var now time.Duration
		now, err = cpu(ctx)
		if used := now - last; used <= max(quietLeast, time.Duration(quietPart*float64(step))) || time.Since(begin) > quietWithin {
			return now, err
		}
		last = now
	}
	return 0, err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
