package measure

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Port is an input or output of a model. Shape is nil when it depends on data.
type Port struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
}

// Layer is one step of a plan.
type Layer struct {
	Name        string  `json:"name"`
	Op          string  `json:"op"`
	Shape       []int   `json:"shape"` // of the first output
	Params      int64   `json:"params"`
	NNZ         int64   `json:"nnz"`      // parameters that are not zero
	Sparsity    float64 `json:"sparsity"` // share of the parameters that is zero
	Pattern     string  `json:"pattern"`  // how the weights are stored: dense, csr or none
	MACs        int64   `json:"macs"`
	NNZMACs     int64   `json:"nnz_macs"`
	OutputBytes int     `json:"output_bytes"` // in the arena, padding included
	Kernel      string  `json:"kernel"`
	Why         string  `json:"why"`
	// Body says that the layer runs a graph of its own (If, Loop), whose
	// multiply-accumulates and memory are not counted.
	Body bool `json:"body,omitempty"`
}

// Contents is what a plan holds.
type Contents struct {
	Inputs   []Port  `json:"inputs"`
	Outputs  []Port  `json:"outputs"`
	Params   int64   `json:"params"`
	NNZ      int64   `json:"nnz"`
	Sparsity float64 `json:"sparsity"`
	// MACs counts multiply-accumulates of the steps whose shapes are known
	// before running; NNZMACs those whose weight is not zero.
	MACs    int64   `json:"macs"`
	NNZMACs int64   `json:"nnz_macs"`
	Layers  []Layer `json:"layers"`
}

// Describe gathers the figures of a plan. A constant that several steps read
// counts for the first of them.
func Describe(p *plan.Plan) Contents {
	m := Contents{Inputs: []Port{}, Outputs: []Port{}, Layers: []Layer{}}
	for _, at := range p.Inputs {
		m.Inputs = append(m.Inputs, port(p, at, p.Values[at].Name))
	}
	for i, at := range p.Outputs {
		m.Outputs = append(m.Outputs, port(p, at, p.OutputNames[i]))
	}
	counted := map[int]bool{}
	for i := range p.Steps {
		l := describeStep(p, &p.Steps[i], counted)
		m.Params, m.NNZ = m.Params+l.Params, m.NNZ+l.NNZ
		m.MACs, m.NNZMACs = m.MACs+l.MACs, m.NNZMACs+l.NNZMACs
		m.Layers = append(m.Layers, l)
	}
	m.Sparsity = sparsity(m.NNZ, m.Params)
	return m
}

func port(p *plan.Plan, at int, name string) Port {
	v := &p.Values[at]
	q := Port{Name: name, DType: v.DType.String()}
	if v.Place != plan.Dynamic {
		q.Shape = v.Shape
	}
	return q
}

func describeStep(p *plan.Plan, s *plan.Step, counted map[int]bool) Layer {
	l := Layer{Name: s.Node.Name, Op: s.Node.Op, Kernel: s.KernelName(), Why: s.Why(), Pattern: "none"}
	for _, at := range s.Out {
		if at >= 0 {
			v := &p.Values[at]
			l.Shape = v.Shape
			if v.Place == plan.Arena && v.Shares < 0 {
				l.OutputBytes = v.Bytes
			}
			break
		}
	}
	largest, share := 0, 1.0 // of the step's weights; the nonzero share of the largest
	for _, at := range s.In {
		if at < 0 || p.Values[at].Place != plan.Const {
			continue
		}
		t := p.Values[at].Const
		if !weight(t) {
			continue
		}
		if len(t.Shape) >= 2 && l.Pattern != "csr" {
			l.Pattern = "dense"
			if t.Sparse != nil {
				l.Pattern = "csr"
			}
		}
		nnz, n := nonzeros(t), t.Elems()
		if len(t.Shape) >= 2 && n > largest {
			largest, share = n, float64(nnz)/float64(n)
		}
		if !counted[at] {
			counted[at] = true
			l.Params += int64(n)
			l.NNZ += nnz
		}
	}
	for _, a := range s.Node.Attrs {
		if sub, ok := a.(*graph.Subgraph); ok {
			l.addSubgraph(sub.Graph, map[*tensor.Tensor]bool{})
		}
	}
	if k := s.Kernel; k != nil {
		l.MACs, l.NNZMACs = k.MACs, k.NNZ
		if k.NNZ == 0 { // not known to the kernel
			l.NNZMACs = int64(math.Round(float64(k.MACs) * share))
		}
	}
	l.Sparsity = sparsity(l.NNZ, l.Params)
	return l
}

