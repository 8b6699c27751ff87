package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/edgeprune/edgeprune/runtime/importer/onnx/onnxtest"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// oneNode is a model that does next to nothing: Relu of one number.
func oneNode() []byte {
	x := onnxtest.Value{Name: "x", DType: tensor.F32, Dims: []any{1}}
	y := onnxtest.Value{Name: "y", DType: tensor.F32, Dims: []any{1}}
	return onnxtest.Model{IR: 8, Opset: 13, Graph: onnxtest.Graph{
		Name:   "one_node",
		Nodes:  []onnxtest.Node{{Op: "Relu", In: []string{"x"}, Out: []string{"y"}}},
		Inputs: []onnxtest.Value{x}, Outputs: []onnxtest.Value{y},
	}}.Bytes()
}

// callRounds is enough for a figure of two digits.
const callRounds = 15

// calls measures what a run costs on either side before there is anything to
// compute, and learns who the peer is.
func (c *contest) calls(ctx context.Context, d *document) error {
	dir, err := os.MkdirTemp("", "edgeprune-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "one_node.onnx")
	if err := os.WriteFile(path, oneNode(), 0o600); err != nil {
		return err
	}
	one := *c
	one.schedule.rounds = min(one.schedule.rounds, callRounds)
	one.options.Dims, one.fill, one.met = nil, nil, map[string]bool{}
	r, err := one.versus(ctx, path)
	if err != nil {
		return err
	}
	if r.Timing == nil {
		return fmt.Errorf("a model of one node: %s", r.Error)
	}
	d.Peer, d.Host = r.peerVersion, r.peerHost
	d.PeerCallUS, d.OursCallUS = 1e3*r.TheirsMS, 1e3*r.OursMS
	return nil
}
