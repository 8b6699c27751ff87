//go:build !purego

#include "textflag.h"
#include "a32_vfp.h"
#include "gemm_tile_vfp_arm.h"

// gemm_f32 for VFPv2, the floating point of ARMv6: see GemmF32Func for the
// contract. The columns of a tile go in groups of several, then one by one.
//
// Registers:
//	R0 c of the group    R1 ldc in bytes    R2 a of the panel    R3 b of the group
//	R4 ldb in bytes    R5 k    R6 rows left    R7 columns left
//	R8 a of this step, or c of this row    R9 b of this step    R12 steps left, scratch
// The arguments c_base and bias_base are moved on from panel to panel.

#define GEMMARGS \
	MOVW ldc+12(FP), R1; \
	MOVW a_base+16(FP), R2; \
	MOVW ldb+40(FP), R4; \
	MOVW k+44(FP), R5; \
	MOVW m+48(FP), R6; \
	MOVW R1<<2, R1; \
	MOVW R4<<2, R4

#define PANEL \
	MOVW c_base+0(FP), R0; \
	MOVW b_base+28(FP), R3; \
	MOVW n+52(FP), R7

// After a panel of rows; bytes is what the bias takes.
#define NEXTPANEL(rows, bytes) \
	MOVW   c_base+0(FP), R0; \
	MOVW   $rows, R12; \
	MULA   R12, R1, R0, R0; \
	MOVW   R0, c_base+0(FP); \
	MOVW   R5<<2, R8; \
	MULA   R12, R8, R2, R2; \
	MOVW   bias_base+56(FP), R8; \
	CMP    $0, R8; \
	ADD.NE $bytes, R8; \
	MOVW   R8, bias_base+56(FP)

// lo in s(l), hi in s(l+1).
#define LIMITS(l) \
	MOVW lo+72(FP), R12; \
	VMOV_S_R(l, 12); \
	MOVW hi+76(FP), R12; \
	VMOV_S_R(l+1, 12)

#define BIASROW4(s) \
	VLDM1_INC(s, 8); \
	VMOV_S(s+1, s); \
	VMOV_S(s+2, s); \
	VMOV_S(s+3, s)

#define BIAS4(end) \
	BIASROW4(0); \
	CMP $1, R6; \
	BEQ end; \
	BIASROW4(4); \
	CMP $2, R6; \
	BEQ end; \
	BIASROW4(8); \
	CMP $3, R6; \
	BEQ end; \
	BIASROW4(12)

// One group of columns. The lower-case parameters are labels.
#define GROUP4(LOAD, STEP, CLAMPS, STORE, bias, sum, step, clamp, next) \
	MOVW  $0, R12; \
	ZERO4(0); \
	ZERO4(4); \
	ZERO4(8); \
	ZERO4(12); \
	MOVBU acc+68(FP), R12; \
	CMP   $0, R12; \
	BEQ   bias; \
	ROWS4(LOAD, sum); \
	B     sum; \
bias: \
	MOVW  bias_base+56(FP), R8; \
	CMP   $0, R8; \
	BEQ   sum; \
	BIAS4(sum); \
sum: \
	MOVW  R2, R8; \
	MOVW  R3, R9; \
	MOVW  R5, R12; \
	CMP   $0, R12; \
	BEQ   clamp; \
step: \
	STEP; \
	ADD   R4, R9; \
	SUB.S $1, R12; \
	BNE   step; \
clamp: \
	CLAMPS; \
	ROWS4(STORE, next); \
next:

// func gemmF32VFP_4x8(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32VFP_4x8(SB), NOSPLIT, $0-80
	GEMMARGS

panel:
	PANEL

columns4:
	CMP  $4, R7
	BLT  columns1
	GROUP4(VLDM4, STEP4x4, CLAMP4x4, VSTM4, bias4, sum4, step4, clamp4, next4)
	ADD  $16, R0
	ADD  $16, R3
	SUB  $4, R7
	B    columns4

columns1:
	CMP  $0, R7
	BEQ  done
	GROUP4(VLDM1, STEP4x1, CLAMP4x1, VSTM1, bias1, sum1, step1, clamp1, next1)
	ADD  $4, R0
	ADD  $4, R3
	SUB  $1, R7
	B    columns1

done:
	NEXTPANEL(4, 16)
	SUB.S $4, R6
	BGT   panel
	RET

// The tile of 1 x 16, in groups of 8 columns: c is s0 to s7, b is s8 to s15,
// a is s16. A group of one column uses the first of each.

#define BIAS8 \
	VLDM1(0, 8); \
	VMOV_S(1, 0); \
	VMOV_S(2, 0); \
	VMOV_S(3, 0); \
	VMOV_S(4, 0); \
	VMOV_S(5, 0); \
	VMOV_S(6, 0); \
	VMOV_S(7, 0)

#define STEP1x8 \
	VLDM1_INC(16, 8); \
	VLDM8(8, 9); \
	VMLA_S(0, 8, 16); \
	VMLA_S(1, 9, 16); \
	VMLA_S(2, 10, 16); \
	VMLA_S(3, 11, 16); \
	VMLA_S(4, 12, 16); \
	VMLA_S(5, 13, 16); \
	VMLA_S(6, 14, 16); \
	VMLA_S(7, 15, 16)

#define STEP1x1 \
	VLDM1_INC(16, 8); \
	VLDM1(8, 9); \
	VMLA_S(0, 8, 16)

#define CLAMP1x8 \
	LIMITS(16); \
	CLAMP4(0, 16); \
	CLAMP4(4, 16)

#define CLAMP1x1 \
	LIMITS(16); \
	CLAMP(0, 16)

#define GROUP1(LOAD, STEP, CLAMPS, STORE, bias, sum, step, clamp) \
	MOVW  $0, R12; \
	ZERO4(0); \
	ZERO4(4); \
	MOVBU acc+68(FP), R12; \
	CMP   $0, R12; \
	BEQ   bias; \
	LOAD(0, 0); \
	B     sum; \
bias: \
	MOVW  bias_base+56(FP), R8; \
	CMP   $0, R8; \
	BEQ   sum; \
	BIAS8; \
sum: \
	MOVW  R2, R8; \
	MOVW  R3, R9; \
	MOVW  R5, R12; \
	CMP   $0, R12; \
	BEQ   clamp; \
step: \
	STEP; \
	ADD   R4, R9; \
	SUB.S $1, R12; \
	BNE   step; \
clamp: \
	CLAMPS; \
	STORE(0, 0)

// func gemmF32VFP_1x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32VFP_1x16(SB), NOSPLIT, $0-80
	GEMMARGS

panel:
	PANEL

columns8:
	CMP  $8, R7
	BLT  columns1
	GROUP1(VLDM8, STEP1x8, CLAMP1x8, VSTM8, bias8, sum8, step8, clamp8)
	ADD  $32, R0
	ADD  $32, R3
	SUB  $8, R7
	B    columns8

columns1:
	CMP  $0, R7
	BEQ  done
	GROUP1(VLDM1, STEP1x1, CLAMP1x1, VSTM1, bias1, sum1, step1, clamp1)
	ADD  $4, R0
	ADD  $4, R3
	SUB  $1, R7
	B    columns1

done:
	NEXTPANEL(1, 4)
	SUB.S $1, R6
	BGT   panel
	RET
