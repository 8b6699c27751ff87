package ops

import (
	"math"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// castString converts from or to strings. Floats print the shortest literal
// that reads back as the same value, with an exponent from 1e16 and below 1e-4.
func castString(c *CompileCtx, opt castOptions) *Kernel {
	from, to := c.In[0].DType, c.Out[0].DType
	n := c.Out[0].Shape.Elems()
	errorf := c.Errorf
	return &Kernel{Name: from.String() + " to " + to.String(), Why: "strings", Run: func(c *Call, lo, hi int) error {
		src, dst := c.In[0], c.Out[0]
		var f [1]float64
		var v [1]int64
		for i := range n {
			switch {
			case from == to:
				dst.Strings[i] = src.Strings[i]
			case from == tensor.String && to.IsInteger():
				x, err := parseInt(src.Strings[i])
				if err != nil {
					return errorf("%w", err)
				}
				v[0] = x
				writeInts(dst, i, v[:], opt)
			case from == tensor.String:
				x, err := strconv.ParseFloat(strings.TrimSpace(src.Strings[i]), 64)
				if err != nil && !math.IsInf(x, 0) {
					return errorf("%q is not a number", src.Strings[i])
				}
				f[0] = x
				writeFloats(dst, i, f[:], opt)
			case from == tensor.Bool:
				dst.Strings[i] = "False"
				if src.Data[i] != 0 {
					dst.Strings[i] = "True"
				}
			case from == tensor.U64:
				dst.Strings[i] = strconv.FormatUint(tensor.As[uint64](src)[i], 10)
			case from.IsInteger():
				readInts(v[:], src, i)
				dst.Strings[i] = strconv.FormatInt(v[0], 10)
			default:
				readFloats(f[:], src, i)
				dst.Strings[i] = formatFloat(f[0], from)
			}
		}
		return nil
	}}
}

func parseInt(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v, nil
	}
	if v, err := strconv.ParseUint(s, 10, 64); err == nil {
		return int64(v), nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, err
	}
	return floatToInt[int64](v), nil
}

func formatFloat(v float64, dt tensor.DType) string {
	switch {
	case v != v:
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	bits := 32
	if dt == tensor.F64 {
		bits = 64
	}
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(v, 'e', -1, bits)
	}
	s := strconv.FormatFloat(v, 'f', -1, bits)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
