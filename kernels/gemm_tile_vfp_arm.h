// What gemm_f32 and igemm_f32 for VFP share.
//
// Registers:
//	R0 first row loaded or stored    R1 bytes between rows    R6 rows left
//	R8 a of this step, or the row    R9 b of this step    R12 zero for ZERO4
// LIMITS(l), the bounds in s(l) and s(l+1), is each file's own.

#define ZERO4(s) \
	VMOV_S_R(s, 12); \
	VMOV_S_R(s+1, 12); \
	VMOV_S_R(s+2, 12); \
	VMOV_S_R(s+3, 12)

#define CLAMP(s, l) \
	VCMP_S(s, l); \
	VMRS_FLAGS; \
	VMOV_S_MI(s, l); \
	VCMP_S(s, l+1); \
	VMRS_FLAGS; \
	VMOV_S_GT(s, l+1)

#define CLAMP4(s, l) \
	CLAMP(s, l); \
	CLAMP(s+1, l); \
	CLAMP(s+2, l); \
	CLAMP(s+3, l)

// The tile of 4 x 8, in groups of 4 columns: row i is s(4i) to s(4i+3), b is
// s16 to s19, a is s20 to s23. A group of one column uses the first of each row.

#define ROWS4(ROW, end) \
	MOVW R0, R8; \
	ROW(0, 8); \
	CMP  $1, R6; \
	BEQ  end; \
	ADD  R1, R8; \
	ROW(4, 8); \
	CMP  $2, R6; \
	BEQ  end; \
	ADD  R1, R8; \
	ROW(8, 8); \
	CMP  $3, R6; \
	BEQ  end; \
	ADD  R1, R8; \
	ROW(12, 8)

#define MLA4(s, a) \
	VMLA_S(s, 16, a); \
	VMLA_S(s+1, 17, a); \
	VMLA_S(s+2, 18, a); \
	VMLA_S(s+3, 19, a)

#define STEP4x4 \
	VLDM4(16, 9); \
	VLDM4_INC(20, 8); \
	MLA4(0, 20); \
	MLA4(4, 21); \
	MLA4(8, 22); \
	MLA4(12, 23)

#define STEP4x1 \
	VLDM1(16, 9); \
	VLDM4_INC(20, 8); \
	VMLA_S(0, 16, 20); \
	VMLA_S(4, 16, 21); \
	VMLA_S(8, 16, 22); \
	VMLA_S(12, 16, 23)

#define CLAMP4x4 \
	LIMITS(16); \
	CLAMP4(0, 16); \
	CLAMP4(4, 16); \
	CLAMP4(8, 16); \
	CLAMP4(12, 16)

#define CLAMP4x1 \
	LIMITS(16); \
	CLAMP(0, 16); \
	CLAMP(4, 16); \
	CLAMP(8, 16); \
	CLAMP(12, 16)

