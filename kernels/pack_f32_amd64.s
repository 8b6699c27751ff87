//go:build !purego

#include "textflag.h"

// The packing of gemm_f32 for panels of 8 rows: a transposition of 8 x 8 blocks.
//
//	for p := range k { for i := range 8 { dst[p*8+i] = src[i*rs+p] } }
//
// k is a multiple of 8. Registers:
//	DI dst    SI row 0    R8 row 4    R9 rs in bytes    R10 3*rs    CX steps of 8 left

// Columns at..at+3 of the eight rows: row i in the lower half, row i+4 in the upper.
#define ROWS4(at, y0, y1, y2, y3, x0, x1, x2, x3) \
	VMOVUPS     at(SI), x0; \
	VINSERTF128 $1, at(R8), y0, y0; \
	VMOVUPS     at(SI)(R9*1), x1; \
	VINSERTF128 $1, at(R8)(R9*1), y1, y1; \
	VMOVUPS     at(SI)(R9*2), x2; \
	VINSERTF128 $1, at(R8)(R9*2), y2, y2; \
	VMOVUPS     at(SI)(R10*1), x3; \
	VINSERTF128 $1, at(R8)(R10*1), y3, y3

// Transpose 4 x 4 in each half and store the four columns at to(DI).
#define COLUMNS4(to, y0, y1, y2, y3) \
	VUNPCKLPS y1, y0, Y8; \
	VUNPCKHPS y1, y0, Y9; \
	VUNPCKLPS y3, y2, Y10; \
	VUNPCKHPS y3, y2, Y11; \
	VSHUFPS   $0x44, Y10, Y8, Y12; \
	VSHUFPS   $0xee, Y10, Y8, Y13; \
	VSHUFPS   $0x44, Y11, Y9, Y14; \
	VSHUFPS   $0xee, Y11, Y9, Y15; \
	VMOVUPS   Y12, to(DI); \
	VMOVUPS   Y13, (to+32)(DI); \
	VMOVUPS   Y14, (to+64)(DI); \
	VMOVUPS   Y15, (to+96)(DI)

// func packF32AVX2_8(dst, src []float32, rs, k int)
TEXT ·packF32AVX2_8(SB), NOSPLIT, $0-64
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), SI
	MOVQ rs+48(FP), R9
	MOVQ k+56(FP), CX
	SHLQ $2, R9
	LEAQ (R9)(R9*2), R10
	LEAQ (SI)(R9*4), R8
	SHRQ $3, CX
	JZ   done

block:
	ROWS4(0, Y0, Y1, Y2, Y3, X0, X1, X2, X3)
	ROWS4(16, Y4, Y5, Y6, Y7, X4, X5, X6, X7)
	COLUMNS4(0, Y0, Y1, Y2, Y3)
	COLUMNS4(128, Y4, Y5, Y6, Y7)
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $256, DI
	DECQ CX
	JNZ  block

done:
	VZEROUPPER
	RET
