package ops

// MatMulInteger and QLinearMatMul: matrix products of 8-bit integers, batched
// and broadcast like MatMul, summed in 32 bits.
//
// MatMulInteger: A, B (S8 or U8 each), then the optional zero points of A (one,
// or one per row) and B (one, or one per column). Output: S32, the product of
// what is left when the zero points are subtracted.
//
// QLinearMatMul: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale,
// y_zero_point; scales F32 or half. Output: of the type of y_zero_point,
// saturate(round(product * a_scale * b_scale / y_scale) + y_zero_point).
//
// One file because they share the product and differ in what follows it.

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

var matMulIntegerOp = Op{
	Name: "MatMulInteger",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		p, err := intProductOf(c, 0, 1, 2, 3)
		if err != nil {
			return err
		}
		c.Set(0, tensor.S32, p.out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		p, err := intProductOf(c.infer(), 0, 1, 2, 3)
		if err != nil {
			return nil, err
		}
		return p.kernel(c, func(c *Call, acc []int32, row, _ int) {
			copy(tensor.As[int32](c.Out[0])[row*p.n:], acc)
		}), nil
	},
}

var qLinearMatMulOp = Op{
	Name: "QLinearMatMul",
	Infer: func(c *InferCtx) error {
		if err := c.Need(8); err != nil {
			return err
		}
		p, err := intProductOf(c, 0, 3, 2, 5)
		if err != nil {
			return err
		}
		for i, n := range map[int]int{1: p.m, 4: p.n, 6: 1, 7: 1} {
			if e := c.In[i].Shape.Elems(); e != 1 && e != n {
				return c.Errorf("input %d has shape %v, not 1 or %d elements", i, c.In[i].Shape, n)
			}
		}
		if dt := c.In[7].DType; dt != tensor.S8 && dt != tensor.U8 {
			return c.Errorf("output of type %v is not supported", dt)
		}
		c.Set(0, c.In[7].DType, p.out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		p, err := intProductOf(c.infer(), 0, 3, 2, 5)
		if err != nil {
			return nil, err
		}
		for _, i := range []int{1, 4, 6} {
			if c.In[i].DType != tensor.F32 {
				return nil, c.Errorf("scale of type %v is not supported", c.In[i].DType)
			}
		}
		lo, hi := integerRange(c.Out[0].DType)
		signed := c.Out[0].DType == tensor.S8
		return p.kernel(c, func(c *Call, acc []int32, row, i int) {
			sa, sb := c.In[1].F32(), c.In[4].F32()
			sy, zy := float64(c.In[6].F32()[0]), float64(c.In[7].Data[0])
			if signed {
				zy = float64(int8(c.In[7].Data[0]))
			}
			if c.In[1].Elems() > 1 {
				sa = sa[i:]
			}
			y := c.Out[0].Data[row*p.n:]
			perColumn := c.In[4].Elems() > 1
			for j, v := range acc {
				s := float64(sb[0])
				if perColumn {
					s = float64(sb[j])
				}
				y[j] = uint8(saturateTo(math.RoundToEven(float64(v)*(float64(sa[0])*s/sy))+zy, lo, hi))
			}
		}), nil
	},
}

// infer is the InferCtx of what is being compiled.
func (c *CompileCtx) infer() *InferCtx {
	ic := &InferCtx{Node: c.Node}
	for _, o := range c.In {
		ic.In = append(ic.In, Info{Present: o.Present, DType: o.DType, Shape: o.Shape, Const: o.Const})
	}
	return ic
}

// intProduct is a batch of products of 8-bit matrices, m x k times k x n.
type intProduct struct {
	a, b, za, zb int // which inputs
	m, k, n      int
	aAt, bAt     []int // where each batch's matrices start
	out          tensor.Shape
}

func intProductOf(c *InferCtx, a, b, za, zb int) (*intProduct, error) {
	p := &intProduct{a: a, b: b, za: za, zb: zb}
	sa, sb := c.In[a].Shape, c.In[b].Shape
	if len(sa) == 0 || len(sb) == 0 {
		return nil, c.Errorf("matrices of shape %v and %v", sa, sb)
	}
	vecA, vecB := len(sa) == 1, len(sb) == 1
	if vecA {
		sa = tensor.Shape{1, sa[0]}
	}
	if vecB {
		sb = tensor.Shape{sb[0], 1}
	}
	p.m, p.k = sa[len(sa)-2], sa[len(sa)-1]
	p.n = sb[len(sb)-1]
	batch, err := tensor.Broadcast(sa[:len(sa)-2], sb[:len(sb)-2])
	if err != nil || sb[len(sb)-2] != p.k {
		return nil, c.Errorf("matrices of shape %v and %v do not fit", c.In[a].Shape, c.In[b].Shape)
	}
	for _, i := range []int{a, b} {
		if dt := c.In[i].DType; dt != tensor.S8 && dt != tensor.U8 {
			return nil, c.Errorf("input %d of type %v, not s8 or u8", i, dt)
		}
	}
	for i, n := range map[int]int{za: p.m, zb: p.n} {
		of := a
		if i == zb {
			of = b
		}
		if !c.Has(i) {
			continue
		}
		if c.In[i].DType != c.In[of].DType {
			return nil, c.Errorf("zero point of type %v for data of type %v", c.In[i].DType, c.In[of].DType)
		}
		if e := c.In[i].Shape.Elems(); e != 1 && e != n {
			return nil, c.Errorf("zero point of shape %v, not 1 or %d elements", c.In[i].Shape, n)
		}
	}
	p.out = batch.Clone()
	if !vecA {
		p.out = append(p.out, p.m)
	}
	if !vecB {
		p.out = append(p.out, p.n)
	}
	if e, err := p.out.CheckedElems(); err != nil || e > maxElems {
		return nil, c.Errorf("product of shape %v", p.out)
	} else if e == 0 {
		return p, nil
	}
	w := newWalk(Operand{Shape: batch}, Operand{Shape: sa[:len(sa)-2]}, Operand{Shape: sb[:len(sb)-2]})
	st := w.row()
	w.each(0, w.units, func(at steps, n int) {
		for i := range n {
			p.aAt = append(p.aAt, (at[1]+i*st[1])*p.m*p.k)
			p.bAt = append(p.bAt, (at[2]+i*st[2])*p.k*p.n)
		}
	})
	return p, nil
}

// kernel runs one row of the output per unit; finish stores the sums of output
// row number row, which is row i of its matrix.
func (p *intProduct) kernel(c *CompileCtx, finish func(c *Call, acc []int32, row, i int)) *Kernel {
	sa, sb := c.In[p.a].DType == tensor.S8, c.In[p.b].DType == tensor.S8
	rows := len(p.aAt) * p.m
	return &Kernel{
		Name: "integer product", Why: "row by row", Units: rows, Scratch: 8 * p.n,
		MACs: int64(rows) * int64(p.k) * int64(p.n),
		Run: func(c *Call, lo, hi int) error {
			scratch := tensor.Cast[int32](c.Scratch[:8*p.n])
			for row := lo; row < min(hi, rows); row++ {
				i := row % p.m
				acc, zero := scratch[:p.n], scratch[p.n:]
				readZeros(zero, optional(c, p.zb), sb)
				var za [1]int32
				if t := optional(c, p.za); t != nil {
					za[0] = byteValue(t.Data[i%t.Elems()], sa)
				}
				clear(acc)
				a := c.In[p.a].Data[p.aAt[row/p.m]+i*p.k:][:p.k]
				b := c.In[p.b].Data[p.bAt[row/p.m]:][:p.k*p.n]
				var sum int32
				for k, v := range a {
					v := byteValue(v, sa) - za[0]
					sum += v
					if v != 0 {
						addScaled(acc, b[k*p.n:(k+1)*p.n], v, sb)
					}
				}
				for j := range acc {
					acc[j] -= sum * zero[j]
				}
				finish(c, acc, row, i)
			}
			return nil
		},
	}
}

// readZeros spreads a zero point, one or one per element, over dst.
func readZeros(dst []int32, t *tensor.Tensor, signed bool) {
	if t == nil {
		clear(dst)
		return
	}
	n := t.Elems()
	for j := range dst {
		dst[j] = byteValue(t.Data[j%n], signed)
	}
}

func byteValue(b byte, signed bool) int32 {
	if signed {
		return int32(int8(b))
	}
	return int32(b)
}

// addScaled computes acc[j] += v * x[j].
func addScaled(acc []int32, x []byte, v int32, signed bool) {
	x = x[:len(acc)]
	if signed {
		for j, b := range x {
			acc[j] += v * int32(int8(b))
		}
		return
	}
	for j, b := range x {
		acc[j] += v * int32(b)
	}
}
