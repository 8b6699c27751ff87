package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/importer/onnx"
)

// turn is what one side did while it was its turn.
type turn struct {
	us   float64       // median of the runs, microseconds
	wall time.Duration // of all runs
	cpu  time.Duration // of all runs and threads; 0 when not known
}

// cpuPerRun is the processor time of one run in microseconds.
func (t turn) cpuPerRun(runs int) float64 { return float64(t.cpu.Nanoseconds()) / 1e3 / float64(runs) }

// side is one of the two runtimes with a model ready to run.
type side interface {
	// run runs once and gives the outputs.
	run(ctx context.Context) ([]named, error)
	// take is one turn: it runs once, so that caches are warm, and then runs
	// times with the clock running.
	take(ctx context.Context, runs int) (turn, error)
}

// us is edgeprune, in this process.
type us struct {
	model   *runtime.Model
	session *runtime.Session
	dims    map[string]int // open dimensions that were given a size by name
}

// openUs loads an ONNX file. dims names open dimensions; those the model does
// not have are left out.
func openUs(path string, o runtime.Options, dense bool) (*us, error) {
	g, err := onnx.ImportFile(path, onnx.Options{})
	if err != nil {
		return nil, err
	}
	if dense {
		g.Densify()
	}
	o.Dims = dimsOf(g, o.Dims)
	m, err := runtime.New(g, o)
	if err != nil {
		return nil, err
	}
	s, err := m.NewSession()
	if err != nil {
		m.Close()
		return nil, err
	}
	return &us{m, s, o.Dims}, nil
}

// dimsOf picks the bindings that concern a graph.
func dimsOf(g *graph.Graph, dims map[string]int) map[string]int {
	mine := map[string]int{}
	for _, v := range g.Inputs {
		for i, d := range v.Type.Dims {
			for _, key := range []string{d.Name, fmt.Sprintf("%s[%d]", v.Name, i)} {
				if n, ok := dims[key]; ok {
					mine[key] = n
				}
			}
		}
	}
	return mine
}

func (u *us) feed(list []named) error {
	for i, t := range list {
		if err := u.session.Feed(i, t.Tensor); err != nil {
			return err
		}
	}
	return nil
}

func (u *us) run(ctx context.Context) ([]named, error) {
	if err := u.session.Run(ctx); err != nil {
		return nil, err
	}
	var out []named
	for i, p := range u.model.Outputs() {
		t := u.session.Output(i)
		if t == nil {
			return nil, fmt.Errorf("output %q has no value", p.Name)
		}
		out = append(out, named{p.Name, t.Clone()})
	}
	return out, nil
}

func (u *us) take(ctx context.Context, runs int) (turn, error) {
	if err := u.session.Run(ctx); err != nil {
		return turn{}, err
	}
	times := make([]float64, runs)
	cpu := cpuTime()
	begin := time.Now()
	last := begin
	for i := range times {
		if err := u.session.Run(ctx); err != nil {
			return turn{}, err
		}
		now := time.Now()
		times[i] = float64(now.Sub(last).Nanoseconds()) / 1e3
		last = now
	}
	// No clock is finer than a nanosecond.
	return turn{max(median(times), 1e-3), last.Sub(begin), cpuTime() - cpu}, nil
}

func (u *us) close() {
	u.session.Close()
	u.model.Close()
}

// them is ONNX Runtime, in a process of its own.
type them struct {
	*child
	dir           string // for outputs
	version, host string
}

// openThem starts the peer and hands it the model and its inputs. dir is an
// empty folder for arrays.
func openThem(ctx context.Context, peer peer, path string, threads int, list []named, dir string) (*them, error) {
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for _, d := range []string{in, out} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	arrays, err := save(in, list)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	c, err := start(ctx, peer.argv, peer.timeout)
	if err != nil {
		return nil, err
	}
	a, err := c.call(ctx, request{Op: "load", Model: path, Threads: threads, Inputs: arrays})
	if err != nil {
		c.close()
		return nil, err
	}
	return &them{c, out, a.Version, a.Host}, nil
}

func (t *them) run(ctx context.Context) ([]named, error) {
	a, err := t.call(ctx, request{Op: "run", Dir: t.dir})
	if err != nil {
		return nil, err
	}
	return load(a.Outputs)
}

func (t *them) take(ctx context.Context, runs int) (turn, error) {
	a, err := t.call(ctx, request{Op: "time", Runs: runs})
	if err != nil {
		return turn{}, err
	}
	if !(a.US > 0) || !(a.WallUS > 0) {
		return turn{}, fmt.Errorf("the peer claims %v us a run", a.US)
	}
	return turn{a.US, time.Duration(a.WallUS * 1e3), time.Duration(a.CPUUS * 1e3)}, nil
}

// cpu is the processor time the peer has used, all its threads together.
func (t *them) cpu(ctx context.Context) (time.Duration, error) {
	a, err := t.call(ctx, request{Op: "cpu"})
	return time.Duration(a.CPUUS * 1e3), err
}
