//go:build !purego

#include "textflag.h"

// binary_f32 and vector_f32: see binary_f32.go and vector_f32.go for the
// contracts. Full vectors first, then one under mask K1.

// K1 = the low CX lanes, CX < 16.
#define TAILMASK \
	MOVL  $1, AX; \
	SHLL  CX, AX; \
	DECL  AX; \
	KMOVW AX, K1

// A two-operand kernel: STEP combines Z0 (a) and Z1 (b) into Z0.
#define BINARY(STEP) \
	MOVQ dst_base+0(FP), DI; \
	MOVQ dst_len+8(FP), CX; \
	MOVQ a_base+24(FP), SI; \
	MOVQ b_base+48(FP), DX; \
	SUBQ $16, CX; \
	JL   tail; \
loop: \
	VMOVUPS (SI), Z0; \
	VMOVUPS (DX), Z1; \
	STEP; \
	VMOVUPS Z0, (DI); \
	ADDQ $64, SI; \
	ADDQ $64, DX; \
	ADDQ $64, DI; \
	SUBQ $16, CX; \
	JGE  loop; \
tail: \
	ADDQ $16, CX; \
	JZ   done; \
	TAILMASK; \
	VMOVUPS.Z (SI), K1, Z0; \
	VMOVUPS.Z (DX), K1, Z1; \
	STEP; \
	VMOVUPS Z0, K1, (DI); \
done: \
	VZEROUPPER; \
	RET

// A one-operand kernel: STEP changes Z0.
#define UNARY(STEP) \
	MOVQ dst_base+0(FP), DI; \
	MOVQ dst_len+8(FP), CX; \
	MOVQ a_base+24(FP), SI; \
	SUBQ $16, CX; \
	JL   tail; \
loop: \
	VMOVUPS (SI), Z0; \
	STEP; \
	VMOVUPS Z0, (DI); \
	ADDQ $64, SI; \
	ADDQ $64, DI; \
	SUBQ $16, CX; \
	JGE  loop; \
tail: \
	ADDQ $16, CX; \
	JZ   done; \
	TAILMASK; \
	VMOVUPS.Z (SI), K1, Z0; \
	STEP; \
	VMOVUPS Z0, K1, (DI); \
done: \
	VZEROUPPER; \
	RET

#define ADD_  VADDPS Z1, Z0, Z0
#define SUB_  VSUBPS Z1, Z0, Z0
#define MUL_  VMULPS Z1, Z0, Z0
#define DIV_  VDIVPS Z1, Z0, Z0

// VMAXPS and VMINPS give their last operand when either is NaN; a NaN of the
// other operand is blended in.
#define MAX_ \
	VCMPPS    $3, Z1, Z1, K2; \
	VMAXPS    Z0, Z1, Z0; \
	VBLENDMPS Z1, Z0, K2, Z0

#define MIN_ \
	VCMPPS    $3, Z1, Z1, K2; \
	VMINPS    Z0, Z1, Z0; \
	VBLENDMPS Z1, Z0, K2, Z0

// func addF32AVX512(dst, a, b []float32)
TEXT ·addF32AVX512(SB), NOSPLIT, $0-72
	BINARY(ADD_)

// func subF32AVX512(dst, a, b []float32)
TEXT ·subF32AVX512(SB), NOSPLIT, $0-72
	BINARY(SUB_)

// func mulF32AVX512(dst, a, b []float32)
TEXT ·mulF32AVX512(SB), NOSPLIT, $0-72
	BINARY(MUL_)

// func divF32AVX512(dst, a, b []float32)
TEXT ·divF32AVX512(SB), NOSPLIT, $0-72
	BINARY(DIV_)

// func maxF32AVX512(dst, a, b []float32)
TEXT ·maxF32AVX512(SB), NOSPLIT, $0-72
	BINARY(MAX_)

// func minF32AVX512(dst, a, b []float32)
TEXT ·minF32AVX512(SB), NOSPLIT, $0-72
	BINARY(MIN_)

// func addScalarF32AVX512(dst, a []float32, s float32)
TEXT ·addScalarF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(ADD_)

// func subScalarF32AVX512(dst, a []float32, s float32)
TEXT ·subScalarF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(SUB_)

// func mulScalarF32AVX512(dst, a []float32, s float32)
TEXT ·mulScalarF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(MUL_)

// func divScalarF32AVX512(dst, a []float32, s float32)
TEXT ·divScalarF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(DIV_)

#define SUBLEFT_ VSUBPS Z0, Z1, Z0
#define DIVLEFT_ VDIVPS Z0, Z1, Z0

// func subLeftF32AVX512(dst, a []float32, s float32)
TEXT ·subLeftF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(SUBLEFT_)

// func divLeftF32AVX512(dst, a []float32, s float32)
TEXT ·divLeftF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(DIVLEFT_)

// func maxScalarF32AVX512(dst, a []float32, s float32)
TEXT ·maxScalarF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(MAX_)

