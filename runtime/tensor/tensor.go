package tensor

import (
	"fmt"
	"unsafe"
)

// Align is the alignment of every buffer the project allocates, in bytes.
const Align = 64

// Tensor is a typed view of a buffer. Data holds Layout.Elems(Shape) elements
// of DType (it may be longer); element order is row-major within the layout.
type Tensor struct {
	DType   DType
	Shape   Shape
	Layout  Layout
	Data    []byte
	Strings []string // the elements of a String tensor, else nil
	Sparse  *CSR     // set when the elements are stored sparse; then Data is nil
}

// New allocates a zeroed linear tensor.
func New(dt DType, shape ...int) *Tensor {
	s := Shape(shape).Clone()
	t := &Tensor{DType: dt, Shape: s}
	if dt == String {
		t.Strings = make([]string, s.Elems())
		return t
	}
	t.Data = AlignedBytes(s.Elems() * dt.Size())
	return t
}

// AlignedBytes allocates n zeroed bytes whose first is aligned to Align.
func AlignedBytes(n int) []byte {
	b := make([]byte, n+Align)
	off := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) & (Align - 1))
	return b[off : off+n : off+n]
}

// Elem is a Go type that stores one element. uint16 also stores F16 and BF16,
// uint8 and int8 also the types narrower than a byte, and Bool.
type Elem interface {
	~float32 | ~float64 | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// As views the buffer of t, gaps included, as a slice of T. It panics when the
// size of T is not the size of the element: that is a bug, not an input error.
func As[T Elem](t *Tensor) []T {
	var z T
	if int(unsafe.Sizeof(z)) != t.DType.Size() {
		panic(fmt.Sprintf("tensor: %v viewed as %T", t.DType, z))
	}
	return Cast[T](t.Data)
}

// Cast views bytes as elements of T. A buffer that is not aligned for T is
// copied.
func Cast[T Elem](b []byte) []T {
	var z T
	n := len(b) / int(unsafe.Sizeof(z))
	if n == 0 {
		return nil
	}
	p := unsafe.Pointer(unsafe.SliceData(b))
	if uintptr(p)%unsafe.Alignof(z) != 0 {
		c := AlignedBytes(len(b))
		copy(c, b)
		p = unsafe.Pointer(unsafe.SliceData(c))
	}
	return unsafe.Slice((*T)(p), n)
}

// Bytes views a slice of elements as bytes.
func Bytes[T Elem](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// F32 views the buffer as float32.
func (t *Tensor) F32() []float32 { return As[float32](t) }

// S64 views the buffer as int64.
func (t *Tensor) S64() []int64 { return As[int64](t) }

// Of makes a linear tensor that shares data. The type parameter decides the
// element type (float32 gives F32, int64 gives S64, ...).
func Of[T float32 | float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](data []T, shape ...int) *Tensor {
	if n := Shape(shape).Elems(); n != len(data) {
		panic(fmt.Sprintf("tensor: %d elements for shape %v", len(data), Shape(shape)))
	}
	var dt DType
	switch any(data).(type) {
	case []float32:
		dt = F32
	case []float64:
		dt = F64
	case []int8:
		dt = S8
	case []int16:
		dt = S16
	case []int32:
		dt = S32
	case []int64:
		dt = S64
	case []uint8:
		dt = U8
	case []uint16:
		dt = U16
	case []uint32:
		dt = U32
	case []uint64:
		dt = U64
	}
	return &Tensor{DType: dt, Shape: Shape(shape).Clone(), Data: Bytes(data)}
}

// Elems is the number of elements, gaps not counted.
func (t *Tensor) Elems() int { return t.Shape.Elems() }

// Linear reports whether the elements lie row-major without gaps.
func (t *Tensor) Linear() bool { return t.Layout.Linear(t.Shape) }

// Check reports whether the tensor is whole: valid type, dimensions, layout,
// and a buffer large enough.
func (t *Tensor) Check() error {
	if !t.DType.Valid() {
		return fmt.Errorf("tensor: invalid element type")
	}
	n, err := t.Shape.CheckedElems()
	if err != nil {
		return err
	}
	if t.DType == String {
		if len(t.Strings) != n {
			return fmt.Errorf("tensor: %d strings for shape %v", len(t.Strings), t.Shape)
		}
		return nil
	}
	if t.Sparse != nil {
		return t.Sparse.Check(t.Shape)
	}
	if err := t.Layout.Check(t.Shape); err != nil {
		return err
	}
	if need := t.Layout.Elems(t.Shape); len(t.Data)/t.DType.Size() < need {
		return fmt.Errorf("tensor: %d bytes for %d elements of %v", len(t.Data), need, t.DType)
	}
	return nil
}

// Dense returns t itself when it is stored dense, else a dense copy.
func (t *Tensor) Dense() *Tensor {
	if t.Sparse == nil {
		return t
	}
	return t.Sparse.Dense(t.DType, t.Shape)
}

// Clone copies t into a new linear, dense tensor.
func (t *Tensor) Clone() *Tensor {
	d := t.Dense()
	c := New(d.DType, d.Shape...)
	if d.DType == String {
		copy(c.Strings, d.Strings)
		return c
	}
	CopyLayout(c, d)
	return c
}

// CopyLayout copies the elements of src into dst, from layout to layout. Both
// must be dense, of the same type and the same shape up to reshaping of the
// leading dimensions.
func CopyLayout(dst, src *Tensor) {
	if dst.DType == String {
		copy(dst.Strings, src.Strings)
		return
	}
	es := src.DType.Size()
	if dst.Linear() && src.Linear() {
		copy(dst.Data[:src.Elems()*es], src.Data[:src.Elems()*es])
		return
	}
	p, h, w := src.Shape.Planes()
	ls, ld := src.Layout.For(src.Shape), dst.Layout.For(dst.Shape)
	for i := range p {
		so, do := i*ls.PlanePitch+ls.Origin(), i*ld.PlanePitch+ld.Origin()
		for y := range h {
			s, d := (so+y*ls.RowPitch)*es, (do+y*ld.RowPitch)*es
			copy(dst.Data[d:d+w*es], src.Data[s:s+w*es])
		}
	}
}
