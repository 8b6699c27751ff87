package vecasm

import (
	"fmt"
	"strings"
)

// x86 is what AVX2 and AVX-512 share. In Go's order the destination is last and
// the last source, which may be memory, first.
type x86 struct {
	letter string // of the registers
	bcast  string // suffix of an instruction whose memory operand is one element
}

func (x x86) accumulates() bool { return false }

func (x x86) memory(k *constant) (string, bool) { return "K(" + k.macro() + ")", true }

func (x x86) reg(i int) string { return fmt.Sprintf("%s%d", x.letter, i) }

func (x x86) copy(d, s string) string { return fmt.Sprintf("VMOVAPS %s, %s", s, d) }

func (x x86) step(o op, imm int, d string, in []string, at int) string {
	// ins writes an instruction; src is its last source.
	ins := func(name, src string, rest ...string) string {
		if strings.HasPrefix(src, "K(") {
			name += x.bcast
		}
		return name + " " + strings.Join(append([]string{src}, rest...), ", ")
	}
	plain := map[op]string{opAdd: "VADDPS", opSub: "VSUBPS", opMul: "VMULPS", opDiv: "VDIVPS", opMax: "VMAXPS", opMin: "VMINPS",
		opAnd: "VANDPS", opOr: "VORPS", opXor: "VXORPS", opIAdd: "VPADDD"}
	switch o {
	case opSqrt:
		return ins("VSQRTPS", in[0], d)
	case opShl:
		return fmt.Sprintf("VPSLLD $%d, %s, %s", imm, in[0], d)
	case opShr:
		return fmt.Sprintf("VPSRLD $%d, %s, %s", imm, in[0], d)
	case opFMA, opFNMA:
		name := "VFMADD"
		if o == opFNMA {
			name = "VFNMADD"
		}
		factor := 1 - at // the factor that is not the destination
		switch {
		case at == 2 && strings.HasPrefix(in[0], "K("):
			return ins(name+"231PS", in[0], in[1], d)
		case at == 2:
			return ins(name+"231PS", in[1], in[0], d)
		case strings.HasPrefix(in[factor], "K("):
			return ins(name+"132PS", in[factor], in[2], d)
		default:
			return ins(name+"213PS", in[2], in[factor], d)
		}
	}
	a, b := in[0], in[1]
	if strings.HasPrefix(a, "K(") {
		a, b = b, a
	}
	return ins(plain[o], b, a, d)
}

// head writes what comes before the first instruction.
func (x x86) head(f *Function, isa string, frame int) string {
	text, size := comment(f, isa)
	return fmt.Sprintf("%sTEXT ·%s%s(SB), NOSPLIT, $%d-%s\n", text, f.Name, isa, frame, size)
}

// x86Sum adds registers to a sum, in pairs to keep the chain short.
func x86Sum(y []string, sum string) []string {
	var l []string
	for n := len(y); n > 1; n = (n + 1) / 2 {
		for i := range n / 2 {
			l = append(l, fmt.Sprintf("VADDPS %s, %s, %s", y[n-1-i], y[i], y[i]))
		}
	}
	return append(l, fmt.Sprintf("VADDPS %s, %s, %s", y[0], sum, sum))
}

// avx512 has 32 registers of 16 lanes: Z28 holds the sum, Z29 the argument, Z30
// and Z31 constants. Partial blocks go under the masks K1 to K4.
type avx512 struct{}

var z = x86{"Z", ".BCST"}

func (avx512) accumulates() bool                 { return false }
func (avx512) registers(bool) int                { return 28 }
func (avx512) widest() int                       { return 4 }
func (avx512) argument() string                  { return "Z29" }
func (avx512) memory(k *constant) (string, bool) { return z.memory(k) }
func (avx512) reg(i int) string                  { return z.reg(i) }
func (avx512) copy(d, s string) string           { return z.copy(d, s) }

func (avx512) constant(k *constant, i int) (string, string) {
	r := fmt.Sprintf("Z%d", 30+i)
	return r, avx512{}.load(k, r)
}

func (avx512) load(k *constant, r string) string {
	return fmt.Sprintf("VBROADCASTSS K(%s), %s", k.macro(), r)
}

func (avx512) step(o op, imm int, d string, in []string, at int) string {
	switch o {
	case opLess:
		name := "VCMPPS"
		if strings.HasPrefix(in[1], "K(") {
			name += ".BCST"
		}
		return fmt.Sprintf("%s $1, %s, %s, K5; VPMOVM2D K5, %s", name, in[1], in[0], d)
	case opPick:
		return fmt.Sprintf("VPTERNLOGD $0xca, %s, %s, %s", in[1], in[0], d)
	}
	return z.step(o, imm, d, in, at)
}

