package modelfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Stored says how one constant was written.
type Stored struct {
	Name       string // of the first value, or node and attribute, that holds it
	DType      tensor.DType
	Shape      tensor.Shape
	Form       Form
	Bytes      int64   // in the file, padding not counted
	DenseBytes int64   // of the dense form in memory; for strings their length
	NNZ        int     // elements stored by the csr forms, else 0
	MaxError   float64 // largest |stored - value| of the f16 forms, else 0
	Why        string  // the reason for the form
}

// constantWriter chooses how each constant is stored and encodes CONSTANTS and
// DATA.
type constantWriter struct {
	f16     bool
	index   map[*tensor.Tensor]int
	records []byte
	chunks  [][]byte // of DATA
	at      int64    // length of chunks
	report  []Stored
}

// add stores t unless it already is, and returns its index. Constants of
// attributes keep the dense form: operators read them directly.
func (w *constantWriter) add(t *tensor.Tensor, name string, attribute bool) (int, error) {
	if i, ok := w.index[t]; ok {
		return i, nil
	}
	s, err := w.store(t, attribute)
	if err != nil {
		return 0, fmt.Errorf("modelfile: constant %q: %w", name, err)
	}
	s.Name, s.DType, s.Shape = name, t.DType, t.Shape.Clone()
	i := len(w.index)
	w.index[t] = i
	w.report = append(w.report, s)
	return i, nil
}

func (w *constantWriter) record(t *tensor.Tensor, f Form) {
	w.records = append(w.records, dtypeCode(t.DType), byte(f))
	w.records = binary.AppendUvarint(w.records, uint64(len(t.Shape)))
	for _, d := range t.Shape {
		w.records = binary.AppendUvarint(w.records, uint64(d))
	}
}

// put appends an array to DATA, aligned, and returns its offset.
func (w *constantWriter) put(b []byte) int64 {
	offset := alignUp(w.at)
	if pad := offset - w.at; pad > 0 {
		w.chunks = append(w.chunks, zeros[:pad])
	}
	w.chunks = append(w.chunks, b)
	w.at = offset + int64(len(b))
	return offset
}

func (w *constantWriter) store(t *tensor.Tensor, attribute bool) (Stored, error) {
	if err := t.Check(); err != nil {
		return Stored{}, err
	}
	n := t.Elems()
	if n > math.MaxInt/8 {
		return Stored{}, fmt.Errorf("shape %v has too many elements", t.Shape)
	}
	if t.DType == tensor.String {
		w.record(t, FormStrings)
		var size int64
		for _, s := range t.Strings {
			w.records = appendBytes(w.records, s)
			size += int64(len(s))
		}
		return Stored{Form: FormStrings, Bytes: size, DenseBytes: size, Why: "strings have one form"}, nil
	}
	if t.Sparse != nil && len(t.Sparse.Val) != t.Sparse.NNZ()*t.DType.Size() {
		return Stored{}, fmt.Errorf("%d bytes of values for %d nonzeros of %v", len(t.Sparse.Val), t.Sparse.NNZ(), t.DType)
	}
	out := Stored{DenseBytes: int64(n) * int64(t.DType.Size())}
	if out.DenseBytes <= inlineBytes {
		w.record(t, FormInline)
		w.records = append(w.records, linearBytes(t)...)
		out.Form, out.Bytes = FormInline, out.DenseBytes
		out.Why = fmt.Sprintf("at most %d bytes", inlineBytes)
		return out, nil
	}
	half := false
	if w.f16 && t.DType == tensor.F32 && len(t.Shape) >= 2 && !attribute {
		r, maxErr, err := round(t)
		if err != nil {
			out.Why = err.Error() + "; "
		} else {
			t, half, out.MaxError = r, true, maxErr
		}
	}
	if err := w.storeFloats(t, half, attribute, &out); err != nil {
		return Stored{}, err
	}
	return out, nil
}

