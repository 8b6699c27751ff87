//go:build !purego

#include "textflag.h"

// norm_f32 for AVX-512: see norm_f32.go for the contract. Full vectors first,
// then one under the mask K1.

// K1 = the low CX lanes, CX < 16.
#define TAILMASK \
	MOVL  $1, AX; \
	SHLL  CX, AX; \
	DECL  AX; \
	KMOVW AX, K1

// func sumSquaresF32AVX512(a []float32, m float32) float32
TEXT ·sumSquaresF32AVX512(SB), NOSPLIT, $0-36
	MOVQ         a_base+0(FP), SI
	MOVQ         a_len+8(FP), CX
	VBROADCASTSS m+24(FP), Z8
	VXORPS       Z0, Z0, Z0        // s0 to s3 = 0
	VXORPS       Z1, Z1, Z1
	VXORPS       Z2, Z2, Z2
	VXORPS       Z3, Z3, Z3
	SUBQ         $64, CX
	JL           ones

loop:
	VMOVUPS     (SI), Z4
	VMOVUPS     64(SI), Z5
	VMOVUPS     128(SI), Z6
	VMOVUPS     192(SI), Z7
	VSUBPS      Z8, Z4, Z4         // d = a[i] - m
	VSUBPS      Z8, Z5, Z5
	VSUBPS      Z8, Z6, Z6
	VSUBPS      Z8, Z7, Z7
	VFMADD231PS Z4, Z4, Z0         // s += d*d
	VFMADD231PS Z5, Z5, Z1
	VFMADD231PS Z6, Z6, Z2
	VFMADD231PS Z7, Z7, Z3
	ADDQ        $256, SI
	SUBQ        $64, CX
	JGE         loop

ones:
	ADDQ $48, CX
	JL   tail

one:
	VMOVUPS     (SI), Z4
	VSUBPS      Z8, Z4, Z4
	VFMADD231PS Z4, Z4, Z0
	ADDQ        $64, SI
	SUBQ        $16, CX
	JGE         one

tail:
	ADDQ        $16, CX
	JZ          sum
	TAILMASK
	VMOVUPS.Z   (SI), K1, Z4
	VSUBPS.Z    Z8, Z4, K1, Z4     // lanes beyond the end stay 0
	VFMADD231PS Z4, Z4, Z1

sum:
	VADDPS        Z1, Z0, Z0
	VADDPS        Z3, Z2, Z2
	VADDPS        Z2, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1       // 16 lanes to 8, 4, 2, 1
	VADDPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VADDPS        X1, X0, X0
	VPERMILPS     $0x4e, X0, X1
	VADDPS        X1, X0, X0
	VPERMILPS     $0xb1, X0, X1
	VADDSS        X1, X0, X0
	VMOVSS        X0, ret+32(FP)
	VZEROUPPER
	RET

// Z0 = (Z0 - m)*inv, m in Z30 and inv in Z31.
#define CENTRE(v) \
	VSUBPS Z30, v, v; \
	VMULPS Z31, v, v

// func normalizeF32AVX512(dst, a, scale, bias []float32, m, inv float32)
TEXT ·normalizeF32AVX512(SB), NOSPLIT, $0-104
	MOVQ         dst_base+0(FP), DI
	MOVQ         dst_len+8(FP), CX
	MOVQ         a_base+24(FP), SI
	MOVQ         scale_base+48(FP), R8
	MOVQ         bias_base+72(FP), R9
	VBROADCASTSS m+96(FP), Z30
	VBROADCASTSS inv+100(FP), Z31
	TESTQ        R9, R9
	JZ           scaled                // no bias

	SUBQ $32, CX
	JL   one

loop:
	VMOVUPS     (SI), Z0
	VMOVUPS     64(SI), Z1
	VMOVUPS     (R8), Z2
	VMOVUPS     64(R8), Z3
	CENTRE(Z0)
	CENTRE(Z1)
	VFMADD213PS (R9), Z2, Z0       // *scale + bias
	VFMADD213PS 64(R9), Z3, Z1
	VMOVUPS     Z0, (DI)
	VMOVUPS     Z1, 64(DI)
	ADDQ        $128, SI
	ADDQ        $128, DI
	ADDQ        $128, R8
	ADDQ        $128, R9
	SUBQ        $32, CX
	JGE         loop

one:
	ADDQ        $16, CX
	JL          tail
	VMOVUPS     (SI), Z0
	VMOVUPS     (R8), Z2
	CENTRE(Z0)
	VFMADD213PS (R9), Z2, Z0
	VMOVUPS     Z0, (DI)
	ADDQ        $64, SI
	ADDQ        $64, DI
	ADDQ        $64, R8
	ADDQ        $64, R9
	SUBQ        $16, CX

tail:
	ADDQ        $16, CX
	JZ          done
	TAILMASK
	VMOVUPS.Z   (SI), K1, Z0
	VMOVUPS.Z   (R8), K1, Z2
	VMOVUPS.Z   (R9), K1, Z3
	CENTRE(Z0)
	VFMADD213PS Z3, Z2, Z0
	VMOVUPS     Z0, K1, (DI)

done:
	VZEROUPPER
	RET

scaled:
	SUBQ $16, CX
	JL   scaledTail

scaledOne:
	VMOVUPS (SI), Z0
	CENTRE(Z0)
	VMULPS  (R8), Z0, Z0
	VMOVUPS Z0, (DI)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, R8
	SUBQ    $16, CX
	JGE     scaledOne

scaledTail:
	ADDQ      $16, CX
	JZ        done
	TAILMASK
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z (R8), K1, Z2
	CENTRE(Z0)
	VMULPS    Z2, Z0, Z0
	VMOVUPS   Z0, K1, (DI)
	VZEROUPPER
	RET
