//go:build !purego

#include "textflag.h"
#include "a64_neon.h"
#include "gemm_tile_neon_arm64.h"

// gemm_f32 for NEON: see GemmF32Func for the contract. The columns of a tile
// are vectors of four; the last vector starts at column n-4, over columns the
// one before has too (equal sums in both), so nothing beyond n is touched. Tiles of
// fewer than four columns have one vector with its upper lanes zero.
//
// Registers:
//	R0 c of the panel    R1 ldc in bytes    R2 a    R3 b    R4 ldb in bytes
//	R5 k    R6 rows left    R7 n    R9 acc    R10 last vector, bytes from column 0
//	R21 bias of the panel, or 0    R15 rows of this panel    R11 steps left
//	R12, R19 b of this step: column 0, last vector
//	R14, R20 c of this row: column 0, last vector    R13 scratch

#define GEMMARGS \
	MOVD c_base+0(FP), R0; \
	MOVD ldc+24(FP), R1; \
	MOVD a_base+32(FP), R2; \
	MOVD b_base+56(FP), R3; \
	MOVD ldb+80(FP), R4; \
	MOVD k+88(FP), R5; \
	MOVD m+96(FP), R6; \
	MOVD n+104(FP), R7; \
	MOVD bias_base+112(FP), R21; \
	MOVBU acc+136(FP), R9; \
	LSL  $2, R1, R1; \
	LSL  $2, R4, R4; \
	SUBS $4, R7, R10; \
	CSEL LT, ZR, R10, R10; \
	LSL  $2, R10, R10

// V0 = lo, V1 = hi.
#define LIMITS \
	FMOVS lo+140(FP), F0; \
	VDUP  V0.S[0], V0.S4; \
	FMOVS hi+144(FP), F1; \
	VDUP  V1.S[0], V1.S4

// All panels for one number of columns. The lower-case parameters are labels.
#define PANELS(MR, PANEL, ROWS, BIAS, LOAD, STEP, TAIL, CLAMPS, STORE, panel, bias, sum, four, rest, one, clamp, next) \
panel: \
	PANEL; \
	CBZ  R9, bias; \
	MOVD R0, R14; \
	ADD  R10, R0, R20; \
	ROWS(LOAD, sum); \
	B    sum; \
bias: \
	CBZ  R21, sum; \
	ROWS(BIAS, sum); \
sum: \
	MOVD R3, R12; \
	ADD  R10, R3, R19; \
	SUBS $4, R5, R11; \
	BLT  rest; \
four: \
	STEP; \
	SUBS $4, R11; \
	BGE  four; \
rest: \
	ADDS $4, R11; \
	BEQ  clamp; \
one: \
	TAIL; \
	SUBS $1, R11; \
	BNE  one; \
clamp: \
	LIMITS; \
	CLAMPS; \
	MOVD R0, R14; \
	ADD  R10, R0, R20; \
	ROWS(STORE, next); \
next: \
	MOVD $MR, R13; \
	MADD R13, R0, R1, R0; \
	SUBS $MR, R6; \
	BGT  panel; \
	RET

#define FOUR8x12 STEP8x12; STEP8x12; STEP8x12; STEP8x12
#define FOUR8x8 STEP8x8; STEP8x8; STEP8x8; STEP8x8
#define FOUR8x4 STEP8x4; STEP8x4; STEP8x4; STEP8x4
#define FOUR8x3 STEP8x3; STEP8x3; STEP8x3; STEP8x3
#define FOUR8x2 STEP8x2; STEP8x2; STEP8x2; STEP8x2
#define FOUR8x1 STEP8x1; STEP8x1; STEP8x1; STEP8x1