// func minScalarF32AVX512(dst, a []float32, s float32)
TEXT ·minScalarF32AVX512(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Z1
	UNARY(MIN_)

// The sum or value in Z0 clamped to Z30..Z31; NaN stays.
#define CLAMP_ \
	VMAXPS Z0, Z30, Z0; \
	VMINPS Z0, Z31, Z0

#define ADDCLAMP_ \
	VADDPS Z1, Z0, Z0; \
	CLAMP_

#define FMA_ VFMADD132PS Z30, Z31, Z0

// func clampF32AVX512(dst, a []float32, lo, hi float32)
TEXT ·clampF32AVX512(SB), NOSPLIT, $0-56
	VBROADCASTSS lo+48(FP), Z30
	VBROADCASTSS hi+52(FP), Z31
	UNARY(CLAMP_)

// func addClampF32AVX512(dst, a, b []float32, lo, hi float32)
TEXT ·addClampF32AVX512(SB), NOSPLIT, $0-80
	VBROADCASTSS lo+72(FP), Z30
	VBROADCASTSS hi+76(FP), Z31
	BINARY(ADDCLAMP_)

// func scaleShiftF32AVX512(dst, a []float32, scale, shift float32)
TEXT ·scaleShiftF32AVX512(SB), NOSPLIT, $0-56
	VBROADCASTSS scale+48(FP), Z30
	VBROADCASTSS shift+52(FP), Z31
	UNARY(FMA_)

// func axpyF32AVX512(dst, a []float32, s float32)
TEXT ·axpyF32AVX512(SB), NOSPLIT, $0-52
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), CX
	MOVQ a_base+24(FP), SI
	VBROADCASTSS s+48(FP), Z2
	SUBQ $16, CX
	JL   tail

loop:
	VMOVUPS     (DI), Z0
	VFMADD231PS (SI), Z2, Z0
	VMOVUPS     Z0, (DI)
	ADDQ        $64, SI
	ADDQ        $64, DI
	SUBQ        $16, CX
	JGE         loop

tail:
	ADDQ        $16, CX
	JZ          done
	TAILMASK
	VMOVUPS.Z   (DI), K1, Z0
	VMOVUPS.Z   (SI), K1, Z1
	VFMADD231PS Z1, Z2, Z0
	VMOVUPS     Z0, K1, (DI)

done:
	VZEROUPPER
	RET

// Z0 + Z1 + Z2 + Z3 summed into X0.
#define HSUM \
	VADDPS        Z1, Z0, Z0; \
	VADDPS        Z3, Z2, Z2; \
	VADDPS        Z2, Z0, Z0; \
	VEXTRACTF64X4 $1, Z0, Y1; \
	VADDPS        Y1, Y0, Y0; \
	VEXTRACTF128  $1, Y0, X1; \
	VADDPS        X1, X0, X0; \
	VPERMILPS     $0x4e, X0, X1; \
	VADDPS        X1, X0, X0; \
	VPERMILPS     $0xb1, X0, X1; \
	VADDSS        X1, X0, X0

// func dotF32AVX512(a, b []float32) float32
TEXT ·dotF32AVX512(SB), NOSPLIT, $0-52
	MOVQ   a_base+0(FP), SI
	MOVQ   a_len+8(FP), CX
	MOVQ   b_base+24(FP), DX
	VXORPS Z0, Z0, Z0
	VXORPS Z1, Z1, Z1
	VXORPS Z2, Z2, Z2
	VXORPS Z3, Z3, Z3
	SUBQ   $64, CX
	JL     ones

loop:
	VMOVUPS     (SI), Z4
	VMOVUPS     64(SI), Z5
	VMOVUPS     128(SI), Z6
	VMOVUPS     192(SI), Z7
	VFMADD231PS (DX), Z4, Z0
	VFMADD231PS 64(DX), Z5, Z1
	VFMADD231PS 128(DX), Z6, Z2
	VFMADD231PS 192(DX), Z7, Z3
	ADDQ        $256, SI
	ADDQ        $256, DX
	SUBQ        $64, CX
	JGE         loop

ones:
	ADDQ $48, CX
	JL   tail

one:
	VMOVUPS     (SI), Z4
	VFMADD231PS (DX), Z4, Z0
	ADDQ        $64, SI
	ADDQ        $64, DX
	SUBQ        $16, CX
	JGE         one

tail:
	ADDQ        $16, CX
	JZ          sum
	TAILMASK
	VMOVUPS.Z   (SI), K1, Z4
	VMOVUPS.Z   (DX), K1, Z5
	VFMADD231PS Z5, Z4, Z1

sum:
	HSUM
	MOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

// func sumF32AVX512(a []float32) float32
TEXT ·sumF32AVX512(SB), NOSPLIT, $0-28
	MOVQ   a_base+0(FP), SI
	MOVQ   a_len+8(FP), CX
	VXORPS Z0, Z0, Z0
	VXORPS Z1, Z1, Z1
	VXORPS Z2, Z2, Z2
	VXORPS Z3, Z3, Z3
	SUBQ   $64, CX
	JL     ones

