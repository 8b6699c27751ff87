package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// MatMul is the matrix product of numpy: the last two dimensions are matrices,
// those before them broadcast; a 1-D operand is a row on the left, a column on
// the right, and its dimension of 1 is dropped from the result.
//
// Inputs: A, B; with fused_bias (F32 only), a bias with one element per column
// of B; with fused_add, last, a tensor of the output's shape. alpha (F32 only)
// multiplies the product, as it does in Gemm.
var matMulOp = Op{
	Name:   "MatMul",
	Sparse: []int{0, 1},
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		d, err := matMulOf(c.In[0].Shape, c.In[1].Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[0].DType, d.out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		d, err := matMulOf(c.In[0].Shape, c.In[1].Shape)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		if c.In[0].DType != c.In[1].DType {
			return nil, c.Errorf("operands are %v and %v", c.In[0].DType, c.In[1].DType)
		}
		if d.out.Elems() == 0 {
			return emptyKernel(), nil
		}
		d.locate()
		switch c.In[0].DType {
		case tensor.F32:
			p := &product{m: d.m, k: d.k, n: d.n, a: d.a, b: d.b, alpha: c.Attrs().Float("alpha", 1), initIn: -1}
			own := 2
			if c.Attrs().Bool("fused_bias", false) {
				if !c.Has(2) || c.In[2].DType != tensor.F32 || !c.In[2].Shape.Equal(tensor.Shape{d.n}) {
					return nil, c.Errorf("fused_bias needs an input 2 of %d f32 elements", d.n)
				}
				own, p.beta, p.initIn, p.initCol = 3, 1, 2, 1
			}
			if p.after, err = epilogueOf(c, own); err != nil {
				return nil, err
			}
			return p.compile(c), nil
		case tensor.F64:
			return matMulScalar[float64](c, d)
		case tensor.S8:
			return matMulScalar[int8](c, d)
		case tensor.U8:
			return matMulScalar[uint8](c, d)
		case tensor.S32:
			return matMulScalar[int32](c, d)
		case tensor.S64:
			return matMulScalar[int64](c, d)
		case tensor.U32:
			return matMulScalar[uint32](c, d)
		case tensor.U64:
			return matMulScalar[uint64](c, d)
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// matMul is a batch of products of linear operands.
type matMul struct {
	m, k, n int
	a, b    matrix
	out     tensor.Shape
	// Batch dimensions of a, of b and of both together.
	batchA, batchB, batch tensor.Shape
}

func matMulOf(a, b tensor.Shape) (*matMul, error) {
	if len(a) == 0 || len(b) == 0 {
		return nil, fmt.Errorf("shapes %v and %v: operands need at least one dimension", a, b)
	}
	x, y := a, b
	if len(a) == 1 {
		x = tensor.Shape{1, a[0]}
	}
	if len(b) == 1 {
		y = tensor.Shape{b[0], 1}
	}
	bx, by := x[:len(x)-2], y[:len(y)-2]
	d := &matMul{m: x[len(x)-2], k: x[len(x)-1], n: y[len(y)-1]}
	if y[len(y)-2] != d.k {
		return nil, fmt.Errorf("shapes %v and %v do not fit", a, b)
	}
	batch, err := tensor.Broadcast(bx, by)
	if err != nil {
		return nil, fmt.Errorf("shapes %v and %v do not fit: %w", a, b, err)
	}
	d.out = batch.Clone()
	if len(a) > 1 {
		d.out = append(d.out, d.m)
	}
	if len(b) > 1 {
		d.out = append(d.out, d.n)
	}
	if e, err := d.out.CheckedElems(); err != nil || e > maxElems || batch.Elems() > maxElems {
		return nil, fmt.Errorf("shapes %v and %v give %v", a, b, d.out)
	}
	if by.Elems() == 1 && bx.Elems() == batch.Elems() {
		// One right operand for all: the left ones are rows of one matrix.
		d.m *= bx.Elems()
		bx, by, batch = nil, nil, nil
	}
	d.a = matrix{row: d.k, col: 1, size: d.m * d.k, distinct: bx.Elems()}
	d.b = matrix{row: d.n, col: 1, size: d.k * d.n, distinct: by.Elems()}
	d.batchA, d.batchB, d.batch = bx, by, batch
	return d, nil
}

// locate lists where each product's operands start.
func (d *matMul) locate() {
	d.a.at = broadcastOffsets(d.batchA, d.batch, d.a.size)
	d.b.at = broadcastOffsets(d.batchB, d.batch, d.b.size)
}

// broadcastOffsets gives, for each index of shape out, the place of the
// element of shape s it broadcasts from, in units of size.
func broadcastOffsets(s, out tensor.Shape, size int) []int {
	at := make([]int, out.Elems())
	strides := s.Strides()
	for i := range at {
		rest := i
		for d := len(out) - 1; d >= 0; d-- {
			x := rest % out[d]
			rest /= out[d]
			if e := d - (len(out) - len(s)); e >= 0 && s[e] > 1 {
				at[i] += x * strides[e] * size
			}
		}
	}
	return at
}

// matMulScalar serves the element types without a kernel, one row a unit.
func matMulScalar[T float64 | int8 | uint8 | int32 | int64 | uint32 | uint64](c *CompileCtx, d *matMul) (*Kernel, error) {
	if isFused(c.Attrs()) || c.Attrs().Has("alpha") {
		return nil, c.Errorf("alpha and what is fused are only supported for f32")
	}
	total := len(d.a.at) * d.m
	return &Kernel{
		Name: "scalar", Why: "no kernel for " + c.In[0].DType.String(), Units: total,
		MACs: int64(total) * int64(d.k) * int64(d.n),
		Run: func(c *Call, lo, hi int) error {
			a, b, y := tensor.As[T](c.In[0]), tensor.As[T](c.In[1]), tensor.As[T](c.Out[0])
			for u := lo; u < min(hi, total); u++ {
				row := y[u*d.n : (u+1)*d.n]
				clear(row)
				at, bt := d.a.at[u/d.m]+u%d.m*d.k, d.b.at[u/d.m]
				for k := range d.k {
					v := a[at+k]
					for j, w := range b[bt+k*d.n : bt+(k+1)*d.n] {
						row[j] += v * w
					}
				}
			}
			return nil
		},
	}, nil
}
