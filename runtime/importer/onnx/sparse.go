package onnx

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// readSparse decodes a SparseTensorProto. The result is stored as CSR when the
// element type has that form and it is smaller, else dense.
func readSparse(msg []byte, im *importer) (string, *tensor.Tensor, error) {
	var values, indices []byte
	var dims []int64
	err := fields(msg, func(f field) error {
		switch f.num {
		case 1:
			return f.msg(&values)
		case 2:
			return f.msg(&indices)
		case 3:
			return f.s64s(&dims)
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	name, val, err := readTensor(values, im.ext)
	if err != nil {
		return name, nil, fmt.Errorf("sparse tensor: values: %w", err)
	}
	_, idx, err := readTensor(indices, im.ext)
	if err != nil {
		return name, nil, fmt.Errorf("sparse tensor %q: indices: %w", name, err)
	}
	t, err := sparseTensor(val, idx, dims, im)
	if err != nil {
		return name, nil, fmt.Errorf("sparse tensor %q: %w", name, err)
	}
	return name, t, nil
}

func sparseTensor(val, idx *tensor.Tensor, dims []int64, im *importer) (*tensor.Tensor, error) {
	shape, total, err := shapeOf(dims)
	if err != nil {
		return nil, err
	}
	if total > math.MaxInt/16 {
		return nil, fmt.Errorf("shape %v has too many elements", shape)
	}
	n := val.Elems()
	if len(val.Shape) != 1 || idx.DType != tensor.S64 || val.DType == tensor.String {
		return nil, fmt.Errorf("%v %v values with %v %v indices", val.DType, val.Shape, idx.DType, idx.Shape)
	}
	pos, err := linearIndices(idx, shape, n)
	if err != nil {
		return nil, err
	}
	// One index may stand for a huge shape: zeros beyond a fair share are
	// counted.
	es := val.DType.Size()
	free := 256 * min(n, 1<<22) * es
	if len(shape) > 0 && (val.DType == tensor.F32 || val.DType == tensor.F16) {
		rows, cols := shape[0], shape[1:].Elems()
		if bytes := 4*(min(rows, math.MaxInt/16)+1) + n*(4+es); bytes < total*es {
			if err := im.spend(max(0, bytes-free)); err != nil {
				return nil, err
			}
			c := &tensor.CSR{Rows: rows, Cols: cols}
			fillCSR(c, pos, val)
			return &tensor.Tensor{DType: val.DType, Shape: shape, Sparse: c}, nil
		}
	}
	if err := im.spend(max(0, total*es-free)); err != nil {
		return nil, err
	}
	t := tensor.New(val.DType, shape...)
	for i, p := range pos {
		copy(t.Data[p*es:(p+1)*es], val.Data[i*es:])
	}
	return t, nil
}

// linearIndices turns indices of shape [n] (linear) or [n, rank] into ascending
// linear positions.
func linearIndices(idx *tensor.Tensor, shape tensor.Shape, n int) ([]int, error) {
	rank := 1
	dims := []int{shape.Elems()}
	if len(idx.Shape) == 2 {
		rank, dims = len(shape), shape
	}
	if len(idx.Shape) == 0 || len(idx.Shape) > 2 || idx.Shape[0] != n || idx.Elems() != n*rank {
		return nil, fmt.Errorf("indices of shape %v for %d values of rank %d", idx.Shape, n, len(shape))
	}
	v := idx.S64()
	pos := make([]int, n)
	last := -1
	for i := range pos {
		p := 0
		for k, d := range dims {
			x := v[i*rank+k]
			if x < 0 || x >= int64(d) {
				return nil, fmt.Errorf("index %d out of range for %d", x, d)
			}
			p = p*d + int(x)
		}
		if p <= last {
			return nil, fmt.Errorf("indices are not in ascending order")
		}
		pos[i], last = p, p
	}
	return pos, nil
}

func fillCSR(c *tensor.CSR, pos []int, val *tensor.Tensor) {
	c.RowPtr = make([]uint32, c.Rows+1)
	c.Val = val.Data
	if c.Cols <= 1<<16 {
		c.Col16 = make([]uint16, len(pos))
	} else {
		c.Col32 = make([]uint32, len(pos))
	}
	for i, p := range pos {
		r, k := p/c.Cols, p%c.Cols
		c.RowPtr[r+1]++
		if c.Col16 != nil {
			c.Col16[i] = uint16(k)
		} else {
			c.Col32[i] = uint32(k)
		}
	}
	for r := range c.Rows {
		c.RowPtr[r+1] += c.RowPtr[r]
	}
}