func (avx512) file() (string, string) {
	return "unary_f32_avx512_amd64.s", generated + `

//go:build !purego

#include "textflag.h"
#include "unary_f32.h"

// unary_f32 and softmax_f32 for AVX-512. A line does a step on every vector of
// a block, the note at its right says which. The last block is a partial one:
// its vectors are loaded and stored under the masks K1 to K4.

#define K(name) ·unaryK<>+name(SB)

// K1 to K4 = the low CX lanes of a block of at most 64.
#define MASKS \
	MOVQ  $-1, AX; \
	MOVQ  $64, BX; \
	SUBQ  CX, BX; \
	XCHGQ BX, CX; \
	SHRQ  CX, AX; \
	KMOVW AX, K1; \
	SHRQ  $16, AX; \
	KMOVW AX, K2; \
	SHRQ  $16, AX; \
	KMOVW AX, K3; \
	SHRQ  $16, AX; \
	KMOVW AX, K4
`
}

func (avx512) frame(f *Function, width int, x, y []string, body []string) string {
	var l []string
	add := func(s ...string) { l = append(l, s...) }
	code := func(s ...string) {
		for _, s := range s {
			l = append(l, plain(s))
		}
	}
	code("MOVQ dst_base+0(FP), DI", "MOVQ dst_len+8(FP), DX", "MOVQ a_base+24(FP), SI")
	if f.Sum {
		code("VXORPS Z28, Z28, Z28", "VBROADCASTSS m+48(FP), Z29")
	}
	block := 16 * width
	code("KXNORW K1, K1, K1", "KXNORW K1, K1, K2", "KXNORW K1, K1, K3", "KXNORW K1, K1, K4",
		fmt.Sprintf("SUBQ $%d, DX", block), "JL last")
	add("", "loop:")
	for i, r := range x {
		if f.Sum {
			code(fmt.Sprintf("VBROADCASTSS K(kMINF), %s", r), fmt.Sprintf("VMOVUPS %d(SI), K%d, %s", 64*i, i+1, r))
		} else {
			code(fmt.Sprintf("VMOVUPS.Z %d(SI), K%d, %s", 64*i, i+1, r))
		}
	}
	add(body...)
	for i, r := range y {
		code(fmt.Sprintf("VMOVUPS %s, K%d, %d(DI)", r, i+1, 64*i))
	}
	if f.Sum {
		code(x86Sum(y, "Z28")...)
	}
	code(fmt.Sprintf("ADDQ $%d, SI", 64*width), fmt.Sprintf("ADDQ $%d, DI", 64*width), fmt.Sprintf("SUBQ $%d, DX", block), "JGE loop")
	add("", "last:")
	code(fmt.Sprintf("ADDQ $%d, DX", block), "JLE done", "MOVQ DX, CX", "MASKS", "XORQ DX, DX", "JMP loop")
	add("", "done:")
	if f.Sum {
		code("VEXTRACTF64X4 $1, Z28, Y0", "VADDPS Y0, Y28, Y0", "VEXTRACTF128 $1, Y0, X1", "VADDPS X1, X0, X0",
			"VPERMILPS $0x4e, X0, X1", "VADDPS X1, X0, X0", "VPERMILPS $0xb1, X0, X1", "VADDSS X1, X0, X0", "VMOVSS X0, ret+56(FP)")
	}
	code("VZEROUPPER", "RET")
	return z.head(f, "AVX512", 0) + layout(l)
}

// avx2 has 16 registers of 8 lanes: Y12 holds the sum, Y13 the argument, Y14
// and Y15 constants. A partial block goes through the stack.
type avx2 struct{}

var ymm = x86{"Y", ""}

func (avx2) accumulates() bool { return false }
func (avx2) registers(sum bool) int {
	if sum {
		return 12
	}
	return 14
}

func (avx2) widest() int                       { return 2 }
func (avx2) argument() string                  { return "Y13" }
func (avx2) memory(k *constant) (string, bool) { return ymm.memory(k) }
func (avx2) reg(i int) string                  { return ymm.reg(i) }
func (avx2) copy(d, s string) string           { return ymm.copy(d, s) }

func (avx2) constant(k *constant, i int) (string, string) {
	r := fmt.Sprintf("Y%d", 14+i)
	return r, avx2{}.load(k, r)
}

func (avx2) load(k *constant, r string) string { return fmt.Sprintf("VMOVUPS K(%s), %s", k.macro(), r) }

