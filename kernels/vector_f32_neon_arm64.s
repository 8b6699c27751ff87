//go:build !purego

#include "textflag.h"
#include "a64_neon.h"

// binary_f32 and vector_f32 for NEON: see BinaryF32 and VectorF32 for the
// contracts. Sixteen elements at a time, then four, then one; the single ones
// run through the same vector instruction with the upper lanes zero.
//
// Registers: R0 dst, R2 the first operand, R3 the second, R1 elements left;
// V16 and V17 the scalars.

#define SCALAR(arg, f, v) \
	FMOVS arg(FP), f; \
	VDUP  v.S[0], v.S4

// dst = F(a): V0 to V3 in place.
#define MAP1(F) \
	SUBS   $16, R1; \
	BLT    less; \
sixteen: \
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	F(0); \
	F(1); \
	F(2); \
	F(3); \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0); \
	SUBS   $16, R1; \
	BGE    sixteen; \
less: \
	ADDS   $12, R1; \
	BLT    single; \
four: \
	VLD1.P 16(R2), [V0.S4]; \
	F(0); \
	VST1.P [V0.S4], 16(R0); \
	SUBS   $4, R1; \
	BGE    four; \
single: \
	ADDS   $4, R1; \
	BEQ    done; \
one: \
	FMOVS.P 4(R2), F0; \
	F(0); \
	FMOVS.P F0, 4(R0); \
	SUBS   $1, R1; \
	BNE    one; \
done: \
	RET

// dst = F(a, b): V0 to V3 and V4 to V7, the result in the first.
#define MAP2(F) \
	SUBS   $16, R1; \
	BLT    less; \
sixteen: \
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	VLD1.P 64(R3), [V4.S4, V5.S4, V6.S4, V7.S4]; \
	F(0, 4); \
	F(1, 5); \
	F(2, 6); \
	F(3, 7); \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0); \
	SUBS   $16, R1; \
	BGE    sixteen; \
less: \
	ADDS   $12, R1; \
	BLT    single; \
four: \
	VLD1.P 16(R2), [V0.S4]; \
	VLD1.P 16(R3), [V4.S4]; \
	F(0, 4); \
	VST1.P [V0.S4], 16(R0); \
	SUBS   $4, R1; \
	BGE    four; \
single: \
	ADDS   $4, R1; \
	BEQ    done; \
one: \
	FMOVS.P 4(R2), F0; \
	FMOVS.P 4(R3), F4; \
	F(0, 4); \
	FMOVS.P F0, 4(R0); \
	SUBS   $1, R1; \
	BNE    one; \
done: \
	RET

#define VECARGS \
	MOVD dst_base+0(FP), R0; \
	MOVD dst_len+8(FP), R1; \
	MOVD a_base+24(FP), R2; \
	MOVD b_base+48(FP), R3

#define SCALARARGS \
	MOVD dst_base+0(FP), R0; \
	MOVD dst_len+8(FP), R1; \
	MOVD a_base+24(FP), R2; \
	SCALAR(s+48, F16, V16)

#define ADD2(v, w) FADD_4S(v, v, w)
#define SUB2(v, w) FSUB_4S(v, v, w)
#define MUL2(v, w) FMUL_4S(v, v, w)
#define DIV2(v, w) FDIV_4S(v, v, w)
#define MAX2(v, w) FMAX_4S(v, v, w)
#define MIN2(v, w) FMIN_4S(v, v, w)

#define ADD1(v) FADD_4S(v, v, 16)
#define SUB1(v) FSUB_4S(v, v, 16)
#define MUL1(v) FMUL_4S(v, v, 16)
#define DIV1(v) FDIV_4S(v, v, 16)
#define MAX1(v) FMAX_4S(v, v, 16)
#define MIN1(v) FMIN_4S(v, v, 16)
#define LEFTSUB1(v) FSUB_4S(v, 16, v)
#define LEFTDIV1(v) FDIV_4S(v, 16, v)

// func addF32NEON(dst, a, b []float32)
TEXT ·addF32NEON(SB), NOSPLIT, $0-72
	VECARGS
	MAP2(ADD2)

// func subF32NEON(dst, a, b []float32)
TEXT ·subF32NEON(SB), NOSPLIT, $0-72
	VECARGS
	MAP2(SUB2)

