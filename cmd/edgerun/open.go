package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// opened is what open --json prints.
type opened struct {
	Model       string         `json:"model"`
	Inputs      []measure.Port `json:"inputs"`
	Outputs     []measure.Port `json:"outputs"`
	Params      int64          `json:"params"`
	MACs        int64          `json:"macs"`
	ArenaBytes  int            `json:"arena_bytes"`
	WeightBytes int            `json:"weight_bytes"`
	LoadMS      float64        `json:"load_ms"`
}

// open makes a model ready to run and tells what it holds.
func open(c *console, args []string) error {
	f := newFlags(c, "open")
	asJSON := f.Bool("json", false, "print JSON")
	args, err := f.parse(c, args)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("open needs one model")
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	start := time.Now()
	m, err := runtime.Open(args[0], o)
	if err != nil {
		return err
	}
	defer m.Close()
	p := m.Plan()
	d := measure.Describe(p)
	r := opened{
		Model: args[0], Inputs: d.Inputs, Outputs: d.Outputs, Params: d.Params, MACs: d.MACs,
		ArenaBytes: p.ArenaBytes, WeightBytes: p.ConstBytes, LoadMS: measure.Milliseconds(time.Since(start)),
	}
	if *asJSON {
		return c.printJSON(r)
	}
	for _, q := range r.Inputs {
		fmt.Fprintf(c.out, "input       %s: %s %v\n", q.Name, q.DType, tensor.Shape(q.Shape))
	}
	for _, q := range r.Outputs {
		shape := "depends on data"
		if q.Shape != nil {
			shape = tensor.Shape(q.Shape).String()
		}
		fmt.Fprintf(c.out, "output      %s: %s %s\n", q.Name, q.DType, shape)
	}
	_, err = fmt.Fprintf(c.out, "parameters  %s\narithmetic  %s multiply-accumulates\nmemory      %s for activations, %s of weights\nopened in   %.3g ms\n",
		measure.Count(r.Params), measure.Count(r.MACs), measure.Bytes(int64(r.ArenaBytes)), measure.Bytes(int64(r.WeightBytes)), r.LoadMS)
	return err
}

// printJSON prints one document on standard output.
func (c *console) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
