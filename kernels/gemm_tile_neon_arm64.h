// The NEON tile of 8 x 12 that gemm_f32 and igemm_f32 share. Row i is V(8+3i) to
// V(10+3i); the last vector of columns is always the third.
//
// Registers:
//	R1 bytes between the rows loaded or stored    R2 a
//	R4 bytes from one step's row of b to the next
//	R12, R19 b of this step: column 0, last vector
//	R14, R20 row loaded or stored: column 0, last vector
//	R15 rows of this panel    R21 bias of the panel    R13 scratch

#define CLAMP(v) \
	FMAX_4S(v, v, 0); \
	FMIN_4S(v, v, 1)

// The last vector of one to four columns, from p or to p, which moves on by s.
#define LAST4(p, s, v, f) \
	VLD1.P (p)(s), [v.S4]

#define LAST3(p, s, v, f) \
	FMOVD (p), f; \
	ADD   $8, p, R13; \
	VLD1  (R13), v.S[2]; \
	ADD   s, p, p

#define LAST2(p, s, v, f) \
	FMOVD (p), f; \
	ADD   s, p, p

#define LAST1(p, s, v, f) \
	FMOVS (p), f; \
	ADD   s, p, p

#define PUT4(v, f) \
	VST1.P [v.S4], (R20)(R1)

#define PUT3(v, f) \
	FMOVD f, (R20); \
	ADD   $8, R20, R13; \
	VST1  v.S[2], (R13); \
	ADD   R1, R20, R20

#define PUT2(v, f) \
	FMOVD f, (R20); \
	ADD   R1, R20, R20

#define PUT1(v, f) \
	FMOVS f, (R20); \
	ADD   R1, R20, R20

#define ROWS8(ROW, end) \
	ROW(V8, V9, V10, F10); \
	CMP $1, R15; \
	BEQ end; \
	ROW(V11, V12, V13, F13); \
	CMP $2, R15; \
	BEQ end; \
	ROW(V14, V15, V16, F16); \
	CMP $3, R15; \
	BEQ end; \
	ROW(V17, V18, V19, F19); \
	CMP $4, R15; \
	BEQ end; \
	ROW(V20, V21, V22, F22); \
	CMP $5, R15; \
	BEQ end; \
	ROW(V23, V24, V25, F25); \
	CMP $6, R15; \
	BEQ end; \
	ROW(V26, V27, V28, F28); \
	CMP $7, R15; \
	BEQ end; \
	ROW(V29, V30, V31, F31)

// Start a panel: its rows, its accumulators at zero.
#define PANEL8 \
	MOVD $8, R15; \
	CMP  R15, R6; \
	CSEL LT, R6, R15, R15; \
	VEOR V8.B16, V8.B16, V8.B16; \
	VEOR V9.B16, V9.B16, V9.B16; \
	VEOR V10.B16, V10.B16, V10.B16; \
	VEOR V11.B16, V11.B16, V11.B16; \
	VEOR V12.B16, V12.B16, V12.B16; \
	VEOR V13.B16, V13.B16, V13.B16; \
	VEOR V14.B16, V14.B16, V14.B16; \
	VEOR V15.B16, V15.B16, V15.B16; \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
	VEOR V18.B16, V18.B16, V18.B16; \
	VEOR V19.B16, V19.B16, V19.B16; \
	VEOR V20.B16, V20.B16, V20.B16; \
	VEOR V21.B16, V21.B16, V21.B16; \
	VEOR V22.B16, V22.B16, V22.B16; \
	VEOR V23.B16, V23.B16, V23.B16; \
	VEOR V24.B16, V24.B16, V24.B16; \
	VEOR V25.B16, V25.B16, V25.B16; \
	VEOR V26.B16, V26.B16, V26.B16; \
	VEOR V27.B16, V27.B16, V27.B16; \
	VEOR V28.B16, V28.B16, V28.B16; \
	VEOR V29.B16, V29.B16, V29.B16; \
	VEOR V30.B16, V30.B16, V30.B16; \
	VEOR V31.B16, V31.B16, V31.B16

