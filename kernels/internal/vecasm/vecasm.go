// Package vecasm holds the elementwise functions, each written once as steps on
// a vector, and writes the assembly of every architecture from them. Since the
// steps are the same, with the same roundings, so are the results, bit for bit.
//
// It knows float arithmetic and instruction sets, not kernels or slices.
package vecasm

import (
	"fmt"
	"math"
	"strings"
)

// op is one operation on vectors.
type op uint8

const (
	opAdd op = iota
	opSub
	opMul
	opDiv
	opSqrt
	opFMA  // a*b + c, rounded once
	opFNMA // c - a*b, rounded once
	opMax  // of a and b; a NaN in b stays
	opMin
	opAnd // of bits
	opOr
	opXor
	opShl  // bits, by imm
	opShr  // bits, by imm, zeros come in
	opIAdd // of 32-bit integers
	opLess // all bits where a < b
	opPick // a's bits where they are set in c, else b's
)

// value is an operand: a vector that a step gave, a constant, or the scalar
// argument of the function.
type value struct {
	id   int // of the step that gave it; -1 for the input, see arg
	name string
	k    *constant
	arg  bool
}

// constant is an entry of the table all functions share.
type constant struct {
	name string
	text string // as the assembler reads it
	bits uint32
}

// macro is the constant's name in assembly, where a bare P0 or F23 would be a
// register.
func (k *constant) macro() string { return "k" + k.name }

// step computes values[id] from up to three operands.
type step struct {
	op  op
	in  []value
	imm int
	out value
}

// Function is one routine over a slice.
type Function struct {
	Name string   // symbol before the ISA: expF32
	Doc  []string // the derivation
	// Sum is set when the routine takes a scalar m and also returns the sum of
	// what it stores; lanes beyond the end then hold -Inf.
	Sum   bool
	steps []step
	x     value
	out   value
}

// builder collects the steps of a function.
type builder struct{ f *Function }

func (b builder) add1(o op, name string, imm int, in ...value) value {
	v := value{id: len(b.f.steps), name: name}
	b.f.steps = append(b.f.steps, step{o, in, imm, v})
	return v
}

func (b builder) add(name string, x, y value) value     { return b.add1(opAdd, name, 0, x, y) }
func (b builder) sub(name string, x, y value) value     { return b.add1(opSub, name, 0, x, y) }
func (b builder) mul(name string, x, y value) value     { return b.add1(opMul, name, 0, x, y) }
func (b builder) div(name string, x, y value) value     { return b.add1(opDiv, name, 0, x, y) }
func (b builder) sqrt(name string, x value) value       { return b.add1(opSqrt, name, 0, x) }
func (b builder) fma(name string, x, y, z value) value  { return b.add1(opFMA, name, 0, x, y, z) }
func (b builder) fnma(name string, x, y, z value) value { return b.add1(opFNMA, name, 0, x, y, z) }
func (b builder) max(name string, x, y value) value     { return b.add1(opMax, name, 0, x, y) }
func (b builder) min(name string, x, y value) value     { return b.add1(opMin, name, 0, x, y) }
func (b builder) and(name string, x, y value) value     { return b.add1(opAnd, name, 0, x, y) }
func (b builder) or(name string, x, y value) value      { return b.add1(opOr, name, 0, x, y) }
func (b builder) xor(name string, x, y value) value     { return b.add1(opXor, name, 0, x, y) }
func (b builder) shl(name string, x value, n int) value { return b.add1(opShl, name, n, x) }
func (b builder) shr(name string, x value, n int) value { return b.add1(opShr, name, n, x) }
func (b builder) iadd(name string, x, y value) value    { return b.add1(opIAdd, name, 0, x, y) }
func (b builder) less(name string, x, y value) value    { return b.add1(opLess, name, 0, x, y) }
func (b builder) pick(name string, where, x, y value) value {
	return b.add1(opPick, name, 0, x, y, where)
}

// poly is p[0] + x*(p[1] + x*(p[2] + ...)).
func (b builder) poly(name string, x value, p []value) value {
	n := len(p) - 1
	v := b.fma(name, p[n], x, p[n-1])
	for i := n - 2; i >= 0; i-- {
		v = b.fma(name, v, x, p[i])
	}
	return v
}

// note says what a step does, as Go.
func (s *step) note() string {
	n := make([]string, len(s.in))
	for i, v := range s.in {
		n[i] = v.name
	}
	var e string
	switch s.op {
	case opAdd:
		e = n[0] + " + " + n[1]
	case opSub:
		e = n[0] + " - " + n[1]
	case opMul:
		e = n[0] + " * " + n[1]
	case opDiv:
		e = n[0] + " / " + n[1]
	case opSqrt:
		e = "sqrt(" + n[0] + ")"
	case opFMA:
		e = n[0] + "*" + n[1] + " + " + n[2]
	case opFNMA:
		e = n[2] + " - " + n[0] + "*" + n[1]
	case opMax:
		e = "max(" + n[0] + ", " + n[1] + ")"
	case opMin:
		e = "min(" + n[0] + ", " + n[1] + ")"
	case opAnd:
		e = n[0] + " & " + n[1]
	case opOr:
		e = n[0] + " | " + n[1]
	case opXor:
		e = n[0] + " ^ " + n[1]
	case opShl:
		e = fmt.Sprintf("%s << %d", n[0], s.imm)
	case opShr:
		e = fmt.Sprintf("%s >> %d", n[0], s.imm)
	case opIAdd:
		e = "int(" + n[0] + ") + int(" + n[1] + ")"
	case opLess:
		e = n[0] + " < " + n[1]
	case opPick:
		e = n[2] + " ? " + n[0] + " : " + n[1]
	}
	return s.out.name + " = " + e
}

// table is the constants in use, in the order of their first use.
type table []*constant

// float and bits make constants; a name always means the same value.
func (t *table) float(name string, v float64) value {
	return t.entry(name, fmt.Sprintf("%.9g", v), math.Float32bits(float32(v)))
}

func (t *table) bits(name string, b uint32) value { return t.entry(name, fmt.Sprintf("%#08x", b), b) }

func (t *table) entry(name, text string, bits uint32) value {
	// The assembler takes a number without a point or an exponent for an integer.
	if !strings.ContainsAny(text, ".ex") {
		text += ".0"
	}
	for _, c := range *t {
		if c.name == name {
			if c.bits != bits {
				panic("vecasm: two values for " + name)
			}
			return value{id: -1, name: name, k: c}
		}
	}
	c := &constant{name, text, bits}
	*t = append(*t, c)
	return value{id: -1, name: name, k: c}
}

// header writes the file all the assembly files include.
func (t table) header() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", generated)
	fmt.Fprintf(&b, "// Constants, eight of each so that AVX2 can take them from memory: kNAME is the\n// offset of NAME.\n\n")
	for i, c := range t {
		fmt.Fprintf(&b, "#define %-11s %d\n", c.macro(), 32*i)
	}
	b.WriteString("\n#define EIGHT(at, v)")
	for i := range 8 {
		fmt.Fprintf(&b, " \\\n\tDATA ·unaryK<>+at+%d(SB)/4, $v", 4*i)
		if i < 7 {
			b.WriteString(";")
		}
	}
	b.WriteString("\n\n")
	for _, c := range t {
		fmt.Fprintf(&b, "EIGHT(%s, %s)\n", c.macro(), c.text)
	}
	fmt.Fprintf(&b, "GLOBL ·unaryK<>(SB), RODATA|NOPTR, $%d\n", 32*len(t))
	return b.String()
}

const generated = "// Code generated by go generate from kernels/internal/vecasm; DO NOT EDIT."
