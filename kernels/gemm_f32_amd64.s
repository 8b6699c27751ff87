//go:build !purego

#include "textflag.h"

// gemm_f32: see GemmF32Func in gemm_f32.go for the contract, which is the Go
// loop behind each of these routines.
//
// Registers, all variants:
//	DI  c, the panel's first row      R8  ldc in bytes
//	SI  a, the panel                  DX  b
//	R9  ldb in bytes                  CX  k
//	R10 rows left                     R11 bias, 0 when nil
//	R12 acc                           BX, AX, R13 cursors of the k loop

#define ARGS \
	MOVQ    c_base+0(FP), DI; \
	MOVQ    ldc+24(FP), R8; \
	MOVQ    a_base+32(FP), SI; \
	MOVQ    b_base+56(FP), DX; \
	MOVQ    ldb+80(FP), R9; \
	MOVQ    k+88(FP), CX; \
	MOVQ    m+96(FP), R10; \
	MOVQ    bias_base+112(FP), R11; \
	MOVBLZX acc+136(FP), R12; \
	SHLQ    $2, R8; \
	SHLQ    $2, R9

// One row of the k step: acc += a[p][i] * b[p][0..].
#define FMA3(off, z0, z1, z2, t) \
	VBROADCASTSS off(R13), t; \
	VFMADD231PS  Z24, t, z0; \
	VFMADD231PS  Z25, t, z1; \
	VFMADD231PS  Z26, t, z2

#define FMA2(off, z0, z1, t) \
	VBROADCASTSS off(R13), t; \
	VFMADD231PS  Z24, t, z0; \
	VFMADD231PS  Z25, t, z1

#define FMA1(off, z0, t) \
	VBROADCASTSS off(R13), t; \
	VFMADD231PS  Z24, t, z0

// Clamp to [lo, hi] in Z30, Z31; a NaN sum stays.
#define CLAMP(z) \
	VMAXPS z, Z30, z; \
	VMINPS z, Z31, z

// Finish one row: the sum plus c or bias, clamped, stored under mask K1 in its
// last vector; then on to the next row, or out when this was the last.
#define ROW_END(out) \
	ADDQ R8, DI; \
	DECQ R10; \
	JZ   out

#define INIT_ADDR(accl, done) \
	TESTQ R12, R12; \
	JNZ   accl; \
	TESTQ R11, R11; \
	JZ    done; \
	VBROADCASTSS (R11), Z27; \
	ADDQ  $4, R11

#define ROW3(z0, z1, z2, accl, done, out) \
	INIT_ADDR(accl, done); \
	VADDPS Z27, z0, z0; \
	VADDPS Z27, z1, z1; \
	VADDPS Z27, z2, z2; \
	JMP    done; \
accl: \
	VADDPS (DI), z0, z0; \
	VADDPS 64(DI), z1, z1; \
	VMOVUPS.Z 128(DI), K1, Z28; \
	VADDPS Z28, z2, z2; \
done: \
	CLAMP(z0); \
	CLAMP(z1); \
	CLAMP(z2); \
	VMOVUPS z0, (DI); \
	VMOVUPS z1, 64(DI); \
	VMOVUPS z2, K1, 128(DI); \
	ROW_END(out)

#define ROW2(z0, z1, accl, done, out) \
	INIT_ADDR(accl, done); \
	VADDPS Z27, z0, z0; \
	VADDPS Z27, z1, z1; \
	JMP    done; \
accl: \
	VADDPS (DI), z0, z0; \
	VMOVUPS.Z 64(DI), K1, Z28; \
	VADDPS Z28, z1, z1; \
done: \
	CLAMP(z0); \
	CLAMP(z1); \
	VMOVUPS z0, (DI); \
	VMOVUPS z1, K1, 64(DI); \
	ROW_END(out)

#define ROW1(z0, accl, done, out) \
	INIT_ADDR(accl, done); \
	VADDPS Z27, z0, z0; \
	JMP    done; \
accl: \
	VMOVUPS.Z (DI), K1, Z28; \
	VADDPS Z28, z0, z0; \
done: \
	CLAMP(z0); \
	VMOVUPS z0, K1, (DI); \
	ROW_END(out)

#define ZERO(z) VXORPS z, z, z

