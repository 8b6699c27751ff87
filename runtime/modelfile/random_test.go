package modelfile

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// randomTensor makes a constant of a random type, shape and form. Sparse
// floats have no negative zeros, so that their CSR form keeps every bit.
func randomTensor(r *rand.Rand) *tensor.Tensor {
	dt := dtypeCodes[1+r.IntN(len(dtypeCodes)-1)]
	shape := make(tensor.Shape, r.IntN(5))
	for i := range shape {
		shape[i] = r.IntN(7)
	}
	if r.IntN(3) == 0 { // large enough for CSR
		dt = []tensor.DType{tensor.F32, tensor.F16}[r.IntN(2)]
		shape = tensor.Shape{1 + r.IntN(8), 1 + r.IntN(60), 1 + r.IntN(3)}
	}
	return fillRandom(r, tensor.New(dt, shape...), []float64{0, 0.5, 0.9, 1}[r.IntN(4)])
}

func fillRandom(r *rand.Rand, t *tensor.Tensor, sparsity float64) *tensor.Tensor {
	for i := range t.Strings {
		t.Strings[i] = randomString(r)
	}
	es := t.DType.Size()
	for i := 0; i < len(t.Data); i += max(es, 1) {
		if r.Float64() < sparsity {
			continue
		}
		for k := range es {
			t.Data[i+k] = byte(1 + r.IntN(255))
		}
	}
	if t.DType == tensor.Bool {
		for i := range t.Data {
			t.Data[i] &= 1
		}
	}
	return t
}

func randomString(r *rand.Rand) string {
	b := make([]byte, r.IntN(12))
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	return string(b)
}

func randomType(r *rand.Rand) graph.Type {
	t := graph.Type{DType: tensor.DType(r.IntN(len(dtypeCodes))), Kind: graph.Kind(r.IntN(3))}
	if r.IntN(4) > 0 {
		t.Ranked = true
		t.Dims = make([]graph.Dim, r.IntN(5))
		for i := range t.Dims {
			t.Dims[i] = graph.Dim{Size: r.IntN(300) - 1}
			if r.IntN(3) == 0 {
				t.Dims[i] = graph.Dim{Size: -1, Name: "batch"}
			}
		}
	}
	return t
}

// randomGraph makes a valid graph, with subgraphs down to depth.
func randomGraph(r *rand.Rand, depth int) *graph.Graph {
	g := &graph.Graph{Name: randomString(r)}
	var known, consts []*graph.Value
	for i := range r.IntN(4) {
		v := &graph.Value{Name: fmt.Sprintf("in%d", i), Type: randomType(r)}
		g.Inputs = append(g.Inputs, v)
		known = append(known, v)
	}
	for i := range r.IntN(5) {
		t := randomTensor(r)
		if i > 0 && r.IntN(4) == 0 {
			t = consts[0].Const // shared
		}
		if t.Sparse == nil && t.DType == tensor.F32 && len(t.Shape) > 0 && r.IntN(3) == 0 {
			if m, err := tensor.NewCSR(t); err == nil {
				t = &tensor.Tensor{DType: t.DType, Shape: t.Shape, Sparse: m}
			}
		}
		consts = append(consts, &graph.Value{Name: fmt.Sprintf("c%d", i), Const: t, Type: graph.Of(t.DType, t.Shape)})
	}
	pick := func() *graph.Value {
		all := append(append([]*graph.Value{nil}, known...), consts...)
		return all[r.IntN(len(all))]
	}
	for i := range r.IntN(6) {
		n := &graph.Node{Op: []string{"Conv", "Relu", "If"}[r.IntN(3)], Version: r.IntN(23), Attrs: graph.Attrs{}}
		if r.IntN(3) == 0 {
			n.Domain = "com.example"
		}
		for range r.IntN(4) {
			n.Inputs = append(n.Inputs, pick())
		}
		for k := range 1 + r.IntN(2) {
			v := &graph.Value{Name: fmt.Sprintf("v%d_%d", i, k), Type: randomType(r)}
			n.Outputs = append(n.Outputs, v)
			known = append(known, v)
		}
		if r.IntN(4) == 0 {
			n.Outputs = append(n.Outputs, nil)
		}
		for k := range r.IntN(5) {
			n.Attrs[fmt.Sprintf("a%d%s", k, randomString(r))] = randomAttr(r, n, depth)
		}
		g.Nodes = append(g.Nodes, n)
	}
	for i := range r.IntN(3) {
		if v := pick(); v != nil {
			g.Outputs = append(g.Outputs, v)
			g.OutputNames = append(g.OutputNames, fmt.Sprintf("out%d", i))
		}
	}
	for range r.IntN(3) {
		if g.Meta == nil {
			g.Meta = map[string]string{}
		}
		g.Meta[randomString(r)] = randomString(r)
	}
	return g
}

