package vecasm

import (
	"fmt"
	"strings"
)

// machine is an instruction set: how a step on one register looks.
type machine interface {
	// registers is how many there are for values, beside the reserved ones.
	registers(sum bool) int
	// widest is the most vectors in a block; small results are rows of a product.
	widest() int
	// constant loads a constant into reserved register number i, 0 or 1, and
	// gives its name.
	constant(k *constant, i int) (reg, line string)
	load(k *constant, reg string) string
	// argument is the register that holds the scalar argument.
	argument() string
	// memory gives a constant as the last source operand of an instruction, and
	// false when the machine has no such operands.
	memory(k *constant) (string, bool)
	reg(i int) string
	copy(dst, src string) string
	// step writes d = op(in...). For opFMA and opFNMA d is in[at]; for opPick d
	// is the mask.
	step(o op, imm int, d string, in []string, at int) string
	// accumulates says that a fused step always adds to its destination.
	accumulates() bool
	// frame writes the routine around the body: load the vectors of a block into
	// x, do the lines, store the vectors of y.
	frame(f *Function, width int, x, y []string, body []string) string
	// file gives the name of the file and what comes before the routines.
	file() (name, head string)
}

// routine writes a function for a machine. Blocks are as many vectors wide as
// the registers and the machine allow, so that latencies overlap.
func routine(m machine, f *Function) string {
	for width := m.widest(); ; width-- {
		if a := allocate(f, m.registers(f.Sum)/width, m.accumulates()); a != nil {
			x, y := make([]string, width), make([]string, width)
			for i := range width {
				x[i], y[i] = m.reg(a.x*width+i), m.reg(a.of[f.out.id]*width+i)
			}
			return m.frame(f, width, x, y, body(m, f, a, width))
		}
	}
}

// allocation gives every value a group of registers.
type allocation struct {
	x  int   // group of the input
	of []int // group of each step's value
	at []int // operand of the step whose group the value takes over, or -1
}

// allocate places the values of f in n groups, or gives nil. Any machine can
// use the result: a value takes over the group of an operand only where the
// operand ends there.
func allocate(f *Function, n int, accumulates bool) *allocation {
	last := make([]int, len(f.steps))
	lastX := -1
	for i := range last {
		last[i] = i
	}
	for i, s := range f.steps {
		for _, v := range s.in {
			switch {
			case v.k != nil || v.arg:
			case v.id < 0:
				lastX = i
			default:
				last[v.id] = i
			}
		}
	}
	last[f.out.id] = len(f.steps)
	free := make([]bool, n)
	for i := range free {
		free[i] = i > 0
	}
	take := func() int {
		for i, ok := range free {
			if ok {
				free[i] = false
				return i
			}
		}
		return -1
	}
	a := &allocation{of: make([]int, len(f.steps)), at: make([]int, len(f.steps))}
	group := func(v value) int {
		if v.id < 0 {
			return a.x
		}
		return a.of[v.id]
	}
	ends := func(v value, i int) bool {
		if v.k != nil || v.arg {
			return false
		}
		if v.id < 0 {
			return lastX == i
		}
		return last[v.id] == i
	}
	for i, s := range f.steps {
		a.at[i] = -1
		// The addend of a fused step and the mask of a pick first: their
		// instructions need it in the destination.
		for j := len(s.in) - 1; j >= 0; j-- {
			if ends(s.in[j], i) {
				a.at[i] = j
				break
			}
			if accumulates && (s.op == opFMA || s.op == opFNMA) {
				break
			}
		}
		if a.at[i] >= 0 {
			a.of[i] = group(s.in[a.at[i]])
		} else if a.of[i] = take(); a.of[i] < 0 {
			return nil
		}
		for j, v := range s.in {
			if j != a.at[i] && ends(v, i) && group(v) != a.of[i] {
				free[group(v)] = true
			}
		}
	}
	return a
}

