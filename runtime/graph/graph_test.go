package graph_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func value(name string) *graph.Value { return &graph.Value{Name: name} }

func input(name string, shape ...int) *graph.Value {
	return &graph.Value{Name: name, Type: graph.Of(tensor.F32, shape)}
}

func constant(name string, data ...float32) *graph.Value {
	return &graph.Value{Name: name, Const: tensor.Of(data, len(data))}
}

func node(op, name string, in, out []*graph.Value) *graph.Node {
	return &graph.Node{Op: op, Name: name, Version: 13, Inputs: in, Outputs: out}
}

type values = []*graph.Value

// small is y = Relu(x + w), with the parts at hand.
type small struct {
	*graph.Graph
	x, w, sum, y *graph.Value
	add, relu    *graph.Node
}

func newSmall() *small {
	s := &small{x: input("x", 2), w: constant("w", 1, 2), sum: value("sum"), y: value("y")}
	s.add = node("Add", "add", values{s.x, s.w}, values{s.sum})
	s.relu = node("Relu", "relu", values{s.sum}, values{s.y})
	s.Graph = &graph.Graph{Name: "small", Inputs: values{s.x}, Outputs: values{s.y}, Nodes: []*graph.Node{s.add, s.relu}}
	return s
}

func TestValidateNames(t *testing.T) {
	s := newSmall()
	s.add.Name, s.relu.Name = "", ""
	a, b, c := value("a"), value("b"), value("c")
	s.Nodes = append(s.Nodes, node("Neg", "n", values{s.x}, values{a}), node("Neg", "n", values{s.x}, values{b}), node("Neg", "n_3", values{s.x}, values{c}))
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, n := range s.Nodes {
		if n.Name == "" || seen[n.Name] {
			t.Errorf("%v: no name of its own", n)
		}
		seen[n.Name] = true
	}
	if !slices.Equal(s.OutputNames, []string{"y"}) {
		t.Errorf("output names %q", s.OutputNames)
	}
	before := s.String()
	if err := s.Validate(); err != nil || s.String() != before {
		t.Errorf("a second time: %v\n%s", err, s)
	}
}

