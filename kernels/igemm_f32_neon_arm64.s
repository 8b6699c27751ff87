//go:build !purego

#include "textflag.h"
#include "a64_neon.h"
#include "gemm_tile_neon_arm64.h"

// igemm_f32 for NEON: see IgemmF32Func for the contract. The columns of a tile
// are vectors of four; the last vector starts at column n-4, over columns the
// one before has too (equal sums in both), so nothing beyond n is touched. Tiles of
// fewer than four columns have one vector with its upper lanes zero.
//
// Registers besides those of the tile:
//	R0 c of the panel    R25 ldc in bytes    R3 b
//	R5 k    R6 rows left    R7 n    R8 offsets    R22 offset of this step
//	R10 last vector, bytes from column 0    R11 steps left
//	R21 bias of the panel, or 0    R23 init of the panel, or 0    R24 ldi in bytes

// V0 = lo, V1 = hi.
#define LIMITS \
	FMOVS lo+176(FP), F0; \
	VDUP  V0.S[0], V0.S4; \
	FMOVS hi+180(FP), F1; \
	VDUP  V1.S[0], V1.S4

// The rows of a panel by the number of their first register.
#define ROWNUMBERS(ROW, end) \
	ROW(8); \
	CMP $1, R15; \
	BEQ end; \
	ROW(11); \
	CMP $2, R15; \
	BEQ end; \
	ROW(14); \
	CMP $3, R15; \
	BEQ end; \
	ROW(17); \
	CMP $4, R15; \
	BEQ end; \
	ROW(20); \
	CMP $5, R15; \
	BEQ end; \
	ROW(23); \
	CMP $6, R15; \
	BEQ end; \
	ROW(26); \
	CMP $7, R15; \
	BEQ end; \
	ROW(29)

#define ADDBIAS(d) \
	VLD1R.P 4(R21), [V0.S4]; \
	FADD_4S(d, d, 0); \
	FADD_4S(d+1, d+1, 0); \
	FADD_4S(d+2, d+2, 0)

// R12, R19 = row of b at this step; the tile's own stepping (R4) is 0.
#define NEXTROW \
	MOVW.P 4(R22), R13; \
	ADD    R13<<2, R3, R12; \
	ADD    R10, R12, R19

// All panels for one number of columns. The lower-case parameters are labels.
#define PANELS(LOAD, STEP, CLAMPS, STORE, panel, bias, sum, loop, clamp, next) \
panel: \
	PANEL8; \
	CBZ  R23, bias; \
	MOVD R24, R1; \
	MOVD R23, R14; \
	ADD  R10, R23, R20; \
	ADD  R24<<3, R23, R23; \
	ROWS8(LOAD, bias); \
bias: \
	CBZ  R21, sum; \
	ROWNUMBERS(ADDBIAS, sum); \
sum: \
	MOVD R8, R22; \
	MOVD R5, R11; \
	CBZ  R11, clamp; \
loop: \
	NEXTROW; \
	STEP; \
	SUBS $1, R11; \
	BNE  loop; \
clamp: \
	LIMITS; \
	CLAMPS; \
	MOVD R25, R1; \
	MOVD R0, R14; \
	ADD  R10, R0, R20; \
	ROWS8(STORE, next); \
next: \
	ADD  R25<<3, R0, R0; \
	SUBS $8, R6; \
	BGT  panel; \
	RET

// func igemmF32NEON_8x12(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
TEXT ·igemmF32NEON_8x12(SB), NOSPLIT, $0-184
	MOVD c_base+0(FP), R0
	MOVD ldc+24(FP), R25
	MOVD a_base+32(FP), R2
	MOVD b_base+56(FP), R3
	MOVD off_base+80(FP), R8
	MOVD off_len+88(FP), R5
	MOVD m+104(FP), R6
	MOVD n+112(FP), R7
	MOVD bias_base+120(FP), R21
	MOVD init_base+144(FP), R23
	MOVD ldi+168(FP), R24
	LSL  $2, R25, R25
	LSL  $2, R24, R24
	MOVD ZR, R4
	SUBS $4, R7, R10
	CSEL LT, ZR, R10, R10
	LSL  $2, R10, R10
	CMP  $8, R7
	BGT  columns12
	CMP  $4, R7
	BGT  columns8
	BEQ  columns4
	CMP  $2, R7
	BGT  columns3
	BEQ  columns2
	B    columns1

	PANELS(LOAD8x12, STEP8x12, CLAMP8x12, STORE8x12, columns12, bias12, sum12, loop12, clamp12, next12)
	PANELS(LOAD8x8, STEP8x8, CLAMP8x8, STORE8x8, columns8, bias8, sum8, loop8, clamp8, next8)
	PANELS(LOAD8x4, STEP8x4, CLAMP8x4, STORE8x4, columns4, bias4, sum4, loop4, clamp4, next4)
	PANELS(LOAD8x3, STEP8x3, CLAMP8x4, STORE8x3, columns3, bias3, sum3, loop3, clamp3, next3)
	PANELS(LOAD8x2, STEP8x2, CLAMP8x4, STORE8x2, columns2, bias2, sum2, loop2, clamp2, next2)
	PANELS(LOAD8x1, STEP8x1, CLAMP8x4, STORE8x1, columns1, bias1, sum1, loop1, clamp1, next1)
