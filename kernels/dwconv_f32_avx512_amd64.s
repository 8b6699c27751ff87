//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// dwconv_f32 for AVX-512, 3x3 and 5x5 taps: see DwConvF32Func for the contract.
//
// A plane is cut into columns of 16 outputs. Down a column, every input row is
// loaded once per horizontal tap and added to all the output rows it belongs
// to, which wait in registers: one finishes, the others move up. Weights stay
// in registers for the whole plane.
//
// Planes of at most 8 columns go in pairs: a vector has a row of one plane in
// its lower half and the same row of the next in its upper half, each with its
// own weights. A last plane without a partner is its own.
//
// Registers:
//	DI y of the plane    SI x of the plane    DX w    BX bias
//	R8, R9 row pitches of x and y in bytes    R10 columns left    R11 offset of the column
//	R12, R13 cursors in x and y    CX rows left    AX scratch
//	R14, R15 from the first to the second half of a vector, in x and in y
//	K1, K2 lanes to read    K3, K4 lanes to write    K5 lanes of the second half
// On the stack: planes left, whether they go in pairs, distances to the second
// plane's weights and bias, what a plane (or pair) advances by.

#define ARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ x_base+24(FP), SI; \
	MOVQ w_base+48(FP), DX; \
	MOVQ bias_base+72(FP), BX; \
	MOVQ planes+96(FP), AX; \
	MOVQ AX, left-8(SP); \
	MOVQ win+112(FP), AX; \
	MOVQ Window_XRow(AX), R8; \
	MOVQ Window_YRow(AX), R9; \
	SHLQ $2, R8; \
	SHLQ $2, R9

// The distances to a second plane: none when planes go one by one.
#define ALONE(x2, y2) \
	MOVQ $x2, R14; \
	MOVQ $y2, R15; \
	MOVQ $0, w2-16(SP); \
	MOVQ $0, b2-24(SP)

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
	MOVQ AX, w2-16(SP); \
	MOVQ $4, b2-24(SP); \
ok:

// z = a weight, the second plane's in the lanes of K5; AX is the distance.
#define WEIGHT(off, z) \
	VBROADCASTSS off(DX), z; \
	VBROADCASTSS off(DX)(AX*1), K5, z

// z = the bias of both planes, 0 without one.
#define BIAS(z, none) \
	VPXORD       z, z, z; \
	TESTQ        BX, BX; \
	JZ           none; \
	MOVQ         b2-24(SP), AX; \
	VBROADCASTSS (BX), z; \
	VBROADCASTSS (BX)(AX*1), K5, z; \
none:

// On to the next plane, n further; out when none is left.
#define NEXT(n, bytes, none, loop) \
	MOVQ win+112(FP), AX; \
	MOVQ Window_XPlane(AX), R12; \
	MOVQ Window_YPlane(AX), R13; \
	MOVQ Window_WPlane(AX), AX; \
	LEAQ (SI)(R12*bytes), SI; \
	LEAQ (DI)(R13*bytes), DI; \
	LEAQ (DX)(AX*bytes), DX; \
	TESTQ BX, BX; \
	JZ   none; \
	ADDQ $bytes, BX; \
none: \
	SUBQ $n, left-8(SP); \
	JG   loop

#define COLS \
	MOVQ win+112(FP), AX; \
	MOVQ Window_Cols(AX), R10; \
	XORL R11, R11

#define ROWS(less) \
	MOVQ win+112(FP), AX; \
	MOVQ Window_Rows(AX), CX; \
	LEAQ (SI)(R11*1), R12; \
	LEAQ (DI)(R11*1), R13; \
	SUBQ $less, CX

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

#define CLAMP(z, lo, hi) \
	VMAXPS z, lo, z; \
	VMINPS z, hi, z

// 3x3, stride 1. Z16..Z24 weights, Z29 bias, Z30 lo, Z31 hi; Z0, Z1, Z2 the
// output rows that end with this input row, with the next, and the one after.
#define X3(LOAD) \
	LOAD(0, Y10, Z10); \
	LOAD(4, Y11, Z11); \
	LOAD(8, Y12, Z12); \
	ADDQ R8, R12