// TestValidateHostile damages a valid graph in one way each.
func TestValidateHostile(t *testing.T) {
	broken := &graph.Value{Name: "bad", Const: &tensor.Tensor{DType: tensor.F32, Shape: tensor.Shape{4}, Data: make([]byte, 3)}}
	body := func() *graph.Subgraph {
		in, out := input("in", 2), value("out")
		return &graph.Subgraph{Graph: &graph.Graph{Name: "body", Inputs: values{in}, Outputs: values{out}, Nodes: []*graph.Node{node("Neg", "neg", values{in}, values{out})}}}
	}
	with := func(change func(*graph.Subgraph)) func(*small) {
		return func(s *small) {
			b := body()
			change(b)
			s.relu.Attrs = graph.Attrs{"body": b}
		}
	}
	for _, c := range []struct {
		what   string
		damage func(*small)
		want   string // "" when it stays valid
	}{
		{"nothing", func(*small) {}, ""},
		{"empty", func(s *small) { *s.Graph = graph.Graph{} }, ""},
		{"constant output", func(s *small) { s.Outputs[0] = s.w }, ""},
		{"input as output", func(s *small) { s.Outputs[0] = s.x }, ""},
		{"one output twice", func(s *small) { s.Outputs = append(s.Outputs, s.y) }, ""},
		{"omitted input", func(s *small) { s.add.Inputs = append(s.add.Inputs, nil) }, ""},
		{"omitted output", func(s *small) { s.add.Outputs = append(s.add.Outputs, nil) }, ""},
		{"values of one name", func(s *small) { s.sum.Name = "y" }, ""},

		{"nil input", func(s *small) { s.Inputs[0] = nil }, `graph: "small": nil input`},
		{"nil output", func(s *small) { s.Outputs[0] = nil }, `graph: "small": nil output`},
		{"input listed twice", func(s *small) { s.Inputs = append(s.Inputs, s.x) }, `graph: input "x" is listed twice`},
		{"constant input", func(s *small) { s.Inputs = append(s.Inputs, s.w) }, `graph: input "w" is a constant`},
		{"input not listed", func(s *small) { s.Inputs = nil }, `graph: Add "add": input 0 ("x") is used before it is computed`},
		{"dangling value", func(s *small) { s.relu.Inputs[0] = value("nowhere") }, `graph: Relu "relu": input 0 ("nowhere") is used before it is computed`},
		{"dangling output", func(s *small) { s.Outputs[0] = value("nowhere") }, `graph: output "nowhere" is never computed`},
		{"wrong order", func(s *small) { slices.Reverse(s.Nodes) }, `graph: Relu "relu": input 0 ("sum") is used before it is computed`},
		{"cycle of one", func(s *small) { s.relu.Inputs[0] = s.y }, `graph: Relu "relu": input 0 ("y") is used before it is computed`},
		{"cycle of two", func(s *small) { s.add.Inputs[0] = s.y }, `graph: Add "add": input 0 ("y") is used before it is computed`},
		{"two producers", func(s *small) { s.relu.Outputs[0] = s.sum }, `graph: Relu "relu": value "sum" is already produced by Add "add"`},
		{"one node, one value twice", func(s *small) { s.add.Outputs = append(s.add.Outputs, s.sum) }, `graph: Add "add": value "sum" is already produced by Add "add"`},
		{"produced input", func(s *small) { s.relu.Outputs[0] = s.x }, `graph: Relu "relu": value "x" is already produced by input`},
		{"produced constant", func(s *small) { s.add.Outputs[0] = s.w }, `graph: Add "add": output "w" is a constant`},
		{"one node twice", func(s *small) { s.Nodes = append(s.Nodes, s.relu) }, `value "y" is already produced by`},
		{"short constant", func(s *small) { s.add.Inputs[1] = broken }, `graph: Add "add": constant "bad": tensor: 3 bytes for 4 elements of f32`},
		{"too few output names", func(s *small) { s.OutputNames = []string{} }, `graph: "small": 0 names for 1 outputs`},
		{"too many output names", func(s *small) { s.OutputNames = []string{"a", "b"} }, `graph: "small": 2 names for 1 outputs`},

		{"subgraph", with(func(*graph.Subgraph) {}), ""},
		{"capture", with(func(b *graph.Subgraph) { b.Captures = 1 }), ""},
		{"nil subgraph", func(s *small) { s.relu.Attrs = graph.Attrs{"body": (*graph.Subgraph)(nil)} }, `graph: Relu "relu": attribute "body": no graph`},
		{"subgraph without graph", func(s *small) { s.relu.Attrs = graph.Attrs{"body": &graph.Subgraph{}} }, `graph: Relu "relu": attribute "body": no graph`},
		{"more captures than inputs", with(func(b *graph.Subgraph) { b.Captures = 2 }), `attribute "body": captures out of range`},
		{"negative captures", with(func(b *graph.Subgraph) { b.Captures = -1 }), `attribute "body": captures out of range`},
		{"captures beyond the node", with(func(b *graph.Subgraph) { b.Captures, b.CaptureAt = 1, 1 }), `attribute "body": captures out of range`},
		{"captures overflow", with(func(b *graph.Subgraph) { b.Captures, b.CaptureAt = 1, math.MaxInt }), `attribute "body": captures out of range`},
		{"captures before the node", with(func(b *graph.Subgraph) { b.Captures, b.CaptureAt = 1, -1 }), `attribute "body": captures out of range`},
		{"subgraph damaged", with(func(b *graph.Subgraph) { b.Nodes[0].Inputs[0] = value("outer") }),
			`graph: Relu "relu": attribute "body": graph: Neg "neg": input 0 ("outer") is used before it is computed`},
		{"subgraph in subgraph", with(func(b *graph.Subgraph) {
			inner := body()
			inner.Outputs[0] = value("nowhere")
			b.Nodes[0].Attrs = graph.Attrs{"then": inner}
		}), `attribute "then": graph: output "nowhere" is never computed`},
		{"value of the outer graph", func(s *small) {
			b := body()
			b.Nodes[0].Inputs[0] = s.x // not through an input of its own
			s.relu.Attrs = graph.Attrs{"body": b}
		}, `input 0 ("x") is used before it is computed`},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := newSmall()
			c.damage(s)
			err := s.Validate()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if err == nil && s.String() == "" {
				t.Error("prints nothing")
			}
		})
	}
}

