package tensor

import "fmt"

// CSR is a constant stored by its nonzeros, compressed by rows. A tensor of
// rank n >= 1 is seen as a matrix: the first dimension is the row (the output
// channel of a convolution), the others together are the column.
type CSR struct {
	Rows, Cols int
	RowPtr     []uint32 // Rows+1 entries; row r is RowPtr[r] .. RowPtr[r+1]
	// Col16 or Col32 holds the column of each nonzero, ascending within a row:
	// Col16 when Cols <= 65536, else Col32.
	Col16 []uint16
	Col32 []uint32
	// Val holds the nonzeros, RowPtr[Rows] elements of the tensor's DType
	// (F32 or F16), as bytes.
	Val []byte
}

// NNZ is the number of stored elements.
func (c *CSR) NNZ() int {
	if len(c.RowPtr) == 0 {
		return 0
	}
	return int(c.RowPtr[len(c.RowPtr)-1])
}

// Col is the column of stored element i.
func (c *CSR) Col(i int) int {
	if c.Col16 != nil {
		return int(c.Col16[i])
	}
	return int(c.Col32[i])
}

// Bytes is the size of the three arrays.
func (c *CSR) Bytes() int {
	return 4*len(c.RowPtr) + 2*len(c.Col16) + 4*len(c.Col32) + len(c.Val)
}

// Check refuses a structure that would lead outside the arrays or the matrix.
func (c *CSR) Check(s Shape) error {
	rows, cols := matrixDims(s)
	if len(s) == 0 || rows != c.Rows || cols != c.Cols || len(c.RowPtr) != rows+1 || c.RowPtr[0] != 0 {
		return fmt.Errorf("tensor: CSR of %d x %d does not fit shape %v", c.Rows, c.Cols, s)
	}
	n := c.NNZ()
	if (c.Col16 != nil && len(c.Col16) != n) || (c.Col16 == nil && len(c.Col32) != n) || (c.Col16 != nil && c.Col32 != nil) {
		return fmt.Errorf("tensor: CSR with %d nonzeros has %d column indices", n, len(c.Col16)+len(c.Col32))
	}
	if n == 0 && len(c.Val) != 0 || n > 0 && (len(c.Val)%n != 0 || len(c.Val)/n != 4 && len(c.Val)/n != 2) {
		return fmt.Errorf("tensor: CSR with %d nonzeros has %d bytes of values", n, len(c.Val))
	}
	for r := range rows {
		lo, hi := c.RowPtr[r], c.RowPtr[r+1]
		if lo > hi || uint64(hi) > uint64(n) { // not int(hi): it may be negative where int has 32 bits
			return fmt.Errorf("tensor: CSR row %d ends before it starts", r)
		}
		last := -1
		for i := lo; i < hi; i++ {
			k := c.Col(int(i))
			if k <= last || k >= cols {
				return fmt.Errorf("tensor: CSR row %d: column %d out of order or range", r, k)
			}
			last = k
		}
	}
	return nil
}

// Dense writes the matrix out into a new linear tensor of shape s.
func (c *CSR) Dense(dt DType, s Shape) *Tensor {
	t := New(dt, s...)
	es := dt.Size()
	for r := range c.Rows {
		for i := int(c.RowPtr[r]); i < int(c.RowPtr[r+1]); i++ {
			at := (r*c.Cols + c.Col(i)) * es
			copy(t.Data[at:at+es], c.Val[i*es:])
		}
	}
	return t
}

// NewCSR compresses a dense, linear F32 or F16 tensor. A stored element is one
// whose bit pattern is not positive or negative zero.
func NewCSR(t *Tensor) (*CSR, error) {
	if len(t.Shape) == 0 || t.DType != F32 && t.DType != F16 || !t.Linear() || t.Data == nil && t.Elems() > 0 {
		return nil, fmt.Errorf("tensor: only dense linear f32 and f16 tensors of rank 1 or more have a CSR form, not %v %v", t.DType, t.Shape)
	}
	rows, cols := matrixDims(t.Shape)
	c := &CSR{Rows: rows, Cols: cols, RowPtr: make([]uint32, rows+1)}
	var nonzero func(i int) bool
	if t.DType == F32 {
		v := As[uint32](t)
		nonzero = func(i int) bool { return v[i]&0x7fffffff != 0 }
	} else {
		v := As[uint16](t)
		nonzero = func(i int) bool { return v[i]&0x7fff != 0 }
	}
	n := 0
	for i := range rows * cols {
		if nonzero(i) {
			n++
		}
	}
	es := t.DType.Size()
	c.Val = AlignedBytes(n * es)
	if cols <= 1<<16 {
		c.Col16 = make([]uint16, n)
	} else {
		c.Col32 = make([]uint32, n)
	}
	at := 0
	for r := range rows {
		for k := range cols {
			if i := r*cols + k; nonzero(i) {
				copy(c.Val[at*es:], t.Data[i*es:(i+1)*es])
				if c.Col16 != nil {
					c.Col16[at] = uint16(k)
				} else {
					c.Col32[at] = uint32(k)
				}
				at++
			}
		}
		c.RowPtr[r+1] = uint32(at)
	}
	return c, nil
}

func matrixDims(s Shape) (rows, cols int) {
	if len(s) == 0 {
		return 1, 1
	}
	return s[0], s[1:].Elems()
}
