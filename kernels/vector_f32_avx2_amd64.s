//go:build !purego

#include "textflag.h"

// binary_f32 and vector_f32 for AVX2: see binary_f32.go and vector_f32.go for
// the contracts. Full vectors first, then one under the mask Y15.

// Eight ones, then eight zeros: n lanes are on from byte 32-4*n.
DATA ·onLanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·onLanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·onLanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·onLanes<>+24(SB)/8, $0xffffffffffffffff
DATA ·onLanes<>+32(SB)/8, $0
DATA ·onLanes<>+40(SB)/8, $0
DATA ·onLanes<>+48(SB)/8, $0
DATA ·onLanes<>+56(SB)/8, $0
GLOBL ·onLanes<>(SB), RODATA|NOPTR, $64

// Y15 = the low CX lanes, CX <= 8.
#define TAILMASK \
	NEGQ    CX; \
	LEAQ    ·onLanes<>+32(SB), AX; \
	VMOVUPS (AX)(CX*4), Y15

// A two-operand kernel: STEP combines Y0 (a) and Y1 (b) into Y0.
#define BINARY(STEP) \
	MOVQ dst_base+0(FP), DI; \
	MOVQ dst_len+8(FP), CX; \
	MOVQ a_base+24(FP), SI; \
	MOVQ b_base+48(FP), DX; \
	SUBQ $8, CX; \
	JL   tail; \
loop: \
	VMOVUPS (SI), Y0; \
	VMOVUPS (DX), Y1; \
	STEP; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, SI; \
	ADDQ $32, DX; \
	ADDQ $32, DI; \
	SUBQ $8, CX; \
	JGE  loop; \
tail: \
	ADDQ $8, CX; \
	JZ   done; \
	TAILMASK; \
	VMASKMOVPS (SI), Y15, Y0; \
	VMASKMOVPS (DX), Y15, Y1; \
	STEP; \
	VMASKMOVPS Y0, Y15, (DI); \
done: \
	VZEROUPPER; \
	RET

// A one-operand kernel: STEP changes Y0.
#define UNARY(STEP) \
	MOVQ dst_base+0(FP), DI; \
	MOVQ dst_len+8(FP), CX; \
	MOVQ a_base+24(FP), SI; \
	SUBQ $8, CX; \
	JL   tail; \
loop: \
	VMOVUPS (SI), Y0; \
	STEP; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, SI; \
	ADDQ $32, DI; \
	SUBQ $8, CX; \
	JGE  loop; \
tail: \
	ADDQ $8, CX; \
	JZ   done; \
	TAILMASK; \
	VMASKMOVPS (SI), Y15, Y0; \
	STEP; \
	VMASKMOVPS Y0, Y15, (DI); \
done: \
	VZEROUPPER; \
	RET

#define ADD_ VADDPS Y1, Y0, Y0
#define SUB_ VSUBPS Y1, Y0, Y0
#define MUL_ VMULPS Y1, Y0, Y0
#define DIV_ VDIVPS Y1, Y0, Y0
#define SUBLEFT_ VSUBPS Y0, Y1, Y0
#define DIVLEFT_ VDIVPS Y0, Y1, Y0

// VMAXPS and VMINPS give their last operand (in Go's order the first) when
// either is NaN; a NaN of the other is blended in.
#define MAX_ \
	VCMPPS    $3, Y1, Y1, Y2; \
	VMAXPS    Y0, Y1, Y0; \
	VBLENDVPS Y2, Y1, Y0, Y0

#define MIN_ \
	VCMPPS    $3, Y1, Y1, Y2; \
	VMINPS    Y0, Y1, Y0; \
	VBLENDVPS Y2, Y1, Y0, Y0

// func addF32AVX2(dst, a, b []float32)
TEXT ·addF32AVX2(SB), NOSPLIT, $0-72
	BINARY(ADD_)

// func subF32AVX2(dst, a, b []float32)
TEXT ·subF32AVX2(SB), NOSPLIT, $0-72
	BINARY(SUB_)

// func mulF32AVX2(dst, a, b []float32)
TEXT ·mulF32AVX2(SB), NOSPLIT, $0-72
	BINARY(MUL_)

// func divF32AVX2(dst, a, b []float32)
TEXT ·divF32AVX2(SB), NOSPLIT, $0-72
	BINARY(DIV_)

// func maxF32AVX2(dst, a, b []float32)
TEXT ·maxF32AVX2(SB), NOSPLIT, $0-72
	BINARY(MAX_)