#define FMA3(w0, w1, w2, acc) \
	VFMADD231PS Z10, w0, acc; \
	VFMADD231PS Z11, w1, acc; \
	VFMADD231PS Z12, w2, acc

#define COLUMN3(LOAD, STORE, loop, end) \
	ROWS(2); \
	X3(LOAD); \
	VMOVAPS Z29, Z0; \
	FMA3(Z16, Z17, Z18, Z0); \
	X3(LOAD); \
	VMOVAPS Z29, Z1; \
	FMA3(Z19, Z20, Z21, Z0); \
	FMA3(Z16, Z17, Z18, Z1); \
	TESTQ   CX, CX; \
	JZ      end; \
loop: \
	X3(LOAD); \
	VMOVAPS Z29, Z2; \
	FMA3(Z22, Z23, Z24, Z0); \
	FMA3(Z19, Z20, Z21, Z1); \
	FMA3(Z16, Z17, Z18, Z2); \
	CLAMP(Z0, Z30, Z31); \
	STORE(Y0, Z0); \
	VMOVAPS Z1, Z0; \
	VMOVAPS Z2, Z1; \
	DECQ    CX; \
	JNZ     loop; \
end: \
	X3(LOAD); \
	FMA3(Z22, Z23, Z24, Z0); \
	FMA3(Z19, Z20, Z21, Z1); \
	CLAMP(Z0, Z30, Z31); \
	STORE(Y0, Z0); \
	X3(LOAD); \
	FMA3(Z22, Z23, Z24, Z1); \
	CLAMP(Z1, Z30, Z31); \
	STORE(Y1, Z1)

#define WEIGHTS3 \
	MOVQ w2-16(SP), AX; \
	WEIGHT(0, Z16); \
	WEIGHT(4, Z17); \
	WEIGHT(8, Z18); \
	WEIGHT(12, Z19); \
	WEIGHT(16, Z20); \
	WEIGHT(20, Z21); \
	WEIGHT(24, Z22); \
	WEIGHT(28, Z23); \
	WEIGHT(32, Z24)

// func dwConv3x3F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3F32AVX512(SB), NOSPLIT, $24-120
	ARGS
	VBROADCASTSS lo+104(FP), Z30
	VBROADCASTSS hi+108(FP), Z31
	MOVL         $0xff00, AX
	KMOVW        AX, K5
	COLS
	CMPQ         R10, $8
	JLE          pair
	ALONE(0, 0)

plane:
	WEIGHTS3
	BIAS(Z29, planeBias)
	COLS

