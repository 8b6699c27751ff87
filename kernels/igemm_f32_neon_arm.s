//go:build !purego

#include "textflag.h"
#include "a32_neon.h"

// igemm_f32 for NEON on 32-bit ARM: see IgemmF32Func for the contract, of which
// this has the case n = 8. Denormals count as zero, as always in this unit.
//
// Registers:
//	R0 c of the row    R1 ldc in bytes    R2 a    R3 b    R4 offset of this step
//	R5 k    R6 rows left    R7 bias, or 0    R8 init, or 0
//	R9 row of b, scratch    R12 steps left
//	q8-q15 sums, two for each row; q0, q1 the row of b; q2 a of four rows

// Finish a row: bias and init added, clamped to q0, q1, stored; then on to the
// next, or out when this was the last.
#define ROW(qa, qb, nobias, noinit, out) \
	CMP  $0, R7; \
	BEQ  nobias; \
	VLD1_DUP(4, 7); \
	ADD  $4, R7; \
	VADD_Q(qa, qa, 2); \
	VADD_Q(qb, qb, 2); \
nobias: \
	CMP  $0, R8; \
	BEQ  noinit; \
	MOVW R8, R9; \
	VLD1_2D_INC(4, 9); \
	VLD1_2D(6, 9); \
	VADD_Q(qa, qa, 2); \
	VADD_Q(qb, qb, 3); \
	MOVW ldi+84(FP), R9; \
	ADD  R9<<2, R8; \
noinit: \
	VMAX_Q(qa, qa, 0); \
	VMIN_Q(qa, qa, 1); \
	VMAX_Q(qb, qb, 0); \
	VMIN_Q(qb, qb, 1); \
	VST1_2D(2*qa, 0); \
	ADD  $16, R0, R9; \
	VST1_2D(2*qb, 9); \
	ADD  R1, R0; \
	SUB.S $1, R6; \
	BEQ  out

// func igemmF32NEON_4x8(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
TEXT ·igemmF32NEON_4x8(SB), NOSPLIT, $0-96
	MOVW c_base+0(FP), R0
	MOVW ldc+12(FP), R1
	MOVW a_base+16(FP), R2
	MOVW b_base+28(FP), R3
	MOVW off_len+44(FP), R5
	MOVW m+52(FP), R6
	MOVW bias_base+60(FP), R7
	MOVW init_base+72(FP), R8
	MOVW R1<<2, R1

panel:
	VEOR_Q(8, 8, 8)
	VEOR_Q(9, 9, 9)
	VEOR_Q(10, 10, 10)
	VEOR_Q(11, 11, 11)
	VEOR_Q(12, 12, 12)
	VEOR_Q(13, 13, 13)
	VEOR_Q(14, 14, 14)
	VEOR_Q(15, 15, 15)
	MOVW off_base+40(FP), R4
	MOVW R5, R12
	CMP  $0, R12
	BEQ  store

step:                                  // for p := range k
	MOVW.P 4(R4), R9
	ADD    R9<<2, R3, R9
	VLD1_2D_INC(0, 9)
	VLD1_2D(2, 9)
	VLD1_2D_INC(4, 2)
	VMLA_Q_EL(8, 0, 4, 0)
	VMLA_Q_EL(9, 1, 4, 0)
	VMLA_Q_EL(10, 0, 4, 1)
	VMLA_Q_EL(11, 1, 4, 1)
	VMLA_Q_EL(12, 0, 5, 0)
	VMLA_Q_EL(13, 1, 5, 0)
	VMLA_Q_EL(14, 0, 5, 1)
	VMLA_Q_EL(15, 1, 5, 1)
	SUB.S  $1, R12
	BNE    step

store:
	MOVW $lo+88(FP), R9
	VLD1_DUP(0, 9)
	MOVW $hi+92(FP), R9
	VLD1_DUP(2, 9)
	ROW(8, 9, b0, i0, out)
	ROW(10, 11, b1, i1, out)
	ROW(12, 13, b2, i2, out)
	ROW(14, 15, b3, i3, out)
	B    panel

out:
	RET
