//go:build !purego

#include "textflag.h"

// igemm_f32: see IgemmF32Func in igemm_f32.go for the contract.
//
// A tile is 8 rows by up to 48 columns in three vectors, or 49: the odd column
// is one vector of its own over the 8 rows, which lie side by side in a panel,
// so planes of 7x7, 14x14, 28x28 ... divide without a rest.
//
// Registers:
//	DI  c, the panel's first row      R8  ldc in bytes
//	SI  a, the panel                  DX  b
//	R9  offsets of the rows of b      CX  k
//	R10 rows left                     R11 bias, 0 when nil
//	R12 init, 0 when nil              R14 ldi in bytes
//	BX  row of b    AX steps left    R13 a of the step    R15 offset of the step
//	Z0-Z23 sums, Z24-Z26 the row of b, K1 its last vector's lanes

#define IGEMMARGS \
	MOVQ c_base+0(FP), DI; \
	MOVQ ldc+24(FP), R8; \
	MOVQ a_base+32(FP), SI; \
	MOVQ b_base+56(FP), DX; \
	MOVQ off_base+80(FP), R9; \
	MOVQ off_len+88(FP), CX; \
	MOVQ m+104(FP), R10; \
	MOVQ bias_base+120(FP), R11; \
	MOVQ init_base+144(FP), R12; \
	MOVQ ldi+168(FP), R14; \
	SHLQ $2, R8; \
	SHLQ $2, R14

#define LOHI512 \
	VBROADCASTSS lo+176(FP), Z30; \
	VBROADCASTSS hi+180(FP), Z31

// Clamp to [lo, hi] in Z30, Z31; a NaN sum stays.
#define CLAMP(z) \
	VMAXPS z, Z30, z; \
	VMINPS z, Z31, z

#define ZERO(z) VXORPS z, z, z

#define START \
	MOVQ  SI, R13; \
	MOVQ  R9, R15; \
	MOVQ  CX, AX

#define ZERO8 \
	ZERO(Z0); \
	ZERO(Z1); \
	ZERO(Z2); \
	ZERO(Z3); \
	ZERO(Z4); \
	ZERO(Z5); \
	ZERO(Z6); \
	ZERO(Z7)

#define ZERO16 \
	ZERO8; \
	ZERO(Z8); \
	ZERO(Z9); \
	ZERO(Z10); \
	ZERO(Z11); \
	ZERO(Z12); \
	ZERO(Z13); \
	ZERO(Z14); \
	ZERO(Z15)

#define ZERO24 \
	ZERO16; \
	ZERO(Z16); \
	ZERO(Z17); \
	ZERO(Z18); \
	ZERO(Z19); \
	ZERO(Z20); \
	ZERO(Z21); \
	ZERO(Z22); \
	ZERO(Z23)

// BX = row of b at this step.
#define NEXTROW \
	MOVLQSX (R15), BX; \
	LEAQ    (DX)(BX*4), BX; \
	ADDQ    $4, R15

// One row of the k step: sum += a[p][i] * b[p][0..].
#define FMA3(off, z0, z1, z2, t) \
	VBROADCASTSS off(R13), t; \
	VFMADD231PS  Z24, t, z0; \
	VFMADD231PS  Z25, t, z1; \
	VFMADD231PS  Z26, t, z2

#define FMA2(off, z0, z1, t) \
	VBROADCASTSS off(R13), t; \
	VFMADD231PS  Z24, t, z0; \
	VFMADD231PS  Z25, t, z1

#define FMA1(off, z0, t) \
	VBROADCASTSS off(R13), t; \
	VFMADD231PS  Z24, t, z0

// Weights of large layers come from far away: ask for them early.
#define STEP3 \
	FMA3(0, Z0, Z1, Z2, Z27); \
	FMA3(4, Z3, Z4, Z5, Z28); \
	FMA3(8, Z6, Z7, Z8, Z29); \
	FMA3(12, Z9, Z10, Z11, Z27); \
	FMA3(16, Z12, Z13, Z14, Z28); \
	FMA3(20, Z15, Z16, Z17, Z29); \
	FMA3(24, Z18, Z19, Z20, Z27); \
	FMA3(28, Z21, Z22, Z23, Z28); \
	PREFETCHT0 2048(R13); \
	ADDQ $32, R13; \
	DECQ AX

