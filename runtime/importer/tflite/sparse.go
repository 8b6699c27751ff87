package tflite

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// A sparse tensor of rank n is stored as a tree: its dimensions, then k block
// dimensions that subdivide some of them, in a traversal order. A level is
// dense (every coordinate is there) or compressed (segments[p]..segments[p+1]
// are the entries under parent p, indices their coordinates). The entries of
// the last level are the stored values, in order.
type sparseLevel struct {
	dim      int // tensor dimension this level walks
	scale    int // what its coordinate counts: the block's size, or 1
	size     int // coordinates, of a dense level
	segments []int
	indices  []int // nil for a dense level
}

// decodeSparse gives a sparse tensor as CSR, or dense where that is smaller.
func (c *constants) decodeSparse(s *stored, dt tensor.DType, b []byte) (*tensor.Tensor, error) {
	if len(b)%dt.Size() != 0 || len(s.shape) == 0 {
		return nil, fmt.Errorf("%d bytes of sparse values for %v %v", len(b), dt, s.shape)
	}
	levels, err := sparseLevels(s)
	if err != nil {
		return nil, fmt.Errorf("sparsity: %w", err)
	}
	n := len(b) / dt.Size()
	if err := checkLevels(levels, n); err != nil {
		return nil, fmt.Errorf("sparsity: %w", err)
	}
	rows, cols := s.shape[0], s.shape[1:].Elems()
	if err := c.spend(len(b) + 40*n + 4*rows); err != nil {
		return nil, err
	}
	raw := tensor.New(dt, n)
	copy(raw.Data, b)
	if isQuantised(s) && len(s.quant.scale) > 1 {
		return nil, errors.New("sparsity: per-channel scales are not supported")
	}
	flat := stored{typ: s.typ, shape: tensor.Shape{n}, quant: s.quant}
	vals, err := c.float(raw, &flat)
	if err != nil {
		return nil, err
	}
	if vals.DType != tensor.F32 {
		return nil, fmt.Errorf("sparsity: elements of type %v are not supported", dt)
	}
	strides := s.shape.Strides()
	entries := make([]sparseEntry, 0, n)
	at := make([]int, len(s.shape))
	bad := false
	var walk func(level, pos int)
	walk = func(level, pos int) {
		if level == len(levels) {
			flat := 0
			for d, x := range at {
				bad = bad || x >= s.shape[d]
				flat += x * strides[d]
			}
			if v := vals.F32()[pos]; v != 0 && !bad {
				entries = append(entries, sparseEntry{flat / cols, flat % cols, v})
			}
			return
		}
		l := levels[level]
		if l.indices == nil {
			for x := range l.size {
				at[l.dim] += x * l.scale
				walk(level+1, pos*l.size+x)
				at[l.dim] -= x * l.scale
			}
			return
		}
		for i := l.segments[pos]; i < l.segments[pos+1]; i++ {
			x := l.indices[i]
			at[l.dim] += x * l.scale
			walk(level+1, i)
			at[l.dim] -= x * l.scale
		}
	}
	if s.shape.Elems() > 0 {
		walk(0, 0)
	}
	if bad {
		return nil, fmt.Errorf("sparsity: a coordinate lies outside %v", s.shape)
	}
	t, err := compress(s.shape, entries)
	if err != nil {
		return nil, err
	}
	if dense := 4 * t.Elems(); dense <= t.Sparse.Bytes() {
		if err := c.spend(dense); err != nil {
			return nil, err
		}
		return t.Dense(), nil
	}
	return t, nil
}

// sparseLevels decodes the tree's description and checks it against the shape.
func sparseLevels(s *stored) ([]sparseLevel, error) {
	t := s.sparsity
	order, block, dims := t.i32s(sparsityOrder), t.i32s(sparsityBlock), t.tables(sparsityDims)
	if t.f.err != nil {
		return nil, t.f.err
	}
	n, k := len(s.shape), len(block)
	if k > n || len(order) != n+k || len(dims) != n+k {
		return nil, fmt.Errorf("%d levels and %d blocks for rank %d", len(dims), k, n)
	}
	levels := make([]sparseLevel, n+k)
	blockOf := make([]int, n) // size of the block along each dimension
	for i := range blockOf {
		blockOf[i] = 1
	}
	seen := make([]bool, n+k)
	for i, o := range order {
		if o < 0 || o >= n+k || seen[o] {
			return nil, fmt.Errorf("traversal order %v is not a permutation", order)
		}
		seen[o] = true
		l := &levels[i]
		l.dim, l.scale = o, 1
		if o >= n {
			l.dim = block[o-n]
			if l.dim < 0 || l.dim >= n {
				return nil, fmt.Errorf("block of dimension %d", l.dim)
			}
		}
		d := dims[i]
		if d.u8(sparseDimFormat, 0) == 0 {
			if l.size = d.i32(sparseDimSize, 0); l.size < 0 {
				return nil, fmt.Errorf("dense level of size %d", l.size)
			}
		} else {
			l.segments = indexVector(d, sparseDimSegKind, sparseDimSegments)
			l.indices = indexVector(d, sparseDimIdxKind, sparseDimIndices)
			if l.indices == nil {
				l.indices = []int{}
			}
		}
		if t.f.err != nil {
			return nil, t.f.err
		}
		if o >= n {
			if l.indices != nil || l.size < 1 || s.shape[l.dim]%l.size != 0 || blockOf[l.dim] != 1 {
				return nil, fmt.Errorf("blocks of %d along dimension %d of %v", l.size, l.dim, s.shape)
			}
			blockOf[l.dim] = l.size
		}
	}
	for i := range levels {
		if order[i] >= n {
			continue
		}
		l := &levels[i]
		l.scale = blockOf[l.dim]
		if l.indices == nil && l.size != s.shape[l.dim]/l.scale {
			return nil, fmt.Errorf("%d coordinates along dimension %d of %v", l.size, l.dim, s.shape)
		}
	}
	return levels, nil
}

