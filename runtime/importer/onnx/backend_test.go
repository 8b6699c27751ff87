package onnx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/exec"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// runtimes are the ways to run a graph; every backend test must pass on each.
// They may change the graph.
var runtimes = []struct {
	name string
	run  func(g *graph.Graph, in []*tensor.Tensor) ([]*tensor.Tensor, error)
}{
	{"interpreter", func(g *graph.Graph, in []*tensor.Tensor) ([]*tensor.Tensor, error) {
		return ops.EvalGraph(g, in, kernels.For(kernels.Generic))
	}},
	{"planned", func(g *graph.Graph, in []*tensor.Tensor) ([]*tensor.Tensor, error) {
		return runPlanned(g, in, kernels.Generic)
	}},
	{"planned for this machine", func(g *graph.Graph, in []*tensor.Tensor) ([]*tensor.Tensor, error) {
		return runPlanned(g, in, kernels.Detect())
	}},
}

// runPlanned optimizes the graph for the shapes of the inputs, plans it, and
// runs it twice on two workers: the second run sees buffers in use.
func runPlanned(g *graph.Graph, in []*tensor.Tensor, isa kernels.ISA) ([]*tensor.Tensor, error) {
	for i, v := range g.Inputs {
		v.Type = graph.Of(in[i].DType, in[i].Shape)
	}
	if _, err := pass.Optimize(g); err != nil {
		return nil, err
	}
	prog, err := exec.Compile(g, plan.For(isa, 2, 0, 0), exec.Options{})
	if err != nil {
		return nil, err
	}
	s, err := prog.NewSession()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for range 2 {
		for i, t := range in {
			tensor.CopyLayout(s.Input(i), t)
		}
		if err := s.Run(context.Background()); err != nil {
			return nil, err
		}
	}
	out := make([]*tensor.Tensor, len(g.Outputs))
	for i := range out {
		out[i] = s.Output(i)
	}
	return out, nil
}

// TestONNXBackend runs the ONNX project's own operator tests, those that lie in
// $EDGEPRUNE_ASSETS/onnx_node, on every runtime. One subtest each:
//
//	go test ./runtime/importer/onnx -run 'ONNXBackend/test_reshape'
//
// A test that needs an operator, an element type or a kind of value that is not
// supported is skipped and counted as such. The last line sums up; it leaves out
// the domains ai.onnx.ml and ai.onnx.preview.training, which are counted on a
// line of their own.
func TestONNXBackend(t *testing.T) {
	s := openSuite(t)
	var aim, outside tally
	reasons := map[string][]string{}
	for _, name := range s.names {
		t.Run(name, func(t *testing.T) {
			r := s.result(name)
			count := &aim
			if r.outside {
				count = &outside
			}
			count.add(r)
			switch {
			case r.unsupported != "":
				reasons[r.unsupported] = append(reasons[r.unsupported], name)
				t.Skipf("SKIPPED, counted in docs/onnx-operators.md: unsupported: %s", r.unsupported)
			case r.err != nil:
				t.Error(r.err)
			}
		})
	}
	keys := make([]string, 0, len(reasons))
	for k := range reasons {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Printf("unsupported: %s: %d tests, such as %s\n", k, len(reasons[k]), reasons[k][0])
	}
	fmt.Printf("outside the default domain: %d of %d passed, %d unsupported\n", outside.passed, outside.total, outside.unsupported)
	fmt.Printf("onnx backend: %d of %d passed, %d unsupported\n", aim.passed, aim.total, aim.unsupported)
}

// tally counts results.
type tally struct{ passed, unsupported, total int }

func (c *tally) add(r *backendResult) {
	c.total++
	if r.unsupported != "" {
		c.unsupported++
	} else if r.err == nil {
		c.passed++
	}
}

// suite is a folder of backend tests and the results so far.
type suite struct {
	dir     string
	names   []string
	results map[string]*backendResult
}

type backendResult struct {
	ops         []string // the operators of the model, "domain.Op" outside the default domain
	outside     bool     // of the aim: uses a domain for training or classic machine learning
	unsupported string   // why it cannot be run, "" when it was
	err         error    // how it failed
}

