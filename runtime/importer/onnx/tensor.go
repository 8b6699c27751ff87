package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"unsafe"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// maxRank bounds the dimensions of a stored tensor.
const maxRank = 64

// external fetches bytes stored outside the model file.
type external func(path string, offset, length int64) ([]byte, error)

// tensorProto is a TensorProto with its payload still encoded.
type tensorProto struct {
	name     string
	dims     []int64
	code     int64
	raw      []byte // raw_data, nil when absent
	data     []field
	strings  []string
	external [][2]string
	location int64
}

// ReadTensor decodes a serialised TensorProto, the content of a .pb tensor
// file. The result may share memory with data.
func ReadTensor(data []byte) (*tensor.Tensor, error) {
	_, t, err := readTensor(data, nil)
	if err != nil {
		return nil, fmt.Errorf("onnx: tensor: %w", err)
	}
	return t, nil
}

func readTensor(msg []byte, ext external) (string, *tensor.Tensor, error) {
	var p tensorProto
	err := fields(msg, func(f field) error {
		switch f.num {
		case 1:
			return f.s64s(&p.dims)
		case 2:
			return f.s64(&p.code)
		case 3:
			return fmt.Errorf("segmented tensors are not supported")
		case 4, 5, 7, 10, 11:
			p.data = append(p.data, f)
		case 6:
			return f.strs(&p.strings)
		case 8:
			return f.str(&p.name)
		case 9:
			return f.msg(&p.raw)
		case 13:
			kv, err := readEntry(f)
			p.external = append(p.external, kv)
			return err
		case 14:
			return f.s64(&p.location)
		}
		return nil
	})
	if err != nil {
		return p.name, nil, err
	}
	t, err := p.decode(ext)
	if err != nil && p.name != "" {
		err = fmt.Errorf("%q: %w", p.name, err)
	}
	return p.name, t, err
}

// shapeOf checks dimensions that come from a file.
func shapeOf(dims []int64) (tensor.Shape, int, error) {
	if len(dims) > maxRank {
		return nil, 0, fmt.Errorf("rank %d is too large", len(dims))
	}
	s := make(tensor.Shape, len(dims))
	for i, d := range dims {
		if d < 0 || d > math.MaxInt {
			return nil, 0, fmt.Errorf("bad dimension %d", d)
		}
		s[i] = int(d)
	}
	n, err := s.CheckedElems()
	return s, n, err
}

func (p *tensorProto) decode(ext external) (*tensor.Tensor, error) {
	dt, err := elementType(p.code)
	if err != nil {
		return nil, err
	}
	shape, n, err := shapeOf(p.dims)
	if err != nil {
		return nil, err
	}
	t := &tensor.Tensor{DType: dt, Shape: shape}
	if dt == tensor.String {
		if len(p.strings) != n {
			return nil, fmt.Errorf("%d strings for shape %v", len(p.strings), shape)
		}
		t.Strings = p.strings
		if t.Strings == nil {
			t.Strings = []string{}
		}
		return t, nil
	}
	if n > math.MaxInt/16 {
		return nil, fmt.Errorf("shape %v has too many elements", shape)
	}
	raw := p.raw
	if p.location == 1 {
		if raw, err = p.fetch(rawBytes(dt, n), ext); err != nil {
			return nil, err
		}
	} else if len(p.external) > 0 && raw == nil && len(p.data) == 0 {
		return nil, fmt.Errorf("external data is described but the location is not external")
	}
	if raw == nil {
		t.Data, err = p.typed(dt, n)
	} else {
		t.Data, err = unpack(dt, raw, n)
	}
	if err != nil {
		return nil, fmt.Errorf("%v %v: %w", dt, shape, err)
	}
	return t, nil
}

// packBits is the width of the types that files pack several to a byte.
func packBits(dt tensor.DType) int {
	switch dt {
	case tensor.S4, tensor.U4, tensor.F4E2M1:
		return 4
	case tensor.S2, tensor.U2:
		return 2
	}
	return 8
}

