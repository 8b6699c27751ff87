//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// dwconv_f32 for AVX-512, 3x3 and 5x5 taps: see DwConvF32Func for the contract
// and dwconv_f32_amd64.h for how it goes. Columns are 16 outputs wide.
//
// Planes of at most 8 columns go in pairs: a vector has a row of one plane and
// the same row of the next, each with its own weights. A last plane without a
// partner is its own.
//
// Registers besides those of the header:
//	R14, R15 from the first to the second half of a vector, in x and in y
//	K1, K2 lanes to read    K3, K4 lanes to write    K5 lanes of the second plane
// On the stack, too: distances to the second plane's weights and bias.

#define W0 Z0
#define W1 Z1
#define W2 Z2
#define W3 Z3
#define W4 Z4
#define W5 Z5
#define W6 Z6
#define W7 Z7
#define W8 Z8
#define W9 Z9
#define W10 Z10
#define W11 Z11
#define W12 Z12
#define W13 Z13
#define W14 Z14
#define W15 Z15
#define W16 Z16
#define W17 Z17
#define W18 Z18
#define W19 Z19
#define W20 Z20
#define W21 Z21
#define W22 Z22
#define W23 Z23
#define W24 Z24
#define A0 Z25
#define A1 Z26
#define A2 Z27
#define A3 Z28
#define A4 Z29
#define A0H Y25
#define A1H Y26
#define A2H Y27
#define A3H Y28
#define A4H Y29
#define X0 Z30
#define X1 Z31
#define X0H Y30
#define X1H Y31
#define XA Z28
#define XB Z29

#include "dwconv_f32_amd64.h"

// The distances to a second plane: none when planes go one by one.
#define ALONE(x2, y2) \
	MOVQ $x2, R14; \
	MOVQ $y2, R15; \
	MOVQ $0, w2-24(SP); \
	MOVQ $0, b2-32(SP)

#define PAIRED(ok) \
	ALONE(0, 0); \
	CMPQ left-8(SP), $2; \
	JLT  ok; \
	MOVQ win+112(FP), AX; \
	MOVQ Window_XPlane(AX), R14; \
	MOVQ Window_YPlane(AX), R15; \
	MOVQ Window_WPlane(AX), AX; \
	SHLQ $2, R14; \
	SHLQ $2, R15; \
	SHLQ $2, AX; \
	MOVQ AX, w2-24(SP); \
	MOVQ $4, b2-32(SP); \
ok:

// z = a weight, the second plane's in the lanes of K5; AX is the distance.
#define WEIGHT(off, z) \
	VBROADCASTSS off(DX), z; \
	VBROADCASTSS off(DX)(AX*1), K5, z

// z = the bias of both planes, 0 without one.
#define BIAS(z, none) \
	VPXORD       z, z, z; \
	MOVQ         biases-16(SP), BX; \
	TESTQ        BX, BX; \
	JZ           none; \
	MOVQ         b2-32(SP), AX; \
	VBROADCASTSS (BX), z; \
	VBROADCASTSS (BX)(AX*1), K5, z; \
none:

// K1 = the low min(R10, 16) lanes.
#define MASK \
	MOVL  $16, AX; \
	CMPQ  R10, AX; \
	CMOVQLT R10, AX; \
	MOVL  $-1, CX; \
	BZHIL AX, CX, AX; \
	KMOVW AX, K1

// Stride 1: one vector of x, one of results.
#define LOAD1(off, y, z) \
	VMOVUPS.Z off(R12), K1, z

#define STORE1(y, z) \
	VMOVUPS z, K1, (R13); \
	ADDQ    R9, R13

#define LOAD2(off, y, z) \
	VMOVUPS.Z       off(R12), K1, y; \
	VBROADCASTF32X8 off(R12)(R14*1), K2, z

#define STORE2(y, z) \
	VMOVUPS y, K1, (R13); \
	VMOVUPS z, K2, -32(R13)(R15*1); \
	ADDQ    R9, R13

// 3x3 have registers to spare for the bias and the range.
#define START3(a) \
	VMOVAPS Z9, a

#define CLAMP3(a) \
	VMAXPS a, Z10, a; \
	VMINPS a, Z11, a

#define RANGE3 \
	VBROADCASTSS lo+104(FP), Z10; \
	VBROADCASTSS hi+108(FP), Z11

