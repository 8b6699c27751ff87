//go:build !purego

#include "textflag.h"

// maxpool_f32 for AVX-512: see MaxPoolF32Func for the contract. A row is cut
// into blocks of outputs; each block walks the taps.
//
// Registers:
//	DI y    SI x    R8 pitch in bytes    R9 kh    R10 kw
//	R11 dilation in bytes    CX outputs left
//	R12, R13 taps left    BX x of the tap row    AX x of the tap

#define MPARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ n+24(FP), CX; \
	MOVQ x_base+32(FP), SI; \
	MOVQ pitch+56(FP), R8; \
	MOVQ kh+64(FP), R9; \
	MOVQ kw+72(FP), R10; \
	MOVQ dilation+80(FP), R11; \
	SHLQ $2, R8; \
	SHLQ $2, R11

// The even elements of a pair of vectors.
DATA ·evenIndex<>+0(SB)/8, $0x0000000200000000
DATA ·evenIndex<>+8(SB)/8, $0x0000000600000004
DATA ·evenIndex<>+16(SB)/8, $0x0000000a00000008
DATA ·evenIndex<>+24(SB)/8, $0x0000000e0000000c
DATA ·evenIndex<>+32(SB)/8, $0x0000001200000010
DATA ·evenIndex<>+40(SB)/8, $0x0000001600000014
DATA ·evenIndex<>+48(SB)/8, $0x0000001a00000018
DATA ·evenIndex<>+56(SB)/8, $0x0000001e0000001c
GLOBL ·evenIndex<>(SB), RODATA|NOPTR, $64

// Masks K1, K2 for reading 2*c-1 elements, K3 for writing c, c = min(CX, 16).
#define S2MASKS(ok) \
	MOVL    $0x7fffffff, AX; \
	MOVL    $0xffff, BX; \
	CMPQ    CX, $16; \
	JGE     ok; \
	MOVL    $1, BX; \
	SHLL    CX, BX; \
	DECL    BX; \
	MOVL    $1, AX; \
	SHLL    CX, AX; \
	SHLL    CX, AX; \
	SHRL    $1, AX; \
	DECL    AX; \
ok: \
	KMOVW   AX, K1; \
	SHRL    $16, AX; \
	KMOVW   AX, K2; \
	KMOVW   BX, K3

DATA ·negInf<>+0(SB)/4, $0xff800000
GLOBL ·negInf<>(SB), RODATA|NOPTR, $4

// Z0 = max(Z0, Z17), either NaN wins: VMAXPS gives its second operand (Z0 in
// Go's order: the first) when one is NaN; a NaN of the other is blended in.
#define NANMAX \
	VCMPPS    $3, Z17, Z17, K4; \
	VMAXPS    Z0, Z17, Z0; \
	VBLENDMPS Z17, Z0, K4, Z0

// func maxPoolF32AVX512(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
TEXT ·maxPoolF32AVX512(SB), NOSPLIT, $0-88
	MPARGS
	VBROADCASTSS ·negInf<>(SB), Z29

block:
	TESTQ CX, CX
	JLE   done
	MOVQ  $-1, AX
	CMPQ  CX, $16
	JGE   full
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX

full:
	KMOVW   AX, K1
	VMOVAPS Z29, Z0
	MOVQ    SI, BX
	MOVQ    R9, R12

row:
	MOVQ BX, AX
	MOVQ R10, R13

tap:
	VMOVUPS.Z (AX), K1, Z17
	NANMAX
	ADDQ      R11, AX
	DECQ      R13
	JNZ       tap
	ADDQ      R8, BX
	DECQ      R12
	JNZ       row
	VMOVUPS   Z0, K1, (DI)
	ADDQ      $64, DI
	ADDQ      $64, SI
	SUBQ      $16, CX
	JMP       block

done:
	VZEROUPPER
	RET

// func maxPoolS2F32AVX512(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
TEXT ·maxPoolS2F32AVX512(SB), NOSPLIT, $0-88
	MPARGS
	VBROADCASTSS ·negInf<>(SB), Z29
	VMOVUPS      ·evenIndex<>(SB), Z28

block:
	TESTQ   CX, CX
	JLE     done
	S2MASKS(masks)
	VMOVAPS Z29, Z0
	MOVQ    SI, BX
	MOVQ    R9, R12

row:
	MOVQ BX, AX
	MOVQ R10, R13

tap:
	VMOVUPS.Z (AX), K1, Z17
	VMOVUPS.Z 64(AX), K2, Z18
	VPERMT2PS Z18, Z28, Z17
	NANMAX
	ADDQ      R11, AX
	DECQ      R13
	JNZ       tap
	ADDQ      R8, BX
	DECQ      R12
	JNZ       row
	VMOVUPS   Z0, K3, (DI)
	ADDQ      $64, DI
	ADDQ      $128, SI
	SUBQ      $16, CX
	JMP       block

done:
	VZEROUPPER
	RET
