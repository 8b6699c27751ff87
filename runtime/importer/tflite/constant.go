package tflite

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// constants decodes stored tensors. budget bounds the bytes it makes: many
// tensors of a hostile file may share one buffer.
type constants struct {
	m      *model
	budget int
}

func newConstants(m *model) *constants {
	return &constants{m: m, budget: 16*len(m.file) + 1<<20}
}

var errBudget = errors.New("the constants are too large for the size of the file")

func (c *constants) spend(n int) error {
	if n > c.budget {
		return errBudget
	}
	c.budget -= n
	return nil
}

// isConst reports whether the file holds the value of a tensor that no operator
// computes.
func (c *constants) isConst(s *stored) (bool, error) {
	if s.variable {
		return false, nil
	}
	if s.buffer > 0 && s.shape.Elems() == 0 {
		return true, nil
	}
	b, err := c.m.bytes(s.buffer)
	return len(b) > 0, err
}

// decode gives the value of a constant: float16 and quantised numbers as F32,
// sparse tensors as CSR where that is smaller.
func (c *constants) decode(s *stored) (*tensor.Tensor, error) {
	dt, err := elemType(s.typ)
	if err != nil {
		return nil, err
	}
	b, err := c.m.bytes(s.buffer)
	if err != nil {
		return nil, err
	}
	if s.sparsity.f != nil {
		return c.decodeSparse(s, dt, b)
	}
	n, err := s.shape.CheckedElems()
	if err != nil {
		return nil, err
	}
	if len(b)/dt.Size() != n || len(b)%dt.Size() != 0 {
		return nil, fmt.Errorf("%d bytes stored for %v %v", len(b), dt, s.shape)
	}
	if err := c.spend(len(b)); err != nil {
		return nil, err
	}
	t := tensor.New(dt, s.shape...)
	copy(t.Data, b)
	return c.float(t, s)
}

// float turns half-precision and quantised elements into F32.
func (c *constants) float(t *tensor.Tensor, s *stored) (*tensor.Tensor, error) {
	quantised := isQuantised(s)
	if t.DType != tensor.F16 && !quantised {
		return t, nil
	}
	if err := c.spend(4 * t.Elems()); err != nil {
		return nil, err
	}
	out := tensor.New(tensor.F32, t.Shape...)
	dst := out.F32()
	if t.DType == tensor.F16 {
		for i, v := range tensor.As[uint16](t) {
			dst[i] = tensor.HalfToF32(tensor.F16, v)
		}
		return out, nil
	}
	scales, inner := len(s.quant.scale), 1
	if scales > 1 {
		a := s.quant.axis
		if a < 0 || a >= len(s.shape) || s.shape[a] != scales {
			return nil, fmt.Errorf("%d quantisation scales along axis %d of %v", scales, a, s.shape)
		}
		inner = s.shape[a+1:].Elems()
	}
	if z := len(s.quant.zero); z != 0 && z != 1 && z != scales {
		return nil, fmt.Errorf("%d zero points for %d quantisation scales", z, scales)
	}
	for i := range dst {
		var q int64
		switch t.DType {
		case tensor.S8:
			q = int64(int8(t.Data[i]))
		case tensor.U8:
			q = int64(t.Data[i])
		default:
			q = int64(int16(uint16(t.Data[2*i]) | uint16(t.Data[2*i+1])<<8))
		}
		k := i / inner % scales
		switch len(s.quant.zero) {
		case 0:
		case 1:
			q -= s.quant.zero[0]
		default:
			q -= s.quant.zero[k]
		}
		dst[i] = s.quant.scale[k] * float32(q)
	}
	return out, nil
}

// isQuantised reports whether the integers of a tensor stand for real numbers.
func isQuantised(s *stored) bool {
	return len(s.quant.scale) > 0 && (s.typ == typeS8 || s.typ == typeU8 || s.typ == typeS16)
}

// permute reorders the dimensions: dimension i of the result is dimension
// perm[i] of t.
func (c *constants) permute(t *tensor.Tensor, perm []int) (*tensor.Tensor, error) {
	shape := make(tensor.Shape, len(perm))
	for i, p := range perm {
		shape[i] = t.Shape[p]
	}
	if t.Sparse != nil {
		if err := c.spend(t.Sparse.Bytes()); err != nil {
			return nil, err
		}
		return permuteSparse(t, shape, perm)
	}
	es := t.DType.Size()
	if err := c.spend(t.Elems() * es); err != nil {
		return nil, err
	}
	out := tensor.New(t.DType, shape...)
	if out.Elems() == 0 {
		return out, nil
	}
	from := t.Shape.Strides()
	step := make([]int, len(perm))
	for i, p := range perm {
		step[i] = from[p] * es
	}
	at := make([]int, len(perm))
	src, last := 0, len(perm)-1
	for dst := 0; dst < len(out.Data); dst += es {
		copy(out.Data[dst:dst+es], t.Data[src:src+es])
		for d := last; d >= 0; d-- {
			src += step[d]
			if at[d]++; at[d] < shape[d] {
				break
			}
			src -= at[d] * step[d]
			at[d] = 0
		}
	}
	return out, nil
}
