//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// dwconv_f32 for AVX2, any taps, one plane: see DwConvF32Func. Four vectors
// of outputs walk the taps together: one below the other in four rows, or, in
// the rows that are left, side by side.
//
// Registers:
//	DI y    SI x    DX w    R8, R9 pitches of output rows in x and in y, in bytes
//	R10 3*R8    R11 dilation in bytes    R12, R13 cursors in x and y
//	Y4 weight    Y10 lanes to write    Y13 bias    Y12 lo    Y11 hi
//	BX x of the tap row    AX x of the tap    R15 w of the tap    CX, R14 taps left
// On the stack: rows and columns left, and the vertical dilation.

#define ARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ x_base+24(FP), SI; \
	MOVQ w_base+48(FP), DX; \
	VBROADCASTSS bias+72(FP), Y13; \
	VBROADCASTSS lo+76(FP), Y12; \
	VBROADCASTSS hi+80(FP), Y11; \
	MOVQ win+88(FP), AX; \
	MOVQ Window_XRow(AX), R10; \
	MOVQ Window_YRow(AX), R9; \
	SHLQ $2, R10; \
	SHLQ $2, R9; \
	MOVQ R10, R8; \
	IMULQ Window_StrideH(AX), R8; \
	IMULQ Window_DilH(AX), R10; \
	MOVQ R10, dil-24(SP); \
	LEAQ (R8)(R8*2), R10; \
	MOVQ Window_DilW(AX), R11; \
	SHLQ $2, R11; \
	MOVQ Window_Rows(AX), CX; \
	MOVQ CX, rows-8(SP)

// A row (or four) begins.
#define COLS \
	MOVQ win+88(FP), AX; \
	MOVQ Window_Cols(AX), CX; \
	MOVQ CX, cols-16(SP); \
	MOVQ SI, R12; \
	MOVQ DI, R13

// n rows on.
#define DOWN(n) \
	MOVQ $n, AX; \
	IMULQ R8, AX; \
	ADDQ AX, SI; \
	MOVQ $n, AX; \
	IMULQ R9, AX; \
	ADDQ AX, DI; \
	SUBQ $n, rows-8(SP)

#define TAPS(TAP, row, tap) \
	MOVQ win+88(FP), R14; \
	MOVQ Window_KH(R14), R14; \
	MOVQ R12, BX; \
	MOVQ DX, R15; \
row: \
	MOVQ win+88(FP), CX; \
	MOVQ Window_KW(CX), CX; \
	MOVQ BX, AX; \
tap: \
	VBROADCASTSS (R15), Y4; \
	TAP; \
	ADDQ R11, AX; \
	ADDQ $4, R15; \
	DECQ CX; \
	JNZ  tap; \
	ADDQ dil-24(SP), BX; \
	DECQ R14; \
	JNZ  row

#define INIT1 \
	VMOVAPS Y13, Y0

#define INIT4 \
	VMOVAPS Y13, Y0; \
	VMOVAPS Y13, Y1; \
	VMOVAPS Y13, Y2; \
	VMOVAPS Y13, Y3

#define CLAMP(z) \
	VMAXPS z, Y12, z; \
	VMINPS z, Y11, z

#define CLAMP4 \
	CLAMP(Y0); \
	CLAMP(Y1); \
	CLAMP(Y2); \
	CLAMP(Y3)

#define STORE4ROWS \
	VMOVUPS Y0, (R13); \
	VMOVUPS Y1, (R13)(R9*1); \
	LEAQ    (R13)(R9*2), AX; \
	VMOVUPS Y2, (AX); \
	VMOVUPS Y3, (AX)(R9*1)

#define STORE4ROWSMASKED \
	VMASKMOVPS Y0, Y10, (R13); \
	VMASKMOVPS Y1, Y10, (R13)(R9*1); \
	LEAQ       (R13)(R9*2), AX; \
	VMASKMOVPS Y2, Y10, (AX); \
	VMASKMOVPS Y3, Y10, (AX)(R9*1)

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

// Y10 = the low min(cols, 8) lanes; AX is minus their number.
#define MASK \
	MOVQ    $8, AX; \
	CMPQ    AX, cols-16(SP); \
	CMOVQGT cols-16(SP), AX; \
	NEGQ    AX; \
	LEAQ    ·lanes<>+32(SB), CX; \
	VMOVUPS (CX)(AX*4), Y10

#define TAP4ROWS \
	VFMADD231PS (AX), Y4, Y0; \
	VFMADD231PS (AX)(R8*1), Y4, Y1; \
	VFMADD231PS (AX)(R8*2), Y4, Y2; \
	VFMADD231PS (AX)(R10*1), Y4, Y3

#define MASKED(x, acc) \
	VMASKMOVPS  x, Y10, Y5; \
	VFMADD231PS Y5, Y4, acc

#define TAP4ROWSMASKED \
	MASKED((AX), Y0); \
	MASKED((AX)(R8*1), Y1); \
	MASKED((AX)(R8*2), Y2); \
	MASKED((AX)(R10*1), Y3)

