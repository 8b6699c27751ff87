package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// AbsorbTransposes removes a Transpose that is flattened into the columns of a
// matrix product with constant weights: the weights are reordered instead.
func AbsorbTransposes(g *graph.Graph) (int, error) {
	uses := g.Uses()
	changes := 0
	for _, n := range g.Nodes {
		if !isOp(n, "Gemm", "MatMul") || n.Attrs.Bool("transA", false) {
			continue
		}
		flatten := producerOf(uses, n)
		if !isOp(flatten, "Reshape", "Flatten", "Squeeze", "Unsqueeze") {
			continue
		}
		t := producerOf(uses, flatten)
		if t == nil {
			continue
		}
		perm, ok := transposeOf(t)
		w := n.In(1)
		if !ok || w == nil || w.Const == nil || len(w.Const.Shape) != 2 || len(uses.Readers(w)) != 1 {
			continue
		}
		flat := shapeOf(flatten.Out(0))
		if len(flat) < 2 {
			continue
		}
		from, ok := flattenedOrder(shapeOf(t.In(0)), perm, flat[len(flat)-1])
		if !ok {
			continue
		}
		along := 0
		if n.Attrs.Bool("transB", false) {
			along = 1
		}
		reordered := reorder(w.Const, along, from)
		if reordered == nil {
			continue
		}
		n.Inputs[1] = constValue(w.Name, reordered)
		flatten.Op, flatten.Version, flatten.Attrs = "Reshape", 14, graph.Attrs{}
		flatten.Inputs = []*graph.Value{t.Inputs[0], listValue(flatten.Name+"/shape", flat)}
		uses = g.Uses()
		changes++
	}
	return changes, nil
}

// flattenedOrder says, for each of the k columns that the trailing dimensions
// of shape s make, which column it is once s is permuted and then flattened
// into rows of k. False when the permutation moves elements between rows.
func flattenedOrder(s tensor.Shape, perm []int, k int) ([]int, bool) {
	if s.Elems() == 0 || k == 0 {
		return nil, false
	}
	for j := range len(s) + 1 {
		tail := slices.Clone(perm[j:])
		slices.Sort(tail)
		if len(tail) == 0 || tail[0] != j || s[j:].Elems() != k || !isIdentity(perm[:j]) {
			continue
		}
		// Walk the columns as they are before the Transpose; strides are those
		// of the order after it.
		after := permutedShape(s, perm)[j:].Strides()
		stride := make([]int, len(tail))
		for i, d := range perm[j:] {
			stride[d-j] = after[i]
		}
		from := make([]int, 0, k)
		var walk func(d, at int)
		walk = func(d, at int) {
			if d == len(stride) {
				from = append(from, at)
				return
			}
			for range s[j+d] {
				walk(d+1, at)
				at += stride[d]
			}
		}
		walk(0, 0)
		return from, true
	}
	return nil, false
}

// reorder makes index i of dimension along (0 or 1) of a matrix what index
// from[i] was. Sparse matrices stay sparse. nil when the type is not known.
func reorder(t *tensor.Tensor, along int, from []int) *tensor.Tensor {
	rows, cols := t.Shape[0], t.Shape[1]
	if t.Sparse != nil {
		if along == 0 {
			return sparseMatrix(t, func(r int) []entry { return entriesOf(t.Sparse, from[r]) })
		}
		to := inverse(from)
		return sparseMatrix(t, func(r int) []entry {
			e := entriesOf(t.Sparse, r)
			for i := range e {
				e[i].col = to[e[i].col]
			}
			slices.SortFunc(e, func(a, b entry) int { return a.col - b.col })
			return e
		})
	}
	size := t.DType.Size()
	if size == 0 || !t.Linear() {
		return nil
	}
	out := tensor.New(t.DType, rows, cols)
	for r := range rows {
		if along == 0 {
			copy(out.Data[r*cols*size:(r+1)*cols*size], t.Data[from[r]*cols*size:])
			continue
		}
		for c := range cols {
			copy(out.Data[(r*cols+c)*size:(r*cols+c+1)*size], t.Data[(r*cols+from[c])*size:])
		}
	}
	return out
}

// entry is a stored element: its column and its bytes.
type entry struct {
	col int
	val []byte
}

func entriesOf(c *tensor.CSR, row int) []entry {
	lo, hi := int(c.RowPtr[row]), int(c.RowPtr[row+1])
	e := make([]entry, 0, hi-lo)
	if c.NNZ() == 0 {
		return e
	}
	size := len(c.Val) / c.NNZ()
	for i := lo; i < hi; i++ {
		e = append(e, entry{c.Col(i), c.Val[i*size : (i+1)*size]})
	}
	return e
}

// sparseMatrix makes a matrix like t whose rows are given, columns ascending.
func sparseMatrix(t *tensor.Tensor, row func(r int) []entry) *tensor.Tensor {
	old := t.Sparse
	c := &tensor.CSR{Rows: old.Rows, Cols: old.Cols, RowPtr: make([]uint32, old.Rows+1), Val: tensor.AlignedBytes(len(old.Val))}
	c.Col16, c.Col32 = make([]uint16, len(old.Col16)), make([]uint32, len(old.Col32))
	if old.Col16 == nil {
		c.Col16 = nil
	}
	if old.Col32 == nil {
		c.Col32 = nil
	}
	at, bytes := 0, 0
	for r := range c.Rows {
		for _, e := range row(r) {
			if c.Col16 != nil {
				c.Col16[at] = uint16(e.col)
			} else {
				c.Col32[at] = uint32(e.col)
			}
			bytes += copy(c.Val[bytes:], e.val)
			at++
		}
		c.RowPtr[r+1] = uint32(at)
	}
	return &tensor.Tensor{DType: t.DType, Shape: t.Shape.Clone(), Sparse: c}
}
