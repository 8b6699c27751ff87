package tensor

import "math"

// minifloat describes a float format of sign, exponent and mantissa bits.
type minifloat struct {
	exp, man int
	bias     int
	max      uint16 // code of the largest finite value
	inf      uint16 // code of infinity; equal to nan when there is none
	nan      uint16
	unsigned bool // no negative zero: that code is NaN
}

// minifloats are the formats of a byte or less with a sign. F4E2M1 has neither
// infinity nor NaN: they become the largest value and negative zero.
var minifloats = [...]minifloat{
	F8E4M3FN:   {exp: 4, man: 3, bias: 7, max: 0x7e, inf: 0x7f, nan: 0x7f},
	F8E4M3FNUZ: {exp: 4, man: 3, bias: 8, max: 0x7f, inf: 0x80, nan: 0x80, unsigned: true},
	F8E5M2:     {exp: 5, man: 2, bias: 15, max: 0x7b, inf: 0x7c, nan: 0x7e},
	F8E5M2FNUZ: {exp: 5, man: 2, bias: 16, max: 0x7f, inf: 0x80, nan: 0x80, unsigned: true},
	F8E8M0:     {},
	F4E2M1:     {exp: 2, man: 1, bias: 1, max: 7, inf: 7, nan: 8},
}

var (
	binary16 = minifloat{exp: 5, man: 10, bias: 15, max: 0x7bff, inf: 0x7c00, nan: 0x7e00}
	bfloat16 = minifloat{exp: 8, man: 7, bias: 127, max: 0x7f7f, inf: 0x7f80, nan: 0x7fc0}
)

// MinifloatToF32 widens one element of a float type of a byte or less
// (F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1); exact.
func MinifloatToF32(dt DType, code uint8) float32 {
	if dt == F8E8M0 {
		switch code {
		case 0xff:
			return float32(math.NaN())
		case 0:
			return math.Float32frombits(1 << 22)
		}
		return math.Float32frombits(uint32(code) << 23)
	}
	f := &minifloats[dt]
	signBit := uint8(1) << (f.exp + f.man)
	if f.unsigned && code == signBit {
		return float32(math.NaN())
	}
	mag := uint16(code & (signBit - 1))
	var v float32
	switch {
	case mag > f.max && mag == f.inf && f.inf != f.nan:
		v = float32(math.Inf(1))
	case mag > f.max:
		v = float32(math.NaN())
	default:
		e, m := int(mag)>>f.man, uint32(mag)&(1<<f.man-1)
		if e == 0 {
			v = float32(m) * math.Float32frombits(uint32(127+1-f.bias-f.man)<<23)
		} else {
			v = math.Float32frombits(uint32(e-f.bias+127)<<23 | m<<(23-f.man))
		}
	}
	if code&signBit != 0 {
		return -v
	}
	return v
}

// F64ToMinifloat rounds to nearest even into a float type of a byte or less
// other than F8E8M0. Beyond the largest value it gives that value when saturate
// is set (for F4E2M1 always), else infinity, or NaN in formats without infinity.
func F64ToMinifloat(dt DType, v float64, saturate bool) uint8 {
	f := &minifloats[dt]
	return uint8(f.encode(v, saturate || dt == F4E2M1))
}

// F64ToHalf rounds once, to nearest even, into F16 or BF16.
func F64ToHalf(dt DType, v float64) uint16 {
	if dt == BF16 {
		return bfloat16.encode(v, false)
	}
	return binary16.encode(v, false)
}

func (f *minifloat) encode(v float64, saturate bool) uint16 {
	sign := uint16(math.Float64bits(v)>>63) << (f.exp + f.man)
	if v != v {
		if f.unsigned {
			return f.nan
		}
		return sign | f.nan
	}
	a := math.Abs(v)
	mag := uint32(f.max) + 1
	if a == 0 {
		mag = 0
	} else if !math.IsInf(a, 0) {
		e := max(math.Ilogb(a), 1-f.bias)
		if e <= f.bias+1 {
			r := math.RoundToEven(math.Ldexp(a, f.man-e))
			mag = uint32(e+f.bias-1)<<f.man + uint32(r)
		}
	}
	if mag > uint32(f.max) {
		switch {
		case saturate:
			mag = uint32(f.max)
		case f.unsigned:
			return f.nan
		default:
			mag = uint32(f.inf)
		}
	}
	if mag == 0 && f.unsigned {
		return 0
	}
	return sign | uint16(mag)
}

// ScaleRound says how a value between two powers of two becomes F8E8M0.
type ScaleRound uint8

// The ways to round to a power of two.
const (
	ScaleUp      ScaleRound = iota // to the larger
	ScaleDown                      // to the smaller
	ScaleNearest                   // to the nearer; the larger when in the middle
)

// F64ToScale rounds |v| to a power of two, the value of an F8E8M0. Beyond the
// largest it gives that when saturate is set, else NaN; infinity and NaN give
// NaN, zero the smallest.
func F64ToScale(v float64, round ScaleRound, saturate bool) uint8 {
	a := math.Abs(v)
	if a != a || math.IsInf(a, 0) {
		return 0xff
	}
	if a < math.Ldexp(1, -127) {
		return 0
	}
	frac, e := math.Frexp(a) // a = frac * 2**e, 1/2 <= frac < 1
	e--
	switch round {
	case ScaleUp:
		if frac > 0.5 {
			e++
		}
	case ScaleNearest:
		if frac >= 0.75 {
			e++
		}
	}
	if e > 127 {
		if saturate {
			return 0xfe
		}
		return 0xff
	}
	return uint8(e + 127)
}