#define LOHI512 \
	VBROADCASTSS lo+140(FP), Z30; \
	VBROADCASTSS hi+144(FP), Z31

// func gemmF32AVX512_8x48(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32AVX512_8x48(SB), NOSPLIT, $0-148
	ARGS
	MOVQ  n+104(FP), BX        // K1 = lanes of the last vector:
	LEAQ  -1(BX), AX
	ANDQ  $15, AX              //   (n-1)%16 + 1 of them
	MOVQ  $2, R13
	XCHGQ AX, CX
	SHLQ  CX, R13
	XCHGQ AX, CX
	DECQ  R13
	KMOVW R13, K1
	CMPQ  BX, $16
	JLE   one
	CMPQ  BX, $32
	JLE   two

three:
	ZERO(Z0)
	ZERO(Z1)
	ZERO(Z2)
	ZERO(Z3)
	ZERO(Z4)
	ZERO(Z5)
	ZERO(Z6)
	ZERO(Z7)
	ZERO(Z8)
	ZERO(Z9)
	ZERO(Z10)
	ZERO(Z11)
	ZERO(Z12)
	ZERO(Z13)
	ZERO(Z14)
	ZERO(Z15)
	ZERO(Z16)
	ZERO(Z17)
	ZERO(Z18)
	ZERO(Z19)
	ZERO(Z20)
	ZERO(Z21)
	ZERO(Z22)
	ZERO(Z23)
	MOVQ  SI, R13
	MOVQ  DX, BX
	MOVQ  CX, AX
	TESTQ AX, AX
	JZ    store3

	MOVQ  CX, R15
	IMULQ R9, R15              // from here to the block of b that is next

loop3:                                 // for p := range k
	VMOVUPS    (BX), Z24
	VMOVUPS    64(BX), Z25
	VMOVUPS.Z  128(BX), K1, Z26
	PREFETCHT1 (BX)(R15*1)
	PREFETCHT1 64(BX)(R15*1)
	PREFETCHT1 128(BX)(R15*1)
	FMA3(0, Z0, Z1, Z2, Z27)
	FMA3(4, Z3, Z4, Z5, Z28)
	FMA3(8, Z6, Z7, Z8, Z29)
	FMA3(12, Z9, Z10, Z11, Z30)
	FMA3(16, Z12, Z13, Z14, Z31)
	FMA3(20, Z15, Z16, Z17, Z27)
	FMA3(24, Z18, Z19, Z20, Z28)
	FMA3(28, Z21, Z22, Z23, Z29)
	ADDQ      R9, BX
	ADDQ      $32, R13
	DECQ      AX
	JNZ       loop3

store3:
	MOVQ R13, SI                   // the next panel follows
	LOHI512
	ROW3(Z0, Z1, Z2, a30, d30, out)
	ROW3(Z3, Z4, Z5, a31, d31, out)
	ROW3(Z6, Z7, Z8, a32, d32, out)
	ROW3(Z9, Z10, Z11, a33, d33, out)
	ROW3(Z12, Z13, Z14, a34, d34, out)
	ROW3(Z15, Z16, Z17, a35, d35, out)
	ROW3(Z18, Z19, Z20, a36, d36, out)
	ROW3(Z21, Z22, Z23, a37, d37, out)
	JMP  three

two:
	ZERO(Z0)
	ZERO(Z1)
	ZERO(Z2)
	ZERO(Z3)
	ZERO(Z4)
	ZERO(Z5)
	ZERO(Z6)
	ZERO(Z7)
	ZERO(Z8)
	ZERO(Z9)
	ZERO(Z10)
	ZERO(Z11)
	ZERO(Z12)
	ZERO(Z13)
	ZERO(Z14)
	ZERO(Z15)
	MOVQ  SI, R13
	MOVQ  DX, BX
	MOVQ  CX, AX
	TESTQ AX, AX
	JZ    store2

loop2:
	VMOVUPS   (BX), Z24
	VMOVUPS.Z 64(BX), K1, Z25
	FMA2(0, Z0, Z1, Z27)
	FMA2(4, Z2, Z3, Z28)
	FMA2(8, Z4, Z5, Z29)
	FMA2(12, Z6, Z7, Z30)
	FMA2(16, Z8, Z9, Z31)
	FMA2(20, Z10, Z11, Z27)
	FMA2(24, Z12, Z13, Z28)
	FMA2(28, Z14, Z15, Z29)
	ADDQ      R9, BX
	ADDQ      $32, R13
	DECQ      AX
	JNZ       loop2