// func mulF32NEON(dst, a, b []float32)
TEXT ·mulF32NEON(SB), NOSPLIT, $0-72
	VECARGS
	MAP2(MUL2)

// func divF32NEON(dst, a, b []float32)
TEXT ·divF32NEON(SB), NOSPLIT, $0-72
	VECARGS
	MAP2(DIV2)

// func maxF32NEON(dst, a, b []float32)
TEXT ·maxF32NEON(SB), NOSPLIT, $0-72
	VECARGS
	MAP2(MAX2)

// func minF32NEON(dst, a, b []float32)
TEXT ·minF32NEON(SB), NOSPLIT, $0-72
	VECARGS
	MAP2(MIN2)

// func addScalarF32NEON(dst, a []float32, s float32)
TEXT ·addScalarF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(ADD1)

// func subScalarF32NEON(dst, a []float32, s float32)
TEXT ·subScalarF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(SUB1)

// func mulScalarF32NEON(dst, a []float32, s float32)
TEXT ·mulScalarF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(MUL1)

// func divScalarF32NEON(dst, a []float32, s float32)
TEXT ·divScalarF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(DIV1)

// func maxScalarF32NEON(dst, a []float32, s float32)
TEXT ·maxScalarF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(MAX1)

// func minScalarF32NEON(dst, a []float32, s float32)
TEXT ·minScalarF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(MIN1)

// func subLeftF32NEON(dst, a []float32, s float32)
TEXT ·subLeftF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(LEFTSUB1)

// func divLeftF32NEON(dst, a []float32, s float32)
TEXT ·divLeftF32NEON(SB), NOSPLIT, $0-52
	SCALARARGS
	MAP1(LEFTDIV1)

#define CLAMP1(v) \
	FMAX_4S(v, v, 16); \
	FMIN_4S(v, v, 17)

#define ADDCLAMP2(v, w) \
	FADD_4S(v, v, w); \
	FMAX_4S(v, v, 16); \
	FMIN_4S(v, v, 17)

#define SCALESHIFT1(v) \
	FMUL_4S(v, v, 16); \
	FADD_4S(v, v, 17)

#define AXPY2(v, w) FMLA_4S(v, w, 16)

// func clampF32NEON(dst, a []float32, lo, hi float32)
TEXT ·clampF32NEON(SB), NOSPLIT, $0-56
	MOVD dst_base+0(FP), R0
	MOVD dst_len+8(FP), R1
	MOVD a_base+24(FP), R2
	SCALAR(lo+48, F16, V16)
	SCALAR(hi+52, F17, V17)
	MAP1(CLAMP1)

// func addClampF32NEON(dst, a, b []float32, lo, hi float32)
TEXT ·addClampF32NEON(SB), NOSPLIT, $0-80
	VECARGS
	SCALAR(lo+72, F16, V16)
	SCALAR(hi+76, F17, V17)
	MAP2(ADDCLAMP2)

// func scaleShiftF32NEON(dst, a []float32, scale, shift float32)
TEXT ·scaleShiftF32NEON(SB), NOSPLIT, $0-56
	MOVD dst_base+0(FP), R0
	MOVD dst_len+8(FP), R1
	MOVD a_base+24(FP), R2
	SCALAR(scale+48, F16, V16)
	SCALAR(shift+52, F17, V17)
	MAP1(SCALESHIFT1)

// func axpyF32NEON(dst, a []float32, s float32)
TEXT ·axpyF32NEON(SB), NOSPLIT, $0-52
	MOVD dst_base+0(FP), R0
	MOVD dst_len+8(FP), R1
	MOVD R0, R2
	MOVD a_base+24(FP), R3
	SCALAR(s+48, F16, V16)
	MAP2(AXPY2)

// func dotF32NEON(a, b []float32) float32
TEXT ·dotF32NEON(SB), NOSPLIT, $0-52
	MOVD a_base+0(FP), R2
	MOVD a_len+8(FP), R1
	MOVD b_base+24(FP), R3
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	SUBS $16, R1
	BLT  less

sixteen:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R3), [V4.S4, V5.S4, V6.S4, V7.S4]
	FMLA_4S(16, 0, 4)
	FMLA_4S(17, 1, 5)
	FMLA_4S(18, 2, 6)
	FMLA_4S(19, 3, 7)
	SUBS   $16, R1
	BGE    sixteen

less:
	ADDS $12, R1
	BLT  single

