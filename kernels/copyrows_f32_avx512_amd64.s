//go:build !purego

#include "textflag.h"

// Masks of 0 to 15 lanes.
DATA ·lanes16<>+0(SB)/8, $0x0007000300010000
DATA ·lanes16<>+8(SB)/8, $0x007f003f001f000f
DATA ·lanes16<>+16(SB)/8, $0x07ff03ff01ff00ff
DATA ·lanes16<>+24(SB)/8, $0x7fff3fff1fff0fff
GLOBL ·lanes16<>(SB), RODATA|NOPTR, $32

// The even elements of a pair of vectors.
DATA ·evens<>+0(SB)/8, $0x0000000200000000
DATA ·evens<>+8(SB)/8, $0x0000000600000004
DATA ·evens<>+16(SB)/8, $0x0000000a00000008
DATA ·evens<>+24(SB)/8, $0x0000000e0000000c
DATA ·evens<>+32(SB)/8, $0x0000001200000010
DATA ·evens<>+40(SB)/8, $0x0000001600000014
DATA ·evens<>+48(SB)/8, $0x0000001a00000018
DATA ·evens<>+56(SB)/8, $0x0000001e0000001c
GLOBL ·evens<>(SB), RODATA|NOPTR, $64

// copyrows_f32: see CopyRowsF32Func in copyrows_f32.go for the contract.
//
// Registers:
//	DI dst row    R8 ldd in bytes    SI src    R9 at    CX rows left
//	R10 pieces    R11 their number   R12 piece    R13 pieces left
//	BX source row    AX, DX cursors    R14 elements left    R15 masks

// func copyRowsF32AVX512(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)
TEXT ·copyRowsF32AVX512(SB), NOSPLIT, $0-104
	MOVQ dst_base+0(FP), DI
	MOVQ ldd+24(FP), R8
	MOVQ src_base+32(FP), SI
	MOVQ at_base+56(FP), R9
	MOVQ at_len+64(FP), CX
	MOVQ pieces_base+80(FP), R10
	MOVQ pieces_len+88(FP), R11
	SHLQ $2, R8
	LEAQ ·lanes16<>(SB), R15

row:
	MOVLQSX (R9), BX               // BX = source row
	LEAQ    (SI)(BX*4), BX
	MOVQ    R10, R12
	MOVQ    R11, R13

piece:
	MOVLQSX (R12), DX
	MOVLQSX 4(R12), AX
	MOVLQSX 8(R12), R14
	LEAQ    (DI)(DX*4), DX
	LEAQ    (BX)(AX*4), AX
	SUBQ    $16, R14
	JL      tail

whole:                                 // 16 elements
	VMOVUPS (AX), Z0
	VMOVUPS Z0, (DX)
	ADDQ    $64, AX
	ADDQ    $64, DX
	SUBQ    $16, R14
	JGE     whole

tail:                                  // R14+16 elements
	KMOVW     32(R15)(R14*2), K1
	VMOVUPS.Z (AX), K1, Z0
	VMOVUPS   Z0, K1, (DX)
	ADDQ      $12, R12
	DECQ      R13
	JNZ       piece
	ADDQ      R8, DI
	ADDQ      $4, R9
	DECQ      CX
	JNZ       row
	VZEROUPPER
	RET

// Every second element of src.
//
// func copyEvenF32AVX512(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)
TEXT ·copyEvenF32AVX512(SB), NOSPLIT, $0-104
	MOVQ dst_base+0(FP), DI
	MOVQ ldd+24(FP), R8
	MOVQ src_base+32(FP), SI
	MOVQ at_base+56(FP), R9
	MOVQ at_len+64(FP), CX
	MOVQ pieces_base+80(FP), R10
	MOVQ pieces_len+88(FP), R11
	SHLQ $2, R8
	LEAQ ·lanes16<>(SB), R15
	VMOVUPS ·evens<>(SB), Z2

row:
	MOVLQSX (R9), BX               // BX = source row
	LEAQ    (SI)(BX*4), BX
	MOVQ    R10, R12
	MOVQ    R11, R13

piece:
	MOVLQSX (R12), DX
	MOVLQSX 4(R12), AX
	MOVLQSX 8(R12), R14
	LEAQ    (DI)(DX*4), DX
	LEAQ    (BX)(AX*4), AX
	SUBQ    $16, R14
	JL      tail

whole:                                 // 16 elements of 31
	VMOVUPS   (AX), Z0
	KMOVW     30(R15), K1
	VMOVUPS.Z 64(AX), K1, Z1
	VPERMT2PS Z1, Z2, Z0
	VMOVUPS   Z0, (DX)
	ADDQ      $128, AX
	ADDQ      $64, DX
	SUBQ      $16, R14
	JGE       whole

tail:                                  // r = R14+16 elements of 2*r-1
	KMOVW     32(R15)(R14*2), K1
	SHLQ      $1, R14              // lanes of the first 16: min(2*r-1, 16)
	ADDQ      $31, R14
	CMPQ      R14, $0
	JLT       next                 // r = 0
	CMPQ      R14, $16
	JGE       both
	KMOVW     (R15)(R14*2), K2
	VMOVUPS.Z (AX), K2, Z0
	VPERMPS   Z0, Z2, Z0
	VMOVUPS   Z0, K1, (DX)
	JMP       next

both:
	KMOVW     -32(R15)(R14*2), K2  // and 2*r-17 of the second
	VMOVUPS   (AX), Z0
	VMOVUPS.Z 64(AX), K2, Z1
	VPERMT2PS Z1, Z2, Z0
	VMOVUPS   Z0, K1, (DX)

next:
	ADDQ      $12, R12
	DECQ      R13
	JNZ       piece
	ADDQ      R8, DI
	ADDQ      $4, R9
	DECQ      CX
	JNZ       row
	VZEROUPPER
	RET