#define TAP32 \
	VFMADD231PS (AX), Y4, Y0; \
	VFMADD231PS 32(AX), Y4, Y1; \
	VFMADD231PS 64(AX), Y4, Y2; \
	VFMADD231PS 96(AX), Y4, Y3

#define TAP8 \
	MASKED((AX), Y0)

// func dwConvF32AVX2(y, x, w []float32, bias, lo, hi float32, win *Window)
TEXT ·dwConvF32AVX2(SB), NOSPLIT, $24-96
	ARGS

rows:                                  // four rows
	CMPQ rows-8(SP), $4
	JLT  row
	COLS

rowsBlock:                             // of 8 outputs
	CMPQ cols-16(SP), $8
	JLT  rowsLess
	INIT4
	TAPS(TAP4ROWS, rowsRow, rowsTap)
	CLAMP4
	STORE4ROWS
	ADDQ $32, R12
	ADDQ $32, R13
	SUBQ $8, cols-16(SP)
	JMP  rowsBlock

rowsLess:                              // of fewer
	CMPQ cols-16(SP), $0
	JLE  rowsDown
	MASK
	INIT4
	TAPS(TAP4ROWSMASKED, lessRow, lessTap)
	CLAMP4
	STORE4ROWSMASKED

rowsDown:
	DOWN(4)
	JMP rows

row:                                   // one row
	CMPQ rows-8(SP), $0
	JLE  done
	COLS

wide:                                  // of 32 outputs
	CMPQ    cols-16(SP), $32
	JLT     narrow
	INIT4
	TAPS(TAP32, wideRow, wideTap)
	CLAMP4
	VMOVUPS Y0, (R13)
	VMOVUPS Y1, 32(R13)
	VMOVUPS Y2, 64(R13)
	VMOVUPS Y3, 96(R13)
	ADDQ    $128, R12
	ADDQ    $128, R13
	SUBQ    $32, cols-16(SP)
	JMP     wide

narrow:                                // of up to 8
	CMPQ       cols-16(SP), $0
	JLE        down
	MASK
	INIT1
	TAPS(TAP8, narrowRow, narrowTap)
	CLAMP(Y0)
	VMASKMOVPS Y0, Y10, (R13)
	ADDQ       $32, R12
	ADDQ       $32, R13
	SUBQ       $8, cols-16(SP)
	JMP        narrow

down:
	DOWN(1)
	JMP row

done:
	VZEROUPPER
	RET

// Stride 2. Y10 for writing c = min(cols, 8) outputs, Y14 and Y15 for reading
// 2*c-1 elements.
#define MASKS2 \
	MASK; \
	LEAQ    1(AX)(AX*1), AX; \
	MOVQ    $-8, BX; \
	CMPQ    AX, BX; \
	CMOVQGT AX, BX; \
	VMOVUPS (CX)(BX*4), Y14; \
	SUBQ    BX, AX; \
	VMOVUPS (CX)(AX*4), Y15

// acc += the even elements from a and b on, times Y4, in the order that ORDER
// undoes.
#define EVENS(a, b, acc) \
	VMASKMOVPS  a, Y14, Y5; \
	VMASKMOVPS  b, Y15, Y6; \
	VSHUFPS     $0x88, Y6, Y5, Y5; \
	VFMADD231PS Y5, Y4, acc

#define ORDER(acc) \
	VPERMPD $0xd8, acc, acc

#define TAPS2_4ROWS \
	EVENS((AX), 32(AX), Y0); \
	EVENS((AX)(R8*1), 32(AX)(R8*1), Y1); \
	EVENS((AX)(R8*2), 32(AX)(R8*2), Y2); \
	EVENS((AX)(R10*1), 32(AX)(R10*1), Y3)

#define TAPS2_8 \
	EVENS((AX), 32(AX), Y0)

// func dwConvS2F32AVX2(y, x, w []float32, bias, lo, hi float32, win *Window)
TEXT ·dwConvS2F32AVX2(SB), NOSPLIT, $24-96
	ARGS

rows:                                  // four rows
	CMPQ rows-8(SP), $4
	JLT  row
	COLS

rowsBlock:                             // of up to 8 outputs
	MASKS2
	INIT4
	TAPS(TAPS2_4ROWS, rowsRow, rowsTap)
	CLAMP4
	ORDER(Y0)
	ORDER(Y1)
	ORDER(Y2)
	ORDER(Y3)
	STORE4ROWSMASKED
	ADDQ $64, R12
	ADDQ $32, R13
	SUBQ $8, cols-16(SP)
	JG   rowsBlock
	DOWN(4)
	JMP  rows

row:                                   // one row
	CMPQ rows-8(SP), $0
	JLE  done
	COLS

block:                                 // of up to 8 outputs
	MASKS2
	INIT1
	TAPS(TAPS2_8, blockRow, blockTap)
	CLAMP(Y0)
	ORDER(Y0)
	VMASKMOVPS Y0, Y10, (R13)
	ADDQ       $64, R12
	ADDQ       $32, R13
	SUBQ       $8, cols-16(SP)
	JG         block
	DOWN(1)
	JMP        row

done:
	VZEROUPPER
	RET