// func minF32AVX2(dst, a, b []float32)
TEXT ·minF32AVX2(SB), NOSPLIT, $0-72
	BINARY(MIN_)

// func addScalarF32AVX2(dst, a []float32, s float32)
TEXT ·addScalarF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(ADD_)

// func subScalarF32AVX2(dst, a []float32, s float32)
TEXT ·subScalarF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(SUB_)

// func mulScalarF32AVX2(dst, a []float32, s float32)
TEXT ·mulScalarF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(MUL_)

// func divScalarF32AVX2(dst, a []float32, s float32)
TEXT ·divScalarF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(DIV_)

// func subLeftF32AVX2(dst, a []float32, s float32)
TEXT ·subLeftF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(SUBLEFT_)

// func divLeftF32AVX2(dst, a []float32, s float32)
TEXT ·divLeftF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(DIVLEFT_)

// func maxScalarF32AVX2(dst, a []float32, s float32)
TEXT ·maxScalarF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(MAX_)

// func minScalarF32AVX2(dst, a []float32, s float32)
TEXT ·minScalarF32AVX2(SB), NOSPLIT, $0-52
	VBROADCASTSS s+48(FP), Y1
	UNARY(MIN_)

// The sum or value in Y0 clamped to Y13..Y14; NaN stays.
#define CLAMP_ \
	VMAXPS Y0, Y13, Y0; \
	VMINPS Y0, Y14, Y0

#define ADDCLAMP_ \
	VADDPS Y1, Y0, Y0; \
	CLAMP_

#define FMA_ VFMADD132PS Y13, Y14, Y0

// func clampF32AVX2(dst, a []float32, lo, hi float32)
TEXT ·clampF32AVX2(SB), NOSPLIT, $0-56
	VBROADCASTSS lo+48(FP), Y13
	VBROADCASTSS hi+52(FP), Y14
	UNARY(CLAMP_)

// func addClampF32AVX2(dst, a, b []float32, lo, hi float32)
TEXT ·addClampF32AVX2(SB), NOSPLIT, $0-80
	VBROADCASTSS lo+72(FP), Y13
	VBROADCASTSS hi+76(FP), Y14
	BINARY(ADDCLAMP_)

// func scaleShiftF32AVX2(dst, a []float32, scale, shift float32)
TEXT ·scaleShiftF32AVX2(SB), NOSPLIT, $0-56
	VBROADCASTSS scale+48(FP), Y13
	VBROADCASTSS shift+52(FP), Y14
	UNARY(FMA_)

// func axpyF32AVX2(dst, a []float32, s float32)
TEXT ·axpyF32AVX2(SB), NOSPLIT, $0-52
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), CX
	MOVQ a_base+24(FP), SI
	VBROADCASTSS s+48(FP), Y2
	SUBQ $8, CX
	JL   tail

loop:
	VMOVUPS     (DI), Y0
	VFMADD231PS (SI), Y2, Y0
	VMOVUPS     Y0, (DI)
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JGE         loop

tail:
	ADDQ        $8, CX
	JZ          done
	TAILMASK
	VMASKMOVPS  (DI), Y15, Y0
	VMASKMOVPS  (SI), Y15, Y1
	VFMADD231PS Y1, Y2, Y0
	VMASKMOVPS  Y0, Y15, (DI)

done:
	VZEROUPPER
	RET

// Y0 + Y1 + Y2 + Y3 summed into X0.
#define HSUM \
	VADDPS       Y1, Y0, Y0; \
	VADDPS       Y3, Y2, Y2; \
	VADDPS       Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS       X1, X0, X0; \
	VPERMILPS    $0x4e, X0, X1; \
	VADDPS       X1, X0, X0; \
	VPERMILPS    $0xb1, X0, X1; \
	VADDSS       X1, X0, X0

// func dotF32AVX2(a, b []float32) float32
TEXT ·dotF32AVX2(SB), NOSPLIT, $0-52
	MOVQ   a_base+0(FP), SI
	MOVQ   a_len+8(FP), CX
	MOVQ   b_base+24(FP), DX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	SUBQ   $32, CX
	JL     ones

loop:
	VMOVUPS     (SI), Y4
	VMOVUPS     32(SI), Y5
	VMOVUPS     64(SI), Y6
	VMOVUPS     96(SI), Y7
	VFMADD231PS (DX), Y4, Y0
	VFMADD231PS 32(DX), Y5, Y1
	VFMADD231PS 64(DX), Y6, Y2
	VFMADD231PS 96(DX), Y7, Y3
	ADDQ        $128, SI
	ADDQ        $128, DX
	SUBQ        $32, CX
	JGE         loop