// func gemmF32NEON_8x12(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32NEON_8x12(SB), NOSPLIT, $0-148
	GEMMARGS
	CMP $8, R7
	BGT columns12
	CMP $4, R7
	BGT columns8
	BEQ columns4
	CMP $2, R7
	BGT columns3
	BEQ columns2
	B   columns1

	PANELS(8, PANEL8, ROWS8, BIAS8, LOAD8x12, FOUR8x12, STEP8x12, CLAMP8x12, STORE8x12, columns12, bias12, sum12, four12, rest12, one12, clamp12, next12)
	PANELS(8, PANEL8, ROWS8, BIAS8, LOAD8x8, FOUR8x8, STEP8x8, CLAMP8x8, STORE8x8, columns8, bias8, sum8, four8, rest8, one8, clamp8, next8)
	PANELS(8, PANEL8, ROWS8, BIAS8, LOAD8x4, FOUR8x4, STEP8x4, CLAMP8x4, STORE8x4, columns4, bias4, sum4, four4, rest4, one4, clamp4, next4)
	PANELS(8, PANEL8, ROWS8, BIAS8, LOAD8x3, FOUR8x3, STEP8x3, CLAMP8x4, STORE8x3, columns3, bias3, sum3, four3, rest3, one3, clamp3, next3)
	PANELS(8, PANEL8, ROWS8, BIAS8, LOAD8x2, FOUR8x2, STEP8x2, CLAMP8x4, STORE8x2, columns2, bias2, sum2, four2, rest2, one2, clamp2, next2)
	PANELS(8, PANEL8, ROWS8, BIAS8, LOAD8x1, FOUR8x1, STEP8x1, CLAMP8x4, STORE8x1, columns1, bias1, sum1, four1, rest1, one1, clamp1, next1)

// The tile of 1 x 16. Step p of four adds to V(16+4(p%4)) to V(19+4(p%4)), so
// that sums of few columns are not one chain; the last vector is always the fourth.

#define PANEL1 \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
	VEOR V18.B16, V18.B16, V18.B16; \
	VEOR V19.B16, V19.B16, V19.B16; \
	VEOR V20.B16, V20.B16, V20.B16; \
	VEOR V21.B16, V21.B16, V21.B16; \
	VEOR V22.B16, V22.B16, V22.B16; \
	VEOR V23.B16, V23.B16, V23.B16; \
	VEOR V24.B16, V24.B16, V24.B16; \
	VEOR V25.B16, V25.B16, V25.B16; \
	VEOR V26.B16, V26.B16, V26.B16; \
	VEOR V27.B16, V27.B16, V27.B16; \
	VEOR V28.B16, V28.B16, V28.B16; \
	VEOR V29.B16, V29.B16, V29.B16; \
	VEOR V30.B16, V30.B16, V30.B16; \
	VEOR V31.B16, V31.B16, V31.B16

#define ROWS1(ROW, end) ROW

#define BIAS1 \
	VLD1R.P 4(R21), [V16.S4]; \
	VMOV    V16.B16, V17.B16; \
	VMOV    V16.B16, V18.B16; \
	VMOV    V16.B16, V19.B16

#define LOAD1x16 \
	VLD1 (R14), [V16.S4, V17.S4, V18.S4]; \
	LAST4(R20, R1, V19, F19)

#define LOAD1x12 \
	VLD1 (R14), [V16.S4, V17.S4]; \
	LAST4(R20, R1, V19, F19)

#define LOAD1x8 \
	VLD1 (R14), [V16.S4]; \
	LAST4(R20, R1, V19, F19)

#define LOAD1x4 LAST4(R20, R1, V19, F19)
#define LOAD1x3 LAST3(R20, R1, V19, F19)
#define LOAD1x2 LAST2(R20, R1, V19, F19)
#define LOAD1x1 LAST1(R20, R1, V19, F19)

#define STORE1x16 \
	VST1 [V16.S4, V17.S4, V18.S4], (R14); \
	PUT4(V19, F19)

#define STORE1x12 \
	VST1 [V16.S4, V17.S4], (R14); \
	PUT4(V19, F19)

#define STORE1x8 \
	VST1 [V16.S4], (R14); \
	PUT4(V19, F19)

#define STORE1x4 PUT4(V19, F19)
#define STORE1x3 PUT3(V19, F19)
#define STORE1x2 PUT2(V19, F19)
#define STORE1x1 PUT1(V19, F19)

