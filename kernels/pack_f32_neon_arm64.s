//go:build !purego

#include "textflag.h"

// The packing of gemm_f32 for panels of 8 rows: see pack_f32_amd64.s for the Go
// loop. k is a multiple of 4. Registers: R0 dst, R2 to R9 the rows, R1 steps of
// 4 left.

// Transpose 4 x 4 of a, b, c, d to e, f, g, h.
#define TRANSPOSE4(a, b, c, d, e, f, g, h) \
	VTRN1 b.S4, a.S4, V16.S4; \
	VTRN2 b.S4, a.S4, V17.S4; \
	VTRN1 d.S4, c.S4, V18.S4; \
	VTRN2 d.S4, c.S4, V19.S4; \
	VZIP1 V18.D2, V16.D2, e.D2; \
	VZIP1 V19.D2, V17.D2, f.D2; \
	VZIP2 V18.D2, V16.D2, g.D2; \
	VZIP2 V19.D2, V17.D2, h.D2

// func packF32NEON_8(dst, src []float32, rs, k int)
TEXT ·packF32NEON_8(SB), NOSPLIT, $0-64
	MOVD dst_base+0(FP), R0
	MOVD src_base+24(FP), R2
	MOVD rs+48(FP), R10
	MOVD k+56(FP), R1
	ADD  R10<<2, R2, R3
	ADD  R10<<2, R3, R4
	ADD  R10<<2, R4, R5
	ADD  R10<<2, R5, R6
	ADD  R10<<2, R6, R7
	ADD  R10<<2, R7, R8
	ADD  R10<<2, R8, R9
	LSR  $2, R1, R1
	CBZ  R1, done

block:
	VLD1.P 16(R2), [V0.S4]
	VLD1.P 16(R3), [V1.S4]
	VLD1.P 16(R4), [V2.S4]
	VLD1.P 16(R5), [V3.S4]
	VLD1.P 16(R6), [V4.S4]
	VLD1.P 16(R7), [V5.S4]
	VLD1.P 16(R8), [V6.S4]
	VLD1.P 16(R9), [V7.S4]
	TRANSPOSE4(V0, V1, V2, V3, V20, V22, V24, V26) // columns, rows 0-3
	TRANSPOSE4(V4, V5, V6, V7, V21, V23, V25, V27) // and rows 4-7
	VST1.P [V20.S4, V21.S4, V22.S4, V23.S4], 64(R0)
	VST1.P [V24.S4, V25.S4, V26.S4, V27.S4], 64(R0)
	SUBS   $1, R1
	BNE    block

done:
	RET
