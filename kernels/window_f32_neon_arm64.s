//go:build !purego

#include "textflag.h"
#include "a64_neon.h"

// dwconv_f32 for any taps and maxpool_f32 for NEON, one row: see DwConvF32Func
// and MaxPoolF32Func for the contracts. A row is cut into blocks of outputs; each block walks the taps.
// The last block of four steps back over outputs already written, which gives
// them the same values again; rows of fewer than four go one by one.
//
// Registers:
//	R0 y    R1 outputs left    R2 x    R3 pitch in bytes    R4 w
//	R5 kh    R6 kw    R7 dilation in bytes
//	R8, R9 tap rows and taps left    R10 x of the tap row    R11 x of the tap
//	R12 w of the tap    R13 scratch    R14 n
//	V16 to V19 results    V20 bias or -Inf    V21 lo    V22 hi

#define DWARGS \
	MOVD  y_base+0(FP), R0; \
	MOVD  n+24(FP), R1; \
	MOVD  x_base+32(FP), R2; \
	MOVD  pitch+56(FP), R3; \
	MOVD  w_base+64(FP), R4; \
	MOVD  kh+88(FP), R5; \
	MOVD  kw+96(FP), R6; \
	MOVD  dilation+104(FP), R7; \
	LSL   $2, R3, R3; \
	LSL   $2, R7, R7; \
	MOVD  R1, R14; \
	FMOVS bias+112(FP), F20; \
	VDUP  V20.S[0], V20.S4; \
	FMOVS lo+116(FP), F21; \
	VDUP  V21.S[0], V21.S4; \
	FMOVS hi+120(FP), F22; \
	VDUP  V22.S[0], V22.S4

#define MPARGS \
	MOVD y_base+0(FP), R0; \
	MOVD n+24(FP), R1; \
	MOVD x_base+32(FP), R2; \
	MOVD pitch+56(FP), R3; \
	MOVD kh+64(FP), R5; \
	MOVD kw+72(FP), R6; \
	MOVD dilation+80(FP), R7; \
	LSL  $2, R3, R3; \
	LSL  $2, R7, R7; \
	MOVD R1, R14; \
	MOVD $0xff800000, R13; \
	VDUP R13, V20.S4

#define CLAMP(v) \
	FMAX_4S(v, v, 21); \
	FMIN_4S(v, v, 22)

#define KEEP(v)

// One block: TAP takes the tap at R11, R12. row and tap are labels.
#define TAPS(TAP, row, tap) \
	VMOV V20.B16, V16.B16; \
	VMOV V20.B16, V17.B16; \
	VMOV V20.B16, V18.B16; \
	VMOV V20.B16, V19.B16; \
	MOVD R5, R8; \
	MOVD R2, R10; \
	MOVD R4, R12; \
row: \
	MOVD R6, R9; \
	MOVD R10, R11; \
tap: \
	TAP; \
	ADD  R7, R11, R11; \
	SUBS $1, R9; \
	BNE  tap; \
	ADD  R3, R10, R10; \
	SUBS $1, R8; \
	BNE  row

// What a row does, by the taps of its blocks; FIN finishes a vector.
#define STRIDE1(TAP16, TAP8, TAP4, TAP1, FIN) \
sixteen: \
	CMP  $16, R1; \
	BLT  eight; \
	TAPS(TAP16, row16, tap16); \
	FIN(16); \
	FIN(17); \
	FIN(18); \
	FIN(19); \
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R0); \
	ADD  $64, R2; \
	SUB  $16, R1; \
	B    sixteen; \
eight: \
	CMP  $8, R1; \
	BLT  four; \
	TAPS(TAP8, row8, tap8); \
	FIN(16); \
	FIN(17); \
	VST1.P [V16.S4, V17.S4], 32(R0); \
	ADD  $32, R2; \
	SUB  $8, R1; \
four: \
	CMP  $4, R1; \
	BLT  less; \
	TAPS(TAP4, row4, tap4); \
	FIN(16); \
	VST1.P [V16.S4], 16(R0); \
	ADD  $16, R2; \
	SUB  $4, R1; \
less: \
	CBZ  R1, done; \
	CMP  $4, R14; \
	BLT  one; \
	SUB  $4, R1, R13; \
	ADD  R13<<2, R0, R0; \
	ADD  R13<<2, R2, R2; \
	MOVD $4, R1; \
	B    four; \
one: \
	TAPS(TAP1, row1, tap1); \
	FIN(16); \
	FMOVS.P F16, 4(R0); \
	ADD  $4, R2; \
	SUBS $1, R1; \
	BNE  one; \
done: \
	RET

// LD2 reads one element beyond the last even one, so a block of LAST, which
// does not, ends the row.
#define STRIDE2(TAP8, TAP4, LAST, TAP1, FIN) \
	CMP  $4, R14; \
	BLT  one; \
eight: \
	CMP  $8, R1; \
	BLE  four; \
	TAPS(TAP8, row8, tap8); \
	FIN(16); \
	FIN(17); \
	VST1.P [V16.S4, V17.S4], 32(R0); \
	ADD  $64, R2; \
	SUB  $8, R1; \
	B    eight; \
