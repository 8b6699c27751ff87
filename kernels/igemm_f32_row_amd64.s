//go:build !purego

#include "textflag.h"

// igemm_f32 for few rows: see IgemmF32Func in igemm_f32.go for the contract. A
// tile is one row by four vectors of columns, all of them masked; even and odd
// steps add to sums of their own.
//
// Registers:
//	DI  c of the row    R8 ldc in bytes    SI a    DX b
//	R9  offsets         CX k               R10 rows left
//	R11 bias, 0 when nil    R12 init, 0 when nil    R14 ldi in bytes
//	BX, R13 rows of b    AX steps left    R15 offset of the step

#define IGEMVARGS \
	MOVQ c_base+0(FP), DI; \
	MOVQ ldc+24(FP), R8; \
	MOVQ a_base+32(FP), SI; \
	MOVQ b_base+56(FP), DX; \
	MOVQ off_base+80(FP), R9; \
	MOVQ m+104(FP), R10; \
	MOVQ bias_base+120(FP), R11; \
	MOVQ init_base+144(FP), R12; \
	MOVQ ldi+168(FP), R14; \
	SHLQ $2, R8; \
	SHLQ $2, R14

#define ZERO(z) VXORPS z, z, z

// One step: s += a * row.
#define STEP512(row, weight, s0, s1, s2, s3, t0, t1, t2, t3, w) \
	VBROADCASTSS weight, w; \
	VMOVUPS.Z    (row), K1, t0; \
	VMOVUPS.Z    64(row), K2, t1; \
	VMOVUPS.Z    128(row), K3, t2; \
	VMOVUPS.Z    192(row), K4, t3; \
	VFMADD231PS  t0, w, s0; \
	VFMADD231PS  t1, w, s1; \
	VFMADD231PS  t2, w, s2; \
	VFMADD231PS  t3, w, s3

// func igemmF32AVX512_1x64(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
TEXT ·igemmF32AVX512_1x64(SB), NOSPLIT, $0-184
	IGEMVARGS
	MOVQ  $64, CX              // K1 to K4 = n low bits
	SUBQ  n+112(FP), CX
	MOVQ  $-1, BX
	SHRQ  CX, BX
	KMOVW BX, K1
	SHRQ  $16, BX
	KMOVW BX, K2
	SHRQ  $16, BX
	KMOVW BX, K3
	SHRQ  $16, BX
	KMOVW BX, K4
	MOVQ  off_len+88(FP), CX
	VBROADCASTSS lo+176(FP), Z30
	VBROADCASTSS hi+180(FP), Z31

row:
	ZERO(Z0)
	ZERO(Z1)
	ZERO(Z2)
	ZERO(Z3)
	ZERO(Z4)
	ZERO(Z5)
	ZERO(Z6)
	ZERO(Z7)
	MOVQ R9, R15
	MOVQ CX, AX
	SUBQ $2, AX
	JL   odd

pair:
	MOVLQSX (R15), BX
	MOVLQSX 4(R15), R13
	LEAQ    (DX)(BX*4), BX
	LEAQ    (DX)(R13*4), R13
	STEP512(BX, (SI), Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, Z16)
	STEP512(R13, 4(SI), Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15, Z17)
	ADDQ    $8, R15
	ADDQ    $8, SI
	SUBQ    $2, AX
	JGE     pair

odd:
	ADDQ    $2, AX
	JZ      sum
	MOVLQSX (R15), BX
	LEAQ    (DX)(BX*4), BX
	STEP512(BX, (SI), Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, Z16)
	ADDQ    $4, SI

sum:
	VADDPS Z4, Z0, Z0
	VADDPS Z5, Z1, Z1
	VADDPS Z6, Z2, Z2
	VADDPS Z7, Z3, Z3
	TESTQ  R11, R11
	JZ     nobias
	VBROADCASTSS (R11), Z16
	ADDQ   $4, R11
	VADDPS Z16, Z0, Z0
	VADDPS Z16, Z1, Z1
	VADDPS Z16, Z2, Z2
	VADDPS Z16, Z3, Z3

nobias:
	TESTQ     R12, R12
	JZ        clamp
	VMOVUPS.Z (R12), K1, Z8
	VMOVUPS.Z 64(R12), K2, Z9
	VMOVUPS.Z 128(R12), K3, Z10
	VMOVUPS.Z 192(R12), K4, Z11
	VADDPS    Z8, Z0, Z0
	VADDPS    Z9, Z1, Z1
	VADDPS    Z10, Z2, Z2
	VADDPS    Z11, Z3, Z3
	ADDQ      R14, R12

clamp:
	VMAXPS  Z0, Z30, Z0        // a NaN sum stays
	VMAXPS  Z1, Z30, Z1
	VMAXPS  Z2, Z30, Z2
	VMAXPS  Z3, Z30, Z3
	VMINPS  Z0, Z31, Z0
	VMINPS  Z1, Z31, Z1
	VMINPS  Z2, Z31, Z2
	VMINPS  Z3, Z31, Z3
	VMOVUPS Z0, K1, (DI)
	VMOVUPS Z1, K2, 64(DI)
	VMOVUPS Z2, K3, 128(DI)
	VMOVUPS Z3, K4, 192(DI)
	ADDQ    R8, DI
	DECQ    R10
	JNZ     row
	VZEROUPPER
	RET
