//go:build !purego

#include "textflag.h"

// Eight ones and eight zeros: a mask of r lanes starts at ones + (8-r).
DATA ·copyLanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·copyLanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·copyLanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·copyLanes<>+24(SB)/8, $0xffffffffffffffff
DATA ·copyLanes<>+32(SB)/8, $0
DATA ·copyLanes<>+40(SB)/8, $0
DATA ·copyLanes<>+48(SB)/8, $0
DATA ·copyLanes<>+56(SB)/8, $0
GLOBL ·copyLanes<>(SB), RODATA|NOPTR, $64

// copyrows_f32: see CopyRowsF32Func in copyrows_f32.go for the contract, and
// the variant for AVX-512 for the registers.

// func copyRowsF32AVX2(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)
TEXT ·copyRowsF32AVX2(SB), NOSPLIT, $0-104
	MOVQ dst_base+0(FP), DI
	MOVQ ldd+24(FP), R8
	MOVQ src_base+32(FP), SI
	MOVQ at_base+56(FP), R9
	MOVQ at_len+64(FP), CX
	MOVQ pieces_base+80(FP), R10
	MOVQ pieces_len+88(FP), R11
	SHLQ $2, R8
	LEAQ ·copyLanes<>(SB), R15

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
	SUBQ    $8, R14
	JL      tail

whole:                                 // 8 elements
	VMOVUPS (AX), Y0
	VMOVUPS Y0, (DX)
	ADDQ    $32, AX
	ADDQ    $32, DX
	SUBQ    $8, R14
	JGE     whole

tail:                                  // R14+8 elements
	NEGQ       R14
	VMOVUPS    (R15)(R14*4), Y1
	VMASKMOVPS (AX), Y1, Y0
	VMASKMOVPS Y0, Y1, (DX)
	ADDQ       $12, R12
	DECQ       R13
	JNZ        piece
	ADDQ       R8, DI
	ADDQ       $4, R9
	DECQ       CX
	JNZ        row
	VZEROUPPER
	RET

// Every second element of src.
//
// func copyEvenF32AVX2(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)
TEXT ·copyEvenF32AVX2(SB), NOSPLIT, $0-104
	MOVQ dst_base+0(FP), DI
	MOVQ ldd+24(FP), R8
	MOVQ src_base+32(FP), SI
	MOVQ at_base+56(FP), R9
	MOVQ at_len+64(FP), CX
	MOVQ pieces_base+80(FP), R10
	MOVQ pieces_len+88(FP), R11
	SHLQ $2, R8

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
	SUBQ    $8, R14
	JL      tail

whole:                                 // 8 elements of 15: 0-7 and 7-14
	VMOVUPS (AX), Y0
	VMOVUPS 28(AX), Y1             // its odd elements are wanted
	VSHUFPS $0xd8, Y0, Y0, Y0      // lane by lane: 0 2 1 3
	VSHUFPS $0x8d, Y1, Y1, Y1      // 1 3 0 2
	VPERMQ  $0x08, Y0, Y0          // the first four wanted
	VPERMQ  $0x08, Y1, Y1
	VMOVUPS X0, (DX)
	VMOVUPS X1, 16(DX)
	ADDQ    $64, AX
	ADDQ    $32, DX
	SUBQ    $8, R14
	JGE     whole

tail:                                  // R14+8 elements
	ADDQ    $8, R14
	JZ      next

one:
	MOVL    (AX), R15
	MOVL    R15, (DX)
	ADDQ    $8, AX
	ADDQ    $4, DX
	DECQ    R14
	JNZ     one

next:
	ADDQ       $12, R12
	DECQ       R13
	JNZ        piece
	ADDQ       R8, DI
	ADDQ       $4, R9
	DECQ       CX
	JNZ        row
	VZEROUPPER
	RET
