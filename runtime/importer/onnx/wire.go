package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Wire types of the protobuf encoding.
const (
	wireVarint = 0
	wireFixed8 = 1 // eight bytes
	wireBytes  = 2
	wireFixed4 = 5 // four bytes
)

// field is one decoded field of a message: num and the payload that its wire
// type says.
type field struct {
	num  int
	wire int
	u    uint64 // varint and fixed payloads
	b    []byte // length-delimited payload, a part of the message
}

var errTruncated = errors.New("message is cut short")

// fields calls f for every field of a message, in order.
func fields(msg []byte, f func(field) error) error {
	for len(msg) > 0 {
		key, n := uvarint(msg)
		if n <= 0 {
			return errTruncated
		}
		msg = msg[n:]
		if key>>3 == 0 || key>>3 > 1<<29-1 {
			return fmt.Errorf("bad field number %d", key>>3)
		}
		fl := field{num: int(key >> 3), wire: int(key & 7)}
		switch fl.wire {
		case wireVarint:
			if fl.u, n = uvarint(msg); n <= 0 {
				return errTruncated
			}
			msg = msg[n:]
		case wireFixed8:
			if len(msg) < 8 {
				return errTruncated
			}
			fl.u = binary.LittleEndian.Uint64(msg)
			msg = msg[8:]
		case wireFixed4:
			if len(msg) < 4 {
				return errTruncated
			}
			fl.u = uint64(binary.LittleEndian.Uint32(msg))
			msg = msg[4:]
		case wireBytes:
			size, n := uvarint(msg)
			if n <= 0 || size > uint64(len(msg)-n) {
				return errTruncated
			}
			fl.b = msg[n : n+int(size) : n+int(size)]
			msg = msg[n+int(size):]
		default:
			return fmt.Errorf("field %d has wire type %d", fl.num, fl.wire)
		}
		if err := f(fl); err != nil {
			return err
		}
	}
	return nil
}

// uvarint decodes a base-128 number; n <= 0 means that it is cut short or
// longer than 64 bits.
func uvarint(b []byte) (v uint64, n int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return binary.Uvarint(b)
}

func (f field) want(wire int) error {
	if f.wire != wire {
		return fmt.Errorf("field %d has wire type %d, not %d", f.num, f.wire, wire)
	}
	return nil
}

// str reads a string or bytes field.
func (f field) str(dst *string) error {
	*dst = string(f.b)
	return f.want(wireBytes)
}

// msg reads a submessage or bytes field without copying.
func (f field) msg(dst *[]byte) error {
	*dst = f.b
	if f.b == nil {
		*dst = []byte{}
	}
	return f.want(wireBytes)
}

// s64 reads an int64 (or int32, or enum) field.
func (f field) s64(dst *int64) error {
	*dst = int64(f.u)
	return f.want(wireVarint)
}

func (f field) f32(dst *float32) error {
	*dst = math.Float32frombits(uint32(f.u))
	return f.want(wireFixed4)
}

// strs appends to a repeated string field.
func (f field) strs(dst *[]string) error {
	*dst = append(*dst, string(f.b))
	return f.want(wireBytes)
}

// s64s appends to a repeated integer field, packed or not.
func (f field) s64s(dst *[]int64) error {
	if f.wire == wireVarint {
		*dst = append(*dst, int64(f.u))
		return nil
	}
	if err := f.want(wireBytes); err != nil {
		return err
	}
	return varints(f.b, func(v uint64) { *dst = append(*dst, int64(v)) })
}

// varints decodes a packed list.
func varints(b []byte, f func(uint64)) error {
	for len(b) > 0 {
		v, n := uvarint(b)
		if n <= 0 {
			return errTruncated
		}
		f(v)
		b = b[n:]
	}
	return nil
}

// f32s appends to a repeated float field, packed or not.
func (f field) f32s(dst *[]float32) error {
	if f.wire == wireFixed4 {
		*dst = append(*dst, math.Float32frombits(uint32(f.u)))
		return nil
	}
	if err := f.want(wireBytes); err != nil {
		return err
	}
	if len(f.b)%4 != 0 {
		return errTruncated
	}
	for b := f.b; len(b) > 0; b = b[4:] {
		*dst = append(*dst, math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return nil
}
