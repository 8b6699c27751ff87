package ops

import (
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Run must not allocate: the executor's sessions rely on it.
func TestRunDoesNotAllocate(t *testing.T) {
	r := testRand(t)
	table := tablesUnderTest()[0]
	x := randomF32(r, 2, 6, 9, 9)
	v := func(n int) *tensor.Tensor { return randomF32(r, n) }
	kernel := graph.Attrs{"kernel_shape": ints(3, 3), "pads": ints(1, 1, 1, 1)}
	conv := graph.Attrs{"pads": ints(1, 1, 1, 1), "fused_activation": "Sigmoid"}
	for name, in := range map[string]struct {
		attrs graph.Attrs
		in    []*tensor.Tensor
	}{
		"Conv":                  {conv, []*tensor.Tensor{x, randomF32(r, 8, 6, 3, 3), v(8)}},
		"ConvTranspose":         {nil, []*tensor.Tensor{x, randomF32(r, 6, 4, 3, 3), v(4)}},
		"Gemm":                  {nil, []*tensor.Tensor{randomF32(r, 5, 7), randomF32(r, 7, 9), v(9)}},
		"MatMul":                {nil, []*tensor.Tensor{x, randomF32(r, 9, 4)}},
		"MaxPool":               {kernel, []*tensor.Tensor{x}},
		"AveragePool":           {kernel, []*tensor.Tensor{x}},
		"LpPool":                {kernel, []*tensor.Tensor{x}},
		"GlobalAveragePool":     {nil, []*tensor.Tensor{x}},
		"GlobalMaxPool":         {nil, []*tensor.Tensor{x}},
		"BatchNormalization":    {nil, []*tensor.Tensor{x, v(6), v(6), v(6), v(6)}},
		"InstanceNormalization": {nil, []*tensor.Tensor{x, v(6), v(6)}},
		"LayerNormalization":    {nil, []*tensor.Tensor{x, v(9), v(9)}},
		"LpNormalization":       {graph.Attrs{"axis": int64(1)}, []*tensor.Tensor{x}},
		"LRN":                   {graph.Attrs{"size": int64(3)}, []*tensor.Tensor{x}},
		"PRelu":                 {nil, []*tensor.Tensor{x, v(1)}},
		"Clip":                  {nil, []*tensor.Tensor{x, v(1), v(1)}},
		"Softmax":               {nil, []*tensor.Tensor{x}},
		"LogSoftmax":            {graph.Attrs{"axis": int64(1)}, []*tensor.Tensor{x}},
		"Mish":                  {nil, []*tensor.Tensor{x}},
		"HardSigmoid":           {nil, []*tensor.Tensor{x}},
	} {
		for _, variable := range []bool{false, true} {
			call, k := compiledCall(t, &graph.Node{Op: name, Attrs: in.attrs, Outputs: []*graph.Value{{}}}, in.in, !variable, table)
			for s := k; s != nil; s = s.Next {
				run := s.Run
				if s.Prepare != nil {
					var err error
					if run, err = s.Prepare(); err != nil {
						t.Fatal(err)
					}
				}
				if n := testing.AllocsPerRun(3, func() {
					if err := run(call, 0, max(s.Units, 1)); err != nil {
						t.Fatal(err)
					}
				}); n != 0 {
					t.Errorf("%s (constants: %v): %v allocations a run", name, !variable, n)
				}
			}
		}
	}
}

func compiledCall(t *testing.T, n *graph.Node, in []*tensor.Tensor, constant bool, table *kernels.Table) (*Call, *Kernel) {
	t.Helper()
	c := &CompileCtx{Node: n, In: make([]Operand, len(in)), Kernels: table}
	infos := make([]Info, len(in))
	for i, x := range in {
		infos[i] = Info{Present: true, DType: x.DType, Shape: x.Shape}
		c.In[i] = Operand{Present: true, DType: x.DType, Shape: x.Shape}
		if constant && i > 0 {
			infos[i].Const, c.In[i].Const = x, x
		}
	}
	out, err := InferNode(n, infos)
	if err != nil {
		t.Fatal(err)
	}
	call := &Call{In: in, Stop: func() error { return nil }}
	for _, o := range out {
		c.Out = append(c.Out, Operand{Present: true, DType: o.DType, Shape: o.Shape})
		call.Out = append(call.Out, tensor.New(o.DType, o.Shape...))
	}
	k, err := Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	call.Scratch, call.Shared = tensor.AlignedBytes(k.Scratch), tensor.AlignedBytes(k.Shared)
	return call, k
}
