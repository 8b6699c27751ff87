package tflite

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A flatbuffer is read in place. A table is a position whose first four bytes
// lead back to a vtable, which lists for each field its offset from the table:
//
//	vtable: u16 bytes of the vtable | u16 bytes of the table | u16 offset of field 0 | ...
//	table:  i32 distance back to the vtable | fields
//
// Strings, vectors and sub-tables are u32 distances forward; a vector starts
// with its u32 length. Anything may point anywhere, so every access is checked.

// flatbuffer reads b; the first error stays in err and everything read after it
// is empty.
type flatbuffer struct {
	b   []byte
	err error
	// budget bounds the bytes that are read as vectors and strings: pointers
	// may share their target, so a short file could otherwise describe lists
	// that grow with the square of its size.
	budget int
}

func newFlatbuffer(b []byte) *flatbuffer {
	return &flatbuffer{b: b, budget: 2*len(b) + 1<<12}
}

func (f *flatbuffer) fail(format string, a ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, a...)
	}
}

// span gives n bytes at pos, nil when they are not all there.
func (f *flatbuffer) span(pos, n int) []byte {
	if f.err != nil {
		return nil
	}
	if pos < 0 || n < 0 || pos > len(f.b) || n > len(f.b)-pos {
		f.fail("broken flatbuffer: %d bytes at offset %d of %d", n, pos, len(f.b))
		return nil
	}
	return f.b[pos : pos+n]
}

func (f *flatbuffer) u16(pos int) int {
	if s := f.span(pos, 2); s != nil {
		return int(binary.LittleEndian.Uint16(s))
	}
	return 0
}

func (f *flatbuffer) u32(pos int) uint32 {
	if s := f.span(pos, 4); s != nil {
		return binary.LittleEndian.Uint32(s)
	}
	return 0
}

// follow adds the u32 distance stored at pos.
func (f *flatbuffer) follow(pos int) int {
	d := f.u32(pos)
	if f.err != nil || uint64(d) >= uint64(len(f.b)-pos) || d == 0 {
		f.fail("broken flatbuffer: pointer at offset %d leads outside", pos)
		return 0
	}
	return pos + int(d)
}

// vector gives the elements of the vector at pos as bytes.
func (f *flatbuffer) vector(pos, elem int) []byte {
	n := f.u32(pos)
	if f.err != nil {
		return nil
	}
	if uint64(n)*uint64(elem) > uint64(len(f.b)-pos-4) {
		f.fail("broken flatbuffer: vector of %d elements at offset %d of %d", n, pos, len(f.b))
		return nil
	}
	return f.span(pos+4, int(n)*elem)
}

// spend charges the budget.
func (f *flatbuffer) spend(n int) bool {
	if f.budget -= n; f.budget < 0 {
		f.fail("broken flatbuffer: its parts overlap too often")
	}
	return f.err == nil
}

// table is a position in a flatbuffer; the zero table has no fields.
type table struct {
	f              *flatbuffer
	pos            int
	vtable, fields int
}

func (f *flatbuffer) root() table { return f.table(f.follow(0)) }

func (f *flatbuffer) table(pos int) table {
	if f.err != nil {
		return table{}
	}
	vt := int64(pos) - int64(int32(f.u32(pos)))
	if f.err == nil && (vt < 0 || vt > int64(len(f.b)-4)) {
		f.fail("broken flatbuffer: table at offset %d has no field list", pos)
	}
	if f.err != nil {
		return table{}
	}
	n := f.u16(int(vt))
	if f.span(int(vt), n) == nil || n < 4 {
		f.fail("broken flatbuffer: field list at offset %d is cut off", vt)
		return table{}
	}
	return table{f, pos, int(vt), (n - 4) / 2}
}

// at gives the position of a field.
func (t table) at(field int) (int, bool) {
	if t.f == nil || t.f.err != nil || field >= t.fields {
		return 0, false
	}
	off := t.f.u16(t.vtable + 4 + 2*field)
	return t.pos + off, off != 0 && t.f.err == nil
}

func (t table) u8(field int, def uint8) uint8 {
	if p, ok := t.at(field); ok {
		if s := t.f.span(p, 1); s != nil {
			return s[0]
		}
	}
	return def
}

func (t table) flag(field int) bool { return t.u8(field, 0) != 0 }

func (t table) i32(field, def int) int {
	if p, ok := t.at(field); ok {
		return int(int32(t.f.u32(p)))
	}
	return def
}

func (t table) u32(field int) uint32 {
	if p, ok := t.at(field); ok {
		return t.f.u32(p)
	}
	return 0
}

func (t table) u64(field int) uint64 {
	if p, ok := t.at(field); ok {
		if s := t.f.span(p, 8); s != nil {
			return binary.LittleEndian.Uint64(s)
		}
	}
	return 0
}

func (t table) f32(field int, def float32) float32 {
	if p, ok := t.at(field); ok {
		return math.Float32frombits(t.f.u32(p))
	}
	return def
}

// table gives a sub-table; an absent one has no fields.
func (t table) table(field int) table {
	if p, ok := t.at(field); ok {
		return t.f.table(t.f.follow(p))
	}
	return table{}
}

// raw gives a vector's elements of elem bytes each, in place.
func (t table) raw(field, elem int) []byte {
	if p, ok := t.at(field); ok {
		if q := t.f.follow(p); t.f.err == nil {
			return t.f.vector(q, elem)
		}
	}
	return nil
}

func (t table) str(field int) string {
	b := t.raw(field, 1)
	if len(b) == 0 || !t.f.spend(len(b)) {
		return ""
	}
	return string(b)
}

func (t table) i32s(field int) []int {
	b := t.raw(field, 4)
	if len(b) == 0 || !t.f.spend(len(b)) {
		return nil
	}
	v := make([]int, len(b)/4)
	for i := range v {
		v[i] = int(int32(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return v
}

func (t table) i64s(field int) []int64 {
	b := t.raw(field, 8)
	if len(b) == 0 || !t.f.spend(len(b)) {
		return nil
	}
	v := make([]int64, len(b)/8)
	for i := range v {
		v[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return v
}

func (t table) f32s(field int) []float32 {
	b := t.raw(field, 4)
	if len(b) == 0 || !t.f.spend(len(b)) {
		return nil
	}
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}

func (t table) tables(field int) []table {
	p, ok := t.at(field)
	if !ok {
		return nil
	}
	q := t.f.follow(p)
	n := len(t.f.vector(q, 4)) / 4
	if n == 0 || !t.f.spend(4*n) {
		return nil
	}
	v := make([]table, n)
	for i := range v {
		if v[i] = t.f.table(t.f.follow(q + 4 + 4*i)); t.f.err != nil {
			return nil
		}
	}
	return v
}
