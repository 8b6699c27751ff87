package plan

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String prints the plan for people and golden tests: one step a line with its
// kernel, its output, the layout and place of that output, and the reason.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "plan %s\n", p.Name)
	fmt.Fprintf(&b, "target %v, %d workers\n", p.Target.ISA, p.Target.Workers)
	fmt.Fprintf(&b, "arena %d bytes (at most %d alive at once), scratch %d a worker, shared %d, constants %d\n",
		p.ArenaBytes, p.PeakBytes, p.ScratchBytes, p.SharedBytes, p.ConstBytes)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, at := range p.Inputs {
		fmt.Fprintf(w, "in\t%s\t\t%s\n", p.Values[at].Name, p.describe(at))
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		out := ""
		for _, at := range s.Out {
			if at >= 0 {
				out = p.describe(at)
				break
			}
		}
		fmt.Fprintf(w, "%d\t%s %s\t%s\t%s\t%s\n", i, s.Node.Op, s.Node.Name, s.KernelName(), out, s.Why())
	}
	for i, at := range p.Outputs {
		fmt.Fprintf(w, "out\t%s\t\t%s\n", p.OutputNames[i], p.describe(at))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// KernelName names what runs, stages joined by " > ".
func (s *Step) KernelName() string {
	if s.Dynamic {
		return "dynamic"
	}
	name := s.Kernel.Name
	for k := s.Kernel.Next; k != nil; k = k.Next {
		name += " > " + k.Name
	}
	return name
}

// Why is the reason for the choice.
func (s *Step) Why() string {
	if s.Dynamic {
		return "shapes depend on data: compiled at run time"
	}
	if s.Alone && !s.Kernel.View {
		return s.Kernel.Why + ", too little for several workers"
	}
	return s.Kernel.Why
}

func (p *Plan) describe(at int) string {
	v := &p.Values[at]
	switch v.Place {
	case Dynamic:
		return fmt.Sprintf("%v, dynamic", v.DType)
	case Const:
		return fmt.Sprintf("%v %v, constant", v.DType, v.Shape)
	case Reference:
		return fmt.Sprintf("%v %v, by reference", v.DType, v.Shape)
	}
	s := fmt.Sprintf("%v %v, %v, @%d", v.DType, v.Shape, v.Layout, v.Offset)
	if v.Shares >= 0 {
		s += " shares " + p.Values[v.Shares].Name
	}
	return s
}
