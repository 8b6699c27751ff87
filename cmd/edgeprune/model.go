package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/internal/options"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/importer"
)

// modelFlags are the flags of commands that open a model.
type modelFlags struct {
	options.Flags
	dense bool
}

// add declares the flags of commands that run a model.
func (f *modelFlags) add(cmd *cobra.Command) {
	f.addTarget(cmd)
	cmd.Flags().BoolVar(&f.dense, "dense", false, "run sparse weights as dense ones, for comparison")
}

// addTarget declares the flags that say what a plan is made for.
func (f *modelFlags) addTarget(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.Threads, "threads", 0, "workers that share a run; 0 takes every usable core")
	cmd.Flags().StringVar(&f.ISA, "isa", "", "instruction set to use: generic, avx2, avx512, neon, neon+dotprod, ...\n(default: the best there is)")
	f.addDims(cmd)
}

func (f *modelFlags) addDims(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.Dims, "dim", nil, "`NAME=SIZE` of an open input dimension, by name (sequence=128) or\nplace (input[1]=128); repeatable")
}

// bindings parses --dim.
func (f *modelFlags) bindings() (map[string]int, error) {
	dims, err := f.Bindings()
	if err != nil {
		return nil, usageError{err}
	}
	return dims, nil
}

// options resolves the flags on this machine.
func (f *modelFlags) options() (runtime.Options, error) {
	o, err := f.Resolve()
	if err != nil {
		return o, usageError{err}
	}
	return o, nil
}

// open makes a model file ready to run.
func (f *modelFlags) open(path string, o runtime.Options) (*runtime.Model, error) {
	if !f.dense && strings.EqualFold(filepath.Ext(path), ".epm") {
		return runtime.Open(path, o)
	}
	// An .epm file that is made dense stays mapped until the process ends: what
	// was dense before lies in it.
	g, _, err := importer.Load(path)
	if err != nil {
		return nil, err
	}
	return f.ready(path, g, o)
}

// ready makes a graph ready to run.
func (f *modelFlags) ready(name string, g *graph.Graph, o runtime.Options) (*runtime.Model, error) {
	if f.dense {
		g.Densify()
	}
	m, err := runtime.New(g, o)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, name)
	}
	return m, nil
}