four:
	VLD1.P 16(R2), [V0.S4]
	VLD1.P 16(R3), [V4.S4]
	FMLA_4S(16, 0, 4)
	SUBS   $4, R1
	BGE    four

single:
	ADDS $4, R1
	BEQ  done

one:
	FMOVS.P 4(R2), F0
	FMOVS.P 4(R3), F4
	FMLA_4S(17, 0, 4)
	SUBS    $1, R1
	BNE     one

done:
	FADD_4S(16, 16, 17)
	FADD_4S(18, 18, 19)
	FADD_4S(16, 16, 18)
	FADDP_4S(16, 16, 16)
	FADDP_4S(16, 16, 16)
	FMOVS F16, ret+48(FP)
	RET

// func sumF32NEON(a []float32) float32
TEXT ·sumF32NEON(SB), NOSPLIT, $0-28
	MOVD a_base+0(FP), R2
	MOVD a_len+8(FP), R1
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	SUBS $16, R1
	BLT  less

sixteen:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	FADD_4S(16, 16, 0)
	FADD_4S(17, 17, 1)
	FADD_4S(18, 18, 2)
	FADD_4S(19, 19, 3)
	SUBS   $16, R1
	BGE    sixteen

less:
	ADDS $12, R1
	BLT  single

four:
	VLD1.P 16(R2), [V0.S4]
	FADD_4S(16, 16, 0)
	SUBS   $4, R1
	BGE    four

single:
	ADDS $4, R1
	BEQ  done

one:
	FMOVS.P 4(R2), F0
	FADD_4S(17, 17, 0)
	SUBS    $1, R1
	BNE     one

done:
	FADD_4S(16, 16, 17)
	FADD_4S(18, 18, 19)
	FADD_4S(16, 16, 18)
	FADDP_4S(16, 16, 16)
	FADDP_4S(16, 16, 16)
	FMOVS F16, ret+24(FP)
	RET

// func maxAllF32NEON(a []float32) float32
TEXT ·maxAllF32NEON(SB), NOSPLIT, $0-28
	MOVD a_base+0(FP), R2
	MOVD a_len+8(FP), R1
	MOVD $0xff800000, R3
	VDUP R3, V16.S4
	VDUP R3, V17.S4
	VDUP R3, V18.S4
	VDUP R3, V19.S4
	SUBS $16, R1
	BLT  less

sixteen:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMAX_4S(16, 16, 0)
	FMAX_4S(17, 17, 1)
	FMAX_4S(18, 18, 2)
	FMAX_4S(19, 19, 3)
	SUBS   $16, R1
	BGE    sixteen

less:
	ADDS $12, R1
	BLT  single

four:
	VLD1.P 16(R2), [V0.S4]
	FMAX_4S(16, 16, 0)
	SUBS   $4, R1
	BGE    four

single:
	ADDS $4, R1
	BEQ  done

one:
	VLD1R.P 4(R2), [V0.S4]
	FMAX_4S(17, 17, 0)
	SUBS    $1, R1
	BNE     one

done:
	FMAX_4S(16, 16, 17)
	FMAX_4S(18, 18, 19)
	FMAX_4S(16, 16, 18)
	FMAXV_4S(16, 16)
	FMOVS F16, ret+24(FP)
	RET

// func stride2F32NEON(dst, a []float32)
//
// A vector of even elements comes with the odd ones after them, so the last
// four go one at a time.
TEXT ·stride2F32NEON(SB), NOSPLIT, $0-48
	MOVD dst_base+0(FP), R0
	MOVD dst_len+8(FP), R1
	MOVD a_base+24(FP), R2
	SUBS $9, R1
	BLT  less

eight:
	VLD2.P 32(R2), [V0.S4, V1.S4]
	VLD2.P 32(R2), [V2.S4, V3.S4]
	VST1.P [V0.S4], 16(R0)
	VST1.P [V2.S4], 16(R0)
	SUBS   $8, R1
	BGE    eight

less:
	ADDS   $4, R1
	BLT    single
	VLD2.P 32(R2), [V0.S4, V1.S4]
	VST1.P [V0.S4], 16(R0)
	SUB    $4, R1

single:
	ADDS $5, R1
	BEQ  done

one:
	FMOVS.P 8(R2), F0
	FMOVS.P F0, 4(R0)
	SUBS    $1, R1
	BNE     one

done:
	RET