// TestValidateMany: a long chain whose first half has taken the names that the
// second half would get, all of it being called the same.
func TestValidateMany(t *testing.T) {
	const half = 30000
	x := input("x", 1)
	g := &graph.Graph{Inputs: values{x}}
	for i := range 2 * half {
		y, name := value("v"), "same"
		if i < half {
			name = fmt.Sprint("same_", half+i)
		}
		g.Nodes = append(g.Nodes, node("Relu", name, values{x}, values{y}))
		x = y
	}
	g.Outputs = values{x}
	if err := g.Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestUses(t *testing.T) {
	s := newSmall()
	s.relu.Inputs = append(s.relu.Inputs, nil, s.sum) // a hole, and a value read twice
	s.Outputs = append(s.Outputs, s.sum)
	u := s.Uses()
	if r := u.Readers(s.sum); !slices.Equal(r, []*graph.Node{s.relu, s.relu}) {
		t.Errorf("readers of sum: %v", r)
	}
	if u.Producer(s.sum) != s.add || u.Producer(s.x) != nil || u.Producer(s.w) != nil || u.Producer(value("other")) != nil {
		t.Error("producers are wrong")
	}
	if !u.IsOutput(s.sum) || !u.IsOutput(s.y) || u.IsOutput(s.x) {
		t.Error("outputs are wrong")
	}
	if u.Only(s.w) != s.add || u.Only(s.x) != s.add || u.Only(s.sum) != nil || u.Only(s.y) != nil {
		t.Error("single readers are wrong")
	}
	// A value with one reader that is an output as well has no single reader.
	s = newSmall()
	s.Outputs = append(s.Outputs, s.sum)
	if s.Uses().Only(s.sum) != nil {
		t.Error("an output has a single reader")
	}
}

func TestReplace(t *testing.T) {
	s := newSmall()
	s.Outputs, s.OutputNames = values{s.y, s.sum}, []string{"y", "sum"}
	other := constant("other", 5, 6)
	s.Replace(s.sum, other)
	if s.relu.Inputs[0] != other || s.Outputs[1] != other || s.add.Outputs[0] != s.sum {
		t.Errorf("replaced wrongly:\n%s", s)
	}
	if !slices.Equal(s.OutputNames, []string{"y", "sum"}) {
		t.Errorf("the caller's names became %q", s.OutputNames)
	}
	before := s.String()
	s.Replace(value("stranger"), other)
	if s.String() != before {
		t.Errorf("replacing a stranger changed\n%s", s)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

func TestRemoveAndInsert(t *testing.T) {
	s := newSmall()
	names := func() string {
		var all []string
		for _, n := range s.Nodes {
			all = append(all, n.Name)
		}
		return strings.Join(all, " ")
	}
	a, b, c := node("Neg", "a", nil, nil), node("Neg", "b", nil, nil), node("Neg", "c", nil, nil)
	s.InsertBefore(s.relu, a, b)
	s.InsertBefore(s.add, c)
	if got := names(); got != "c add a b relu" {
		t.Error(got)
	}
	if n := s.Remove(func(n *graph.Node) bool { return n.Op == "Neg" }); n != 3 || names() != "add relu" {
		t.Errorf("removed %d: %s", n, names())
	}
	s.InsertBefore(nil, a)
	s.InsertBefore(node("Neg", "stranger", nil, nil), b)
	s.InsertBefore(s.add)
	if got := names(); got != "add relu a b" {
		t.Error(got)
	}
	if n := s.Remove(func(*graph.Node) bool { return false }); n != 0 {
		t.Errorf("removed %d", n)
	}
	if n := s.Remove(func(*graph.Node) bool { return true }); n != 4 || len(s.Nodes) != 0 {
		t.Errorf("removed %d", n)
	}
	// The caller's list of inserted nodes stays its own.
	list := make([]*graph.Node, 1, 8)
	list[0] = a
	s.Nodes = []*graph.Node{s.relu}
	s.InsertBefore(s.relu, list...)
	if list = list[:2]; list[1] != nil {
		t.Error("InsertBefore wrote into the list it was given")
	}
}

func TestPrint(t *testing.T) {
	s := newSmall()
	s.Inputs[0].Type.Dims[0] = graph.Dim{Size: -1, Name: "n"}
	in, out := input("in", 2), value("out")
	body := &graph.Subgraph{Captures: 1, Graph: &graph.Graph{Name: "body", Inputs: values{in}, Outputs: values{out}, Nodes: []*graph.Node{node("Neg", "neg", values{in}, values{out})}}}
	s.relu.Domain = "my.domain"
	s.relu.Attrs = graph.Attrs{"to": int64(3), "alpha": float32(0.5), "axes": []int64{0, -1}, "mode": "fast", "w": tensor.New(tensor.S8, 2, 2), "body": body}
	s.relu.Inputs, s.relu.Outputs = append(s.relu.Inputs, nil), append(s.relu.Outputs, nil)
	const want = `graph small
  in  x f32 n
  sum = Add(x, w[const f32 2]) # add
  y, - = Relu(sum, -) {alpha=0.5, axes=[0 -1], mode=fast, to=3, w=s8 2x2} # relu
    body:
    graph body
      in  in f32 2
      out = Neg(in) # neg
      out out invalid of unknown shape
  out y invalid of unknown shape
`
	if got := s.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := s.relu.String(); got != `my.domain.Relu "relu"` {
		t.Error(got)
	}
}

func TestType(t *testing.T) {
	for _, c := range []struct {
		t    graph.Type
		text string
		ok   bool
	}{
		{graph.Of(tensor.F32, tensor.Shape{1, 3, 224}), "f32 1x3x224", true},
		{graph.Of(tensor.S64, tensor.Shape{}), "s64 scalar", true},
		{graph.Of(tensor.U8, tensor.Shape{0, 4}), "u8 0x4", true},
		{graph.Type{DType: tensor.F32}, "f32 of unknown shape", false},
		{graph.Type{DType: tensor.F32, Ranked: true, Dims: []graph.Dim{{Size: -1}, {Size: -1, Name: "n"}, {Size: 2, Name: "two"}}}, "f32 ?xnx2", false},
		{graph.Type{DType: tensor.F32, Ranked: true, Kind: graph.KindSequence, Dims: []graph.Dim{{Size: 2}}}, "f32 2", false},
	} {
		if got := c.t.String(); got != c.text {
			t.Errorf("got %q, want %q", got, c.text)
		}
		if s, ok := c.t.Shape(); ok != c.ok || ok && fmt.Sprint(s) != strings.Fields(c.text)[1] {
			t.Errorf("%s: shape %v, %v", c.text, s, ok)
		}
	}
}

func TestNodeSlots(t *testing.T) {
	s := newSmall()
	if s.add.In(0) != s.x || s.add.In(2) != nil || s.add.Out(0) != s.sum || s.add.Out(1) != nil {
		t.Error("wrong slots")
	}
}

func TestAttrs(t *testing.T) {
	x, sub := tensor.New(tensor.F32, 1), &graph.Subgraph{}
	a := graph.Attrs{
		"i": int64(7), "big": int64(math.MaxInt64), "f": float32(2), "s": "text", "is": []int64{1, math.MinInt64},
		"fs": []float32{1}, "ss": []string{"a"}, "t": x, "g": sub, "zero": int64(0),
	}
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	check("Int", a.Int("i", 1), 7)
	check("large Int", a.Int("big", 1), math.MaxInt)
	check("Int, absent", a.Int("none", 1), 1)
	check("Int of a float", a.Int("f", 1), 1)
	check("Bool", []bool{a.Bool("i", false), a.Bool("zero", true), a.Bool("none", true)}, []bool{true, false, true})
	check("Float", []float32{a.Float("f", 1), a.Float("i", 1), a.Float("none", 3)}, []float32{2, 1, 3})
	check("String", []string{a.String("s", "d"), a.String("i", "d")}, []string{"text", "d"})
	check("Ints", a.Ints("is"), []int{1, math.MinInt})
	check("Ints of an int", a.Ints("i"), []int(nil))
	check("Floats", a.Floats("fs"), []float32{1})
	check("Floats, absent", a.Floats("none"), []float32(nil))
	check("Strings", a.Strings("ss"), []string{"a"})
	check("Tensor", []bool{a.Tensor("t") == x, a.Tensor("i") == nil}, []bool{true, true})
	check("Graph", []bool{a.Graph("g") == sub, a.Graph("t") == nil}, []bool{true, true})
	check("Has", []bool{a.Has("zero"), a.Has("none"), graph.Attrs(nil).Has("i")}, []bool{true, false, false})
	check("nil Attrs", graph.Attrs(nil).Int("i", 4), 4)
}