// Finish a row: bias and init added, clamped, stored; then on to the next row,
// or out when this was the last.
#define BIAS(none) \
	TESTQ        R11, R11; \
	JZ           none; \
	VBROADCASTSS (R11), Z27; \
	ADDQ         $4, R11

#define ROW_END(out) \
	ADDQ R8, DI; \
	DECQ R10; \
	JZ   out

#define ROW3(z0, z1, z2, nobias, noinit, out) \
	BIAS(nobias); \
	VADDPS    Z27, z0, z0; \
	VADDPS    Z27, z1, z1; \
	VADDPS    Z27, z2, z2; \
nobias: \
	TESTQ     R12, R12; \
	JZ        noinit; \
	VADDPS    (R12), z0, z0; \
	VADDPS    64(R12), z1, z1; \
	VMOVUPS.Z 128(R12), K1, Z28; \
	VADDPS    Z28, z2, z2; \
	ADDQ      R14, R12; \
noinit: \
	CLAMP(z0); \
	CLAMP(z1); \
	CLAMP(z2); \
	VMOVUPS   z0, (DI); \
	VMOVUPS   z1, 64(DI); \
	VMOVUPS   z2, K1, 128(DI); \
	ROW_END(out)

#define ROW2(z0, z1, nobias, noinit, out) \
	BIAS(nobias); \
	VADDPS    Z27, z0, z0; \
	VADDPS    Z27, z1, z1; \
nobias: \
	TESTQ     R12, R12; \
	JZ        noinit; \
	VADDPS    (R12), z0, z0; \
	VMOVUPS.Z 64(R12), K1, Z28; \
	VADDPS    Z28, z1, z1; \
	ADDQ      R14, R12; \
noinit: \
	CLAMP(z0); \
	CLAMP(z1); \
	VMOVUPS   z0, (DI); \
	VMOVUPS   z1, K1, 64(DI); \
	ROW_END(out)

#define ROW1(z0, nobias, noinit, out) \
	BIAS(nobias); \
	VADDPS    Z27, z0, z0; \
nobias: \
	TESTQ     R12, R12; \
	JZ        noinit; \
	VMOVUPS.Z (R12), K1, Z28; \
	VADDPS    Z28, z0, z0; \
	ADDQ      R14, R12; \
noinit: \
	CLAMP(z0); \
	VMOVUPS   z0, K1, (DI); \
	ROW_END(out)

// ROW3 with the odd column's sum at odd(SP).
#define ROW49(z0, z1, z2, odd, nobias, noinit, out) \
	VMOVSS  odd(SP), X29; \
	BIAS(nobias); \
	VADDPS  Z27, z0, z0; \
	VADDPS  Z27, z1, z1; \
	VADDPS  Z27, z2, z2; \
	VADDSS  X27, X29, X29; \
nobias: \
	TESTQ   R12, R12; \
	JZ      noinit; \
	VADDPS  (R12), z0, z0; \
	VADDPS  64(R12), z1, z1; \
	VADDPS  128(R12), z2, z2; \
	VADDSS  192(R12), X29, X29; \
	ADDQ    R14, R12; \
noinit: \
	CLAMP(z0); \
	CLAMP(z1); \
	CLAMP(z2); \
	VMAXSS  X29, X30, X29; \
	VMINSS  X29, X31, X29; \
	VMOVUPS z0, (DI); \
	VMOVUPS z1, 64(DI); \
	VMOVUPS z2, 128(DI); \
	VMOVSS  X29, 192(DI); \
	ROW_END(out)

// func igemmF32AVX512_8x49(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
TEXT ·igemmF32AVX512_8x49(SB), NOSPLIT, $32-184
	IGEMMARGS
	MOVQ n+112(FP), BX
	CMPQ BX, $49
	JEQ  odd
	LEAQ -1(BX), AX            // K1 = (n-1)%16 + 1 lanes
	ANDQ $15, AX
	MOVQ $2, R13
	XCHGQ AX, CX
	SHLQ CX, R13
	XCHGQ AX, CX
	DECQ R13
	KMOVW R13, K1
	CMPQ BX, $16
	JLE  one
	CMPQ BX, $32
	JLE  two

three:
	ZERO24
	START
	TESTQ AX, AX
	JZ    store3

loop3:                             // for p := range k
	NEXTROW
	VMOVUPS   (BX), Z24
	VMOVUPS   64(BX), Z25
	VMOVUPS.Z 128(BX), K1, Z26
	STEP3
	JNZ       loop3

