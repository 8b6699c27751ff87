package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// clockwork is a side whose runs take exactly as long as it says.
type clockwork struct {
	name string
	us   float64
	log  *[]string
	fail int // the turn that fails, from 1
	n    int
}

func (c *clockwork) run(context.Context) ([]named, error) { return nil, nil }

func (c *clockwork) take(_ context.Context, runs int) (turn, error) {
	if c.n++; c.n == c.fail {
		return turn{}, errors.New("broken")
	}
	*c.log = append(*c.log, c.name)
	all := time.Duration(c.us * float64(runs) * 1e3)
	return turn{c.us, all, all / 2}, nil
}

func TestAlternate(t *testing.T) {
	var log []string
	a, b := &clockwork{name: "A", us: 100, log: &log}, &clockwork{name: "B", us: 400, log: &log}
	// The peer uses 1 ms between two questions: ours last 10 ms, theirs 10 ms.
	asked := time.Duration(0)
	cpu := func(context.Context) (time.Duration, error) {
		asked += time.Millisecond
		return asked, nil
	}
	got, err := alternate(t.Context(), a, b, cpu, schedule{rounds: 4, turn: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if got.oursRuns != 100 || got.theirsRuns != 25 {
		t.Errorf("%d and %d runs in a turn", got.oursRuns, got.theirsRuns)
	}
	if rounds := strings.Join(log[len(log)-8:], ""); rounds != "ABABABAB" {
		t.Errorf("turns %s", rounds)
	}
	if !slices.Equal(got.ours, []float64{100, 100, 100, 100}) || !slices.Equal(got.theirs, []float64{400, 400, 400, 400}) {
		t.Errorf("%+v", got)
	}
	if got.oursCPU[3] != 50 || got.theirsCPU[3] != 200 {
		t.Errorf("processor time %v, %v", got.oursCPU, got.theirsCPU)
	}
	if got.idle < 0.09 || got.idle > 0.1 || got.busy < 0.09 || got.busy > 0.1 {
		t.Errorf("idle %v, busy %v", got.idle, got.busy)
	}
}

func TestAlternateFails(t *testing.T) {
	var log []string
	none := func(context.Context) (time.Duration, error) { return 0, nil }
	s := schedule{rounds: 4, turn: time.Millisecond}
	for _, fail := range [][2]int{{1, 0}, {0, 1}, {5, 0}, {0, 5}} {
		a, b := &clockwork{us: 1000, log: &log, fail: fail[0]}, &clockwork{us: 1000, log: &log, fail: fail[1]}
		if _, err := alternate(t.Context(), a, b, none, s); err == nil {
			t.Errorf("turns %v fail, and nobody says so", fail)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.settle = time.Hour
	a, b := &clockwork{us: 1000, log: &log}, &clockwork{us: 1000, log: &log}
	if _, err := alternate(ctx, a, b, none, s); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestCalibrate(t *testing.T) {
	var log []string
	for us, want := range map[float64]int{0.001: maxRuns, 1: 10000, 50: 200, 9999: 1, 10000: 1, 1e6: 1} {
		if got, err := calibrate(t.Context(), &clockwork{us: us, log: &log}, 10*time.Millisecond); err != nil || got != want {
			t.Errorf("%v us: %d runs, %v, want %d", us, got, err, want)
		}
	}
}

// TestQuiet has threads that spin for a while.
func TestQuiet(t *testing.T) {
	asked := 0
	cpu := func(context.Context) (time.Duration, error) {
		asked++
		return time.Duration(min(asked, 5)) * 20 * time.Millisecond, nil
	}
	if got, err := quiet(t.Context(), cpu, 0); err != nil || got != 100*time.Millisecond || asked != 6 {
		t.Errorf("%v after %d questions, %v", got, asked, err)
	}
	broken := func(context.Context) (time.Duration, error) { return 0, errors.New("broken") }
	if _, err := quiet(t.Context(), broken, 0); err == nil {
		t.Error("an error is lost")
	}
}
