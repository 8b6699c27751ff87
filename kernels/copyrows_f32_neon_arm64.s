//go:build !purego

#include "textflag.h"

// copyrows_f32: see CopyRowsF32Func in copyrows_f32.go for the contract.
//
// Registers:
//	R0 dst row    R1 ldd in bytes    R2 src    R3 at    R4 rows left
//	R5 pieces     R6 their number    R7 piece    R8 pieces left
//	R9 source row    R10, R11 cursors in src, dst    R12 elements left    R13 scratch

#define COPYARGS \
	MOVD dst_base+0(FP), R0; \
	MOVD ldd+24(FP), R1; \
	MOVD src_base+32(FP), R2; \
	MOVD at_base+56(FP), R3; \
	MOVD at_len+64(FP), R4; \
	MOVD pieces_base+80(FP), R5; \
	MOVD pieces_len+88(FP), R6; \
	LSL  $2, R1, R1

// R9 = the next source row, R7 and R8 the first of the pieces.
#define NEXTROW \
	MOVW.P 4(R3), R9; \
	ADD    R9<<2, R2, R9; \
	MOVD   R5, R7; \
	MOVD   R6, R8

// Cursors and length of the next piece.
#define NEXTPIECE \
	MOVW.P 4(R7), R11; \
	MOVW.P 4(R7), R10; \
	MOVW.P 4(R7), R12; \
	ADD    R11<<2, R0, R11; \
	ADD    R10<<2, R9, R10

// func copyRowsF32NEON(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)
TEXT ·copyRowsF32NEON(SB), NOSPLIT, $0-104
	COPYARGS

row:
	NEXTROW

piece:
	NEXTPIECE
	SUBS $16, R12
	BLT  fours

sixteen:
	VLD1.P 64(R10), [V0.S4, V1.S4, V2.S4, V3.S4]
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R11)
	SUBS   $16, R12
	BGE    sixteen

fours:
	ADDS $12, R12                  // four less than are left
	BLT  ones

four:
	VLD1.P 16(R10), [V0.S4]
	VST1.P [V0.S4], 16(R11)
	SUBS   $4, R12
	BGE    four

ones:
	ADDS $4, R12
	BEQ  next

one:
	MOVWU.P 4(R10), R13
	MOVW.P  R13, 4(R11)
	SUBS    $1, R12
	BNE     one

next:
	SUBS $1, R8
	BNE  piece
	ADD  R1, R0
	SUBS $1, R4
	BNE  row
	RET

// Every second element of src.
//
// func copyEvenF32NEON(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)
TEXT ·copyEvenF32NEON(SB), NOSPLIT, $0-104
	COPYARGS

row:
	NEXTROW

piece:
	NEXTPIECE
	SUBS $4, R12
	BLE  ones                      // the eighth element read must be before a ninth

four:
	VLD2.P 32(R10), [V0.S4, V1.S4]
	VST1.P [V0.S4], 16(R11)
	SUBS   $4, R12
	BGT    four

ones:
	ADDS $4, R12
	BEQ  next

one:
	MOVWU.P 8(R10), R13
	MOVW.P  R13, 4(R11)
	SUBS    $1, R12
	BNE     one

next:
	SUBS $1, R8
	BNE  piece
	ADD  R1, R0
	SUBS $1, R4
	BNE  row
	RET
