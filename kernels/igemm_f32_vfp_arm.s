//go:build !purego

#include "textflag.h"
#include "a32_vfp.h"
#include "gemm_tile_vfp_arm.h"

// igemm_f32 for VFPv2, the floating point of ARMv6: see IgemmF32Func for the
// contract. The columns of a tile go in groups of four, then one by one.
//
// Registers besides those of the tile:
//	R2 a of the panel    R3 b of the group    R4 offset of this step
//	R5 k    R7 columns left    R12 steps left, scratch
// The arguments c_base, init_base and bias_base are moved on from panel to panel.

// lo in s(l), hi in s(l+1).
#define LIMITS(l) \
	MOVW lo+88(FP), R12; \
	VMOV_S_R(l, 12); \
	MOVW hi+92(FP), R12; \
	VMOV_S_R(l+1, 12)

#define BIASROW4(s) \
	VLDM1_INC(16, 8); \
	VADD_S(s, s, 16); \
	VADD_S(s+1, s+1, 16); \
	VADD_S(s+2, s+2, 16); \
	VADD_S(s+3, s+3, 16)

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
	MOVW  init_base+72(FP), R0; \
	CMP   $0, R0; \
	BEQ   bias; \
	MOVW  n+56(FP), R12; \
	SUB   R7, R12; \
	ADD   R12<<2, R0; \
	MOVW  ldi+84(FP), R1; \
	MOVW  R1<<2, R1; \
	ROWS4(LOAD, bias); \
bias: \
	MOVW  bias_base+60(FP), R8; \
	CMP   $0, R8; \
	BEQ   sum; \
	BIAS4(sum); \
sum: \
	MOVW  R2, R8; \
	MOVW  off_base+40(FP), R4; \
	MOVW  R5, R12; \
	CMP   $0, R12; \
	BEQ   clamp; \
step: \
	MOVW.P 4(R4), R9; \
	ADD   R9<<2, R3, R9; \
	STEP; \
	SUB.S $1, R12; \
	BNE   step; \
clamp: \
	CLAMPS; \
	MOVW  c_base+0(FP), R0; \
	MOVW  n+56(FP), R12; \
	SUB   R7, R12; \
	ADD   R12<<2, R0; \
	MOVW  ldc+12(FP), R1; \
	MOVW  R1<<2, R1; \
	ROWS4(STORE, next); \
next:

// func igemmF32VFP_4x8(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
TEXT ·igemmF32VFP_4x8(SB), NOSPLIT, $0-96
	MOVW a_base+16(FP), R2
	MOVW off_len+44(FP), R5
	MOVW m+52(FP), R6

panel:
	MOVW b_base+28(FP), R3
	MOVW n+56(FP), R7

columns4:
	CMP  $4, R7
	BLT  columns1
	GROUP4(VLDM4, STEP4x4, CLAMP4x4, VSTM4, bias4, sum4, step4, clamp4, next4)
	ADD  $16, R3
	SUB  $4, R7
	B    columns4

columns1:
	CMP  $0, R7
	BEQ  done
	GROUP4(VLDM1, STEP4x1, CLAMP4x1, VSTM1, bias1, sum1, step1, clamp1, next1)
	ADD  $4, R3
	SUB  $1, R7
	B    columns1

done:
	MOVW   $4, R12                     // four rows on: c, init where there is one,
	MOVW   ldc+12(FP), R1
	MOVW   R1<<2, R1
	MOVW   c_base+0(FP), R0
	MULA   R12, R1, R0, R0
	MOVW   R0, c_base+0(FP)
	MOVW   ldi+84(FP), R1
	MOVW   R1<<2, R1
	MOVW   init_base+72(FP), R0
	CMP    $0, R0
	MULA.NE R12, R1, R0, R0
	MOVW   R0, init_base+72(FP)
	MOVW   R5<<2, R8                   // a,
	MULA   R12, R8, R2, R2
	MOVW   bias_base+60(FP), R8        // the bias
	CMP    $0, R8
	ADD.NE $16, R8
	MOVW   R8, bias_base+60(FP)
	SUB.S  $4, R6
	BGT    panel
	RET
