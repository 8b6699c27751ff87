// What the bodies of dwconv_f32 for NEON with 3x3 and 5x5 taps have in common.
//
// A plane is cut into columns of eight outputs, then of four; the last one steps
// back over outputs already written. Planes of fewer than four go one by one.
// Down a column, every input row is loaded once per horizontal tap and added to
// all the output rows it belongs to, which wait in registers.
//
// Registers:
//	R0 y of the plane    R1 x of the plane    R2 w    R3 bias    R4 planes left    R5 win
//	R6, R7 row pitches of x and y in bytes    R8 columns left    R9 offset of the column
//	R10, R11 cursors in y and x    R12 rows left    R13 scratch    R14 columns
//	R19, R20, R21 from plane to plane in x, y and w, in bytes
//	V0 to V6 weights, four in each    V29 bias    V30 lo    V31 hi
//	V8 to V17 output rows, two registers each
//	V18 to V27 x at the taps: (18, 20), (19, 21), (22, 23), (24, 25), (26, 27)

#define ARGS \
	MOVD  y_base+0(FP), R0; \
	MOVD  x_base+24(FP), R1; \
	MOVD  w_base+48(FP), R2; \
	MOVD  bias_base+72(FP), R3; \
	MOVD  planes+96(FP), R4; \
	MOVD  win+112(FP), R5; \
	FMOVS lo+104(FP), F30; \
	VDUP  V30.S[0], V30.S4; \
	FMOVS hi+108(FP), F31; \
	VDUP  V31.S[0], V31.S4; \
	MOVD  Window_XRow(R5), R6; \
	MOVD  Window_YRow(R5), R7; \
	MOVD  Window_XPlane(R5), R19; \
	MOVD  Window_YPlane(R5), R20; \
	MOVD  Window_WPlane(R5), R21; \
	MOVD  Window_Cols(R5), R14; \
	LSL   $2, R6, R6; \
	LSL   $2, R7, R7; \
	LSL   $2, R19, R19; \
	LSL   $2, R20, R20; \
	LSL   $2, R21, R21

// A plane: bias and the first column.
#define PLANE(none) \
	VEOR  V29.B16, V29.B16, V29.B16; \
	CBZ   R3, none; \
	VLD1R (R3), [V29.S4]; \
none: \
	MOVD  R14, R8; \
	MOVD  ZR, R9

#define WEIGHTS3 \
	VLD1  (R2), [V0.S4, V1.S4]; \
	FMOVS 32(R2), F2

#define WEIGHTS5 \
	MOVD   R2, R13; \
	VLD1.P 64(R13), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	VLD1.P 32(R13), [V4.S4, V5.S4]; \
	FMOVS  (R13), F6

// The plane is done.
#define NEXT(plane) \
	ADD  R20, R0, R0; \
	ADD  R19, R1, R1; \
	ADD  R21, R2, R2; \
	CBZ  R3, 2(PC); \
	ADD  $4, R3; \
	SUBS $1, R4; \
	BNE  plane; \
	RET

// The top of a column; less output rows than there are go through the loop.
#define ROWS(less, scale) \
	MOVD Window_Rows(R5), R12; \
	ADD  R9, R0, R10; \
	ADD  R9<<scale, R1, R11; \
	SUB  $less, R12

// Eight, four outputs or one: a row of x for three or five taps, a tap, the
// start and the end of an output row.
#define FMA8(x0, x1, w, i, a0, a1) \
	FMLA_4S_EL(a0, x0, w, i); \
	FMLA_4S_EL(a1, x1, w, i)

#define FMA4(x0, x1, w, i, a0, a1) \
	FMLA_4S_EL(a0, x0, w, i)

#define START8(a0, a1) \
	MOV_16B(a0, 29); \
	MOV_16B(a1, 29)

#define START4(a0, a1) \
	MOV_16B(a0, 29)

#define MOVE8(a0, a1, b0, b1) \
	MOV_16B(a0, b0); \
	MOV_16B(a1, b1)

#define MOVE4(a0, a1, b0, b1) \
	MOV_16B(a0, b0)

#define END8(a0, a1) \
	FMAX_4S(18, a0, 30); \
	FMAX_4S(19, a1, 30); \
	FMIN_4S(18, 18, 31); \
	FMIN_4S(19, 19, 31); \
	VST1 [V18.S4, V19.S4], (R10); \
	ADD  R7, R10, R10

#define END4(a0, a1) \
	FMAX_4S(18, a0, 30); \
	FMIN_4S(18, 18, 31); \
	VST1 [V18.S4], (R10); \
	ADD  R7, R10, R10

#define END1(a0, a1) \
	FMAX_4S(18, a0, 30); \
	FMIN_4S(18, 18, 31); \
	FMOVS F18, (R10); \
	ADD   R7, R10, R10

// Rows of weights that stride 1 and 2 both use alone, for the output row they go to.
#define TOP3(FMA, a0, a1) \
	FMA(18, 20, 0, 0, a0, a1); \
	FMA(19, 21, 0, 1, a0, a1); \
	FMA(22, 23, 0, 2, a0, a1)

#define LAST3(FMA, a0, a1) \
	FMA(18, 20, 1, 2, a0, a1); \
	FMA(19, 21, 1, 3, a0, a1); \
	FMA(22, 23, 2, 0, a0, a1)

#define TOP5(FMA, a0, a1) \
	FMA(18, 20, 0, 0, a0, a1); \
	FMA(19, 21, 0, 1, a0, a1); \
	FMA(22, 23, 0, 2, a0, a1); \
	FMA(24, 25, 0, 3, a0, a1); \
	FMA(26, 27, 1, 0, a0, a1)

#define LAST5(FMA, a0, a1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(26, 27, 6, 0, a0, a1)
