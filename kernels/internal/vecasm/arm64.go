package vecasm

import (
	"fmt"
	"strings"
)

// neon has 32 registers of 4 lanes, named by number: 28 holds the sum, 29 the
// argument, 30 and 31 constants. A partial block goes through the stack.
type neon struct{}

func (neon) accumulates() bool                 { return true }
func (neon) registers(bool) int                { return 28 }
func (neon) widest() int                       { return 4 }
func (neon) argument() string                  { return "29" }
func (neon) memory(k *constant) (string, bool) { return "", false }
func (neon) reg(i int) string                  { return fmt.Sprint(i) }

func (neon) copy(d, s string) string { return fmt.Sprintf("VMOV V%s.B16, V%s.B16", s, d) }

func (neon) constant(k *constant, i int) (string, string) {
	r := fmt.Sprint(30 + i)
	return r, neon{}.load(k, r)
}

func (neon) load(k *constant, r string) string { return fmt.Sprintf("FMOVQ %s(R4), F%s", k.macro(), r) }

func (m neon) step(o op, imm int, d string, in []string, at int) string {
	macro := map[op]string{opAdd: "FADD_4S", opSub: "FSUB_4S", opMul: "FMUL_4S", opDiv: "FDIV_4S", opMax: "FMAX_4S", opMin: "FMIN_4S"}
	bits := map[op]string{opAnd: "VAND", opOr: "VORR", opXor: "VEOR"}
	switch o {
	case opSqrt:
		return fmt.Sprintf("FSQRT_4S(%s, %s)", d, in[0])
	case opShl:
		return fmt.Sprintf("VSHL $%d, V%s.S4, V%s.S4", imm, in[0], d)
	case opShr:
		return fmt.Sprintf("VUSHR $%d, V%s.S4, V%s.S4", imm, in[0], d)
	case opIAdd:
		return fmt.Sprintf("VADD V%s.S4, V%s.S4, V%s.S4", in[1], in[0], d)
	case opAnd, opOr, opXor:
		return fmt.Sprintf("%s V%s.B16, V%s.B16, V%s.B16", bits[o], in[1], in[0], d)
	case opLess:
		return fmt.Sprintf("FCMGT_4S(%s, %s, %s)", d, in[1], in[0])
	case opPick:
		return fmt.Sprintf("VBSL V%s.B16, V%s.B16, V%s.B16", in[1], in[0], d)
	case opFMA, opFNMA:
		name := "FMLA_4S"
		if o == opFNMA {
			name = "FMLS_4S"
		}
		return fmt.Sprintf("%s(%s, %s, %s)", name, d, in[0], in[1])
	}
	return fmt.Sprintf("%s(%s, %s, %s)", macro[o], d, in[0], in[1])
}

func (neon) file() (string, string) {
	return "unary_f32_neon_arm64.s", generated + `

//go:build !purego

#include "textflag.h"
#include "a64_neon.h"
#include "unary_f32.h"

// unary_f32 and softmax_f32 for NEON. A line does a step on every vector of a
// block, the note at its right says which; R4 is the table of constants. The
// last block is a partial one: its elements go to a block on the stack and back
// from there.

// COPY moves R7 < 16 elements from R8 to R9.
#define COPY(four, ones, one, end) \
four: \
	SUBS    $4, R7; \
	BLT     ones; \
	FMOVQ.P 16(R8), F30; \
	FMOVQ.P F30, 16(R9); \
	B       four; \
ones: \
	ADDS    $4, R7; \
	BEQ     end; \
one: \
	FMOVS.P 4(R8), F30; \
	FMOVS.P F30, 4(R9); \
	SUBS    $1, R7; \
	BNE     one; \
end:
`
}

func (neon) frame(f *Function, width int, x, y []string, body []string) string {
	var l []string
	add := func(s ...string) { l = append(l, s...) }
	code := func(s ...string) {
		for _, s := range s {
			l = append(l, plain(s))
		}
	}
	list := func(r []string) string {
		var n []string
		for _, r := range r {
			n = append(n, "V"+r+".S4")
		}
		return "[" + strings.Join(n, ", ") + "]"
	}
	block, bytes := 4*width, 16*width
	code("MOVD dst_base+0(FP), R0", "MOVD dst_len+8(FP), R1", "MOVD a_base+24(FP), R2", "MOVD $·unaryK<>(SB), R4", "MOVD ZR, R5")
	if f.Sum {
		code("VEOR V28.B16, V28.B16, V28.B16", "FMOVS m+48(FP), F29", "VDUP V29.S[0], V29.S4")
	}
	code(fmt.Sprintf("SUBS $%d, R1", block), "BLT last")
	add("", "loop:")
	code(fmt.Sprintf("VLD1.P %d(R2), %s", bytes, list(x)))
	add(body...)
	code(fmt.Sprintf("VST1.P %s, %d(R0)", list(y), bytes))
	if f.Sum {
		for _, r := range y {
			code(fmt.Sprintf("FADD_4S(28, 28, %s)", r))
		}
	}
	code(fmt.Sprintf("SUBS $%d, R1", block), "BGE loop")
	add("", "last:")
	code(fmt.Sprintf("ADDS $%d, R1", block), "BEQ done")
	code("MOVD R1, R5\x00R5 elements are on the stack, to go to R6", "MOVD R0, R6")
	if f.Sum {
		code("FMOVQ kMINF(R4), F30")
	} else {
		code("VEOR V30.B16, V30.B16, V30.B16")
	}
	code(fmt.Sprintf("MOVD $block-%d(SP), R0", bytes))
	for i := range width {
		code(fmt.Sprintf("FMOVQ F30, %d(R0)", 16*i))
	}
	code("MOVD R0, R9", "MOVD R2, R8", "MOVD R5, R7", "COPY(in, inOnes, inOne, inEnd)", "MOVD R0, R2", "MOVD ZR, R1", "B loop")
	add("", "done:")
	code("CBZ R5, out", fmt.Sprintf("MOVD $block-%d(SP), R8", bytes), "MOVD R6, R9", "MOVD R5, R7", "COPY(back, backOnes, backOne, backEnd)")
	add("", "out:")
	if f.Sum {
		code("FADDP_4S(28, 28, 28)", "FADDP_4S(28, 28, 28)", "FMOVS F28, ret+56(FP)")
	}
	code("RET")
	text, size := comment(f, "NEON")
	return fmt.Sprintf("%sTEXT ·%sNEON(SB), NOSPLIT, $%d-%s\n", text, f.Name, bytes, size) + layout(l)
}