// All eight rows of one vector of columns, b its values, d its first accumulator.
#define COLUMN8(b, d) \
	FMLA_4S_EL(d, b, 0, 0); \
	FMLA_4S_EL(d+3, b, 0, 1); \
	FMLA_4S_EL(d+6, b, 0, 2); \
	FMLA_4S_EL(d+9, b, 0, 3); \
	FMLA_4S_EL(d+12, b, 1, 0); \
	FMLA_4S_EL(d+15, b, 1, 1); \
	FMLA_4S_EL(d+18, b, 1, 2); \
	FMLA_4S_EL(d+21, b, 1, 3)

#define CLAMPCOLUMN8(d) \
	CLAMP(d); \
	CLAMP(d+3); \
	CLAMP(d+6); \
	CLAMP(d+9); \
	CLAMP(d+12); \
	CLAMP(d+15); \
	CLAMP(d+18); \
	CLAMP(d+21)

#define BIAS8(u, v, w, f) \
	VLD1R.P 4(R21), [u.S4]; \
	VMOV    u.B16, v.B16; \
	VMOV    u.B16, w.B16

// One step of k, one row of c in, one row out, by number of columns.
#define STEP8x12 \
	VLD1.P 32(R2), [V0.S4, V1.S4]; \
	VLD1.P (R12)(R4), [V2.S4, V3.S4]; \
	LAST4(R19, R4, V4, F4); \
	COLUMN8(2, 8); \
	COLUMN8(3, 9); \
	COLUMN8(4, 10)

#define STEP8x8 \
	VLD1.P 32(R2), [V0.S4, V1.S4]; \
	VLD1.P (R12)(R4), [V2.S4]; \
	LAST4(R19, R4, V4, F4); \
	COLUMN8(2, 8); \
	COLUMN8(4, 10)

#define STEP8x4 \
	VLD1.P 32(R2), [V0.S4, V1.S4]; \
	LAST4(R19, R4, V4, F4); \
	COLUMN8(4, 10)

#define STEP8x3 \
	VLD1.P 32(R2), [V0.S4, V1.S4]; \
	LAST3(R19, R4, V4, F4); \
	COLUMN8(4, 10)

#define STEP8x2 \
	VLD1.P 32(R2), [V0.S4, V1.S4]; \
	LAST2(R19, R4, V4, F4); \
	COLUMN8(4, 10)

#define STEP8x1 \
	VLD1.P 32(R2), [V0.S4, V1.S4]; \
	LAST1(R19, R4, V4, F4); \
	COLUMN8(4, 10)

#define LOAD8x12(u, v, w, f) \
	VLD1.P (R14)(R1), [u.S4, v.S4]; \
	LAST4(R20, R1, w, f)

#define LOAD8x8(u, v, w, f) \
	VLD1.P (R14)(R1), [u.S4]; \
	LAST4(R20, R1, w, f)

#define LOAD8x4(u, v, w, f) LAST4(R20, R1, w, f)
#define LOAD8x3(u, v, w, f) LAST3(R20, R1, w, f)
#define LOAD8x2(u, v, w, f) LAST2(R20, R1, w, f)
#define LOAD8x1(u, v, w, f) LAST1(R20, R1, w, f)

#define STORE8x12(u, v, w, f) \
	VST1.P [u.S4, v.S4], (R14)(R1); \
	PUT4(w, f)

#define STORE8x8(u, v, w, f) \
	VST1.P [u.S4], (R14)(R1); \
	PUT4(w, f)

#define STORE8x4(u, v, w, f) PUT4(w, f)
#define STORE8x3(u, v, w, f) PUT3(w, f)
#define STORE8x2(u, v, w, f) PUT2(w, f)
#define STORE8x1(u, v, w, f) PUT1(w, f)

#define CLAMP8x12 \
	CLAMPCOLUMN8(8); \
	CLAMPCOLUMN8(9); \
	CLAMPCOLUMN8(10)

#define CLAMP8x8 \
	CLAMPCOLUMN8(8); \
	CLAMPCOLUMN8(10)

#define CLAMP8x4 CLAMPCOLUMN8(10)