// The values of b for one step in V4 to V7, times lane i of V0, to V(d) to V(d+3).
#define LANE1x16(d, i) \
	VLD1.P (R12)(R4), [V4.S4, V5.S4, V6.S4]; \
	LAST4(R19, R4, V7, F7); \
	FMLA_4S_EL(d, 4, 0, i); \
	FMLA_4S_EL(d+1, 5, 0, i); \
	FMLA_4S_EL(d+2, 6, 0, i); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANE1x12(d, i) \
	VLD1.P (R12)(R4), [V4.S4, V5.S4]; \
	LAST4(R19, R4, V7, F7); \
	FMLA_4S_EL(d, 4, 0, i); \
	FMLA_4S_EL(d+1, 5, 0, i); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANE1x8(d, i) \
	VLD1.P (R12)(R4), [V4.S4]; \
	LAST4(R19, R4, V7, F7); \
	FMLA_4S_EL(d, 4, 0, i); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANE1x4(d, i) \
	LAST4(R19, R4, V7, F7); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANE1x3(d, i) \
	LAST3(R19, R4, V7, F7); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANE1x2(d, i) \
	LAST2(R19, R4, V7, F7); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANE1x1(d, i) \
	LAST1(R19, R4, V7, F7); \
	FMLA_4S_EL(d+3, 7, 0, i)

#define LANES(LANE) \
	VLD1.P 16(R2), [V0.S4]; \
	LANE(16, 0); \
	LANE(20, 1); \
	LANE(24, 2); \
	LANE(28, 3)

#define FOUR1x16 LANES(LANE1x16)
#define FOUR1x12 LANES(LANE1x12)
#define FOUR1x8 LANES(LANE1x8)
#define FOUR1x4 LANES(LANE1x4)
#define FOUR1x3 LANES(LANE1x3)
#define FOUR1x2 LANES(LANE1x2)
#define FOUR1x1 LANES(LANE1x1)

#define STEP1(LANE) \
	FMOVS.P 4(R2), F0; \
	LANE(16, 0)

#define STEP1x16 STEP1(LANE1x16)
#define STEP1x12 STEP1(LANE1x12)
#define STEP1x8 STEP1(LANE1x8)
#define STEP1x4 STEP1(LANE1x4)
#define STEP1x3 STEP1(LANE1x3)
#define STEP1x2 STEP1(LANE1x2)
#define STEP1x1 STEP1(LANE1x1)

#define FOLD(d) \
	FADD_4S(d, d, d+4); \
	FADD_4S(d+8, d+8, d+12); \
	FADD_4S(d, d, d+8); \
	CLAMP(d)

#define CLAMP1x16 \
	FOLD(16); \
	FOLD(17); \
	FOLD(18); \
	FOLD(19)

#define CLAMP1x4 FOLD(19)

// func gemmF32NEON_1x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32NEON_1x16(SB), NOSPLIT, $0-148
	GEMMARGS
	CMP $12, R7
	BGT columns16
	CMP $8, R7
	BGT columns12
	CMP $4, R7
	BGT columns8
	BEQ columns4
	CMP $2, R7
	BGT columns3
	BEQ columns2
	B   columns1

	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x16, FOUR1x16, STEP1x16, CLAMP1x16, STORE1x16, columns16, bias16, sum16, four16, rest16, one16, clamp16, next16)
	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x12, FOUR1x12, STEP1x12, CLAMP1x16, STORE1x12, columns12, bias12, sum12, four12, rest12, one12, clamp12, next12)
	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x8, FOUR1x8, STEP1x8, CLAMP1x16, STORE1x8, columns8, bias8, sum8, four8, rest8, one8, clamp8, next8)
	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x4, FOUR1x4, STEP1x4, CLAMP1x4, STORE1x4, columns4, bias4, sum4, four4, rest4, one4, clamp4, next4)
	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x3, FOUR1x3, STEP1x3, CLAMP1x4, STORE1x3, columns3, bias3, sum3, four3, rest3, one3, clamp3, next3)
	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x2, FOUR1x2, STEP1x2, CLAMP1x4, STORE1x2, columns2, bias2, sum2, four2, rest2, one2, clamp2, next2)
	PANELS(1, PANEL1, ROWS1, BIAS1, LOAD1x1, FOUR1x1, STEP1x1, CLAMP1x4, STORE1x1, columns1, bias1, sum1, four1, rest1, one1, clamp1, next1)