func (avx2) step(o op, imm int, d string, in []string, at int) string {
	switch o {
	case opLess:
		return fmt.Sprintf("VCMPPS $1, %s, %s, %s", in[1], in[0], d)
	case opPick:
		return fmt.Sprintf("VBLENDVPS %s, %s, %s, %s", d, in[0], in[1], d)
	}
	return ymm.step(o, imm, d, in, at)
}

func (avx2) file() (string, string) {
	return "unary_f32_avx2_amd64.s", generated + `

//go:build !purego

#include "textflag.h"
#include "unary_f32.h"

// unary_f32 and softmax_f32 for AVX2 and FMA. A line does a step on every
// vector of a block, the note at its right says which. The last block is a
// partial one: its elements go to a block on the stack and back from there.

#define K(name) ·unaryK<>+name(SB)

// Eight ones, then eight zeros: n lanes are on from byte 32-4*n.
DATA ·unaryLanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·unaryLanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·unaryLanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·unaryLanes<>+24(SB)/8, $0xffffffffffffffff
GLOBL ·unaryLanes<>(SB), RODATA|NOPTR, $64

// COPY moves CX < 32 elements from AX to BX: whole vectors, then one under the
// mask Y15.
#define COPY(again, rest) \
again: \
	SUBQ       $8, CX; \
	JL         rest; \
	VMOVUPS    (AX), Y14; \
	VMOVUPS    Y14, (BX); \
	ADDQ       $32, AX; \
	ADDQ       $32, BX; \
	JMP        again; \
rest: \
	ADDQ       $8, CX; \
	NEGQ       CX; \
	LEAQ       ·unaryLanes<>+32(SB), R8; \
	VMOVUPS    (R8)(CX*4), Y15; \
	VMASKMOVPS (AX), Y15, Y14; \
	VMASKMOVPS Y14, Y15, (BX)
`
}

func (avx2) frame(f *Function, width int, x, y []string, body []string) string {
	var l []string
	add := func(s ...string) { l = append(l, s...) }
	code := func(s ...string) {
		for _, s := range s {
			l = append(l, plain(s))
		}
	}
	block := 8 * width
	code("MOVQ dst_base+0(FP), DI", "MOVQ dst_len+8(FP), DX", "MOVQ a_base+24(FP), SI", "XORQ R9, R9")
	if f.Sum {
		code("VXORPS Y12, Y12, Y12", "VBROADCASTSS m+48(FP), Y13")
	}
	code(fmt.Sprintf("SUBQ $%d, DX", block), "JL last")
	add("", "loop:")
	for i, r := range x {
		code(fmt.Sprintf("VMOVUPS %d(SI), %s", 32*i, r))
	}
	add(body...)
	for i, r := range y {
		code(fmt.Sprintf("VMOVUPS %s, %d(DI)", r, 32*i))
	}
	if f.Sum {
		code(x86Sum(y, "Y12")...)
	}
	code(fmt.Sprintf("ADDQ $%d, SI", 32*width), fmt.Sprintf("ADDQ $%d, DI", 32*width), fmt.Sprintf("SUBQ $%d, DX", block), "JGE loop")
	add("", "last:")
	code(fmt.Sprintf("ADDQ $%d, DX", block), "JLE done")
	code("MOVQ DX, R9\x00R9 elements are on the stack, to go to R10", "MOVQ DI, R10")
	pad := "VXORPS Y14, Y14, Y14"
	if f.Sum {
		pad = "VMOVUPS K(kMINF), Y14"
	}
	code(pad)
	for i := range width {
		code(fmt.Sprintf("VMOVUPS Y14, block-%d(SP)", 32*(width-i)))
	}
	code(fmt.Sprintf("LEAQ block-%d(SP), BX", 32*width), "MOVQ SI, AX", "MOVQ R9, CX", "COPY(in, inRest)",
		fmt.Sprintf("LEAQ block-%d(SP), SI", 32*width), "MOVQ SI, DI", "XORQ DX, DX", "JMP loop")
	add("", "done:")
	code("MOVQ R9, CX", "TESTQ CX, CX", "JZ out", fmt.Sprintf("LEAQ block-%d(SP), AX", 32*width), "MOVQ R10, BX", "COPY(back, backRest)")
	add("", "out:")
	if f.Sum {
		code("VEXTRACTF128 $1, Y12, X1", "VADDPS X1, X12, X0",
			"VPERMILPS $0x4e, X0, X1", "VADDPS X1, X0, X0", "VPERMILPS $0xb1, X0, X1", "VADDSS X1, X0, X0", "VMOVSS X0, ret+56(FP)")
	}
	code("VZEROUPPER", "RET")
	return ymm.head(f, "AVX2", 32*width) + layout(l)
}