ones:
	ADDQ $24, CX
	JL   tail

one:
	VMOVUPS     (SI), Y4
	VFMADD231PS (DX), Y4, Y0
	ADDQ        $32, SI
	ADDQ        $32, DX
	SUBQ        $8, CX
	JGE         one

tail:
	ADDQ        $8, CX
	JZ          sum
	TAILMASK
	VMASKMOVPS  (SI), Y15, Y4
	VMASKMOVPS  (DX), Y15, Y5
	VFMADD231PS Y5, Y4, Y1

sum:
	HSUM
	VMOVSS X0, ret+48(FP)
	VZEROUPPER
	RET

// func sumF32AVX2(a []float32) float32
TEXT ·sumF32AVX2(SB), NOSPLIT, $0-28
	MOVQ   a_base+0(FP), SI
	MOVQ   a_len+8(FP), CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	SUBQ   $32, CX
	JL     ones

loop:
	VADDPS (SI), Y0, Y0
	VADDPS 32(SI), Y1, Y1
	VADDPS 64(SI), Y2, Y2
	VADDPS 96(SI), Y3, Y3
	ADDQ   $128, SI
	SUBQ   $32, CX
	JGE    loop

ones:
	ADDQ $24, CX
	JL   tail

one:
	VADDPS (SI), Y0, Y0
	ADDQ   $32, SI
	SUBQ   $8, CX
	JGE    one

tail:
	ADDQ       $8, CX
	JZ         sum
	TAILMASK
	VMASKMOVPS (SI), Y15, Y4
	VADDPS     Y4, Y1, Y1

sum:
	HSUM
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

DATA ·below<>+0(SB)/4, $0xff800000
GLOBL ·below<>(SB), RODATA|NOPTR, $4

// func maxAllF32AVX2(a []float32) float32
// Y3 collects the lanes that met a NaN.
TEXT ·maxAllF32AVX2(SB), NOSPLIT, $0-28
	MOVQ         a_base+0(FP), SI
	MOVQ         a_len+8(FP), CX
	VBROADCASTSS ·below<>(SB), Y0
	VXORPS       Y3, Y3, Y3
	SUBQ         $8, CX
	JL           tail

loop:
	VMOVUPS (SI), Y4
	VCMPPS  $3, Y4, Y4, Y2
	VMAXPS  Y4, Y0, Y0
	VORPS   Y2, Y3, Y3
	ADDQ    $32, SI
	SUBQ    $8, CX
	JGE     loop

tail:
	ADDQ       $8, CX
	JZ         fold
	TAILMASK
	VMASKMOVPS (SI), Y15, Y4
	VCMPPS     $3, Y4, Y4, Y2
	VORPS      Y2, Y3, Y3
	VMAXPS     Y4, Y0, Y4
	VBLENDVPS  Y15, Y4, Y0, Y0

fold:
	VMOVMSKPS    Y3, AX
	TESTL        AX, AX
	JNZ          nan
	VEXTRACTF128 $1, Y0, X1
	VMAXPS       X1, X0, X0
	VPERMILPS    $0x4e, X0, X1
	VMAXPS       X1, X0, X0
	VPERMILPS    $0xb1, X0, X1
	VMAXPS       X1, X0, X0
	VMOVSS       X0, ret+24(FP)
	VZEROUPPER
	RET

nan:
	MOVL $0x7fc00000, ret+24(FP)
	VZEROUPPER
	RET

// func stride2F32AVX2(dst, a []float32)
// dst[i] = a[2*i]; the element after the last one named is not read: the last
// one to eight outputs go one at a time.
TEXT ·stride2F32AVX2(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), CX
	MOVQ a_base+24(FP), SI

loop:
	CMPQ    CX, $8
	JLE     ones
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VSHUFPS $0x88, Y1, Y0, Y0
	VPERMPD $0xd8, Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ    $64, SI
	ADDQ    $32, DI
	SUBQ    $8, CX
	JMP     loop

ones:
	TESTQ CX, CX
	JLE   done
	MOVL  (SI), AX
	MOVL  AX, (DI)
	ADDQ  $8, SI
	ADDQ  $4, DI
	DECQ  CX
	JMP   ones

done:
	VZEROUPPER
	RET