func randomAttr(r *rand.Rand, n *graph.Node, depth int) any {
	switch r.IntN(8) {
	case 0:
		return []int64{0, 1, -1, math.MinInt64, math.MaxInt64}[r.IntN(5)]
	case 1:
		return math.Float32frombits(r.Uint32())
	case 2:
		return randomString(r)
	case 3:
		return randomTensor(r)
	case 4:
		if depth == 0 {
			return int64(7)
		}
		s := &graph.Subgraph{Graph: randomGraph(r, depth-1)}
		s.Captures = r.IntN(min(len(s.Inputs), len(n.Inputs)) + 1)
		s.CaptureAt = len(n.Inputs) - s.Captures
		return s
	case 5:
		s := make([]int64, r.IntN(5))
		for i := range s {
			s[i] = int64(r.Uint64())
		}
		return s
	case 6:
		s := make([]float32, r.IntN(5))
		for i := range s {
			s[i] = float32(r.NormFloat64())
		}
		return s
	}
	s := make([]string, r.IntN(5))
	for i := range s {
		s[i] = randomString(r)
	}
	return s
}

// differ tells the first difference between two graphs, "" when there is none.
// Constants are compared by their elements, whatever their form.
func differ(a, b *graph.Graph) string {
	if a.Name != b.Name {
		return fmt.Sprintf("name %q and %q", a.Name, b.Name)
	}
	d := differing{pair: map[*graph.Value]*graph.Value{}, back: map[*graph.Value]*graph.Value{}}
	d.values("inputs", a.Inputs, b.Inputs)
	if len(a.Nodes) != len(b.Nodes) {
		return fmt.Sprintf("%d and %d nodes", len(a.Nodes), len(b.Nodes))
	}
	for i := range a.Nodes {
		d.node(a.Nodes[i], b.Nodes[i])
	}
	d.values("outputs", a.Outputs, b.Outputs)
	d.equal("output names", fmt.Sprintf("%q", a.OutputNames), fmt.Sprintf("%q", b.OutputNames))
	d.equal("metadata", fmt.Sprintf("%q", a.Meta), fmt.Sprintf("%q", b.Meta))
	return d.what
}

type differing struct {
	pair, back map[*graph.Value]*graph.Value
	what       string
}

func (d *differing) equal(what, a, b string) {
	if d.what == "" && a != b {
		d.what = fmt.Sprintf("%s: %s and %s", what, a, b)
	}
}

func (d *differing) values(what string, a, b []*graph.Value) {
	if len(a) != len(b) {
		d.equal(what, fmt.Sprint(len(a)), fmt.Sprint(len(b)))
		return
	}
	for i := range a {
		d.value(fmt.Sprintf("%s %d", what, i), a[i], b[i])
	}
}

func (d *differing) value(what string, a, b *graph.Value) {
	if a == nil || b == nil {
		d.equal(what, fmt.Sprint(a == nil), fmt.Sprint(b == nil))
		return
	}
	if p, q := d.pair[a], d.back[b]; p != nil || q != nil {
		if p != b || q != a {
			d.equal(what, "another value", a.Name)
		}
		return
	}
	d.pair[a], d.back[b] = b, a
	d.equal(what, a.Name, b.Name)
	d.equal(what, fmt.Sprintf("%v %+v", a.Type.DType, a.Type), fmt.Sprintf("%v %+v", b.Type.DType, b.Type))
	if a.Const == nil || b.Const == nil {
		d.equal(what+" constant", fmt.Sprint(a.Const != nil), fmt.Sprint(b.Const != nil))
		return
	}
	d.tensor(what, a.Const, b.Const)
}

func (d *differing) tensor(what string, a, b *tensor.Tensor) {
	d.equal(what, fmt.Sprintf("%v %v %q", a.DType, a.Shape, a.Strings), fmt.Sprintf("%v %v %q", b.DType, b.Shape, b.Strings))
	if d.what == "" && a.DType != tensor.String && !bytes.Equal(linearBytes(a), linearBytes(b)) {
		d.what = what + ": other elements"
	}
}

func (d *differing) node(a, b *graph.Node) {
	what := a.String()
	d.equal(what, fmt.Sprint(a, a.Version, len(a.Attrs)), fmt.Sprint(b, b.Version, len(b.Attrs)))
	d.values(what+" inputs", a.Inputs, b.Inputs)
	d.values(what+" outputs", a.Outputs, b.Outputs)
	for k, x := range a.Attrs {
		y := b.Attrs[k]
		if fmt.Sprintf("%T", x) != fmt.Sprintf("%T", y) {
			d.equal(what+k, fmt.Sprintf("%T", x), fmt.Sprintf("%T", y))
			continue
		}
		switch x := x.(type) {
		case *tensor.Tensor:
			d.tensor(what+k, x, y.(*tensor.Tensor))
		case *graph.Subgraph:
			s := y.(*graph.Subgraph)
			d.equal(what+k, fmt.Sprint(x.Captures, x.CaptureAt), fmt.Sprint(s.Captures, s.CaptureAt))
			d.equal(what+k, "", differ(x.Graph, s.Graph))
		case float32:
			d.equal(what+k, fmt.Sprint(math.Float32bits(x)), fmt.Sprint(math.Float32bits(y.(float32))))
		default:
			d.equal(what+k, fmt.Sprintf("%q", x), fmt.Sprintf("%q", y))
		}
	}
}
