package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// npyMagic starts every .npy file; version and header follow.
const npyMagic = "\x93NUMPY"

// maxHeader bounds the text header of an .npy file.
const maxHeader = 1 << 16

// npyTypes are the element types of .npy files, without the byte order.
var npyTypes = map[string]tensor.DType{
	"f4": tensor.F32, "f8": tensor.F64, "f2": tensor.F16,
	"i1": tensor.S8, "i2": tensor.S16, "i4": tensor.S32, "i8": tensor.S64,
	"u1": tensor.U8, "u2": tensor.U16, "u4": tensor.U32, "u8": tensor.U64,
	"b1": tensor.Bool,
}

// npyHeader is what the header of an .npy file says.
type npyHeader struct {
	dtype     tensor.DType // String for fixed-width text
	width     int          // bytes of an element
	unicode   bool         // text in 4-byte code points, else bytes
	bigEndian bool
	fortran   bool
	shape     tensor.Shape
	elems     int
}

// Read decodes an .npy file of numbers, truth values or fixed-width text
// (which becomes a String tensor). The result is linear (C order) and may share
// memory with data.
func Read(data []byte) (*tensor.Tensor, error) {
	h, body, err := readNPYHeader(data)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if h.elems > len(body)/max(h.width, 1) {
		return nil, fmt.Errorf("npy: %d bytes of data for shape %v of %v", len(body), h.shape, h.dtype)
	}
	body = body[:h.elems*h.width]
	if h.fortran {
		body = fortranToC(body, h.shape, h.width)
	}
	t := &tensor.Tensor{DType: h.dtype, Shape: h.shape}
	if h.dtype == tensor.String {
		t.Strings = make([]string, h.elems)
		for i := range t.Strings {
			t.Strings[i] = npyText(body[i*h.width:(i+1)*h.width], h)
		}
		return t, nil
	}
	if h.bigEndian && h.width > 1 {
		body = slices.Clone(body)
		for i := 0; i < len(body); i += h.width {
			slices.Reverse(body[i : i+h.width])
		}
	}
	if h.dtype == tensor.Bool {
		body = slices.Clone(body)
		for i, b := range body {
			if b != 0 {
				body[i] = 1
			}
		}
	}
	t.Data = aligned(body)
	return t, nil
}

// aligned gives b itself when its start suits every element type, else a copy.
func aligned(b []byte) []byte {
	if len(b) == 0 {
		return tensor.AlignedBytes(0)
	}
	if uintptr(unsafe.Pointer(unsafe.SliceData(b)))%8 == 0 {
		return b
	}
	c := tensor.AlignedBytes(len(b))
	copy(c, b)
	return c
}

func npyText(b []byte, h npyHeader) string {
	if !h.unicode {
		return string(bytes.TrimRight(b, "\x00"))
	}
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		r := binary.LittleEndian.Uint32(b)
		if h.bigEndian {
			r = binary.BigEndian.Uint32(b)
		}
		if r != 0 {
			s.WriteRune(rune(min(r, 0x110000)))
		}
	}
	return s.String()
}

func readNPYHeader(data []byte) (npyHeader, []byte, error) {
	var h npyHeader
	if len(data) < 10 || string(data[:6]) != npyMagic {
		return h, nil, fmt.Errorf("not an npy file")
	}
	var size, start int
	switch data[6] {
	case 1:
		size, start = int(binary.LittleEndian.Uint16(data[8:])), 10
	case 2, 3:
		if len(data) < 12 {
			return h, nil, fmt.Errorf("header is cut short")
		}
		size, start = int(min(binary.LittleEndian.Uint32(data[8:]), maxHeader+1)), 12
	default:
		return h, nil, fmt.Errorf("version %d is not supported", data[6])
	}
	if size > maxHeader || size > len(data)-start {
		return h, nil, fmt.Errorf("header is cut short")
	}
	err := h.parse(string(data[start : start+size]))
	return h, data[start+size:], err
}

// parse reads the header, the text of a Python dictionary:
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
func (h *npyHeader) parse(s string) error {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") || !strings.HasSuffix(s, "}") {
		return fmt.Errorf("bad header %.80q", s)
	}
	s = s[1 : len(s)-1]
	seen := 0
	for {
		s = strings.TrimLeft(s, " ,")
		if s == "" {
			break
		}
		key, rest, ok := pythonString(s)
		rest, colon := strings.CutPrefix(strings.TrimLeft(rest, " "), ":")
		if !ok || !colon {
			return fmt.Errorf("bad header near %.80q", s)
		}
		s = strings.TrimLeft(rest, " ")
		var err error
		switch key {
		case "descr":
			var descr string
			if descr, s, ok = pythonString(s); !ok {
				return fmt.Errorf("structured types are not supported")
			}
			err = h.setType(descr)
		case "fortran_order":
			if s, ok = strings.CutPrefix(s, "True"); ok {
				h.fortran = true
			} else if s, ok = strings.CutPrefix(s, "False"); !ok {
				err = fmt.Errorf("bad header near %.80q", s)
			}
		case "shape":
			end := strings.IndexByte(s, ')')
			if end < 0 || s[0] != '(' {
				return fmt.Errorf("bad header near %.80q", s)
			}
			err = h.setShape(s[1:end])
			s = s[end+1:]
		default:
			err = fmt.Errorf("header has an unknown key %.80q", key)
		}
		if err != nil {
			return err
		}
		seen++
	}
	if seen != 3 || h.shape == nil || h.dtype == tensor.Invalid {
		return fmt.Errorf("header lacks the type, the order or the shape")
	}
	return nil
}