// checkLevels proves that a walk of the tree stays inside its lists and visits
// each of the n values once.
func checkLevels(levels []sparseLevel, n int) error {
	count := 1
	for _, l := range levels {
		if l.indices == nil {
			if l.size > 0 && count > (1<<30)/l.size {
				return errors.New("too many entries")
			}
			count *= l.size
			continue
		}
		if len(l.segments) != count+1 || l.segments[0] != 0 || l.segments[count] != len(l.indices) {
			return fmt.Errorf("%d segments over %d parents", len(l.segments), count)
		}
		for i := range count {
			if l.segments[i] > l.segments[i+1] {
				return errors.New("segments run backwards")
			}
		}
		for _, x := range l.indices {
			if x < 0 {
				return fmt.Errorf("coordinate %d", x)
			}
		}
		count = len(l.indices)
	}
	if count != n {
		return fmt.Errorf("%d values stored for %d entries", n, count)
	}
	return nil
}

// indexVector reads a union of int32, uint16 and uint8 vectors.
func indexVector(t table, kind, field int) []int {
	v := t.table(field)
	switch t.u8(kind, 0) {
	case 1:
		return v.i32s(0)
	case 2:
		b := v.raw(0, 2)
		if len(b) == 0 || !v.f.spend(len(b)) {
			return nil
		}
		out := make([]int, len(b)/2)
		for i := range out {
			out[i] = int(binary.LittleEndian.Uint16(b[2*i:]))
		}
		return out
	case 3:
		b := v.raw(0, 1)
		if len(b) == 0 || !v.f.spend(len(b)) {
			return nil
		}
		out := make([]int, len(b))
		for i := range out {
			out[i] = int(b[i])
		}
		return out
	}
	return nil
}

// sparseEntry is one nonzero of a matrix.
type sparseEntry struct {
	row, col int
	val      float32
}

// compress sorts entries into a CSR tensor of shape s.
func compress(s tensor.Shape, entries []sparseEntry) (*tensor.Tensor, error) {
	slices.SortFunc(entries, func(a, b sparseEntry) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col))
	})
	c := &tensor.CSR{Rows: s[0], Cols: s[1:].Elems(), RowPtr: make([]uint32, s[0]+1)}
	c.Val = tensor.AlignedBytes(4 * len(entries))
	vals := tensor.Cast[float32](c.Val)
	if c.Cols <= 1<<16 {
		c.Col16 = make([]uint16, len(entries))
	} else {
		c.Col32 = make([]uint32, len(entries))
	}
	for i, e := range entries {
		vals[i] = e.val
		c.RowPtr[e.row+1]++
		if c.Col16 != nil {
			c.Col16[i] = uint16(e.col)
		} else {
			c.Col32[i] = uint32(e.col)
		}
	}
	for r := range c.Rows {
		c.RowPtr[r+1] += c.RowPtr[r]
	}
	t := &tensor.Tensor{DType: tensor.F32, Shape: s.Clone(), Sparse: c}
	return t, c.Check(s)
}

// permuteSparse reorders the dimensions of a CSR tensor; shape is the result's.
func permuteSparse(t *tensor.Tensor, shape tensor.Shape, perm []int) (*tensor.Tensor, error) {
	from, to := t.Shape.Strides(), shape.Strides()
	cols := shape[1:].Elems()
	vals := tensor.Cast[float32](t.Sparse.Val)
	entries := make([]sparseEntry, 0, t.Sparse.NNZ())
	for r := range t.Sparse.Rows {
		for i := int(t.Sparse.RowPtr[r]); i < int(t.Sparse.RowPtr[r+1]); i++ {
			src, dst := r*t.Sparse.Cols+t.Sparse.Col(i), 0
			for d, p := range perm {
				dst += src / from[p] % t.Shape[p] * to[d]
			}
			entries = append(entries, sparseEntry{dst / cols, dst % cols, vals[i]})
		}
	}
	return compress(shape, entries)
}
