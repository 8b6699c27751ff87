//go:build !purego

#include "textflag.h"
#include "a64_neon.h"

// mean_f32 for NEON: see MeanF32Func for the contract. Four vectors of
// a row add up side by side, then single ones, then single elements.
//
// Registers:
//	R0 y    R1 its step in bytes    R2 x of the plane    R3 planes left
//	R4 rows    R5 columns    R6, R7 pitches of rows and planes in bytes
//	R8 x    R9 x of the row    R10 rows left    R11 columns left    V31 elements

// func meanF32NEON(y []float32, step int, x []float32, planes, rows, cols, row, plane int)
TEXT ·meanF32NEON(SB), NOSPLIT, $0-96
	MOVD   y_base+0(FP), R0
	MOVD   step+24(FP), R1
	MOVD   x_base+32(FP), R2
	MOVD   planes+56(FP), R3
	MOVD   rows+64(FP), R4
	MOVD   cols+72(FP), R5
	MOVD   row+80(FP), R6
	MOVD   plane+88(FP), R7
	LSL    $2, R1, R1
	LSL    $2, R6, R6
	LSL    $2, R7, R7
	MUL    R4, R5, R8
	SCVTFS R8, F31

plane:
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	MOVD R2, R9
	MOVD R4, R10

row:
	MOVD R9, R8
	SUBS $16, R5, R11
	BLT  less

sixteen:
	VLD1.P 64(R8), [V4.S4, V5.S4, V6.S4, V7.S4]
	FADD_4S(0, 0, 4)
	FADD_4S(1, 1, 5)
	FADD_4S(2, 2, 6)
	FADD_4S(3, 3, 7)
	SUBS   $16, R11
	BGE    sixteen

less:
	ADDS $12, R11
	BLT  single

four:
	VLD1.P 16(R8), [V4.S4]
	FADD_4S(1, 1, 4)
	SUBS   $4, R11
	BGE    four

single:
	ADDS $4, R11
	BEQ  done

one:
	FMOVS.P 4(R8), F4              // the other lanes are 0
	FADD_4S(2, 2, 4)
	SUBS    $1, R11
	BNE     one

done:
	ADD  R6, R9, R9
	SUBS $1, R10
	BNE  row

	FADD_4S(0, 0, 1)
	FADD_4S(2, 2, 3)
	FADD_4S(0, 0, 2)
	FADDP_4S(0, 0, 0)
	FADDP_4S(0, 0, 0)
	FDIVS F31, F0, F0
	FMOVS F0, (R0)
	ADD   R1, R0, R0
	ADD   R7, R2, R2
	SUBS  $1, R3
	BNE   plane
	RET
