package tensor

import "fmt"

// DType is the type of one element.
type DType uint8

// The element types. Types narrower than a byte (S4, U4, S2, U2, F4E2M1) take
// one byte per element in memory; only files pack them.
const (
	Invalid DType = iota
	F32
	F64
	F16  // IEEE 754 binary16, stored as uint16
	BF16 // upper half of a binary32, stored as uint16
	S8
	S16
	S32
	S64
	U8
	U16
	U32
	U64
	Bool   // one byte, 0 or 1
	String // Go strings; never inside an arena
	S4     // sign-extended into an int8
	U4     // in a uint8
	S2     // sign-extended into an int8
	U2     // in a uint8
	F8E4M3FN
	F8E4M3FNUZ
	F8E5M2
	F8E5M2FNUZ
	F8E8M0 // power-of-two scale
	F4E2M1 // code in the low four bits of a byte
	dtypeEnd
)

type dtypeInfo struct {
	name string
	size int
}

var dtypes = [dtypeEnd]dtypeInfo{
	Invalid: {"invalid", 0},
	F32:     {"f32", 4}, F64: {"f64", 8}, F16: {"f16", 2}, BF16: {"bf16", 2},
	S8: {"s8", 1}, S16: {"s16", 2}, S32: {"s32", 4}, S64: {"s64", 8},
	U8: {"u8", 1}, U16: {"u16", 2}, U32: {"u32", 4}, U64: {"u64", 8},
	Bool: {"bool", 1}, String: {"string", 0},
	S4: {"s4", 1}, U4: {"u4", 1}, S2: {"s2", 1}, U2: {"u2", 1},
	F8E4M3FN: {"f8e4m3fn", 1}, F8E4M3FNUZ: {"f8e4m3fnuz", 1},
	F8E5M2: {"f8e5m2", 1}, F8E5M2FNUZ: {"f8e5m2fnuz", 1},
	F8E8M0: {"f8e8m0", 1}, F4E2M1: {"f4e2m1", 1},
}

// String gives the short name used in files, plans and errors: "f32", "s8".
func (d DType) String() string {
	if d >= dtypeEnd {
		return fmt.Sprintf("dtype(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Size is the number of bytes one element takes in memory; 0 for String and Invalid.
func (d DType) Size() int {
	if d >= dtypeEnd {
		return 0
	}
	return dtypes[d].size
}

// Valid reports whether d names an element type.
func (d DType) Valid() bool { return d > Invalid && d < dtypeEnd }

// IsFloat reports whether d is a floating-point type of any width.
func (d DType) IsFloat() bool {
	return d >= F32 && d <= BF16 || d >= F8E4M3FN && d <= F4E2M1
}

// IsHalf reports whether d is a 16-bit float.
func (d DType) IsHalf() bool { return d == F16 || d == BF16 }

// IsSigned reports whether d is a signed integer type.
func (d DType) IsSigned() bool { return d >= S8 && d <= S64 || d == S4 || d == S2 }

// IsUnsigned reports whether d is an unsigned integer type (Bool is not).
func (d DType) IsUnsigned() bool { return d >= U8 && d <= U64 || d == U4 || d == U2 }

// IsInteger reports whether d is an integer type.
func (d DType) IsInteger() bool { return d.IsSigned() || d.IsUnsigned() }

// ParseDType is the inverse of DType.String.
func ParseDType(s string) (DType, error) {
	for d := F32; d < dtypeEnd; d++ {
		if dtypes[d].name == s {
			return d, nil
		}
	}
	return Invalid, fmt.Errorf("tensor: unknown element type %q", s)
}