store3:
	MOVQ R13, SI               // the next panel follows
	LOHI512
	ROW3(Z0, Z1, Z2, b30, i30, out)
	ROW3(Z3, Z4, Z5, b31, i31, out)
	ROW3(Z6, Z7, Z8, b32, i32, out)
	ROW3(Z9, Z10, Z11, b33, i33, out)
	ROW3(Z12, Z13, Z14, b34, i34, out)
	ROW3(Z15, Z16, Z17, b35, i35, out)
	ROW3(Z18, Z19, Z20, b36, i36, out)
	ROW3(Z21, Z22, Z23, b37, i37, out)
	JMP  three

odd:
	ZERO24
	VXORPS Y30, Y30, Y30
	START
	TESTQ AX, AX
	JZ    store49

loop49:
	NEXTROW
	VMOVUPS      (BX), Z24
	VMOVUPS      64(BX), Z25
	VMOVUPS      128(BX), Z26
	VBROADCASTSS 192(BX), Y31
	VFMADD231PS  (R13), Y31, Y30 // the odd column, all 8 rows
	STEP3
	JNZ          loop49

store49:
	MOVQ    R13, SI
	VMOVUPS Y30, oddsum-32(SP)
	LOHI512
	ROW49(Z0, Z1, Z2, oddsum-32, b40, i40, out)
	ROW49(Z3, Z4, Z5, oddsum-28, b41, i41, out)
	ROW49(Z6, Z7, Z8, oddsum-24, b42, i42, out)
	ROW49(Z9, Z10, Z11, oddsum-20, b43, i43, out)
	ROW49(Z12, Z13, Z14, oddsum-16, b44, i44, out)
	ROW49(Z15, Z16, Z17, oddsum-12, b45, i45, out)
	ROW49(Z18, Z19, Z20, oddsum-8, b46, i46, out)
	ROW49(Z21, Z22, Z23, oddsum-4, b47, i47, out)
	JMP     odd

two:
	ZERO16
	START
	TESTQ AX, AX
	JZ    store2

loop2:
	NEXTROW
	VMOVUPS   (BX), Z24
	VMOVUPS.Z 64(BX), K1, Z25
	FMA2(0, Z0, Z1, Z27)
	FMA2(4, Z2, Z3, Z28)
	FMA2(8, Z4, Z5, Z29)
	FMA2(12, Z6, Z7, Z30)
	FMA2(16, Z8, Z9, Z31)
	FMA2(20, Z10, Z11, Z27)
	FMA2(24, Z12, Z13, Z28)
	FMA2(28, Z14, Z15, Z29)
	ADDQ      $32, R13
	DECQ      AX
	JNZ       loop2

store2:
	MOVQ R13, SI
	LOHI512
	ROW2(Z0, Z1, b20, i20, out)
	ROW2(Z2, Z3, b21, i21, out)
	ROW2(Z4, Z5, b22, i22, out)
	ROW2(Z6, Z7, b23, i23, out)
	ROW2(Z8, Z9, b24, i24, out)
	ROW2(Z10, Z11, b25, i25, out)
	ROW2(Z12, Z13, b26, i26, out)
	ROW2(Z14, Z15, b27, i27, out)
	JMP  two

one:
	ZERO8
	START
	TESTQ AX, AX
	JZ    store1

loop1:
	NEXTROW
	VMOVUPS.Z (BX), K1, Z24
	FMA1(0, Z0, Z27)
	FMA1(4, Z1, Z28)
	FMA1(8, Z2, Z29)
	FMA1(12, Z3, Z30)
	FMA1(16, Z4, Z31)
	FMA1(20, Z5, Z27)
	FMA1(24, Z6, Z28)
	FMA1(28, Z7, Z29)
	ADDQ      $32, R13
	DECQ      AX
	JNZ       loop1

store1:
	MOVQ R13, SI
	LOHI512
	ROW1(Z0, b10, i10, out)
	ROW1(Z1, b11, i11, out)
	ROW1(Z2, b12, i12, out)
	ROW1(Z3, b13, i13, out)
	ROW1(Z4, b14, i14, out)
	ROW1(Z5, b15, i15, out)
	ROW1(Z6, b16, i16, out)
	ROW1(Z7, b17, i17, out)
	JMP  one

out:
	VZEROUPPER
	RET