func pythonString(s string) (val, rest string, ok bool) {
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", s, false
	}
	end := strings.IndexByte(s[1:], s[0])
	if end < 0 {
		return "", s, false
	}
	return s[1 : 1+end], s[2+end:], true
}

func (h *npyHeader) setType(descr string) error {
	if descr == "" {
		return fmt.Errorf("no element type")
	}
	order, code := descr[0], descr[1:]
	if !strings.ContainsRune("<>|=", rune(order)) {
		order, code = '<', descr
	}
	h.bigEndian = order == '>'
	if dt, ok := npyTypes[code]; ok {
		h.dtype, h.width = dt, dt.Size()
		return nil
	}
	if len(code) > 1 && (code[0] == 'U' || code[0] == 'S') {
		n, err := strconv.Atoi(code[1:])
		if err != nil || n < 0 || n > 1<<20 {
			return fmt.Errorf("bad element type %.80q", descr)
		}
		h.dtype, h.unicode, h.width = tensor.String, code[0] == 'U', n
		if h.unicode {
			h.width *= 4
		}
		return nil
	}
	return fmt.Errorf("element type %.80q is not supported", descr)
}

func (h *npyHeader) setShape(s string) error {
	h.shape = tensor.Shape{}
	for _, f := range strings.Split(s, ",") {
		f = strings.TrimSuffix(strings.TrimSpace(f), "L")
		if f == "" {
			continue
		}
		d, err := strconv.Atoi(f)
		if err != nil || d < 0 || len(h.shape) == 64 {
			return fmt.Errorf("bad shape (%.80s)", s)
		}
		h.shape = append(h.shape, d)
	}
	n, err := h.shape.CheckedElems()
	if err == nil && n > math.MaxInt/64 {
		err = fmt.Errorf("shape %v has too many elements", h.shape)
	}
	h.elems = n
	return err
}

// fortranToC reorders elements from column-major to row-major.
func fortranToC(src []byte, s tensor.Shape, width int) []byte {
	dst := tensor.AlignedBytes(len(src))
	if len(src) == 0 {
		return dst
	}
	// Walk dst in order; step[i] is what one step along axis i means in src.
	step := make([]int, len(s))
	n := width
	for i, d := range s {
		step[i] = n
		n *= d
	}
	at := make([]int, len(s))
	from := 0
	for to := 0; to < len(dst); to += width {
		copy(dst[to:to+width], src[from:])
		for i := len(s) - 1; i >= 0; i-- {
			at[i]++
			from += step[i]
			if at[i] < s[i] {
				break
			}
			from -= at[i] * step[i]
			at[i] = 0
		}
	}
	return dst
}

// Write writes a dense tensor as an .npy file, version 1.0, C order.
// Element types that .npy lacks give an error.
func Write(w io.Writer, t *tensor.Tensor) error {
	t = t.Dense()
	if !t.Linear() {
		t = t.Clone()
	}
	descr, body, err := npyBody(t)
	if err != nil {
		return err
	}
	shape := "("
	for _, d := range t.Shape {
		shape += strconv.Itoa(d) + ", "
	}
	shape = strings.TrimSuffix(shape, " ")
	if len(t.Shape) > 1 {
		shape = strings.TrimSuffix(shape, ",")
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s), }", descr, shape)
	pad := 63 - (10+len(head))%64
	head += strings.Repeat(" ", pad) + "\n"
	if len(head) > math.MaxUint16 {
		return fmt.Errorf("npy: header for shape %v is too long", t.Shape)
	}
	buf := append([]byte(npyMagic), 1, 0)
	buf = binary.LittleEndian.AppendUint16(buf, uint16(len(head)))
	if _, err := w.Write(append(buf, head...)); err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

func npyBody(t *tensor.Tensor) (descr string, body []byte, err error) {
	if t.DType == tensor.String {
		width := 1
		for _, s := range t.Strings {
			width = max(width, len([]rune(s)))
		}
		for _, s := range t.Strings {
			r := []rune(s)
			for i := range width {
				c := rune(0)
				if i < len(r) {
					c = r[i]
				}
				body = binary.LittleEndian.AppendUint32(body, uint32(c))
			}
		}
		return fmt.Sprintf("<U%d", width), body, nil
	}
	for code, dt := range npyTypes {
		if dt != t.DType {
			continue
		}
		order := binary.NativeEndian.Uint16([]byte{1, 0})
		switch {
		case dt.Size() == 1:
			descr = "|" + code
		case order == 1:
			descr = "<" + code
		default:
			descr = ">" + code
		}
		return descr, t.Data[:t.Elems()*dt.Size()], nil
	}
	return "", nil, fmt.Errorf("npy: %v has no npy form", t.DType)
}