// body writes the steps: each a line with one instruction per vector, and what
// it means at its right.
func body(m machine, f *Function, a *allocation, width int) []string {
	var out []string
	line := func(note string, ins ...string) {
		out = append(out, strings.Join(ins, "; ")+"\x00"+note)
	}
	for i := range f.steps {
		s := &f.steps[i]
		in := make([]func(lane int) string, len(s.in))
		temps := 0
		load := func(k *constant) string {
			r, l := m.constant(k, temps)
			temps++
			line(fmt.Sprintf("%s: %s", k.name, k.text), l)
			return r
		}
		fused := s.op == opFMA || s.op == opFNMA
		// Which operand may come from memory: the last source, or any one factor or
		// addend of a fused step whose destination is another operand.
		mem := -1
		for j := len(s.in) - 1; j >= 0; j-- {
			v := s.in[j]
			if v.k == nil {
				continue
			}
			if _, ok := m.memory(v.k); !ok {
				continue
			}
			if fused || j == 1 || j == 0 && commutes(s.op) && s.in[1].k == nil {
				mem = j
				break
			}
		}
		at := a.at[i]
		if fused && at < 0 {
			at = 2 // copy the addend, or load it, into the new group
			if mem == 2 {
				mem = -1
			}
		}
		for j, v := range s.in {
			switch {
			case v.k != nil && j == mem:
				t, _ := m.memory(v.k)
				in[j] = func(int) string { return t }
			case v.k != nil && j == 2 && fused && a.at[i] < 0:
				in[j] = nil // goes straight to the destination
			case v.k != nil:
				r := load(v.k)
				in[j] = func(int) string { return r }
			case v.arg:
				in[j] = func(int) string { return m.argument() }
			default:
				g := a.x
				if v.id >= 0 {
					g = a.of[v.id]
				}
				in[j] = func(lane int) string { return m.reg(g*width + lane) }
			}
		}
		var ins, copies []string
		for lane := range width {
			d := m.reg(a.of[i]*width + lane)
			ops := make([]string, len(in))
			for j := range in {
				if in[j] != nil {
					ops[j] = in[j](lane)
				}
			}
			if fused && a.at[i] < 0 {
				if k := s.in[2].k; k != nil {
					copies = append(copies, m.load(k, d))
				} else {
					copies = append(copies, m.copy(d, ops[2]))
				}
				ops[2] = d
			}
			if s.op == opPick && a.at[i] != 2 {
				panic("vecasm: the mask of a pick must end there")
			}
			ins = append(ins, m.step(s.op, s.imm, d, ops, at))
		}
		if k := s.in[len(s.in)-1].k; copies != nil && k != nil {
			line(fmt.Sprintf("%s: %s", k.name, k.text), copies...)
		} else if copies != nil {
			line("", copies...)
		}
		line(s.note(), ins...)
	}
	return out
}

func commutes(o op) bool {
	switch o {
	case opAdd, opMul, opAnd, opOr, opXor, opIAdd:
		return true
	}
	return false
}

// plain is a line without a note, unless it has one.
func plain(code string) string {
	if strings.Contains(code, "\x00") {
		return code
	}
	return code + "\x00"
}

// layout puts the notes of lines in a column; several instructions of a line
// each keep their own column too.
func layout(lines []string) string {
	cols := []int{}
	for _, l := range lines {
		code, note, noted := strings.Cut(l, "\x00")
		if !noted || note == "" && !strings.Contains(code, ";") {
			continue
		}
		for i, p := range strings.Split(code, "; ") {
			if i == len(cols) {
				cols = append(cols, 0)
			}
			cols[i] = max(cols[i], len(p))
		}
	}
	var b strings.Builder
	for _, l := range lines {
		code, note, noted := strings.Cut(l, "\x00")
		if !noted {
			b.WriteString(l + "\n")
			continue
		}
		b.WriteString("\t")
		parts := strings.Split(code, "; ")
		at := 0
		for i, p := range parts {
			if i+1 < len(parts) {
				p += ";"
			}
			b.WriteString(p)
			at += len(p)
			if i+1 < len(parts) {
				pad := cols[i] + 2 - len(p)
				b.WriteString(strings.Repeat(" ", pad))
				at += pad
			}
		}
		if note != "" {
			width := 0
			for _, c := range cols {
				width += c + 2
			}
			b.WriteString(strings.Repeat(" ", max(width-at, 1)) + "// " + note)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// File is a generated file.
type File struct{ Name, Text string }

// Files gives everything go generate writes.
func Files() []File {
	all, l := Functions()
	var out []File
	for _, m := range []machine{avx512{}, avx2{}, neon{}} {
		name, head := m.file()
		var b strings.Builder
		b.WriteString(head)
		for _, f := range all {
			b.WriteString("\n" + routine(m, f))
		}
		out = append(out, File{name, b.String()})
	}
	return append(out, File{"unary_f32.h", l.header()})
}

// comment is the text above a routine, and the size of its arguments.
func comment(f *Function, isa string) (text, size string) {
	var b strings.Builder
	sig := "(dst, a []float32)"
	size = "48"
	if f.Sum {
		sig, size = "(dst, a []float32, m float32) float32", "60"
	}
	fmt.Fprintf(&b, "// func %s%s%s\n", f.Name, isa, sig)
	for i, d := range f.Doc {
		if i == 0 {
			b.WriteString("//\n")
		}
		b.WriteString("// " + d + "\n")
	}
	return b.String(), size
}