column:
	MASK
	COLUMN3(LOAD1, STORE1, loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:
	PAIRED(twoPlanes)
	WEIGHTS3
	BIAS(Z29, pairBias)
	COLS
	MASK
	SHLL  $8, AX
	KMOVW AX, K2
	COLUMN3(LOAD2, STORE2, loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// Stride 2. Two vectors of x, B from A on by R14, give the even elements of
// both, or the odd ones, four floats of A and B in turn within 128 bits. Results
// stay in that order until they are stored. B are the 16 elements after A, or
// the row of another plane.
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

#define STORES2(perm, y, z) \
	VMOVUPS ·ofAThenB<>(SB), perm; \
	VPERMPD z, perm, z; \
	VMOVUPS y, K3, (R13); \
	VMOVUPS z, K4, -32(R13)(R15*1); \
	ADDQ    R9, R13

#define AB(off, a, b) \
	VMOVUPS.Z off(R12), K1, a; \
	VMOVUPS.Z off(R12)(R14*1), K2, b

// Z10, Z11, Z12 = x at the three taps.
#define X3S2 \
	AB(0, Z13, Z14); \
	VSHUFPS $0x88, Z14, Z13, Z10; \
	VSHUFPS $0xdd, Z14, Z13, Z11; \
	AB(4, Z13, Z14); \
	VSHUFPS $0xdd, Z14, Z13, Z12; \
	ADDQ    R8, R12

#define COLUMN3S2(loop, end) \
	X3S2; \
	VMOVAPS Z29, Z0; \
	FMA3(Z16, Z17, Z18, Z0); \
	TESTQ   CX, CX; \
	JZ      end; \
loop: \
	X3S2; \
	FMA3(Z19, Z20, Z21, Z0); \
	X3S2; \
	VMOVAPS Z29, Z1; \
	FMA3(Z22, Z23, Z24, Z0); \
	FMA3(Z16, Z17, Z18, Z1); \
	CLAMP(Z0, Z30, Z31); \
	STORES2(Z10, Y0, Z0); \
	VMOVAPS Z1, Z0; \
	DECQ    CX; \
	JNZ     loop; \
end: \
	X3S2; \
	FMA3(Z19, Z20, Z21, Z0); \
	X3S2; \
	FMA3(Z22, Z23, Z24, Z0); \
	CLAMP(Z0, Z30, Z31); \
	STORES2(Z10, Y0, Z0)

// func dwConv3x3S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3S2F32AVX512(SB), NOSPLIT, $24-120
	ARGS
	VBROADCASTSS lo+104(FP), Z30
	VBROADCASTSS hi+108(FP), Z31
	MOVL         $0xcccc, AX
	KMOVW        AX, K5
	COLS
	CMPQ         R10, $8
	JLE          pair
	ALONE(64, 32)

plane:
	WEIGHTS3
	BIAS(Z29, planeBias)
	COLS

column:
	MASKS2
	ROWS(1)
	ADDQ R11, R12
	COLUMN3S2(loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:
	PAIRED(twoPlanes)
	WEIGHTS3
	BIAS(Z29, pairBias)
	COLS
	MASKS2PAIRED
	ROWS(1)
	COLUMN3S2(loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// 5x5. Z0..Z24 weights, Z25..Z29 output rows, Z30 and Z31 what passes through.
#define WEIGHTS5 \
	MOVQ w2-16(SP), AX; \
	WEIGHT(0, Z0); \
	WEIGHT(4, Z1); \
	WEIGHT(8, Z2); \
	WEIGHT(12, Z3); \
	WEIGHT(16, Z4); \
	WEIGHT(20, Z5); \
	WEIGHT(24, Z6); \
	WEIGHT(28, Z7); \
	WEIGHT(32, Z8); \
	WEIGHT(36, Z9); \
	WEIGHT(40, Z10); \
	WEIGHT(44, Z11); \
	WEIGHT(48, Z12); \
	WEIGHT(52, Z13); \
	WEIGHT(56, Z14); \
	WEIGHT(60, Z15); \
	WEIGHT(64, Z16); \
	WEIGHT(68, Z17); \
	WEIGHT(72, Z18); \
	WEIGHT(76, Z19); \
	WEIGHT(80, Z20); \
	WEIGHT(84, Z21); \
	WEIGHT(88, Z22); \
	WEIGHT(92, Z23); \
	WEIGHT(96, Z24)

#define BIAS5(none) \
	BIAS(Z31, none); \
	VMOVUPS Z31, bias-96(SP)

#define START(acc) \
	VMOVUPS bias-96(SP), acc

#define CLAMP5(z) \
	VBROADCASTSS lo+104(FP), Z30; \
	VBROADCASTSS hi+108(FP), Z31; \
	CLAMP(z, Z30, Z31)

// One tap of an input row, in x, for one to five output rows.
#define T1(x, w0, a0) \
	VFMADD231PS x, w0, a0

#define T2(x, w0, a0, w1, a1) \
	T1(x, w0, a0); \
	VFMADD231PS x, w1, a1

#define T3(x, w0, a0, w1, a1, w2, a2) \
	T2(x, w0, a0, w1, a1); \
	VFMADD231PS x, w2, a2

#define T4(x, w0, a0, w1, a1, w2, a2, w3, a3) \
	T3(x, w0, a0, w1, a1, w2, a2); \
	VFMADD231PS x, w3, a3

#define T5(x, w0, a0, w1, a1, w2, a2, w3, a3, w4, a4) \
	T4(x, w0, a0, w1, a1, w2, a2, w3, a3); \
	VFMADD231PS x, w4, a4

// Input rows at the start and the end of a column, for the output rows a..d,
// of which a is the furthest.
#define HEAD1(LOAD) \
	LOAD(0, Y30, Z30); \
	T1(Z30, Z0, Z25); \
	LOAD(4, Y31, Z31); \
	T1(Z31, Z1, Z25); \
	LOAD(8, Y30, Z30); \
	T1(Z30, Z2, Z25); \
	LOAD(12, Y31, Z31); \
	T1(Z31, Z3, Z25); \
	LOAD(16, Y30, Z30); \
	T1(Z30, Z4, Z25); \
	ADDQ R8, R12

#define HEAD2(LOAD) \
	LOAD(0, Y30, Z30); \
	T2(Z30, Z5, Z25, Z0, Z26); \
	LOAD(4, Y31, Z31); \
	T2(Z31, Z6, Z25, Z1, Z26); \
	LOAD(8, Y30, Z30); \
	T2(Z30, Z7, Z25, Z2, Z26); \
	LOAD(12, Y31, Z31); \
	T2(Z31, Z8, Z25, Z3, Z26); \
	LOAD(16, Y30, Z30); \
	T2(Z30, Z9, Z25, Z4, Z26); \
	ADDQ R8, R12

#define HEAD3(LOAD) \
	LOAD(0, Y30, Z30); \
	T3(Z30, Z10, Z25, Z5, Z26, Z0, Z27); \
	LOAD(4, Y31, Z31); \
	T3(Z31, Z11, Z25, Z6, Z26, Z1, Z27); \
	LOAD(8, Y30, Z30); \
	T3(Z30, Z12, Z25, Z7, Z26, Z2, Z27); \
	LOAD(12, Y31, Z31); \
	T3(Z31, Z13, Z25, Z8, Z26, Z3, Z27); \
	LOAD(16, Y30, Z30); \
	T3(Z30, Z14, Z25, Z9, Z26, Z4, Z27); \
	ADDQ R8, R12

#define HEAD4(LOAD) \
	LOAD(0, Y30, Z30); \
	T4(Z30, Z15, Z25, Z10, Z26, Z5, Z27, Z0, Z28); \
	LOAD(4, Y31, Z31); \
	T4(Z31, Z16, Z25, Z11, Z26, Z6, Z27, Z1, Z28); \
	LOAD(8, Y30, Z30); \
	T4(Z30, Z17, Z25, Z12, Z26, Z7, Z27, Z2, Z28); \
	LOAD(12, Y31, Z31); \
	T4(Z31, Z18, Z25, Z13, Z26, Z8, Z27, Z3, Z28); \
	LOAD(16, Y30, Z30); \
	T4(Z30, Z19, Z25, Z14, Z26, Z9, Z27, Z4, Z28); \
	ADDQ R8, R12

#define ALL5(LOAD) \
	LOAD(0, Y30, Z30); \
	T5(Z30, Z20, Z25, Z15, Z26, Z10, Z27, Z5, Z28, Z0, Z29); \
	LOAD(4, Y31, Z31); \
	T5(Z31, Z21, Z25, Z16, Z26, Z11, Z27, Z6, Z28, Z1, Z29); \
	LOAD(8, Y30, Z30); \
	T5(Z30, Z22, Z25, Z17, Z26, Z12, Z27, Z7, Z28, Z2, Z29); \
	LOAD(12, Y31, Z31); \
	T5(Z31, Z23, Z25, Z18, Z26, Z13, Z27, Z8, Z28, Z3, Z29); \
	LOAD(16, Y30, Z30); \
	T5(Z30, Z24, Z25, Z19, Z26, Z14, Z27, Z9, Z28, Z4, Z29); \
	ADDQ R8, R12

#define TAIL4(LOAD) \
	LOAD(0, Y30, Z30); \
	T4(Z30, Z20, Z25, Z15, Z26, Z10, Z27, Z5, Z28); \
	LOAD(4, Y31, Z31); \
	T4(Z31, Z21, Z25, Z16, Z26, Z11, Z27, Z6, Z28); \
	LOAD(8, Y30, Z30); \
	T4(Z30, Z22, Z25, Z17, Z26, Z12, Z27, Z7, Z28); \
	LOAD(12, Y31, Z31); \
	T4(Z31, Z23, Z25, Z18, Z26, Z13, Z27, Z8, Z28); \
	LOAD(16, Y30, Z30); \
	T4(Z30, Z24, Z25, Z19, Z26, Z14, Z27, Z9, Z28); \
	ADDQ R8, R12

#define TAIL3(LOAD) \
	LOAD(0, Y30, Z30); \
	T3(Z30, Z20, Z26, Z15, Z27, Z10, Z28); \
	LOAD(4, Y31, Z31); \
	T3(Z31, Z21, Z26, Z16, Z27, Z11, Z28); \
	LOAD(8, Y30, Z30); \
	T3(Z30, Z22, Z26, Z17, Z27, Z12, Z28); \
	LOAD(12, Y31, Z31); \
	T3(Z31, Z23, Z26, Z18, Z27, Z13, Z28); \
	LOAD(16, Y30, Z30); \
	T3(Z30, Z24, Z26, Z19, Z27, Z14, Z28); \
	ADDQ R8, R12

#define TAIL2(LOAD) \
	LOAD(0, Y30, Z30); \
	T2(Z30, Z20, Z27, Z15, Z28); \
	LOAD(4, Y31, Z31); \
	T2(Z31, Z21, Z27, Z16, Z28); \
	LOAD(8, Y30, Z30); \
	T2(Z30, Z22, Z27, Z17, Z28); \
	LOAD(12, Y31, Z31); \
	T2(Z31, Z23, Z27, Z18, Z28); \
	LOAD(16, Y30, Z30); \
	T2(Z30, Z24, Z27, Z19, Z28); \
	ADDQ R8, R12

#define TAIL1(LOAD) \
	LOAD(0, Y30, Z30); \
	T1(Z30, Z20, Z28); \
	LOAD(4, Y31, Z31); \
	T1(Z31, Z21, Z28); \
	LOAD(8, Y30, Z30); \
	T1(Z30, Z22, Z28); \
	LOAD(12, Y31, Z31); \
	T1(Z31, Z23, Z28); \
	LOAD(16, Y30, Z30); \
	T1(Z30, Z24, Z28); \
	ADDQ R8, R12

#define COLUMN5(LOAD, STORE, loop, end) \
	ROWS(4); \
	START(Z25); \
	HEAD1(LOAD); \
	START(Z26); \
	HEAD2(LOAD); \
	START(Z27); \
	HEAD3(LOAD); \
	START(Z28); \
	HEAD4(LOAD); \
	TESTQ   CX, CX; \
	JZ      end; \
loop: \
	START(Z29); \
	ALL5(LOAD); \
	CLAMP5(Z25); \
	STORE(Y25, Z25); \
	VMOVAPS Z26, Z25; \
	VMOVAPS Z27, Z26; \
	VMOVAPS Z28, Z27; \
	VMOVAPS Z29, Z28; \
	DECQ    CX; \
	JNZ     loop; \
end: \
	TAIL4(LOAD); \
	CLAMP5(Z25); \
	STORE(Y25, Z25); \
	TAIL3(LOAD); \
	CLAMP5(Z26); \
	STORE(Y26, Z26); \
	TAIL2(LOAD); \
	CLAMP5(Z27); \
	STORE(Y27, Z27); \
	TAIL1(LOAD); \
	CLAMP5(Z28); \
	STORE(Y28, Z28)

// func dwConv5x5F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5F32AVX512(SB), NOSPLIT, $96-120
	ARGS
	MOVL  $0xff00, AX
	KMOVW AX, K5
	COLS
	CMPQ  R10, $8
	JLE   pair
	ALONE(0, 0)

plane:
	BIAS5(planeBias)
	WEIGHTS5
	COLS

column:
	MASK
	COLUMN5(LOAD1, STORE1, loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:
	PAIRED(twoPlanes)
	BIAS5(pairBias)
	WEIGHTS5
	COLS
	MASK
	SHLL  $8, AX
	KMOVW AX, K2
	COLUMN5(LOAD2, STORE2, loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET

// Stride 2: Z25, Z26, Z27 output rows, Z28 and Z29 A and B, Z30 x at a tap.
#define AB5(off) AB(off, Z28, Z29)
#define EVEN VSHUFPS $0x88, Z29, Z28, Z30
#define ODD VSHUFPS $0xdd, Z29, Z28, Z30

// An input row for one to three output rows, by the first of its weights.
#define ROW1S2(w0, w1, w2, w3, w4, a) \
	AB5(0); \
	EVEN; \
	T1(Z30, w0, a); \
	ODD; \
	T1(Z30, w1, a); \
	AB5(8); \
	EVEN; \
	T1(Z30, w2, a); \
	AB5(12); \
	EVEN; \
	T1(Z30, w3, a); \
	ODD; \
	T1(Z30, w4, a); \
	ADDQ R8, R12

#define ROW2S2(w0, w1, w2, w3, w4, a, v0, v1, v2, v3, v4, b) \
	AB5(0); \
	EVEN; \
	T2(Z30, w0, a, v0, b); \
	ODD; \
	T2(Z30, w1, a, v1, b); \
	AB5(8); \
	EVEN; \
	T2(Z30, w2, a, v2, b); \
	AB5(12); \
	EVEN; \
	T2(Z30, w3, a, v3, b); \
	ODD; \
	T2(Z30, w4, a, v4, b); \
	ADDQ R8, R12

#define ROW3S2 \
	AB5(0); \
	EVEN; \
	T3(Z30, Z20, Z25, Z10, Z26, Z0, Z27); \
	ODD; \
	T3(Z30, Z21, Z25, Z11, Z26, Z1, Z27); \
	AB5(8); \
	EVEN; \
	T3(Z30, Z22, Z25, Z12, Z26, Z2, Z27); \
	AB5(12); \
	EVEN; \
	T3(Z30, Z23, Z25, Z13, Z26, Z3, Z27); \
	ODD; \
	T3(Z30, Z24, Z25, Z14, Z26, Z4, Z27); \
	ADDQ R8, R12

#define COLUMN5S2(loop, end) \
	START(Z25); \
	START(Z26); \
	ROW1S2(Z0, Z1, Z2, Z3, Z4, Z25); \
	ROW1S2(Z5, Z6, Z7, Z8, Z9, Z25); \
	ROW2S2(Z10, Z11, Z12, Z13, Z14, Z25, Z0, Z1, Z2, Z3, Z4, Z26); \
	TESTQ   CX, CX; \
	JZ      end; \
loop: \
	START(Z27); \
	ROW2S2(Z15, Z16, Z17, Z18, Z19, Z25, Z5, Z6, Z7, Z8, Z9, Z26); \
	ROW3S2; \
	CLAMP5(Z25); \
	STORES2(Z30, Y25, Z25); \
	VMOVAPS Z26, Z25; \
	VMOVAPS Z27, Z26; \
	DECQ    CX; \
	JNZ     loop; \
end: \
	ROW2S2(Z15, Z16, Z17, Z18, Z19, Z25, Z5, Z6, Z7, Z8, Z9, Z26); \
	ROW2S2(Z20, Z21, Z22, Z23, Z24, Z25, Z10, Z11, Z12, Z13, Z14, Z26); \
	CLAMP5(Z25); \
	STORES2(Z30, Y25, Z25); \
	ROW1S2(Z15, Z16, Z17, Z18, Z19, Z26); \
	ROW1S2(Z20, Z21, Z22, Z23, Z24, Z26); \
	CLAMP5(Z26); \
	STORES2(Z30, Y26, Z26)

// func dwConv5x5S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5S2F32AVX512(SB), NOSPLIT, $96-120
	ARGS
	MOVL  $0xcccc, AX
	KMOVW AX, K5
	COLS
	CMPQ  R10, $8
	JLE   pair
	ALONE(64, 32)

plane:
	BIAS5(planeBias)
	WEIGHTS5
	COLS

column:
	MASKS2
	ROWS(2)
	ADDQ R11, R12
	COLUMN5S2(loop1, end1)
	ADDQ $64, R11
	SUBQ $16, R10
	JG   column
	NEXT(1, 4, planeNext, plane)
	VZEROUPPER
	RET

pair:
	PAIRED(twoPlanes)
	BIAS5(pairBias)
	WEIGHTS5
	COLS
	MASKS2PAIRED
	ROWS(2)
	COLUMN5S2(loop2, end2)
	NEXT(2, 8, pairNext, pair)
	VZEROUPPER
	RET
