package modelfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// dtypeCodes are the element types by their number in files, which never
// changes.
var dtypeCodes = [...]tensor.DType{
	1: tensor.F32, 2: tensor.F64, 3: tensor.F16, 4: tensor.BF16,
	5: tensor.S8, 6: tensor.S16, 7: tensor.S32, 8: tensor.S64,
	9: tensor.U8, 10: tensor.U16, 11: tensor.U32, 12: tensor.U64,
	13: tensor.Bool, 14: tensor.String,
	15: tensor.S4, 16: tensor.U4, 17: tensor.S2, 18: tensor.U2,
	19: tensor.F8E4M3FN, 20: tensor.F8E4M3FNUZ, 21: tensor.F8E5M2, 22: tensor.F8E5M2FNUZ,
	23: tensor.F8E8M0, 24: tensor.F4E2M1,
}

// dtypeCode is the number of a type in files; 0 for Invalid and unknown types.
func dtypeCode(dt tensor.DType) byte {
	for i, d := range dtypeCodes {
		if d == dt {
			return byte(i)
		}
	}
	return 0
}

// Form is how a constant is stored.
type Form uint8

// The forms, by their number in files.
const (
	FormInline   Form = 1 // in the constant's record
	FormDense    Form = 2 // every element
	FormCSR      Form = 3 // nonzeros, compressed by rows
	FormStrings  Form = 4
	FormDenseF16 Form = 5 // every element, f32 rounded to f16
	FormCSRF16   Form = 6 // nonzeros, f32 rounded to f16
)

// String names the form as reports print it.
func (f Form) String() string {
	switch f {
	case FormInline:
		return "inline"
	case FormDense:
		return "dense"
	case FormCSR:
		return "csr"
	case FormStrings:
		return "strings"
	case FormDenseF16:
		return "dense f16"
	case FormCSRF16:
		return "csr f16"
	}
	return fmt.Sprintf("form(%d)", uint8(f))
}

const (
	inlineBytes = 64      // largest constant stored inline
	maxRatio    = 1 << 16 // of a CSR constant's dense size to its stored size
)

// csrLayout is where the arrays of a CSR constant lie, relative to its offset.
type csrLayout struct {
	rows, cols    int
	colBytes      int // per column index
	colAt, valAt  int64
	end           int64 // bytes from the offset to the end of the values
	payload       int64 // of that, without padding
	denseTooLarge bool  // the dense form breaks maxRatio
}

// layoutCSR computes the layout for a shape of rank 1 or more, whose elements
// have been counted, with values of es bytes in the file and esMem in memory.
func layoutCSR(s tensor.Shape, nnz, es, esMem int) csrLayout {
	l := csrLayout{rows: s[0], cols: s[1:].Elems(), colBytes: 2}
	if l.cols > 1<<16 {
		l.colBytes = 4
	}
	ptr, col, val := 4*(int64(l.rows)+1), int64(l.colBytes)*int64(nnz), int64(es)*int64(nnz)
	l.payload = ptr + col + val
	l.colAt = alignUp(ptr)
	l.valAt = alignUp(l.colAt + col)
	l.end = l.valAt + val
	l.denseTooLarge = float64(l.rows)*float64(l.cols)*float64(esMem) > maxRatio*float64(l.payload)
	return l
}

// constantReader decodes CONSTANTS over DATA.
type constantReader struct {
	c    *cursor
	data []byte
	used int64 // bytes of data that earlier constants have taken
	n    int   // index of the constant being read
}

// readConstants decodes all constants. Where data is aligned in memory they
// alias it.
func readConstants(b, data []byte) ([]*tensor.Tensor, error) {
	c := &cursor{section: "CONSTANTS", b: b}
	r := constantReader{c: c, data: data}
	n := c.count("constants", 3)
	out := make([]*tensor.Tensor, 0, n)
	for r.n = range n {
		t := r.read()
		if c.err != nil {
			return nil, c.err
		}
		out = append(out, t)
	}
	return out, c.end()
}

func (r *constantReader) fail(format string, a ...any) {
	r.c.fail("constant %d: %w", r.n, fmt.Errorf(format, a...))
}

