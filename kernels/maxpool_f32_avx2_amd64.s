//go:build !purego

#include "textflag.h"

// maxpool_f32 for AVX2: see MaxPoolF32Func for the contract. A row is cut into
// blocks of outputs; each block walks the taps.
//
// Registers:
//	DI y    SI x    R8 pitch in bytes    R9 kh    R10 kw
//	R11 dilation in bytes    CX outputs left
//	R12, R13 taps left    BX x of the tap row    AX x of the tap
//	Y13 -Inf    Y10 lanes to write

#define MPARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ n+24(FP), CX; \
	MOVQ x_base+32(FP), SI; \
	MOVQ pitch+56(FP), R8; \
	MOVQ kh+64(FP), R9; \
	MOVQ kw+72(FP), R10; \
	MOVQ dilation+80(FP), R11; \
	SHLQ $2, R8; \
	SHLQ $2, R11; \
	VBROADCASTSS ·lowest<>(SB), Y13

DATA ·lowest<>+0(SB)/4, $0xff800000
GLOBL ·lowest<>(SB), RODATA|NOPTR, $4

// Eight ones, then eight zeros: n lanes are on from byte 32-4*n.
DATA ·lanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+24(SB)/8, $0xffffffffffffffff
DATA ·lanes<>+32(SB)/8, $0
DATA ·lanes<>+40(SB)/8, $0
DATA ·lanes<>+48(SB)/8, $0
DATA ·lanes<>+56(SB)/8, $0
GLOBL ·lanes<>(SB), RODATA|NOPTR, $64

// Y10 = the low min(CX, 8) lanes.
#define WRITEMASK \
	MOVQ    $8, AX; \
	CMPQ    CX, AX; \
	CMOVQLT CX, AX; \
	NEGQ    AX; \
	LEAQ    ·lanes<>+32(SB), BX; \
	VMOVUPS (BX)(AX*4), Y10

// And, for c = min(CX, 8) outputs at stride 2, 2*c-1 elements: Y14 the lanes of
// the first eight, Y15 those of the rest.
#define STRIDE2MASKS \
	WRITEMASK; \
	LEAQ    1(AX)(AX*1), AX; \
	MOVQ    $-8, R12; \
	CMPQ    AX, R12; \
	CMOVQGT AX, R12; \
	VMOVUPS (BX)(R12*4), Y14; \
	SUBQ    R12, AX; \
	VMOVUPS (BX)(AX*4), Y15

// Y5 = the even elements from AX on.
#define EVENS \
	VMASKMOVPS (AX), Y14, Y5; \
	VMASKMOVPS 32(AX), Y15, Y6; \
	VSHUFPS    $0x88, Y6, Y5, Y5; \
	VPERMPD    $0xd8, Y5, Y5

// Y0 = max(Y0, Y5), either NaN wins: VMAXPS gives its second operand (in Go's
// order the first) when one is NaN; a NaN of the other is blended in.
#define NANMAX(acc, v, t) \
	VCMPPS    $3, v, v, t; \
	VMAXPS    acc, v, acc; \
	VBLENDVPS t, v, acc, acc

// func maxPoolF32AVX2(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
TEXT ·maxPoolF32AVX2(SB), NOSPLIT, $0-88
	MPARGS

block:                                 // up to 8 outputs
	TESTQ CX, CX
	JLE   done
	WRITEMASK
	VMOVAPS Y13, Y0
	MOVQ    SI, BX
	MOVQ    R9, R12

row:
	MOVQ BX, AX
	MOVQ R10, R13

tap:
	VMASKMOVPS (AX), Y10, Y5
	NANMAX(Y0, Y5, Y6)
	ADDQ       R11, AX
	DECQ       R13
	JNZ        tap
	ADDQ       R8, BX
	DECQ       R12
	JNZ        row
	VMASKMOVPS Y0, Y10, (DI)
	ADDQ       $32, DI
	ADDQ       $32, SI
	SUBQ       $8, CX
	JMP        block

done:
	VZEROUPPER
	RET

// func maxPoolS2F32AVX2(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
TEXT ·maxPoolS2F32AVX2(SB), NOSPLIT, $0-88
	MPARGS

block:                                 // up to 8 outputs
	TESTQ CX, CX
	JLE   done
	STRIDE2MASKS
	VMOVAPS Y13, Y0
	MOVQ    SI, BX
	MOVQ    R9, R12

row:
	MOVQ BX, AX
	MOVQ R10, R13

tap:
	EVENS
	NANMAX(Y0, Y5, Y6)
	ADDQ       R11, AX
	DECQ       R13
	JNZ        tap
	ADDQ       R8, BX
	DECQ       R12
	JNZ        row
	VMASKMOVPS Y0, Y10, (DI)
	ADDQ       $32, DI
	ADDQ       $64, SI
	SUBQ       $8, CX
	JMP        block

done:
	VZEROUPPER
	RET
