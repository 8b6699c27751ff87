//go:build !purego

#include "textflag.h"
#include "a64_neon.h"

// norm_f32 for NEON: see norm_f32.go for the contract. Sixteen elements at a
// time, then four, then one.

// func sumSquaresF32NEON(a []float32, m float32) float32
TEXT ·sumSquaresF32NEON(SB), NOSPLIT, $0-36
	MOVD  a_base+0(FP), R2
	MOVD  a_len+8(FP), R1
	FMOVS m+24(FP), F20
	VDUP  V20.S[0], V20.S4
	VEOR  V16.B16, V16.B16, V16.B16      // s0 to s3 = 0
	VEOR  V17.B16, V17.B16, V17.B16
	VEOR  V18.B16, V18.B16, V18.B16
	VEOR  V19.B16, V19.B16, V19.B16
	SUBS  $16, R1
	BLT   less

sixteen:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	FSUB_4S(0, 0, 20)                    // d = a[i] - m
	FSUB_4S(1, 1, 20)
	FSUB_4S(2, 2, 20)
	FSUB_4S(3, 3, 20)
	FMLA_4S(16, 0, 0)                    // s += d*d
	FMLA_4S(17, 1, 1)
	FMLA_4S(18, 2, 2)
	FMLA_4S(19, 3, 3)
	SUBS   $16, R1
	BGE    sixteen

less:
	ADDS $12, R1
	BLT  single

four:
	VLD1.P 16(R2), [V0.S4]
	FSUB_4S(0, 0, 20)
	FMLA_4S(16, 0, 0)
	SUBS   $4, R1
	BGE    four

single:
	ADDS $4, R1
	BEQ  done
	VEOR V21.B16, V21.B16, V21.B16
	VMOV V20.S[0], V21.S[0]              // m in the lane of the element only

one:
	FMOVS.P 4(R2), F0
	FSUB_4S(0, 0, 21)
	FMLA_4S(17, 0, 0)
	SUBS    $1, R1
	BNE     one

done:
	FADD_4S(16, 16, 17)
	FADD_4S(18, 18, 19)
	FADD_4S(16, 16, 18)
	FADDP_4S(16, 16, 16)
	FADDP_4S(16, 16, 16)
	FMOVS F16, ret+32(FP)
	RET

// v = (v - m)*inv, m in V20 and inv in V21.
#define CENTRE(v) \
	FSUB_4S(v, v, 20); \
	FMUL_4S(v, v, 21)

// func normalizeF32NEON(dst, a, scale, bias []float32, m, inv float32)
//
// V0 to V3 a, V4 to V7 scale, V16 to V19 bias, zero when there is none.
TEXT ·normalizeF32NEON(SB), NOSPLIT, $0-104
	MOVD  dst_base+0(FP), R0
	MOVD  dst_len+8(FP), R1
	MOVD  a_base+24(FP), R2
	MOVD  scale_base+48(FP), R3
	MOVD  bias_base+72(FP), R4
	FMOVS m+96(FP), F20
	VDUP  V20.S[0], V20.S4
	FMOVS inv+100(FP), F21
	VDUP  V21.S[0], V21.S4
	CBZ   R4, scaled                     // no bias
	SUBS  $16, R1
	BLT   less

sixteen:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R3), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R4), [V16.S4, V17.S4, V18.S4, V19.S4]
	CENTRE(0)
	CENTRE(1)
	CENTRE(2)
	CENTRE(3)
	FMLA_4S(16, 0, 4)                    // *scale + bias
	FMLA_4S(17, 1, 5)
	FMLA_4S(18, 2, 6)
	FMLA_4S(19, 3, 7)
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R0)
	SUBS   $16, R1
	BGE    sixteen

less:
	ADDS $12, R1
	BLT  single

four:
	VLD1.P 16(R2), [V0.S4]
	VLD1.P 16(R3), [V4.S4]
	VLD1.P 16(R4), [V16.S4]
	CENTRE(0)
	FMLA_4S(16, 0, 4)
	VST1.P [V16.S4], 16(R0)
	SUBS   $4, R1
	BGE    four

single:
	ADDS $4, R1
	BEQ  done

one:
	FMOVS.P 4(R2), F0
	FMOVS.P 4(R3), F4
	FMOVS.P 4(R4), F16
	CENTRE(0)
	FMLA_4S(16, 0, 4)
	FMOVS.P F16, 4(R0)
	SUBS    $1, R1
	BNE     one

done:
	RET

scaled:
	SUBS $16, R1
	BLT  scaledLess

scaledSixteen:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R3), [V4.S4, V5.S4, V6.S4, V7.S4]
	CENTRE(0)
	CENTRE(1)
	CENTRE(2)
	CENTRE(3)
	FMUL_4S(0, 0, 4)
	FMUL_4S(1, 1, 5)
	FMUL_4S(2, 2, 6)
	FMUL_4S(3, 3, 7)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS   $16, R1
	BGE    scaledSixteen

scaledLess:
	ADDS $16, R1
	BEQ  done

scaledOne:
	FMOVS.P 4(R2), F0
	FMOVS.P 4(R3), F4
	CENTRE(0)
	FMUL_4S(0, 0, 4)
	FMOVS.P F0, 4(R0)
	SUBS    $1, R1
	BNE     scaledOne
	RET