func (r *constantReader) read() *tensor.Tensor {
	c := r.c
	code, form := c.byte(), Form(c.byte())
	rank := c.count("dimensions", 1)
	shape := make(tensor.Shape, rank)
	for i := range shape {
		shape[i] = c.size("dimension")
	}
	if c.err != nil {
		return nil
	}
	if code == 0 || int(code) >= len(dtypeCodes) {
		r.fail("unknown element type %d", code)
		return nil
	}
	t := &tensor.Tensor{DType: dtypeCodes[code], Shape: shape}
	n, err := shape.CheckedElems()
	if err != nil {
		r.fail("%w", err)
		return nil
	}
	if n > math.MaxInt/8 {
		r.fail("shape %v has too many elements", shape)
		return nil
	}
	if (t.DType == tensor.String) != (form == FormStrings) {
		r.fail("%v of form %v", t.DType, form)
		return nil
	}
	switch form {
	case FormInline:
		if b := c.take(n * t.DType.Size()); c.err == nil {
			t.Data = tensor.AlignedBytes(len(b))
			copy(t.Data, b)
		}
	case FormStrings:
		if n > c.left() {
			r.fail("%d strings do not fit in the %d bytes that remain", n, c.left())
			return nil
		}
		t.Strings = make([]string, n)
		for i := range t.Strings {
			t.Strings[i] = string(c.bytes())
		}
	case FormDense:
		t.Data = inPlace(r.array(c.uint(), int64(n)*int64(t.DType.Size())))
	case FormDenseF16:
		if t.DType != tensor.F32 {
			r.fail("%v of form %v", t.DType, form)
			return nil
		}
		if half := r.array(c.uint(), 2*int64(n)); c.err == nil {
			t.Data = widen(inPlace(half))
		}
	case FormCSR, FormCSRF16:
		r.csr(t, form)
	default:
		r.fail("unknown form %d", uint8(form))
	}
	if c.err != nil {
		return nil
	}
	if err := t.Check(); err != nil {
		r.fail("%w", err)
		return nil
	}
	return t
}

func (r *constantReader) csr(t *tensor.Tensor, form Form) {
	offset, nnz := r.c.uint(), r.c.size("number of nonzeros")
	if r.c.err != nil {
		return
	}
	if len(t.Shape) == 0 || t.DType != tensor.F32 && (t.DType != tensor.F16 || form == FormCSRF16) {
		r.fail("%v %v of form %v", t.DType, t.Shape, form)
		return
	}
	if nnz > len(r.data) || t.Shape[0] > len(r.data) {
		r.fail("%d rows with %d nonzeros do not fit in DATA", t.Shape[0], nnz)
		return
	}
	es := t.DType.Size()
	if form == FormCSRF16 {
		es = 2
	}
	l := layoutCSR(t.Shape, nnz, es, t.DType.Size())
	if l.denseTooLarge {
		r.fail("shape %v is too large for %d nonzeros", t.Shape, nnz)
		return
	}
	b := r.array(offset, l.end)
	if r.c.err != nil {
		return
	}
	b = inPlace(b)
	m := &tensor.CSR{Rows: l.rows, Cols: l.cols, RowPtr: tensor.Cast[uint32](b[:4*(l.rows+1)])}
	cols := b[l.colAt : l.colAt+int64(nnz)*int64(l.colBytes)]
	switch {
	case l.colBytes == 4:
		m.Col32 = tensor.Cast[uint32](cols)
	case nnz == 0:
		m.Col16 = []uint16{} // what tensor.NewCSR makes of a matrix of zeros
	default:
		m.Col16 = tensor.Cast[uint16](cols)
	}
	m.Val = b[l.valAt:l.end:l.end]
	if form == FormCSRF16 {
		m.Val = widen(m.Val)
	}
	t.Sparse = m
}

// array cuts size bytes at offset out of DATA.
func (r *constantReader) array(offset uint64, size int64) []byte {
	switch {
	case r.c.err != nil:
	case offset%align != 0:
		r.fail("offset %d is not a multiple of %d", offset, align)
	case offset < uint64(r.used):
		r.fail("offset %d lies before the end of the constants that precede it, %d", offset, r.used)
	case offset > uint64(len(r.data)) || uint64(size) > uint64(len(r.data))-offset:
		r.fail("%d bytes at offset %d reach beyond the %d of DATA", size, offset, len(r.data))
	default:
		r.used = int64(offset) + size
		return r.data[offset:r.used:r.used]
	}
	return nil
}

// inPlace returns b itself when it is aligned in memory, else an aligned copy.
func inPlace(b []byte) []byte {
	if uintptr(unsafe.Pointer(unsafe.SliceData(b)))%tensor.Align == 0 {
		return b
	}
	c := tensor.AlignedBytes(len(b))
	copy(c, b)
	return c
}

// widen makes binary32 of binary16 elements.
func widen(half []byte) []byte {
	out := tensor.AlignedBytes(2 * len(half))
	for i := 0; i+1 < len(half); i += 2 {
		v := tensor.HalfToF32(tensor.F16, binary.LittleEndian.Uint16(half[i:]))
		binary.LittleEndian.PutUint32(out[2*i:], math.Float32bits(v))
	}
	return out
}
