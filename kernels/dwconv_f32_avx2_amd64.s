//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// dwconv_f32 for AVX2, 3x3 and 5x5 taps: see DwConvF32Func for the contract and
// dwconv_f32_amd64.h for how it goes. Columns are 8 outputs wide; the last one
// ends with the row, over outputs already written. Narrower planes go under
// masks.
//
// Sixteen registers hold nine weights: the others of 5x5 lie on the stack,
// spread over vectors, at R14.

#define W0 Y7
#define W1 Y8
#define W2 Y9
#define W3 Y10
#define W4 Y11
#define W5 Y12
#define W6 Y13
#define W7 Y14
#define W8 Y15
#define W9 0(R14)
#define W10 32(R14)
#define W11 64(R14)
#define W12 96(R14)
#define W13 128(R14)
#define W14 160(R14)
#define W15 192(R14)
#define W16 224(R14)
#define W17 256(R14)
#define W18 288(R14)
#define W19 320(R14)
#define W20 352(R14)
#define W21 384(R14)
#define W22 416(R14)
#define W23 448(R14)
#define W24 480(R14)
#define A0 Y0
#define A1 Y1
#define A2 Y2
#define A3 Y3
#define A4 Y4
#define A0H Y0
#define A1H Y1
#define A2H Y2
#define A3H Y3
#define A4H Y4
#define X0 Y5
#define X1 Y6
#define X0H Y5
#define X1H Y6
#define XA Y3
#define XB Y4

#include "dwconv_f32_amd64.h"

// The bias, 0 without one.
#define BIAS(none) \
	VXORPS  X0X, X0X, X0X; \
	MOVQ    biases-16(SP), BX; \
	TESTQ   BX, BX; \
	JZ      none; \
	VMOVSS  (BX), X0X; \
none: \
	VMOVSS  X0X, bias-20(SP)

#define X0X X5

#define START3(a) \
	VBROADCASTSS bias-20(SP), a

#define START5(a) START3(a)

#define CLAMP3(a) \
	VBROADCASTSS lo+104(FP), X0; \
	VBROADCASTSS hi+108(FP), X1; \
	VMAXPS       a, X0, a; \
	VMINPS       a, X1, a

#define CLAMP5(a) CLAMP3(a)