// rawBytes is the size of n elements in a file.
func rawBytes(dt tensor.DType, n int) int {
	if bits := packBits(dt); bits < 8 {
		per := 8 / bits
		return n/per + (n%per+per-1)/per
	}
	return n * dt.Size()
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// unpack turns raw_data into memory form; it refers to raw where it can.
func unpack(dt tensor.DType, raw []byte, n int) ([]byte, error) {
	if len(raw) != rawBytes(dt, n) {
		return nil, fmt.Errorf("%d bytes of data, %d are needed", len(raw), rawBytes(dt, n))
	}
	if bits := packBits(dt); bits < 8 {
		out := tensor.AlignedBytes(n)
		unpackBits(out, raw, bits, dt.IsSigned())
		return out, nil
	}
	if dt == tensor.Bool {
		for _, b := range raw {
			if b > 1 {
				out := tensor.AlignedBytes(n)
				for i, b := range raw {
					if b != 0 {
						out[i] = 1
					}
				}
				return out, nil
			}
		}
	}
	es := dt.Size()
	if littleEndian && (n == 0 || uintptr(unsafe.Pointer(unsafe.SliceData(raw)))%uintptr(es) == 0) {
		return raw, nil
	}
	out := tensor.AlignedBytes(len(raw))
	copy(out, raw)
	if !littleEndian && es > 1 {
		for i := 0; i < len(out); i += es {
			for a, b := i, i+es-1; a < b; a, b = a+1, b-1 {
				out[a], out[b] = out[b], out[a]
			}
		}
	}
	return out, nil
}

// unpackBits spreads elements of 2 or 4 bits, lowest first, to one per byte.
func unpackBits(dst, src []byte, bits int, signed bool) {
	per := 8 / bits
	for i := range dst {
		v := src[i/per] >> (i % per * bits) & (1<<bits - 1)
		if signed {
			v = byte(int8(v<<(8-bits)) >> (8 - bits))
		}
		dst[i] = v
	}
}

// typed decodes the *_data fields.
func (p *tensorProto) typed(dt tensor.DType, n int) ([]byte, error) {
	// The field that carries this type, and the bytes an encoded element takes
	// at least.
	num, least := 5, 1
	switch dt {
	case tensor.F32:
		num, least = 4, 4
	case tensor.F64:
		num, least = 10, 8
	case tensor.S64:
		num = 7
	case tensor.U32, tensor.U64:
		num = 11
	}
	have := 0
	for _, f := range p.data {
		if f.num != num {
			continue
		}
		if f.wire == wireBytes {
			have += len(f.b) / least
		} else {
			have++
		}
	}
	units := n
	bits := packBits(dt)
	if bits < 8 {
		units = rawBytes(dt, n)
	}
	if have < units {
		return nil, fmt.Errorf("fewer than %d elements of data", n)
	}
	es := dt.Size()
	out := tensor.AlignedBytes(units * es)
	at := 0
	put := func(v uint64) {
		if at < units {
			o := out[at*es:]
			switch es {
			case 1:
				if dt == tensor.Bool && v != 0 {
					v = 1
				}
				o[0] = byte(v)
			case 2:
				binary.NativeEndian.PutUint16(o, uint16(v))
			case 4:
				binary.NativeEndian.PutUint32(o, uint32(v))
			case 8:
				binary.NativeEndian.PutUint64(o, v)
			}
		}
		at++
	}
	for _, f := range p.data {
		if f.num != num {
			continue
		}
		if err := typedField(f, least, put); err != nil {
			return nil, err
		}
	}
	if at != units {
		return nil, fmt.Errorf("%d elements of data, %d are needed", at, units)
	}
	if bits < 8 {
		packed := out
		out = tensor.AlignedBytes(n)
		unpackBits(out, packed, bits, dt.IsSigned())
	}
	return out, nil
}

// typedField decodes the elements of one *_data field, packed or not: varints
// when size is 1, else fixed elements of that many bytes.
func typedField(f field, size int, put func(uint64)) error {
	switch size {
	case 4:
		if f.wire == wireFixed4 {
			put(f.u)
			return nil
		}
	case 8:
		if f.wire == wireFixed8 {
			put(f.u)
			return nil
		}
	default:
		if f.wire == wireVarint {
			put(f.u)
			return nil
		}
	}
	if err := f.want(wireBytes); err != nil {
		return err
	}
	if size == 1 {
		return varints(f.b, put)
	}
	if len(f.b)%size != 0 {
		return errTruncated
	}
	for b := f.b; len(b) > 0; b = b[size:] {
		if size == 4 {
			put(uint64(binary.LittleEndian.Uint32(b)))
		} else {
			put(binary.LittleEndian.Uint64(b))
		}
	}
	return nil
}

// fetch reads external data of the given size.
func (p *tensorProto) fetch(size int, ext external) ([]byte, error) {
	var path string
	offset, length := int64(0), int64(-1)
	for _, kv := range p.external {
		var err error
		switch kv[0] {
		case "location":
			path = kv[1]
		case "offset":
			offset, err = strconv.ParseInt(kv[1], 10, 64)
		case "length":
			length, err = strconv.ParseInt(kv[1], 10, 64)
		}
		if err != nil {
			return nil, fmt.Errorf("external data: bad %s %q", kv[0], kv[1])
		}
	}
	if offset < 0 {
		return nil, fmt.Errorf("external data: negative offset %d", offset)
	}
	if length != -1 && length != int64(size) {
		return nil, fmt.Errorf("external data: length is %d, the shape needs %d", length, size)
	}
	if ext == nil {
		return nil, fmt.Errorf("data lies in another file, %q, and no way to read it was given", path)
	}
	if err := localPath(path); err != nil {
		return nil, err
	}
	b, err := ext(path, offset, int64(size))
	if err != nil {
		return nil, fmt.Errorf("external data: %w", err)
	}
	if len(b) != size {
		return nil, fmt.Errorf("external data: %d bytes read from %q, %d are needed", len(b), path, size)
	}
	return b, nil
}
