package tensor

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Shape is a list of dimensions, outermost first. An empty Shape is a scalar.
type Shape []int

// Elems is the number of elements; 1 for a scalar.
func (s Shape) Elems() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// CheckedElems is Elems for shapes that come from outside: it refuses negative
// dimensions and products that do not fit in an int.
func (s Shape) CheckedElems() (int, error) {
	n := 1
	zero := false
	for _, d := range s {
		if d < 0 {
			return 0, fmt.Errorf("tensor: negative dimension in shape %v", s)
		}
		if d == 0 {
			zero = true
			continue
		}
		if n > math.MaxInt/d {
			return 0, fmt.Errorf("tensor: shape %v has too many elements", s)
		}
		n *= d
	}
	if zero {
		return 0, nil
	}
	return n, nil
}

// Equal reports whether both shapes have the same rank and dimensions.
func (s Shape) Equal(t Shape) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		if s[i] != t[i] {
			return false
		}
	}
	return true
}

// Clone returns a copy; never nil.
func (s Shape) Clone() Shape { return append(make(Shape, 0, len(s)), s...) }

// Strides gives the element strides of the linear (row-major) layout.
func (s Shape) Strides() []int {
	st := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// Axis maps an axis in [-rank, rank) to [0, rank).
func (s Shape) Axis(a int) (int, error) {
	if a < -len(s) || a >= len(s) {
		return 0, fmt.Errorf("axis %d out of range for rank %d", a, len(s))
	}
	if a < 0 {
		a += len(s)
	}
	return a, nil
}

// Planes splits the shape into planes x rows x columns: the last two
// dimensions form a plane; rank 2 is one plane, rank 1 one row, a scalar 1x1x1.
func (s Shape) Planes() (planes, rows, cols int) {
	planes, rows, cols = 1, 1, 1
	switch n := len(s); {
	case n == 0:
	case n == 1:
		cols = s[0]
	default:
		planes, rows, cols = s[:n-2].Elems(), s[n-2], s[n-1]
	}
	return
}

// String prints the shape as 1x3x224x224, a scalar as "scalar".
func (s Shape) String() string {
	if len(s) == 0 {
		return "scalar"
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 {
			b.WriteByte('x')
		}
		if d < 0 {
			b.WriteByte('?')
		} else {
			b.WriteString(strconv.Itoa(d))
		}
	}
	return b.String()
}

// Broadcast gives the shape both operands expand to under the multidirectional
// (numpy) rule.
func Broadcast(a, b Shape) (Shape, error) {
	n := max(len(a), len(b))
	out := make(Shape, n)
	for i := 1; i <= n; i++ {
		da, db := 1, 1
		if i <= len(a) {
			da = a[len(a)-i]
		}
		if i <= len(b) {
			db = b[len(b)-i]
		}
		switch {
		case da == db || db == 1:
			out[n-i] = da
		case da == 1:
			out[n-i] = db
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast", a, b)
		}
	}
	return out, nil
}
