package tensor

import "fmt"

// Layout is where the elements of a value lie in its buffer. The zero Layout is
// linear: row-major without gaps.
//
// A pitched layout serves values of rank 3 and more whose last two dimensions
// form planes (N C H W: one plane per n and c):
//
//	          |<------------- RowPitch -------------->|
//	plane  -> +---------------------------------------+ \
//	          | Top rows of halo                      | |
//	          |------+-------------------+------------| |
//	          | Left |   W elements      | right halo | | PlanePitch elements
//	          |      |   (H rows)        | and gap    | |
//	          |------+-------------------+------------| |
//	          | bottom halo, gap                      | |
//	          +---------------------------------------+ /
//
// The halo (everything of a plane that is not an element, as far as Bottom and
// Right reach) reads as zero while the value is alive: the executor clears it
// once the producing step has run, so producers may write into it freely.
// The gap beyond the halo holds anything.
type Layout struct {
	RowPitch                 int // elements from one row to the next
	PlanePitch               int // elements from one plane to the next
	Top, Left, Bottom, Right int // halo, in rows and columns
}

// Linear reports whether the layout has neither gaps nor halo for shape s.
func (l Layout) Linear(s Shape) bool {
	if l == (Layout{}) {
		return true
	}
	_, h, w := s.Planes()
	return l.Top|l.Left|l.Bottom|l.Right == 0 && l.RowPitch == w && l.PlanePitch == h*w
}

// For gives the explicit form of l for shape s: pitches are set also when l is
// the zero (linear) layout.
func (l Layout) For(s Shape) Layout {
	if l != (Layout{}) {
		return l
	}
	_, h, w := s.Planes()
	return Layout{RowPitch: w, PlanePitch: h * w}
}

// HasHalo reports whether any side has a halo.
func (l Layout) HasHalo() bool { return l.Top|l.Left|l.Bottom|l.Right != 0 }

// Origin is the index of element (0, 0) within a plane.
func (l Layout) Origin() int { return l.Top*l.RowPitch + l.Left }

// Elems is the number of elements the buffer needs for shape s, gaps and halo
// included.
func (l Layout) Elems(s Shape) int {
	if l == (Layout{}) {
		return s.Elems()
	}
	p, _, _ := s.Planes()
	return p * l.PlanePitch
}

// Check refuses a layout that cannot hold shape s.
func (l Layout) Check(s Shape) error {
	if l == (Layout{}) {
		return nil
	}
	_, h, w := s.Planes()
	if len(s) < 3 {
		return fmt.Errorf("tensor: shape %v is too flat for a pitched layout", s)
	}
	if min(l.Top, l.Left, l.Bottom, l.Right) < 0 || l.RowPitch < l.Left+w+l.Right ||
		l.PlanePitch < (l.Top+h+l.Bottom-1)*l.RowPitch+l.Left+w+l.Right {
		return fmt.Errorf("tensor: layout %v is too small for shape %v", l, s)
	}
	return nil
}

// String prints "linear" or the pitches and the halo.
func (l Layout) String() string {
	if l == (Layout{}) {
		return "linear"
	}
	s := fmt.Sprintf("row %d plane %d", l.RowPitch, l.PlanePitch)
	if l.HasHalo() {
		s += fmt.Sprintf(" halo %d,%d,%d,%d", l.Top, l.Left, l.Bottom, l.Right)
	}
	return s
}
