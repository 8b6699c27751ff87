package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/importer"
)

// modelFlags are the flags of commands that open a model.
type modelFlags struct {
	threads int
	isa     string
	dims    []string
	dense   bool
}

// add declares the flags of commands that run a model.
func (f *modelFlags) add(cmd *cobra.Command) {
	f.addTarget(cmd)
	cmd.Flags().BoolVar(&f.dense, "dense", false, "run sparse weights as dense ones, for comparison")
}

// addTarget declares the flags that say what a plan is made for.
func (f *modelFlags) addTarget(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.threads, "threads", 0, "workers that share a run; 0 takes every usable core")
	cmd.Flags().StringVar(&f.isa, "isa", "", "instruction set to use: generic, avx2, avx512, neon, neon+dotprod, ...\n(default: the best there is)")
	f.addDims(cmd)
}

func (f *modelFlags) addDims(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.dims, "dim", nil, "`NAME=SIZE` of an open input dimension, by name (sequence=128) or\nplace (input[1]=128); repeatable")
}

// bindings parses --dim.
func (f *modelFlags) bindings() (map[string]int, error) {
	dims := map[string]int{}
	for _, d := range f.dims {
		at := strings.LastIndex(d, "=")
		if at < 1 {
			return nil, usagef("--dim %q: want NAME=SIZE", d)
		}
		n, err := strconv.Atoi(d[at+1:])
		if err != nil || n < 1 {
			return nil, usagef("--dim %q: the size is not a number above 0", d)
		}
		dims[d[:at]] = n
	}
	return dims, nil
}

// options resolves the flags on this machine.
func (f *modelFlags) options() (runtime.Options, error) {
	o := runtime.Options{Threads: f.threads, ISA: f.isa}
	if f.threads < 0 {
		return o, usagef("--threads %d is negative", f.threads)
	}
	if _, err := kernels.ParseISA(f.isa); f.isa != "" && err != nil {
		return o, usagef("--isa: %w", err)
	}
	var err error
	if o.Dims, err = f.bindings(); err != nil {
		return o, err
	}
	facts := boards.Here()
	if o.Threads == 0 {
		o.Threads = facts.Usable()
	}
	o.L1, o.L2 = facts.CacheShare(o.Threads)
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