loop:
	VADDPS (SI), Z0, Z0
	VADDPS 64(SI), Z1, Z1
	VADDPS 128(SI), Z2, Z2
	VADDPS 192(SI), Z3, Z3
	ADDQ   $256, SI
	SUBQ   $64, CX
	JGE    loop

ones:
	ADDQ $48, CX
	JL   tail

one:
	VADDPS (SI), Z0, Z0
	ADDQ   $64, SI
	SUBQ   $16, CX
	JGE    one

tail:
	ADDQ      $16, CX
	JZ        sum
	TAILMASK
	VMOVUPS.Z (SI), K1, Z4
	VADDPS    Z4, Z1, Z1

sum:
	HSUM
	MOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

DATA ·minusInf<>+0(SB)/4, $0xff800000
GLOBL ·minusInf<>(SB), RODATA|NOPTR, $4

// func maxAllF32AVX512(a []float32) float32
// K3 collects the lanes that met a NaN.
TEXT ·maxAllF32AVX512(SB), NOSPLIT, $0-28
	MOVQ         a_base+0(FP), SI
	MOVQ         a_len+8(FP), CX
	VBROADCASTSS ·minusInf<>(SB), Z0
	VMOVAPS      Z0, Z1
	KXORW        K3, K3, K3
	SUBQ         $32, CX
	JL           one

loop:
	VMOVUPS (SI), Z4
	VMOVUPS 64(SI), Z5
	VCMPPS  $3, Z5, Z4, K2
	VMAXPS  Z4, Z0, Z0
	VMAXPS  Z5, Z1, Z1
	KORW    K2, K3, K3
	ADDQ    $128, SI
	SUBQ    $32, CX
	JGE     loop

one:
	ADDQ    $16, CX
	JL      tail
	VMOVUPS (SI), Z4
	VCMPPS  $3, Z4, Z4, K2
	VMAXPS  Z4, Z0, Z0
	KORW    K2, K3, K3
	ADDQ    $64, SI
	SUBQ    $16, CX

tail:
	ADDQ    $16, CX
	JZ      fold
	TAILMASK
	VMOVUPS.Z (SI), K1, Z4
	VCMPPS    $3, Z4, Z4, K2
	VMAXPS    Z4, Z1, K1, Z1
	KORW      K2, K3, K3

fold:
	KORTESTW      K3, K3
	JNZ           nan
	VMAXPS        Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VMAXPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VMAXPS        X1, X0, X0
	VPERMILPS     $0x4e, X0, X1
	VMAXPS        X1, X0, X0
	VPERMILPS     $0xb1, X0, X1
	VMAXPS        X1, X0, X0
	VMOVSS        X0, ret+24(FP)
	VZEROUPPER
	RET

nan:
	MOVL $0x7fc00000, ret+24(FP)
	VZEROUPPER
	RET

DATA ·evens<>+0(SB)/8, $0x0000000200000000
DATA ·evens<>+8(SB)/8, $0x0000000600000004
DATA ·evens<>+16(SB)/8, $0x0000000a00000008
DATA ·evens<>+24(SB)/8, $0x0000000e0000000c
DATA ·evens<>+32(SB)/8, $0x0000001200000010
DATA ·evens<>+40(SB)/8, $0x0000001600000014
DATA ·evens<>+48(SB)/8, $0x0000001a00000018
DATA ·evens<>+56(SB)/8, $0x0000001e0000001c
GLOBL ·evens<>(SB), RODATA|NOPTR, $64

// func stride2F32AVX512(dst, a []float32)
// dst[i] = a[2*i]; the element after the last one named is not read.
TEXT ·stride2F32AVX512(SB), NOSPLIT, $0-48
	MOVQ    dst_base+0(FP), DI
	MOVQ    dst_len+8(FP), CX
	MOVQ    a_base+24(FP), SI
	VMOVUPS ·evens<>(SB), Z3

block:
	TESTQ CX, CX
	JLE   done
	MOVL  $0x7fffffff, AX
	MOVL  $0xffff, BX
	CMPQ  CX, $16
	JGE   full
	MOVL  $1, BX
	SHLL  CX, BX
	DECL  BX
	MOVL  $1, AX
	SHLL  CX, AX
	SHLL  CX, AX
	SHRL  $1, AX
	DECL  AX

full:
	KMOVW     AX, K1
	SHRL      $16, AX
	KMOVW     AX, K2
	KMOVW     BX, K3
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z 64(SI), K2, Z1
	VPERMT2PS Z1, Z3, Z0
	VMOVUPS   Z0, K3, (DI)
	ADDQ      $64, DI
	ADDQ      $128, SI
	SUBQ      $16, CX
	JMP       block

done:
	VZEROUPPER
	RET