// addSubgraph counts the parameters inside a body of control flow. Which of them
// a run uses, and how often, is not known before.
func (l *Layer) addSubgraph(g *graph.Graph, counted map[*tensor.Tensor]bool) {
	l.Body = true
	for _, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v == nil || v.Const == nil || counted[v.Const] || !weight(v.Const) {
				continue
			}
			counted[v.Const] = true
			l.Params += int64(v.Const.Elems())
			l.NNZ += nonzeros(v.Const)
			if len(v.Const.Shape) >= 2 && l.Pattern != "csr" {
				l.Pattern = "dense"
				if v.Const.Sparse != nil {
					l.Pattern = "csr"
				}
			}
		}
		for _, a := range n.Attrs {
			if sub, ok := a.(*graph.Subgraph); ok {
				l.addSubgraph(sub.Graph, counted)
			}
		}
	}
}

// weight tells parameters from shapes, indices, bounds and other constants that
// say how to compute.
func weight(t *tensor.Tensor) bool {
	switch t.DType {
	case tensor.S8, tensor.U8, tensor.S4, tensor.U4, tensor.S2, tensor.U2:
		return len(t.Shape) >= 2
	}
	return t.DType.IsFloat() && len(t.Shape) >= 1
}

func sparsity(nnz, n int64) float64 {
	if n == 0 {
		return 0
	}
	return math.Round(1e4*(1-float64(nnz)/float64(n))) / 1e4
}

// nonzeros counts the elements that are neither positive nor negative zero.
func nonzeros(t *tensor.Tensor) int64 {
	if t.Sparse != nil {
		return int64(t.Sparse.NNZ())
	}
	n := int64(0)
	if t.DType == tensor.F32 {
		// Two elements at a time, without a branch: adding all ones to what is
		// below the sign bit carries into it unless the element is zero.
		const magnitudes = 0x7fffffff_7fffffff
		data := t.Data[:4*t.Elems()]
		rest := len(data) / 8 * 8
		for _, v := range tensor.Cast[uint64](data[:rest]) {
			v = (v&magnitudes + magnitudes) >> 31
			n += int64(v&1 + v>>32)
		}
		if rest < len(data) && tensor.Cast[uint32](data[rest:])[0]<<1 != 0 {
			n++
		}
		return n
	}
	size := t.DType.Size()
	for i := range t.Elems() {
		for b, v := range t.Data[i*size : (i+1)*size] {
			if b == size-1 && t.DType.IsFloat() {
				v &= 0x7f // without the sign
			}
			if v != 0 {
				n++
				break
			}
		}
	}
	return n
}

// DType names the element type that most bytes of a plan's weights have.
func DType(p *plan.Plan) string {
	bytes := map[tensor.DType]int{}
	best := tensor.Invalid
	for i := range p.Values {
		v := &p.Values[i]
		if v.Place != plan.Const || !weight(v.Const) {
			continue
		}
		bytes[v.DType] += v.Const.Elems() * v.DType.Size()
		if bytes[v.DType] > bytes[best] {
			best = v.DType
		}
	}
	if best == tensor.Invalid && len(p.Inputs) > 0 {
		best = p.Values[p.Inputs[0]].DType
	}
	return best.String()
}