#define WEIGHTS3 \
	MOVQ w2-24(SP), AX; \
	WEIGHT(0, W0); \
	WEIGHT(4, W1); \
	WEIGHT(8, W2); \
	WEIGHT(12, W3); \
	WEIGHT(16, W4); \
	WEIGHT(20, W5); \
	WEIGHT(24, W6); \
	WEIGHT(28, W7); \
	WEIGHT(32, W8)

// func dwConv3x3F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3F32AVX512(SB), NOSPLIT, $32-120
	ARGS
	RANGE3
	MOVL         $0xff00, AX
	KMOVW        AX, K5
	COLS
	CMPQ         R10, $8
	JG           wide
	MASK
	SHLL         $8, AX
	KMOVW        AX, K2
	JMP          pair

wide:                                  // planes of more than 8 columns
	ALONE(0, 0)

plane:                                 // one plane
	WEIGHTS3
	BIAS(Z9, planeBias)
	COLS

column:                                // up to 16 outputs wide
	MASK
	COLUMN3(LOAD1, STORE1, loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:                                  // two planes of at most 8 columns
	PAIRED(twoPlanes)
	WEIGHTS3
	BIAS(Z9, pairBias)
	COLUMN3(LOAD2, STORE2, loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// Stride 2: XB are the 16 elements after XA, or the row of another plane.
DATA ·ofAThenB<>+0(SB)/8, $0
DATA ·ofAThenB<>+8(SB)/8, $2
DATA ·ofAThenB<>+16(SB)/8, $4
DATA ·ofAThenB<>+24(SB)/8, $6
DATA ·ofAThenB<>+32(SB)/8, $1
DATA ·ofAThenB<>+40(SB)/8, $3
DATA ·ofAThenB<>+48(SB)/8, $5
DATA ·ofAThenB<>+56(SB)/8, $7
GLOBL ·ofAThenB<>(SB), RODATA|NOPTR, $64

// Masks for c = min(R10, 16) results of 2*c elements of x: alone, all of A and B
// and of both halves; paired, c <= 8 in each.
#define MASKS2 \
	MASK; \
	KMOVW  AX, K3; \
	SHRL   $8, AX; \
	SHLL   $8, AX; \
	KMOVW  AX, K4; \
	MOVL   $16, AX; \
	CMPQ   R10, AX; \
	CMOVQLT R10, AX; \
	ADDL   AX, AX; \
	MOVQ   $-1, CX; \
	BZHIQ  AX, CX, AX; \
	KMOVW  AX, K1; \
	SHRQ   $16, AX; \
	KMOVW  AX, K2

#define MASKS2PAIRED \
	MASKS2; \
	KMOVW   K1, K2; \
	KSHIFTLW $8, K3, K4

#define STORES2(STORE, half, a) \
	VMOVUPS ·ofAThenB<>(SB), X0; \
	VPERMPD a, X0, a; \
	STORE(half, a)

#define STORE512(half, a) \
	VMOVUPS half, K3, (R13); \
	VMOVUPS a, K4, -32(R13)(R15*1); \
	ADDQ    R9, R13

#define AB512(off) \
	VMOVUPS.Z off(R12), K1, XA; \
	VMOVUPS.Z off(R12)(R14*1), K2, XB

// func dwConv3x3S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3S2F32AVX512(SB), NOSPLIT, $32-120
	ARGS
	RANGE3
	MOVL         $0xcccc, AX
	KMOVW        AX, K5
	COLS
	CMPQ         R10, $8
	JG   wide
	MASKS2PAIRED
	JMP  pair

wide:                                  // planes of more than 8 columns
	ALONE(64, 32)

plane:                                 // one plane
	WEIGHTS3
	BIAS(Z9, planeBias)
	COLS

column:                                // up to 16 outputs wide
	MASKS2
	ROWS(1)
	ADDQ R11, R12
	COLUMN3S2(AB512, STORE512, loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:                                  // two planes of at most 8 columns
	PAIRED(twoPlanes)
	WEIGHTS3
	BIAS(Z9, pairBias)
	ROWS(1)
	COLUMN3S2(AB512, STORE512, loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// 5x5 have not.
#define WEIGHTS5 \
	MOVQ w2-24(SP), AX; \
	WEIGHT(0, W0); \
	WEIGHT(4, W1); \
	WEIGHT(8, W2); \
	WEIGHT(12, W3); \
	WEIGHT(16, W4); \
	WEIGHT(20, W5); \
	WEIGHT(24, W6); \
	WEIGHT(28, W7); \
	WEIGHT(32, W8); \
	WEIGHT(36, W9); \
	WEIGHT(40, W10); \
	WEIGHT(44, W11); \
	WEIGHT(48, W12); \
	WEIGHT(52, W13); \
	WEIGHT(56, W14); \
	WEIGHT(60, W15); \
	WEIGHT(64, W16); \
	WEIGHT(68, W17); \
	WEIGHT(72, W18); \
	WEIGHT(76, W19); \
	WEIGHT(80, W20); \
	WEIGHT(84, W21); \
	WEIGHT(88, W22); \
	WEIGHT(92, W23); \
	WEIGHT(96, W24)

#define BIAS5(none) \
	BIAS(X1, none); \
	VMOVUPS X1, bias-96(SP)

#define START5(a) \
	VMOVUPS bias-96(SP), a

#define CLAMP5(a) \
	VBROADCASTSS lo+104(FP), X0; \
	VBROADCASTSS hi+108(FP), X1; \
	VMAXPS       a, X0, a; \
	VMINPS       a, X1, a

// func dwConv5x5F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5F32AVX512(SB), NOSPLIT, $96-120
	ARGS
	MOVL  $0xff00, AX
	KMOVW AX, K5
	COLS
	CMPQ  R10, $8
	JG    wide
	MASK
	SHLL  $8, AX
	KMOVW AX, K2
	JMP   pair

wide:                                  // planes of more than 8 columns
	ALONE(0, 0)

plane:                                 // one plane
	BIAS5(planeBias)
	WEIGHTS5
	COLS

column:                                // up to 16 outputs wide
	MASK
	COLUMN5(LOAD1, STORE1, loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:                                  // two planes of at most 8 columns
	PAIRED(twoPlanes)
	BIAS5(pairBias)
	WEIGHTS5
	COLUMN5(LOAD2, STORE2, loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// func dwConv5x5S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5S2F32AVX512(SB), NOSPLIT, $96-120
	ARGS
	MOVL  $0xcccc, AX
	KMOVW AX, K5
	COLS
	CMPQ  R10, $8
	JG   wide
	MASKS2PAIRED
	JMP  pair

wide:                                  // planes of more than 8 columns
	ALONE(64, 32)

plane:                                 // one plane
	BIAS5(planeBias)
	WEIGHTS5
	COLS

column:                                // up to 16 outputs wide
	MASKS2
	ROWS(2)
	ADDQ R11, R12
	COLUMN5S2(AB512, STORE512, loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:                                  // two planes of at most 8 columns
	PAIRED(twoPlanes)
	BIAS5(pairBias)
	WEIGHTS5
	ROWS(2)
	COLUMN5S2(AB512, STORE512, loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// maxpool_f32 at stride 2 goes the same way, and takes the same arguments: w and
// bias are nil.
//
// VMAXPS gives its second operand (in Go's order the first) when one is NaN; a
// NaN of the other is blended in.
#define NANMAX(a, x) \
	VCMPPS    $3, x, x, K6; \
	VMAXPS    a, x, a; \
	VBLENDMPS x, a, K6, a

// func maxPool2x2S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·maxPool2x2S2F32AVX512(SB), NOSPLIT, $32-120
	ARGS
	COLS
	CMPQ R10, $8
	JG   wide
	MASKS2PAIRED
	JMP  pair

wide:                                  // planes of more than 8 columns
	ALONE(64, 32)

plane:                                 // one plane
	COLS

column:                                // up to 16 outputs wide
	MASKS2
	ROWS(0)
	ADDQ R11, R12
	MAXCOLUMN2S2(AB512, STORE512, loop1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:                                  // two planes of at most 8 columns
	PAIRED(twoPlanes)
	ROWS(0)
	MAXCOLUMN2S2(AB512, STORE512, loop2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// func maxPool3x3S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·maxPool3x3S2F32AVX512(SB), NOSPLIT, $32-120
	ARGS
	COLS
	CMPQ R10, $8
	JG   wide
	MASKS2PAIRED
	JMP  pair

wide:                                  // planes of more than 8 columns
	ALONE(64, 32)

plane:                                 // one plane
	COLS

column:                                // up to 16 outputs wide
	MASKS2
	ROWS(0)
	ADDQ R11, R12
	MAXCOLUMN3S2(AB512, STORE512, loop1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:                                  // two planes of at most 8 columns
	PAIRED(twoPlanes)
	ROWS(0)
	MAXCOLUMN3S2(AB512, STORE512, loop2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET
