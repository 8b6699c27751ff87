//go:build !purego

#include "textflag.h"

// mean_f32 for AVX-512 and AVX2: see MeanF32Func for the contract.
// Four vectors of a row add up side by side, then single ones, the last under a
// mask.
//
// Registers:
//	DI y    R8 its step in bytes    SI x of the plane    R9 planes left
//	R10 rows    R11 columns    R12, R13 pitches of rows and planes in bytes
//	AX x    BX x of the row    CX rows left    DX columns left

#define ARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ step+24(FP), R8; \
	MOVQ x_base+32(FP), SI; \
	MOVQ planes+56(FP), R9; \
	MOVQ rows+64(FP), R10; \
	MOVQ cols+72(FP), R11; \
	MOVQ row+80(FP), R12; \
	MOVQ plane+88(FP), R13; \
	SHLQ $2, R8; \
	SHLQ $2, R12; \
	SHLQ $2, R13; \
	MOVQ R10, AX; \
	IMULQ R11, AX; \
	VCVTSI2SSQ AX, X15, X15

// The sum of the lanes of Y0, divided, to y; then the next plane.
#define MEAN(plane) \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS       X1, X0, X0; \
	VMOVHLPS     X0, X0, X1; \
	VADDPS       X1, X0, X0; \
	VMOVSHDUP    X0, X1; \
	VADDSS       X1, X0, X0; \
	VDIVSS       X15, X0, X0; \
	VMOVSS       X0, (DI); \
	ADDQ         R8, DI; \
	ADDQ         R13, SI; \
	DECQ         R9; \
	JNZ          plane

// func meanF32AVX512(y []float32, step int, x []float32, planes, rows, cols, row, plane int)
TEXT ·meanF32AVX512(SB), NOSPLIT, $0-96
	ARGS
	LEAQ  -1(R11), AX          // K1 = lanes of the last vector of a row:
	ANDQ  $15, AX              //   (cols-1)%16 + 1
	INCQ  AX
	MOVL  $-1, CX
	BZHIL AX, CX, CX
	KMOVW CX, K1

plane:
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	MOVQ   SI, BX
	MOVQ   R10, CX

row:
	MOVQ BX, AX
	MOVQ R11, DX
	SUBQ $64, DX
	JLE  less

four:
	VADDPS (AX), Z0, Z0
	VADDPS 64(AX), Z1, Z1
	VADDPS 128(AX), Z2, Z2
	VADDPS 192(AX), Z3, Z3
	ADDQ   $256, AX
	SUBQ   $64, DX
	JG     four

less:                                  // 1 to 64 left
	CMPQ   DX, $-48
	JLE    last
	VADDPS (AX), Z1, Z1
	CMPQ   DX, $-32
	JLE    last1
	VADDPS 64(AX), Z2, Z2
	CMPQ   DX, $-16
	JLE    last2
	VADDPS 128(AX), Z3, Z3
	ADDQ   $64, AX

last2:
	ADDQ $64, AX

last1:
	ADDQ $64, AX

last:
	VMOVUPS.Z (AX), K1, Z4
	VADDPS    Z4, Z0, Z0
	ADDQ      R12, BX
	DECQ      CX
	JNZ       row

	VADDPS        Z1, Z0, Z0
	VADDPS        Z3, Z2, Z2
	VADDPS        Z2, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VADDPS        Y1, Y0, Y0
	MEAN(plane)
	VZEROUPPER
	RET

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

// func meanF32AVX2(y []float32, step int, x []float32, planes, rows, cols, row, plane int)
TEXT ·meanF32AVX2(SB), NOSPLIT, $0-96
	ARGS
	LEAQ    -1(R11), AX        // Y5 = lanes of the last vector of a row:
	ANDQ    $7, AX             //   (cols-1)%8 + 1
	INCQ    AX
	NEGQ    AX
	LEAQ    ·lanes<>+32(SB), CX
	VMOVUPS (CX)(AX*4), Y5

plane:
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	MOVQ   SI, BX
	MOVQ   R10, CX

row:
	MOVQ BX, AX
	MOVQ R11, DX
	SUBQ $32, DX
	JLE  less

four:
	VADDPS (AX), Y0, Y0
	VADDPS 32(AX), Y1, Y1
	VADDPS 64(AX), Y2, Y2
	VADDPS 96(AX), Y3, Y3
	ADDQ   $128, AX
	SUBQ   $32, DX
	JG     four

less:                                  // 1 to 32 left
	CMPQ   DX, $-24
	JLE    last
	VADDPS (AX), Y1, Y1
	CMPQ   DX, $-16
	JLE    last1
	VADDPS 32(AX), Y2, Y2
	CMPQ   DX, $-8
	JLE    last2
	VADDPS 64(AX), Y3, Y3
	ADDQ   $32, AX

last2:
	ADDQ $32, AX

last1:
	ADDQ $32, AX

last:
	VMASKMOVPS (AX), Y5, Y4
	VADDPS     Y4, Y0, Y0
	ADDQ       R12, BX
	DECQ       CX
	JNZ        row

	VADDPS Y1, Y0, Y0
	VADDPS Y3, Y2, Y2
	VADDPS Y2, Y0, Y0
	MEAN(plane)
	VZEROUPPER
	RET