var opened *suite

func openSuite(t *testing.T) *suite {
	t.Helper()
	dir := filepath.Join(require.Assets(t), "onnx_node")
	if opened != nil {
		return opened
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	opened = &suite{dir: dir, results: map[string]*backendResult{}}
	for _, e := range list {
		if e.IsDir() {
			opened.names = append(opened.names, e.Name())
		}
	}
	return opened
}

// result runs a test, once.
func (s *suite) result(name string) *backendResult {
	r := s.results[name]
	if r == nil {
		r = &backendResult{}
		s.results[name] = r
		s.run(name, r)
	}
	return r
}

func (s *suite) run(name string, r *backendResult) {
	defer func() {
		if p := recover(); p != nil {
			r.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	dir := filepath.Join(s.dir, name)
	data, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	if err == nil {
		var m *modelProto
		if m, err = readModel(data); err == nil {
			used := map[string]bool{}
			operators(m.graph, used)
			for op := range used {
				r.ops = append(r.ops, op)
				r.outside = r.outside || strings.HasPrefix(op, "ai.onnx.ml.") || strings.HasPrefix(op, "ai.onnx.preview.training.")
			}
			sort.Strings(r.ops)
		}
	}
	if err != nil {
		r.err = err
		return
	}
	g, err := ImportFile(filepath.Join(dir, "model.onnx"), Options{})
	if err != nil {
		r.fail(err)
		return
	}
	for _, v := range append(slices.Clone(g.Inputs), g.Outputs...) {
		if v.Type.Kind != graph.KindTensor {
			r.unsupported = "sequence and optional values"
			return
		}
	}
	sets, err := filepath.Glob(filepath.Join(dir, "test_data_set_*"))
	if err != nil || len(sets) == 0 {
		r.err = fmt.Errorf("no data: %w", err)
		return
	}
	for _, set := range sets {
		in, err := readTensors(set, "input", len(g.Inputs))
		if err != nil {
			r.fail(err)
			return
		}
		want, err := readTensors(set, "output", len(g.Outputs))
		if err != nil {
			r.fail(err)
			return
		}
		for _, rt := range runtimes {
			g, err := ImportFile(filepath.Join(dir, "model.onnx"), Options{})
			if err != nil {
				r.err = err
				return
			}
			random := slices.Contains(randomTests, name) || isRandom(g)
			got, err := rt.run(g, in)
			if err == nil {
				err = compareOutputs(name, random, got, want)
			}
			if err != nil {
				r.fail(fmt.Errorf("%s: %w", rt.name, err))
				return
			}
		}
	}
}

// fail records an error, or that something is not supported.
func (r *backendResult) fail(err error) {
	var missing *ops.MissingError
	switch {
	case errors.As(err, &missing):
		var names []string
		for _, m := range missing.Ops {
			names = append(names, operatorName(m.Domain, m.Op))
		}
		sort.Strings(names)
		r.unsupported = "operator " + strings.Join(names, ", ")
	case strings.Contains(err.Error(), "not supported"):
		r.unsupported = err.Error()
	default:
		r.err = err
	}
}

func operatorName(domain, op string) string {
	if domain == "" {
		return op
	}
	return domain + "." + op
}

// operators collects the operators of a graph and its subgraphs.
func operators(g *graphProto, into map[string]bool) {
	for _, n := range g.nodes {
		into[operatorName(n.domain, n.op)] = true
		for _, a := range n.attrs {
			if a.g != nil {
				operators(a.g, into)
			}
		}
	}
}

func readTensors(dir, kind string, n int) ([]*tensor.Tensor, error) {
	list := make([]*tensor.Tensor, n)
	for i := range list {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s_%d.pb", kind, i)))
		if err != nil {
			return nil, err
		}
		if list[i], err = ReadTensor(data); err != nil {
			return nil, fmt.Errorf("%s %d: %w", kind, i, err)
		}
	}
	return list, nil
}