// Eight ones, then eight zeros: n lanes are on from byte 32-4*n.
DATA ·lanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+24(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+32(SB)/8, $0
DATA ·lanes<>+40(SB)/8, $0
DATA ·lanes<>+48(SB)/8, $0
DATA ·lanes<>+56(SB)/8, $0
GLOBL ·lanes<>(SB), RODATA|NOPTR, $64

// m = the low AX lanes, AX = 0 to 8.
#define LANES(v, m) \
	LEAQ    ·lanes<>+32(SB), R12; \
	NEGQ    AX; \
	VMOVUPS (R12)(AX*4), v; \
	VMOVUPS v, m

#define LOAD1(off, half, x) \
	VMOVUPS off(R12), x

#define STORE1(half, a) \
	VMOVUPS a, (R13); \
	ADDQ    R9, R13

#define LOADM(off, half, x) \
	VMOVUPS    mask-56(SP), x; \
	VMASKMOVPS off(R12), x, x

#define STOREM(half, a) \
	VMOVUPS    mask-56(SP), X0; \
	VMASKMOVPS a, X0, (R13); \
	ADDQ       R9, R13

// On to the next column, at most 8 outputs further and with 8 in the row; out
// when there is none.
#define ACROSS(loop) \
	SUBQ    $8, R10; \
	MOVQ    $8, AX; \
	CMPQ    R10, AX; \
	CMOVQLT R10, AX; \
	LEAQ    (R11)(AX*4), R11; \
	TESTQ   R10, R10; \
	JG      loop

#define WEIGHTS3 \
	VBROADCASTSS 0(DX), W0; \
	VBROADCASTSS 4(DX), W1; \
	VBROADCASTSS 8(DX), W2; \
	VBROADCASTSS 12(DX), W3; \
	VBROADCASTSS 16(DX), W4; \
	VBROADCASTSS 20(DX), W5; \
	VBROADCASTSS 24(DX), W6; \
	VBROADCASTSS 28(DX), W7; \
	VBROADCASTSS 32(DX), W8

#define MASK1 \
	MOVQ R10, AX; \
	LANES(X0, mask-56(SP))

// func dwConv3x3F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3F32AVX2(SB), NOSPLIT, $120-120
	ARGS
	COLS
	CMPQ R10, $8
	JLT  narrow

plane:                                 // one plane
	BIAS(planeBias)
	WEIGHTS3
	COLS

column:                                // 8 outputs wide
	COLUMN3(LOAD1, STORE1, loop1, end1)
	ACROSS(column)
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

narrow:                                // one plane of fewer than 8 columns
	BIAS(narrowBias)
	COLS
	MASK1
	WEIGHTS3
	COLUMN3(LOADM, STOREM, loop2, end2)
	NEXT(1, 4, narrowNext, narrow)
	VZEROUPPER
	RET

// Stride 2.
#define AB1(off) \
	VMOVUPS off(R12), XA; \
	VMOVUPS off+32(R12), XB

#define ABM(off) \
	VMOVUPS    maskA-120(SP), XA; \
	VMASKMOVPS off(R12), XA, XA; \
	VMOVUPS    maskB-88(SP), XB; \
	VMASKMOVPS off+32(R12), XB, XB

#define STORES2(STORE, half, a) \
	VPERMPD $0xd8, a, a; \
	STORE(half, a)

// For R10 < 8 outputs, 2*R10 elements of x.
#define MASK2 \
	MASK1; \
	MOVQ    $8, AX; \
	LEAQ    (R10)(R10*1), R13; \
	CMPQ    R13, AX; \
	CMOVQLT R13, AX; \
	SUBQ    AX, R13; \
	LANES(X0, maskA-120(SP)); \
	MOVQ    R13, AX; \
	LANES(X0, maskB-88(SP))

// func dwConv3x3S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3S2F32AVX2(SB), NOSPLIT, $120-120
	ARGS
	COLS
	CMPQ R10, $8
	JLT  narrow

plane:                                 // one plane
	BIAS(planeBias)
	WEIGHTS3
	COLS

column:                                // 8 outputs wide
	ROWS(1)
	ADDQ R11, R12
	COLUMN3S2(AB1, STORE1, loop1, end1)
	ACROSS(column)
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

narrow:                                // one plane of fewer than 8 columns
	BIAS(narrowBias)
	COLS
	MASK2
	WEIGHTS3
	ROWS(1)
	COLUMN3S2(ABM, STOREM, loop2, end2)
	NEXT(1, 4, narrowNext, narrow)
	VZEROUPPER
	RET

// 5x5. R14 = the table of weights from the tenth on, at a multiple of 32.
#define TABLE \
	LEAQ table-664(SP), R14; \
	ADDQ $31, R14; \
	ANDQ $~31, R14

#define SPREAD(from, to) \
	VBROADCASTSS from(DX), X0; \
	VMOVAPS      X0, to

#define WEIGHTS5 \
	WEIGHTS3; \
	SPREAD(36, W9); \
	SPREAD(40, W10); \
	SPREAD(44, W11); \
	SPREAD(48, W12); \
	SPREAD(52, W13); \
	SPREAD(56, W14); \
	SPREAD(60, W15); \
	SPREAD(64, W16); \
	SPREAD(68, W17); \
	SPREAD(72, W18); \
	SPREAD(76, W19); \
	SPREAD(80, W20); \
	SPREAD(84, W21); \
	SPREAD(88, W22); \
	SPREAD(92, W23); \
	SPREAD(96, W24)

// func dwConv5x5F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5F32AVX2(SB), 0, $664-120
	ARGS
	TABLE
	COLS
	CMPQ R10, $8
	JLT  narrow

plane:                                 // one plane
	BIAS(planeBias)
	WEIGHTS5
	COLS

column:                                // 8 outputs wide
	COLUMN5(LOAD1, STORE1, loop1, end1)
	ACROSS(column)
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

narrow:                                // one plane of fewer than 8 columns
	BIAS(narrowBias)
	COLS
	MASK1
	WEIGHTS5
	COLUMN5(LOADM, STOREM, loop2, end2)
	NEXT(1, 4, narrowNext, narrow)
	VZEROUPPER
	RET

// func dwConv5x5S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5S2F32AVX2(SB), 0, $664-120
	ARGS
	TABLE
	COLS
	CMPQ R10, $8
	JLT  narrow

plane:                                 // one plane
	BIAS(planeBias)
	WEIGHTS5
	COLS

column:                                // 8 outputs wide
	ROWS(2)
	ADDQ R11, R12
	COLUMN5S2(AB1, STORE1, loop1, end1)
	ACROSS(column)
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

narrow:                                // one plane of fewer than 8 columns
	BIAS(narrowBias)
	COLS
	MASK2
	WEIGHTS5
	ROWS(2)
	COLUMN5S2(ABM, STOREM, loop2, end2)
	NEXT(1, 4, narrowNext, narrow)
	VZEROUPPER
	RET

// maxpool_f32 at stride 2 goes the same way, and takes the same arguments: w and
// bias are nil.
//
// VMAXPS gives its second operand (in Go's order the first) when one is NaN; a
// NaN of the other is blended in.
#define NANMAX(a, x) \
	VCMPPS    $3, x, x, X1; \
	VMAXPS    a, x, a; \
	VBLENDVPS X1, x, a, a

// func maxPool2x2S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·maxPool2x2S2F32AVX2(SB), NOSPLIT, $120-120
	ARGS
	COLS
	CMPQ R10, $8
	JLT  narrow

plane:                                 // one plane
	COLS

column:                                // 8 outputs wide
	ROWS(0)
	ADDQ R11, R12
	MAXCOLUMN2S2(AB1, STORE1, loop1)
	ACROSS(column)
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

narrow:                                // one plane of fewer than 8 columns
	COLS
	MASK2
	ROWS(0)
	MAXCOLUMN2S2(ABM, STOREM, loop2)
	NEXT(1, 4, narrowNext, narrow)
	VZEROUPPER
	RET

// func maxPool3x3S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·maxPool3x3S2F32AVX2(SB), NOSPLIT, $120-120
	ARGS
	COLS
	CMPQ R10, $8
	JLT  narrow

plane:                                 // one plane
	COLS

column:                                // 8 outputs wide
	ROWS(0)
	ADDQ R11, R12
	MAXCOLUMN3S2(AB1, STORE1, loop1)
	ACROSS(column)
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

narrow:                                // one plane of fewer than 8 columns
	COLS
	MASK2
	ROWS(0)
	MAXCOLUMN3S2(ABM, STOREM, loop2)
	NEXT(1, 4, narrowNext, narrow)
	VZEROUPPER
	RET
