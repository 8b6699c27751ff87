//go:build !purego

#include "textflag.h"

// igemm_f32: see IgemmF32Func in igemm_f32.go for the contract.
//
// Registers:
//	DI  c, the panel's first row      R8  ldc in bytes
//	SI  a, the panel                  DX  b
//	R9  offsets of the rows of b      CX  k
//	R10 rows left                     R11 bias, 0 when nil
//	R12 init, 0 when nil              R14 ldi in bytes
//	BX  row of b    AX steps left    R13 a of the step    R15 offset of the step
//	Y0-Y11 sums, Y12, Y13 the row of b, Y14 its last vector's lanes

// Eight ones and eight zeros: a mask of r lanes starts at ones + (8-r).
DATA ·igemmLanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·igemmLanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·igemmLanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·igemmLanes<>+24(SB)/8, $0xffffffffffffffff
DATA ·igemmLanes<>+32(SB)/8, $0
DATA ·igemmLanes<>+40(SB)/8, $0
DATA ·igemmLanes<>+48(SB)/8, $0
DATA ·igemmLanes<>+56(SB)/8, $0
GLOBL ·igemmLanes<>(SB), RODATA|NOPTR, $64

#define ZERO(y) VXORPS y, y, y

#define START \
	ZERO(Y0); \
	ZERO(Y1); \
	ZERO(Y2); \
	ZERO(Y3); \
	ZERO(Y4); \
	ZERO(Y5); \
	MOVQ SI, R13; \
	MOVQ R9, R15; \
	MOVQ CX, AX

// BX = row of b at this step.
#define NEXTROW \
	MOVLQSX (R15), BX; \
	LEAQ    (DX)(BX*4), BX; \
	ADDQ    $4, R15

#define FMA2(off, y0, y1) \
	VBROADCASTSS off(R13), Y15; \
	VFMADD231PS  Y12, Y15, y0; \
	VFMADD231PS  Y13, Y15, y1

#define FMA1(off, y0) \
	VBROADCASTSS off(R13), Y15; \
	VFMADD231PS  Y12, Y15, y0

// After the k loop Y12 and Y13 hold lo and hi.
#define LOHI \
	VBROADCASTSS lo+176(FP), Y12; \
	VBROADCASTSS hi+180(FP), Y13

#define CLAMP(y) \
	VMAXPS y, Y12, y; \
	VMINPS y, Y13, y

#define BIAS(none) \
	TESTQ        R11, R11; \
	JZ           none; \
	VBROADCASTSS (R11), Y15; \
	ADDQ         $4, R11

// Finish a row: bias and init added, clamped, stored; then on to the next row,
// or out when this was the last.
#define ROW_END(out) \
	ADDQ R8, DI; \
	DECQ R10; \
	JZ   out

#define ROW2(y0, y1, nobias, noinit, out) \
	BIAS(nobias); \
	VADDPS     Y15, y0, y0; \
	VADDPS     Y15, y1, y1; \
nobias: \
	TESTQ      R12, R12; \
	JZ         noinit; \
	VADDPS     (R12), y0, y0; \
	VMASKMOVPS 32(R12), Y14, Y15; \
	VADDPS     Y15, y1, y1; \
	ADDQ       R14, R12; \
noinit: \
	CLAMP(y0); \
	CLAMP(y1); \
	VMOVUPS    y0, (DI); \
	VMASKMOVPS y1, Y14, 32(DI); \
	ROW_END(out)

#define ROW1(y0, nobias, noinit, out) \
	BIAS(nobias); \
	VADDPS     Y15, y0, y0; \
nobias: \
	TESTQ      R12, R12; \
	JZ         noinit; \
	VMASKMOVPS (R12), Y14, Y15; \
	VADDPS     Y15, y0, y0; \
	ADDQ       R14, R12; \
noinit: \
	CLAMP(y0); \
	VMASKMOVPS y0, Y14, (DI); \
	ROW_END(out)

// func igemmF32AVX2_6x16(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
TEXT ·igemmF32AVX2_6x16(SB), NOSPLIT, $0-184
	MOVQ c_base+0(FP), DI
	MOVQ ldc+24(FP), R8
	MOVQ a_base+32(FP), SI
	MOVQ b_base+56(FP), DX
	MOVQ off_base+80(FP), R9
	MOVQ off_len+88(FP), CX
	MOVQ m+104(FP), R10
	MOVQ n+112(FP), BX
	MOVQ bias_base+120(FP), R11
	MOVQ init_base+144(FP), R12
	MOVQ ldi+168(FP), R14
	SHLQ $2, R8
	SHLQ $2, R14
	LEAQ -1(BX), AX
	ANDQ $7, AX
	NEGQ AX                            // mask of (n-1)%8 + 1 lanes: at (7 - (n-1)%8) * 4
	LEAQ ·igemmLanes<>+28(SB), R13
	VMOVUPS (R13)(AX*4), Y14
	CMPQ BX, $8
	JLE  one

two:
	START
	ZERO(Y6)
	ZERO(Y7)
	ZERO(Y8)
	ZERO(Y9)
	ZERO(Y10)
	ZERO(Y11)
	TESTQ AX, AX
	JZ    store2
	CMPQ  n+112(FP), $16
	JNE   tail2

loop2:                                     // for p := range k, 16 columns
	NEXTROW
	VMOVUPS (BX), Y12
	VMOVUPS 32(BX), Y13
	FMA2(0, Y0, Y1)
	FMA2(4, Y2, Y3)
	FMA2(8, Y4, Y5)
	FMA2(12, Y6, Y7)
	FMA2(16, Y8, Y9)
	FMA2(20, Y10, Y11)
	ADDQ    $24, R13
	DECQ    AX
	JNZ     loop2
	JMP     store2

tail2:                                     // for p := range k, 9 to 15 columns
	NEXTROW
	VMOVUPS    (BX), Y12
	VMASKMOVPS 32(BX), Y14, Y13
	FMA2(0, Y0, Y1)
	FMA2(4, Y2, Y3)
	FMA2(8, Y4, Y5)
	FMA2(12, Y6, Y7)
	FMA2(16, Y8, Y9)
	FMA2(20, Y10, Y11)
	ADDQ    $24, R13
	DECQ    AX
	JNZ     tail2

store2:
	MOVQ R13, SI                       // the next panel follows
	LOHI
	ROW2(Y0, Y1, b20, i20, out)
	ROW2(Y2, Y3, b21, i21, out)
	ROW2(Y4, Y5, b22, i22, out)
	ROW2(Y6, Y7, b23, i23, out)
	ROW2(Y8, Y9, b24, i24, out)
	ROW2(Y10, Y11, b25, i25, out)
	JMP  two

one:
	START
	TESTQ AX, AX
	JZ    store1

loop1:
	NEXTROW
	VMASKMOVPS (BX), Y14, Y12
	FMA1(0, Y0)
	FMA1(4, Y1)
	FMA1(8, Y2)
	FMA1(12, Y3)
	FMA1(16, Y4)
	FMA1(20, Y5)
	ADDQ       $24, R13
	DECQ       AX
	JNZ        loop1

store1:
	MOVQ R13, SI
	LOHI
	ROW1(Y0, b10, i10, out)
	ROW1(Y1, b11, i11, out)
	ROW1(Y2, b12, i12, out)
	ROW1(Y3, b13, i13, out)
	ROW1(Y4, b14, i14, out)
	ROW1(Y5, b15, i15, out)
	JMP  one

out:
	VZEROUPPER
	RET