store2:
	MOVQ R13, SI
	LOHI512
	ROW2(Z0, Z1, a20, d20, out)
	ROW2(Z2, Z3, a21, d21, out)
	ROW2(Z4, Z5, a22, d22, out)
	ROW2(Z6, Z7, a23, d23, out)
	ROW2(Z8, Z9, a24, d24, out)
	ROW2(Z10, Z11, a25, d25, out)
	ROW2(Z12, Z13, a26, d26, out)
	ROW2(Z14, Z15, a27, d27, out)
	JMP  two

one:
	ZERO(Z0)
	ZERO(Z1)
	ZERO(Z2)
	ZERO(Z3)
	ZERO(Z4)
	ZERO(Z5)
	ZERO(Z6)
	ZERO(Z7)
	MOVQ  SI, R13
	MOVQ  DX, BX
	MOVQ  CX, AX
	TESTQ AX, AX
	JZ    store1

loop1:
	VMOVUPS.Z (BX), K1, Z24
	FMA1(0, Z0, Z27)
	FMA1(4, Z1, Z28)
	FMA1(8, Z2, Z29)
	FMA1(12, Z3, Z30)
	FMA1(16, Z4, Z31)
	FMA1(20, Z5, Z27)
	FMA1(24, Z6, Z28)
	FMA1(28, Z7, Z29)
	ADDQ      R9, BX
	ADDQ      $32, R13
	DECQ      AX
	JNZ       loop1

store1:
	MOVQ R13, SI
	LOHI512
	ROW1(Z0, a10, d10, out)
	ROW1(Z1, a11, d11, out)
	ROW1(Z2, a12, d12, out)
	ROW1(Z3, a13, d13, out)
	ROW1(Z4, a14, d14, out)
	ROW1(Z5, a15, d15, out)
	ROW1(Z6, a16, d16, out)
	ROW1(Z7, a17, d17, out)
	JMP  one

out:
	VZEROUPPER
	RET

// Masks of four vectors for n columns: all ones, the tail, or none.
#define MASK4(bits) \
	MOVQ  bits, AX; \
	KMOVW AX, K1; \
	SHRQ  $16, AX; \
	KMOVW AX, K2; \
	SHRQ  $16, AX; \
	KMOVW AX, K3; \
	SHRQ  $16, AX; \
	KMOVW AX, K4

// func gemmF32AVX512_1x64(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32AVX512_1x64(SB), NOSPLIT, $0-148
	ARGS
	MOVQ  CX, R13
	MOVQ  $64, CX
	SUBQ  n+104(FP), CX
	MOVQ  $-1, BX
	SHRQ  CX, BX               // n low bits set
	MOVQ  R13, CX
	MASK4(BX)

row:
	ZERO(Z0)
	ZERO(Z1)
	ZERO(Z2)
	ZERO(Z3)
	ZERO(Z4)
	ZERO(Z5)
	ZERO(Z6)
	ZERO(Z7)
	MOVQ DX, BX
	MOVQ CX, AX
	SUBQ $2, AX
	JL   odd

pair:                                  // two steps, two sets of sums
	VBROADCASTSS (SI), Z16
	VBROADCASTSS 4(SI), Z17
	VMOVUPS.Z    (BX), K1, Z8
	VMOVUPS.Z    64(BX), K2, Z9
	VMOVUPS.Z    128(BX), K3, Z10
	VMOVUPS.Z    192(BX), K4, Z11
	VMOVUPS.Z    (BX)(R9*1), K1, Z12
	VMOVUPS.Z    64(BX)(R9*1), K2, Z13
	VMOVUPS.Z    128(BX)(R9*1), K3, Z14
	VMOVUPS.Z    192(BX)(R9*1), K4, Z15
	VFMADD231PS  Z8, Z16, Z0
	VFMADD231PS  Z9, Z16, Z1
	VFMADD231PS  Z10, Z16, Z2
	VFMADD231PS  Z11, Z16, Z3
	VFMADD231PS  Z12, Z17, Z4
	VFMADD231PS  Z13, Z17, Z5
	VFMADD231PS  Z14, Z17, Z6
	VFMADD231PS  Z15, Z17, Z7
	LEAQ         (BX)(R9*2), BX
	ADDQ         $8, SI
	SUBQ         $2, AX
	JGE          pair