// storeFloats writes t dense or as CSR, whichever is smaller. When half is set
// t is the rounded form of an f32 tensor.
func (w *constantWriter) storeFloats(t *tensor.Tensor, half, attribute bool, out *Stored) error {
	es := t.DType.Size()
	esMem := es
	rec := *t // what the record describes
	dense, csr := FormDense, FormCSR
	if half {
		esMem, rec.DType = 4, tensor.F32
		dense, csr = FormDenseF16, FormCSRF16
	}
	size := int64(t.Elems()) * int64(es)
	nnz, sparse := -1, false
	var l csrLayout
	switch {
	case t.Sparse != nil:
		nnz = t.Sparse.NNZ()
	case t.DType != tensor.F32 && t.DType != tensor.F16:
		out.Why += fmt.Sprintf("%v has no csr form", t.DType)
	case attribute:
		out.Why += "attributes are stored dense"
	case len(t.Shape) < 2:
		out.Why += "rank below 2"
	default:
		nnz = countNonzeros(t)
	}
	if nnz >= 0 {
		l = layoutCSR(t.Shape, nnz, es, esMem)
		switch {
		case l.denseTooLarge:
			out.Why += fmt.Sprintf("%d nonzeros are too few for a csr form of %v", nnz, t.Shape)
		case l.end < size:
			sparse = true
			out.Why += fmt.Sprintf("%d of %d elements are zero: %d bytes instead of %d", t.Elems()-nnz, t.Elems(), l.end, size)
		default:
			out.Why += fmt.Sprintf("%d of %d elements are zero: csr would need %d bytes instead of %d", t.Elems()-nnz, t.Elems(), l.end, size)
		}
	}
	if !sparse {
		w.record(&rec, dense)
		w.records = binary.AppendUvarint(w.records, uint64(w.put(linearBytes(t))))
		out.Form, out.Bytes = dense, size
		return nil
	}
	m := t.Sparse
	if m == nil {
		var err error
		if m, err = tensor.NewCSR(&tensor.Tensor{DType: t.DType, Shape: t.Shape, Data: linearBytes(t)}); err != nil {
			return err
		}
	}
	w.record(&rec, csr)
	w.records = binary.AppendUvarint(w.records, uint64(w.put(tensor.Bytes(m.RowPtr))))
	w.records = binary.AppendUvarint(w.records, uint64(nnz))
	// The width of the file is a matter of the columns, whatever m uses.
	switch {
	case l.colBytes == 2 && m.Col16 != nil:
		w.put(tensor.Bytes(m.Col16))
	case l.colBytes == 4 && m.Col16 == nil:
		w.put(tensor.Bytes(m.Col32))
	default:
		b := make([]byte, 0, nnz*l.colBytes)
		for i := range nnz {
			if l.colBytes == 2 {
				b = binary.LittleEndian.AppendUint16(b, uint16(m.Col(i)))
			} else {
				b = binary.LittleEndian.AppendUint32(b, uint32(m.Col(i)))
			}
		}
		w.put(b)
	}
	w.put(m.Val)
	out.Form, out.Bytes, out.NNZ = csr, l.payload, nnz
	return nil
}

// linearBytes gives the elements of t row-major without gaps: its own buffer
// when it has that form.
func linearBytes(t *tensor.Tensor) []byte {
	t = t.Dense()
	if !t.Linear() {
		t = t.Clone()
	}
	return t.Data[:t.Elems()*t.DType.Size()]
}

// countNonzeros counts the elements of a dense F32 or F16 tensor that are
// neither positive nor negative zero.
func countNonzeros(t *tensor.Tensor) int {
	b := linearBytes(t)
	n := 0
	if t.DType == tensor.F32 {
		for ; len(b) >= 4; b = b[4:] {
			if binary.LittleEndian.Uint32(b)&0x7fffffff != 0 {
				n++
			}
		}
		return n
	}
	for ; len(b) >= 2; b = b[2:] {
		if binary.LittleEndian.Uint16(b)&0x7fff != 0 {
			n++
		}
	}
	return n
}

var errRange = errors.New("kept f32, as some values are beyond the range of f16")

// round makes the f16 form of an f32 tensor and the largest error it brings.
func round(t *tensor.Tensor) (*tensor.Tensor, float64, error) {
	r := &tensor.Tensor{DType: tensor.F16, Shape: t.Shape}
	var src []byte
	if t.Sparse != nil {
		m := *t.Sparse
		src = m.Val
		m.Val = tensor.AlignedBytes(len(src) / 2)
		r.Sparse = &m
	} else {
		src = linearBytes(t)
		r.Data = tensor.AlignedBytes(len(src) / 2)
	}
	dst := r.Data
	if r.Sparse != nil {
		dst = r.Sparse.Val
	}
	var worst float64
	for i := 0; i+3 < len(src); i += 4 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(src[i:]))
		h := tensor.F32ToHalf(tensor.F16, v)
		back := tensor.HalfToF32(tensor.F16, h)
		if math.IsInf(float64(back), 0) && !math.IsInf(float64(v), 0) {
			return nil, 0, errRange
		}
		if d := math.Abs(float64(back) - float64(v)); d > worst {
			worst = d
		}
		binary.LittleEndian.PutUint16(dst[i/2:], h)
	}
	return r, worst, nil
}
