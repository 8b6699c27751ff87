//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// dwconv_f32 for AVX-512, any taps, one plane: see DwConvF32Func. Four vectors
// of outputs walk the taps together: one below the other in four rows, or, in
// the rows that are left, side by side.
//
// Registers:
//	DI y    SI x    DX w    R8, R9 pitches of output rows in x and in y, in bytes
//	R10 3*R8    R11 dilation in bytes    R12, R13 cursors in x and y
//	BX x of the tap row    AX x of the tap    R15 w of the tap    CX, R14 taps left
// On the stack: rows and columns left, and the vertical dilation.

#define ARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ x_base+24(FP), SI; \
	MOVQ w_base+48(FP), DX; \
	VBROADCASTSS bias+72(FP), Z29; \
	VBROADCASTSS lo+76(FP), Z30; \
	VBROADCASTSS hi+80(FP), Z31; \
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
	VBROADCASTSS (R15), Z16; \
	TAP; \
	ADDQ R11, AX; \
	ADDQ $4, R15; \
	DECQ CX; \
	JNZ  tap; \
	ADDQ dil-24(SP), BX; \
	DECQ R14; \
	JNZ  row

#define INIT1 \
	VMOVAPS Z29, Z0

#define INIT4 \
	VMOVAPS Z29, Z0; \
	VMOVAPS Z29, Z1; \
	VMOVAPS Z29, Z2; \
	VMOVAPS Z29, Z3

#define CLAMP(z) \
	VMAXPS z, Z30, z; \
	VMINPS z, Z31, z

#define CLAMP4 \
	CLAMP(Z0); \
	CLAMP(Z1); \
	CLAMP(Z2); \
	CLAMP(Z3)

#define STORE4ROWS(k) \
	VMOVUPS Z0, k, (R13); \
	VMOVUPS Z1, k, (R13)(R9*1); \
	LEAQ    (R13)(R9*2), AX; \
	VMOVUPS Z2, k, (AX); \
	VMOVUPS Z3, k, (AX)(R9*1)

// k = the low min(cols, 16) lanes.
#define MASK(k) \
	MOVL    $16, AX; \
	CMPQ    AX, cols-16(SP); \
	CMOVQGT cols-16(SP), AX; \
	MOVL    $-1, CX; \
	BZHIL   AX, CX, CX; \
	KMOVW   CX, k

#define TAP4ROWS \
	VMOVUPS.Z   (AX), K1, Z17; \
	VMOVUPS.Z   (AX)(R8*1), K1, Z18; \
	VMOVUPS.Z   (AX)(R8*2), K1, Z19; \
	VMOVUPS.Z   (AX)(R10*1), K1, Z20; \
	VFMADD231PS Z17, Z16, Z0; \
	VFMADD231PS Z18, Z16, Z1; \
	VFMADD231PS Z19, Z16, Z2; \
	VFMADD231PS Z20, Z16, Z3

#define TAP64 \
	VFMADD231PS (AX), Z16, Z0; \
	VFMADD231PS 64(AX), Z16, Z1; \
	VFMADD231PS 128(AX), Z16, Z2; \
	VFMADD231PS 192(AX), Z16, Z3

#define TAP16 \
	VMOVUPS.Z   (AX), K1, Z17; \
	VFMADD231PS Z17, Z16, Z0

// func dwConvF32AVX512(y, x, w []float32, bias, lo, hi float32, win *Window)
TEXT ·dwConvF32AVX512(SB), NOSPLIT, $24-96
	ARGS

rows:                                  // four rows
	CMPQ rows-8(SP), $4
	JLT  row
	COLS

rowsBlock:                             // of up to 16 outputs
	MASK(K1)
	INIT4
	TAPS(TAP4ROWS, rowsRow, rowsTap)
	CLAMP4
	STORE4ROWS(K1)
	ADDQ $64, R12
	ADDQ $64, R13
	SUBQ $16, cols-16(SP)
	JG   rowsBlock
	DOWN(4)
	JMP  rows

row:                                   // one row
	CMPQ rows-8(SP), $0
	JLE  done
	COLS

wide:                                  // of 64 outputs
	CMPQ    cols-16(SP), $64
	JLT     narrow
	INIT4
	TAPS(TAP64, wideRow, wideTap)
	CLAMP4
	VMOVUPS Z0, (R13)
	VMOVUPS Z1, 64(R13)
	VMOVUPS Z2, 128(R13)
	VMOVUPS Z3, 192(R13)
	ADDQ    $256, R12
	ADDQ    $256, R13
	SUBQ    $64, cols-16(SP)
	JMP     wide

narrow:                                // of up to 16
	CMPQ    cols-16(SP), $0
	JLE     down
	MASK(K1)
	INIT1
	TAPS(TAP16, narrowRow, narrowTap)
	CLAMP(Z0)
	VMOVUPS Z0, K1, (R13)
	ADDQ    $64, R12
	ADDQ    $64, R13
	SUBQ    $16, cols-16(SP)
	JMP     narrow

down:
	DOWN(1)
	JMP row

done:
	VZEROUPPER
	RET

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

// K3 for writing c = min(cols, 16) outputs, K1 and K2 for reading 2*c-1 elements.
#define MASKS2 \
	MASK(K3); \
	LEAQ    -1(AX)(AX*1), AX; \
	MOVQ    $-1, CX; \
	BZHIQ   AX, CX, CX; \
	KMOVW   CX, K1; \
	SHRQ    $16, CX; \
	KMOVW   CX, K2

// acc += the even elements from a and b on, times Z16.
#define EVENS(a, b, acc) \
	VMOVUPS.Z   a, K1, Z17; \
	VMOVUPS.Z   b, K2, Z18; \
	VPERMT2PS   Z18, Z28, Z17; \
	VFMADD231PS Z17, Z16, acc

#define TAPS2_4ROWS \
	EVENS((AX), 64(AX), Z0); \
	EVENS((AX)(R8*1), 64(AX)(R8*1), Z1); \
	EVENS((AX)(R8*2), 64(AX)(R8*2), Z2); \
	EVENS((AX)(R10*1), 64(AX)(R10*1), Z3)

#define TAPS2_16 \
	EVENS((AX), 64(AX), Z0)

// func dwConvS2F32AVX512(y, x, w []float32, bias, lo, hi float32, win *Window)
TEXT ·dwConvS2F32AVX512(SB), NOSPLIT, $24-96
	ARGS
	VMOVUPS ·evenIndex<>(SB), Z28

rows:                                  // four rows
	CMPQ rows-8(SP), $4
	JLT  row
	COLS

rowsBlock:                             // of up to 16 outputs
	MASKS2
	INIT4
	TAPS(TAPS2_4ROWS, rowsRow, rowsTap)
	CLAMP4
	STORE4ROWS(K3)
	ADDQ $128, R12
	ADDQ $64, R13
	SUBQ $16, cols-16(SP)
	JG   rowsBlock
	DOWN(4)
	JMP  rows

row:                                   // one row
	CMPQ rows-8(SP), $0
	JLE  done
	COLS

block:                                 // of up to 16 outputs
	MASKS2
	INIT1
	TAPS(TAPS2_16, blockRow, blockTap)
	CLAMP(Z0)
	VMOVUPS Z0, K3, (R13)
	ADDQ    $128, R12
	ADDQ    $64, R13
	SUBQ    $16, cols-16(SP)
	JG      block
	DOWN(1)
	JMP     row

done:
	VZEROUPPER
	RET