odd:
	ADDQ $2, AX
	JZ   sum
	VBROADCASTSS (SI), Z16
	VMOVUPS.Z    (BX), K1, Z8
	VMOVUPS.Z    64(BX), K2, Z9
	VMOVUPS.Z    128(BX), K3, Z10
	VMOVUPS.Z    192(BX), K4, Z11
	VFMADD231PS  Z8, Z16, Z0
	VFMADD231PS  Z9, Z16, Z1
	VFMADD231PS  Z10, Z16, Z2
	VFMADD231PS  Z11, Z16, Z3
	ADDQ         $4, SI

sum:
	VADDPS Z4, Z0, Z0
	VADDPS Z5, Z1, Z1
	VADDPS Z6, Z2, Z2
	VADDPS Z7, Z3, Z3
	LOHI512
	TESTQ  R12, R12
	JNZ    accum
	TESTQ  R11, R11
	JZ     clamp
	VBROADCASTSS (R11), Z27
	ADDQ   $4, R11
	VADDPS Z27, Z0, Z0
	VADDPS Z27, Z1, Z1
	VADDPS Z27, Z2, Z2
	VADDPS Z27, Z3, Z3
	JMP    clamp

accum:
	VMOVUPS.Z (DI), K1, Z8
	VMOVUPS.Z 64(DI), K2, Z9
	VMOVUPS.Z 128(DI), K3, Z10
	VMOVUPS.Z 192(DI), K4, Z11
	VADDPS    Z8, Z0, Z0
	VADDPS    Z9, Z1, Z1
	VADDPS    Z10, Z2, Z2
	VADDPS    Z11, Z3, Z3

clamp:
	CLAMP(Z0)
	CLAMP(Z1)
	CLAMP(Z2)
	CLAMP(Z3)
	VMOVUPS Z0, K1, (DI)
	VMOVUPS Z1, K2, 64(DI)
	VMOVUPS Z2, K3, 128(DI)
	VMOVUPS Z3, K4, 192(DI)
	ADDQ    R8, DI
	DECQ    R10
	JNZ     row
	VZEROUPPER
	RET

// Eight ones and eight zeros: a mask of r lanes starts at ones + (8-r).
DATA ·laneMask<>+0(SB)/8, $0xffffffffffffffff
DATA ·laneMask<>+8(SB)/8, $0xffffffffffffffff
DATA ·laneMask<>+16(SB)/8, $0xffffffffffffffff
DATA ·laneMask<>+24(SB)/8, $0xffffffffffffffff
DATA ·laneMask<>+32(SB)/8, $0
DATA ·laneMask<>+40(SB)/8, $0
DATA ·laneMask<>+48(SB)/8, $0
DATA ·laneMask<>+56(SB)/8, $0
GLOBL ·laneMask<>(SB), RODATA|NOPTR, $64

#define FMAY2(off, y0, y1) \
	VBROADCASTSS off(R13), Y15; \
	VFMADD231PS  Y12, Y15, y0; \
	VFMADD231PS  Y13, Y15, y1

#define FMAY1(off, y0) \
	VBROADCASTSS off(R13), Y15; \
	VFMADD231PS  Y12, Y15, y0

// After the k loop Y12 and Y13 hold lo and hi, Y14 the lane mask.
#define CLAMPY(y) \
	VMAXPS y, Y12, y; \
	VMINPS y, Y13, y

#define INITY(accl, done) \
	TESTQ R12, R12; \
	JNZ   accl; \
	TESTQ R11, R11; \
	JZ    done; \
	VBROADCASTSS (R11), Y15; \
	ADDQ  $4, R11

#define ROWY2(y0, y1, accl, done, out) \
	INITY(accl, done); \
	VADDPS Y15, y0, y0; \
	VADDPS Y15, y1, y1; \
	JMP    done; \
accl: \
	VADDPS (DI), y0, y0; \
	VMASKMOVPS 32(DI), Y14, Y15; \
	VADDPS Y15, y1, y1; \