four: \
	CMP  $4, R1; \
	BLE  last; \
	TAPS(TAP4, row4, tap4); \
	FIN(16); \
	VST1.P [V16.S4], 16(R0); \
	ADD  $32, R2; \
	SUB  $4, R1; \
last: \
	SUB  $4, R1, R13; \
	ADD  R13<<2, R0, R0; \
	ADD  R13<<3, R2, R2; \
	TAPS(LAST, rowlast, taplast); \
	FIN(16); \
	VST1 [V16.S4], (R0); \
	RET; \
one: \
	TAPS(TAP1, row1, tap1); \
	FIN(16); \
	FMOVS.P F16, 4(R0); \
	ADD  $8, R2; \
	SUBS $1, R1; \
	BNE  one; \
	RET

#define DW16 \
	VLD1R.P 4(R12), [V0.S4]; \
	VLD1    (R11), [V1.S4, V2.S4, V3.S4, V4.S4]; \
	FMLA_4S(16, 0, 1); \
	FMLA_4S(17, 0, 2); \
	FMLA_4S(18, 0, 3); \
	FMLA_4S(19, 0, 4)

#define DW8 \
	VLD1R.P 4(R12), [V0.S4]; \
	VLD1    (R11), [V1.S4, V2.S4]; \
	FMLA_4S(16, 0, 1); \
	FMLA_4S(17, 0, 2)

#define DW4 \
	VLD1R.P 4(R12), [V0.S4]; \
	VLD1    (R11), [V1.S4]; \
	FMLA_4S(16, 0, 1)

#define DW1 \
	FMOVS.P 4(R12), F0; \
	FMOVS   (R11), F1; \
	FMLA_4S(16, 0, 1)

// func dwConvF32NEON(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)
TEXT ·dwConvF32NEON(SB), NOSPLIT, $0-124
	DWARGS
	STRIDE1(DW16, DW8, DW4, DW1, CLAMP)

#define DWS2_8 \
	VLD1R.P 4(R12), [V0.S4]; \
	VLD2    (R11), [V1.S4, V2.S4]; \
	ADD     $32, R11, R13; \
	VLD2    (R13), [V3.S4, V4.S4]; \
	FMLA_4S(16, 0, 1); \
	FMLA_4S(17, 0, 3)

#define DWS2_4 \
	VLD1R.P 4(R12), [V0.S4]; \
	VLD2    (R11), [V1.S4, V2.S4]; \
	FMLA_4S(16, 0, 1)

// V1 = elements 0, 2, 4 and 6 from R11 on, reading no other after them.
#define EVEN \
	VLD1  (R11), [V1.S4]; \
	ADD   $12, R11, R13; \
	VLD1  (R13), [V2.S4]; \
	VEXT  $4, V2.B16, V2.B16, V2.B16; \
	VUZP1 V2.S4, V1.S4, V1.S4

#define DWS2_LAST \
	VLD1R.P 4(R12), [V0.S4]; \
	EVEN; \
	FMLA_4S(16, 0, 1)

// func dwConvS2F32NEON(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)
TEXT ·dwConvS2F32NEON(SB), NOSPLIT, $0-124
	DWARGS
	STRIDE2(DWS2_8, DWS2_4, DWS2_LAST, DW1, CLAMP)

#define MP16 \
	VLD1 (R11), [V1.S4, V2.S4, V3.S4, V4.S4]; \
	FMAX_4S(16, 16, 1); \
	FMAX_4S(17, 17, 2); \
	FMAX_4S(18, 18, 3); \
	FMAX_4S(19, 19, 4)

#define MP8 \
	VLD1 (R11), [V1.S4, V2.S4]; \
	FMAX_4S(16, 16, 1); \
	FMAX_4S(17, 17, 2)

#define MP4 \
	VLD1 (R11), [V1.S4]; \
	FMAX_4S(16, 16, 1)

#define MP1 \
	FMOVS (R11), F1; \
	FMAX_4S(16, 16, 1)

// func maxPoolF32NEON(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
TEXT ·maxPoolF32NEON(SB), NOSPLIT, $0-88
	MPARGS
	STRIDE1(MP16, MP8, MP4, MP1, KEEP)

#define MPS2_8 \
	VLD2 (R11), [V1.S4, V2.S4]; \
	ADD  $32, R11, R13; \
	VLD2 (R13), [V3.S4, V4.S4]; \
	FMAX_4S(16, 16, 1); \
	FMAX_4S(17, 17, 3)

#define MPS2_4 \
	VLD2 (R11), [V1.S4, V2.S4]; \
	FMAX_4S(16, 16, 1)

#define MPS2_LAST \
	EVEN; \
	FMAX_4S(16, 16, 1)

// func maxPoolS2F32NEON(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
TEXT ·maxPoolS2F32NEON(SB), NOSPLIT, $0-88
	MPARGS
	STRIDE2(MPS2_8, MPS2_4, MPS2_LAST, MP1, KEEP)
