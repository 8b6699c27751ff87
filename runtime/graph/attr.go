package graph

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Attrs are a node's attributes by name. A value has one of the types
//
//	int64  float32  string  *tensor.Tensor  *Subgraph
//	[]int64  []float32  []string
type Attrs map[string]any

// Int gives an integer attribute or its default. Values an int cannot hold
// saturate.
func (a Attrs) Int(name string, def int) int {
	if v, ok := a[name].(int64); ok {
		return saturate(v)
	}
	return def
}

func saturate(v int64) int { return int(min(max(v, math.MinInt), math.MaxInt)) }

// Bool gives an integer attribute as a flag.
func (a Attrs) Bool(name string, def bool) bool {
	if v, ok := a[name].(int64); ok {
		return v != 0
	}
	return def
}

// Float gives a float attribute or its default.
func (a Attrs) Float(name string, def float32) float32 {
	if v, ok := a[name].(float32); ok {
		return v
	}
	return def
}

// String gives a string attribute or its default.
func (a Attrs) String(name, def string) string {
	if v, ok := a[name].(string); ok {
		return v
	}
	return def
}

// Ints gives an integer list, nil when absent; saturating as Int does.
func (a Attrs) Ints(name string) []int {
	v, ok := a[name].([]int64)
	if !ok {
		return nil
	}
	s := make([]int, len(v))
	for i, x := range v {
		s[i] = saturate(x)
	}
	return s
}

// Floats gives a float list, nil when absent.
func (a Attrs) Floats(name string) []float32 {
	v, _ := a[name].([]float32)
	return v
}

// Strings gives a string list, nil when absent.
func (a Attrs) Strings(name string) []string {
	v, _ := a[name].([]string)
	return v
}

// Tensor gives a tensor attribute, nil when absent.
func (a Attrs) Tensor(name string) *tensor.Tensor {
	v, _ := a[name].(*tensor.Tensor)
	return v
}

// Graph gives a subgraph attribute, nil when absent.
func (a Attrs) Graph(name string) *Subgraph {
	v, _ := a[name].(*Subgraph)
	return v
}

// Has reports whether the attribute is present.
func (a Attrs) Has(name string) bool { _, ok := a[name]; return ok }