done: \
	CLAMPY(y0); \
	CLAMPY(y1); \
	VMOVUPS y0, (DI); \
	VMASKMOVPS y1, Y14, 32(DI); \
	ROW_END(out)

#define ROWY1(y0, accl, done, out) \
	INITY(accl, done); \
	VADDPS Y15, y0, y0; \
	JMP    done; \
accl: \
	VMASKMOVPS (DI), Y14, Y15; \
	VADDPS Y15, y0, y0; \
done: \
	CLAMPY(y0); \
	VMASKMOVPS y0, Y14, (DI); \
	ROW_END(out)

#define ZEROY(y) VXORPS y, y, y

#define LOHI256 \
	VBROADCASTSS lo+140(FP), Y12; \
	VBROADCASTSS hi+144(FP), Y13

// func gemmF32AVX2_6x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32AVX2_6x16(SB), NOSPLIT, $0-148
	ARGS
	MOVQ n+104(FP), BX
	LEAQ -1(BX), AX
	ANDQ $7, AX
	NEGQ AX                        // mask of (n-1)%8 + 1 lanes: at (7 - (n-1)%8) * 4
	LEAQ ·laneMask<>+28(SB), R13
	VMOVUPS (R13)(AX*4), Y14
	CMPQ BX, $8
	JLE  one

two:
	ZEROY(Y0)
	ZEROY(Y1)
	ZEROY(Y2)
	ZEROY(Y3)
	ZEROY(Y4)
	ZEROY(Y5)
	ZEROY(Y6)
	ZEROY(Y7)
	ZEROY(Y8)
	ZEROY(Y9)
	ZEROY(Y10)
	ZEROY(Y11)
	MOVQ  SI, R13
	MOVQ  DX, BX
	MOVQ  CX, AX
	TESTQ AX, AX
	JZ    store2

loop2:
	VMOVUPS    (BX), Y12
	VMASKMOVPS 32(BX), Y14, Y13
	FMAY2(0, Y0, Y1)
	FMAY2(4, Y2, Y3)
	FMAY2(8, Y4, Y5)
	FMAY2(12, Y6, Y7)
	FMAY2(16, Y8, Y9)
	FMAY2(20, Y10, Y11)
	ADDQ       R9, BX
	ADDQ       $24, R13
	DECQ       AX
	JNZ        loop2

store2:
	MOVQ R13, SI
	LOHI256
	ROWY2(Y0, Y1, a20, d20, out)
	ROWY2(Y2, Y3, a21, d21, out)
	ROWY2(Y4, Y5, a22, d22, out)
	ROWY2(Y6, Y7, a23, d23, out)
	ROWY2(Y8, Y9, a24, d24, out)
	ROWY2(Y10, Y11, a25, d25, out)
	JMP  two

one:
	ZEROY(Y0)
	ZEROY(Y1)
	ZEROY(Y2)
	ZEROY(Y3)
	ZEROY(Y4)
	ZEROY(Y5)
	MOVQ  SI, R13
	MOVQ  DX, BX
	MOVQ  CX, AX
	TESTQ AX, AX
	JZ    store1

loop1:
	VMASKMOVPS (BX), Y14, Y12
	FMAY1(0, Y0)
	FMAY1(4, Y1)
	FMAY1(8, Y2)
	FMAY1(12, Y3)
	FMAY1(16, Y4)
	FMAY1(20, Y5)
	ADDQ       R9, BX
	ADDQ       $24, R13
	DECQ       AX
	JNZ        loop1

store1:
	MOVQ R13, SI
	LOHI256
	ROWY1(Y0, a10, d10, out)
	ROWY1(Y1, a11, d11, out)
	ROWY1(Y2, a12, d12, out)
	ROWY1(Y3, a13, d13, out)
	ROWY1(Y4, a14, d14, out)
	ROWY1(Y5, a15, d15, out)
	JMP  one

out:
	VZEROUPPER
	RET

// func gemmF32AVX2_1x32(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
TEXT ·gemmF32AVX2_1x32(SB), NOSPLIT, $0-148
	ARGS
	MOVQ n+104(FP), R13

	// Four masks in Y8..Y11 for lanes n, n-8, n-16, n-24.
