//go:build !purego

#include "textflag.h"

// norm_f32 for AVX2: see norm_f32.go for the contract. Full vectors first, then
// one under the mask Y15.

// Eight ones, then eight zeros: n lanes are on from byte 32-4*n.
DATA ·normLanes<>+0(SB)/8, $0xffffffffffffffff
DATA ·normLanes<>+8(SB)/8, $0xffffffffffffffff
DATA ·normLanes<>+16(SB)/8, $0xffffffffffffffff
DATA ·normLanes<>+24(SB)/8, $0xffffffffffffffff
GLOBL ·normLanes<>(SB), RODATA|NOPTR, $64

// Y15 = the low CX lanes, CX <= 8.
#define TAILMASK \
	NEGQ    CX; \
	LEAQ    ·normLanes<>+32(SB), AX; \
	VMOVUPS (AX)(CX*4), Y15

// func sumSquaresF32AVX2(a []float32, m float32) float32
TEXT ·sumSquaresF32AVX2(SB), NOSPLIT, $0-36
	MOVQ         a_base+0(FP), SI
	MOVQ         a_len+8(FP), CX
	VBROADCASTSS m+24(FP), Y8
	VXORPS       Y0, Y0, Y0        // s0 to s3 = 0
	VXORPS       Y1, Y1, Y1
	VXORPS       Y2, Y2, Y2
	VXORPS       Y3, Y3, Y3
	SUBQ         $32, CX
	JL           ones

loop:
	VMOVUPS     (SI), Y4
	VMOVUPS     32(SI), Y5
	VMOVUPS     64(SI), Y6
	VMOVUPS     96(SI), Y7
	VSUBPS      Y8, Y4, Y4         // d = a[i] - m
	VSUBPS      Y8, Y5, Y5
	VSUBPS      Y8, Y6, Y6
	VSUBPS      Y8, Y7, Y7
	VFMADD231PS Y4, Y4, Y0         // s += d*d
	VFMADD231PS Y5, Y5, Y1
	VFMADD231PS Y6, Y6, Y2
	VFMADD231PS Y7, Y7, Y3
	ADDQ        $128, SI
	SUBQ        $32, CX
	JGE         loop

ones:
	ADDQ $24, CX
	JL   tail

one:
	VMOVUPS     (SI), Y4
	VSUBPS      Y8, Y4, Y4
	VFMADD231PS Y4, Y4, Y0
	ADDQ        $32, SI
	SUBQ        $8, CX
	JGE         one

tail:
	ADDQ        $8, CX
	JZ          sum
	TAILMASK
	VMASKMOVPS  (SI), Y15, Y4
	VSUBPS      Y8, Y4, Y4
	VANDPS      Y15, Y4, Y4        // lanes beyond the end are 0
	VFMADD231PS Y4, Y4, Y1

sum:
	VADDPS       Y1, Y0, Y0
	VADDPS       Y3, Y2, Y2
	VADDPS       Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1        // 8 lanes to 4, 2, 1
	VADDPS       X1, X0, X0
	VPERMILPS    $0x4e, X0, X1
	VADDPS       X1, X0, X0
	VPERMILPS    $0xb1, X0, X1
	VADDSS       X1, X0, X0
	VMOVSS       X0, ret+32(FP)
	VZEROUPPER
	RET

// v = (v - m)*inv, m in Y13 and inv in Y14.
#define CENTRE(v) \
	VSUBPS Y13, v, v; \
	VMULPS Y14, v, v

// func normalizeF32AVX2(dst, a, scale, bias []float32, m, inv float32)
TEXT ·normalizeF32AVX2(SB), NOSPLIT, $0-104
	MOVQ         dst_base+0(FP), DI
	MOVQ         dst_len+8(FP), CX
	MOVQ         a_base+24(FP), SI
	MOVQ         scale_base+48(FP), R8
	MOVQ         bias_base+72(FP), R9
	VBROADCASTSS m+96(FP), Y13
	VBROADCASTSS inv+100(FP), Y14
	TESTQ        R9, R9
	JZ           scaled                // no bias

	SUBQ $16, CX
	JL   one

loop:
	VMOVUPS     (SI), Y0
	VMOVUPS     32(SI), Y1
	VMOVUPS     (R8), Y2
	VMOVUPS     32(R8), Y3
	CENTRE(Y0)
	CENTRE(Y1)
	VFMADD213PS (R9), Y2, Y0       // *scale + bias
	VFMADD213PS 32(R9), Y3, Y1
	VMOVUPS     Y0, (DI)
	VMOVUPS     Y1, 32(DI)
	ADDQ        $64, SI
	ADDQ        $64, DI
	ADDQ        $64, R8
	ADDQ        $64, R9
	SUBQ        $16, CX
	JGE         loop

one:
	ADDQ        $8, CX
	JL          tail
	VMOVUPS     (SI), Y0
	VMOVUPS     (R8), Y2
	CENTRE(Y0)
	VFMADD213PS (R9), Y2, Y0
	VMOVUPS     Y0, (DI)
	ADDQ        $32, SI
	ADDQ        $32, DI
	ADDQ        $32, R8
	ADDQ        $32, R9
	SUBQ        $8, CX

tail:
	ADDQ        $8, CX
	JZ          done
	TAILMASK
	VMASKMOVPS  (SI), Y15, Y0
	VMASKMOVPS  (R8), Y15, Y2
	VMASKMOVPS  (R9), Y15, Y3
	CENTRE(Y0)
	VFMADD213PS Y3, Y2, Y0
	VMASKMOVPS  Y0, Y15, (DI)

done:
	VZEROUPPER
	RET

scaled:
	SUBQ $8, CX
	JL   scaledTail

scaledOne:
	VMOVUPS (SI), Y0
	CENTRE(Y0)
	VMULPS  (R8), Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	ADDQ    $32, R8
	SUBQ    $8, CX
	JGE     scaledOne

scaledTail:
	ADDQ       $8, CX
	JZ         done
	TAILMASK
	VMASKMOVPS (SI), Y15, Y0
	VMASKMOVPS (R8), Y15, Y2
	CENTRE(Y0)
	VMULPS     Y2, Y0, Y0
	VMASKMOVPS Y0, Y15, (DI)
	VZEROUPPER
	RET