#define MASKY(y) \
	MOVQ    R13, AX; \
	MOVQ    $0, BX; \
	CMPQ    AX, $0; \
	CMOVQLT BX, AX; \
	MOVQ    $8, BX; \
	CMPQ    AX, $8; \
	CMOVQGT BX, AX; \
	NEGQ    AX; \
	LEAQ    ·laneMask<>+32(SB), BX; \
	VMOVUPS (BX)(AX*4), y; \
	SUBQ    $8, R13

	MASKY(Y8)
	MASKY(Y9)
	MASKY(Y10)
	MASKY(Y11)

row:
	ZEROY(Y0)
	ZEROY(Y1)
	ZEROY(Y2)
	ZEROY(Y3)
	ZEROY(Y4)
	ZEROY(Y5)
	ZEROY(Y6)
	ZEROY(Y7)
	MOVQ DX, BX
	MOVQ CX, AX
	SUBQ $2, AX
	JL   odd

pair:
	VBROADCASTSS (SI), Y15
	VMASKMOVPS   (BX), Y8, Y12
	VMASKMOVPS   32(BX), Y9, Y13
	VFMADD231PS  Y12, Y15, Y0
	VFMADD231PS  Y13, Y15, Y1
	VMASKMOVPS   64(BX), Y10, Y12
	VMASKMOVPS   96(BX), Y11, Y13
	VFMADD231PS  Y12, Y15, Y2
	VFMADD231PS  Y13, Y15, Y3
	ADDQ         R9, BX
	VBROADCASTSS 4(SI), Y15
	VMASKMOVPS   (BX), Y8, Y12
	VMASKMOVPS   32(BX), Y9, Y13
	VFMADD231PS  Y12, Y15, Y4
	VFMADD231PS  Y13, Y15, Y5
	VMASKMOVPS   64(BX), Y10, Y12
	VMASKMOVPS   96(BX), Y11, Y13
	VFMADD231PS  Y12, Y15, Y6
	VFMADD231PS  Y13, Y15, Y7
	ADDQ         R9, BX
	ADDQ         $8, SI
	SUBQ         $2, AX
	JGE          pair

odd:
	ADDQ $2, AX
	JZ   sum
	VBROADCASTSS (SI), Y15
	VMASKMOVPS   (BX), Y8, Y12
	VMASKMOVPS   32(BX), Y9, Y13
	VFMADD231PS  Y12, Y15, Y0
	VFMADD231PS  Y13, Y15, Y1
	VMASKMOVPS   64(BX), Y10, Y12
	VMASKMOVPS   96(BX), Y11, Y13
	VFMADD231PS  Y12, Y15, Y2
	VFMADD231PS  Y13, Y15, Y3
	ADDQ         $4, SI

sum:
	VADDPS Y4, Y0, Y0
	VADDPS Y5, Y1, Y1
	VADDPS Y6, Y2, Y2
	VADDPS Y7, Y3, Y3
	TESTQ  R12, R12
	JNZ    accum
	TESTQ  R11, R11
	JZ     clamp
	VBROADCASTSS (R11), Y15
	ADDQ   $4, R11
	VADDPS Y15, Y0, Y0
	VADDPS Y15, Y1, Y1
	VADDPS Y15, Y2, Y2
	VADDPS Y15, Y3, Y3
	JMP    clamp

accum:
	VMASKMOVPS (DI), Y8, Y4
	VMASKMOVPS 32(DI), Y9, Y5
	VMASKMOVPS 64(DI), Y10, Y6
	VMASKMOVPS 96(DI), Y11, Y7
	VADDPS     Y4, Y0, Y0
	VADDPS     Y5, Y1, Y1
	VADDPS     Y6, Y2, Y2
	VADDPS     Y7, Y3, Y3

clamp:
	LOHI256
	CLAMPY(Y0)
	CLAMPY(Y1)
	CLAMPY(Y2)
	CLAMPY(Y3)
	VMASKMOVPS Y0, Y8, (DI)
	VMASKMOVPS Y1, Y9, 32(DI)
	VMASKMOVPS Y2, Y10, 64(DI)
	VMASKMOVPS Y3, Y11, 96(DI)
	ADDQ       R8, DI
	DECQ       R10
	JNZ        row
	VZEROUPPER
	RET
