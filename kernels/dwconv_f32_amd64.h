// The bodies of dwconv_f32 for 3x3 and 5x5 taps and of maxpool_f32 at stride 2,
// common to AVX2 and AVX-512.
//
// A plane is cut into columns as wide as a vector. Down a column, every input
// row is loaded once per horizontal tap and added to all the output rows it
// belongs to, which wait in registers: the first finishes, the others move up.
//
// The file that includes this names its registers:
//	W0..W24 weights, row by row    A0..A4 output rows    X0, X1 x at a tap
//	A0H..A4H, X0H, X1H the halves of those, if LOAD and STORE want them
//	XA, XB two vectors of x for stride 2
// and its pieces:
//	START3(a), START5(a) begin an output row; CLAMP3(a), CLAMP5(a) end it
//	LOAD(offset, half, x), STORE(half, a) one row of the column; they move R13 only
//	AB(offset) XA, XB = two vectors of x
//	NANMAX(a, x) a = max(a, x), NaN if either is
//	STORES2(STORE, half, a) is STORE after undoing the order of EVEN and ODD
//
// Registers:
//	DI y of the plane    SI x of the plane    DX w
//	R8, R9 row pitches of x and y in bytes    R10 columns left    R11 offset of the column
//	R12, R13 cursors in x and y    CX rows left
//	AX, BX from a plane to the next in x and in y, in bytes; scratch between columns
// On the stack: planes left, and the bias.
//
// Walking down columns, the hardware does not foresee the next plane, so every
// row asks for its place there; large planes come from the third cache.

#define ARGS \
	MOVQ y_base+0(FP), DI; \
	MOVQ x_base+24(FP), SI; \
	MOVQ w_base+48(FP), DX; \
	MOVQ bias_base+72(FP), AX; \
	MOVQ AX, biases-16(SP); \
	MOVQ planes+96(FP), AX; \
	MOVQ AX, left-8(SP); \
	MOVQ win+112(FP), AX; \
	MOVQ Window_XRow(AX), R8; \
	MOVQ Window_YRow(AX), R9; \
	SHLQ $2, R8; \
	SHLQ $2, R9

// On to the next plane, or the one after it; out when none is left.
#define NEXT(n, bytes, none, loop) \
	MOVQ win+112(FP), AX; \
	MOVQ Window_XPlane(AX), R12; \
	MOVQ Window_YPlane(AX), R13; \
	MOVQ Window_WPlane(AX), AX; \
	LEAQ (SI)(R12*bytes), SI; \
	LEAQ (DI)(R13*bytes), DI; \
	LEAQ (DX)(AX*bytes), DX; \
	CMPQ biases-16(SP), $0; \
	JE   none; \
	ADDQ $bytes, biases-16(SP); \
none: \
	SUBQ $n, left-8(SP); \
	JG   loop

#define COLS \
	MOVQ win+112(FP), AX; \
	MOVQ Window_Cols(AX), R10; \
	XORL R11, R11

// The top of a column; less output rows than there are go through the loop.
#define ROWS(less) \
	MOVQ win+112(FP), AX; \
	MOVQ Window_Rows(AX), CX; \
	LEAQ (SI)(R11*1), R12; \
	LEAQ (DI)(R11*1), R13; \
	SUBQ $less, CX; \
	MOVQ Window_YPlane(AX), BX; \
	MOVQ Window_XPlane(AX), AX; \
	SHLQ $2, BX; \
	SHLQ $2, AX

#define AHEAD \
	PREFETCHT0 (R12)(AX*1)

#define AHEAD2 \
	PREFETCHT0 (R12)(AX*1); \
	PREFETCHT0 64(R12)(AX*1)

#define AHEADY \
	PREFETCHT0 (R13)(BX*1)

// One tap, x, of an input row, for one to five output rows.
#define T1(x, w0, a0) \
	VFMADD231PS w0, x, a0

#define T2(x, w0, a0, w1, a1) \
	T1(x, w0, a0); \
	VFMADD231PS w1, x, a1

#define T3(x, w0, a0, w1, a1, w2, a2) \
	T2(x, w0, a0, w1, a1); \
	VFMADD231PS w2, x, a2

#define T4(x, w0, a0, w1, a1, w2, a2, w3, a3) \
	T3(x, w0, a0, w1, a1, w2, a2); \
	VFMADD231PS w3, x, a3

#define T5(x, w0, a0, w1, a1, w2, a2, w3, a3, w4, a4) \
	T4(x, w0, a0, w1, a1, w2, a2, w3, a3); \
	VFMADD231PS w4, x, a4

// 3x3, stride 1: input rows that come first, between and last.
#define FIRST3A(LOAD) \
	LOAD(0, X0H, X0); \
	T1(X0, W0, A0); \
	LOAD(4, X1H, X1); \
	T1(X1, W1, A0); \
	LOAD(8, X0H, X0); \
	T1(X0, W2, A0); \
	ADDQ R8, R12

#define FIRST3B(LOAD) \
	LOAD(0, X0H, X0); \
	T2(X0, W3, A0, W0, A1); \
	LOAD(4, X1H, X1); \
	T2(X1, W4, A0, W1, A1); \
	LOAD(8, X0H, X0); \
	T2(X0, W5, A0, W2, A1); \
	ADDQ R8, R12

#define ROW3(LOAD) \
	LOAD(0, X0H, X0); \
	T3(X0, W6, A0, W3, A1, W0, A2); \
	LOAD(4, X1H, X1); \
	T3(X1, W7, A0, W4, A1, W1, A2); \
	LOAD(8, X0H, X0); \
	T3(X0, W8, A0, W5, A1, W2, A2); \
	ADDQ R8, R12

#define LAST3B(LOAD) \
	LOAD(0, X0H, X0); \
	T2(X0, W6, A0, W3, A1); \
	LOAD(4, X1H, X1); \
	T2(X1, W7, A0, W4, A1); \
	LOAD(8, X0H, X0); \
	T2(X0, W8, A0, W5, A1); \
	ADDQ R8, R12

#define LAST3A(LOAD) \
	LOAD(0, X0H, X0); \
	T1(X0, W6, A1); \
	LOAD(4, X1H, X1); \
	T1(X1, W7, A1); \
	LOAD(8, X0H, X0); \
	T1(X0, W8, A1); \
	ADDQ R8, R12

#define COLUMN3(LOAD, STORE, loop, end) \
	ROWS(2); \
	START3(A0); \
	FIRST3A(LOAD); \
	START3(A1); \
	FIRST3B(LOAD); \
	TESTQ CX, CX; \
	JZ end; \
loop: \
	AHEADY; \
	AHEAD; \
	START3(A2); \
	ROW3(LOAD); \
	CLAMP3(A0); \
	STORE(A0H, A0); \
	VMOVAPS A1, A0; \
	VMOVAPS A2, A1; \
	DECQ CX; \
	JNZ loop; \
end: \
	LAST3B(LOAD); \
	CLAMP3(A0); \
	STORE(A0H, A0); \
	LAST3A(LOAD); \
	CLAMP3(A1); \
	STORE(A1H, A1)

// 5x5, stride 1.
#define FIRST5A(LOAD) \
	LOAD(0, X0H, X0); \
	T1(X0, W0, A0); \
	LOAD(4, X1H, X1); \
	T1(X1, W1, A0); \
	LOAD(8, X0H, X0); \
	T1(X0, W2, A0); \
	LOAD(12, X1H, X1); \
	T1(X1, W3, A0); \
	LOAD(16, X0H, X0); \
	T1(X0, W4, A0); \
	ADDQ R8, R12

#define FIRST5B(LOAD) \
	LOAD(0, X0H, X0); \
	T2(X0, W5, A0, W0, A1); \
	LOAD(4, X1H, X1); \
	T2(X1, W6, A0, W1, A1); \
	LOAD(8, X0H, X0); \
	T2(X0, W7, A0, W2, A1); \
	LOAD(12, X1H, X1); \
	T2(X1, W8, A0, W3, A1); \
	LOAD(16, X0H, X0); \
	T2(X0, W9, A0, W4, A1); \
	ADDQ R8, R12

#define FIRST5C(LOAD) \
	LOAD(0, X0H, X0); \
	T3(X0, W10, A0, W5, A1, W0, A2); \
	LOAD(4, X1H, X1); \
	T3(X1, W11, A0, W6, A1, W1, A2); \
	LOAD(8, X0H, X0); \
	T3(X0, W12, A0, W7, A1, W2, A2); \
	LOAD(12, X1H, X1); \
	T3(X1, W13, A0, W8, A1, W3, A2); \
	LOAD(16, X0H, X0); \
	T3(X0, W14, A0, W9, A1, W4, A2); \
	ADDQ R8, R12

#define FIRST5D(LOAD) \
	LOAD(0, X0H, X0); \
	T4(X0, W15, A0, W10, A1, W5, A2, W0, A3); \
	LOAD(4, X1H, X1); \
	T4(X1, W16, A0, W11, A1, W6, A2, W1, A3); \
	LOAD(8, X0H, X0); \
	T4(X0, W17, A0, W12, A1, W7, A2, W2, A3); \
	LOAD(12, X1H, X1); \
	T4(X1, W18, A0, W13, A1, W8, A2, W3, A3); \
	LOAD(16, X0H, X0); \
	T4(X0, W19, A0, W14, A1, W9, A2, W4, A3); \
	ADDQ R8, R12

#define ROW5(LOAD) \
	LOAD(0, X0H, X0); \
	T5(X0, W20, A0, W15, A1, W10, A2, W5, A3, W0, A4); \
	LOAD(4, X1H, X1); \
	T5(X1, W21, A0, W16, A1, W11, A2, W6, A3, W1, A4); \
	LOAD(8, X0H, X0); \
	T5(X0, W22, A0, W17, A1, W12, A2, W7, A3, W2, A4); \
	LOAD(12, X1H, X1); \
	T5(X1, W23, A0, W18, A1, W13, A2, W8, A3, W3, A4); \
	LOAD(16, X0H, X0); \
	T5(X0, W24, A0, W19, A1, W14, A2, W9, A3, W4, A4); \
	ADDQ R8, R12

#define LAST5D(LOAD) \
	LOAD(0, X0H, X0); \
	T4(X0, W20, A0, W15, A1, W10, A2, W5, A3); \
	LOAD(4, X1H, X1); \
	T4(X1, W21, A0, W16, A1, W11, A2, W6, A3); \
	LOAD(8, X0H, X0); \
	T4(X0, W22, A0, W17, A1, W12, A2, W7, A3); \
	LOAD(12, X1H, X1); \
	T4(X1, W23, A0, W18, A1, W13, A2, W8, A3); \
	LOAD(16, X0H, X0); \
	T4(X0, W24, A0, W19, A1, W14, A2, W9, A3); \
	ADDQ R8, R12

#define LAST5C(LOAD) \
	LOAD(0, X0H, X0); \
	T3(X0, W20, A1, W15, A2, W10, A3); \
	LOAD(4, X1H, X1); \
	T3(X1, W21, A1, W16, A2, W11, A3); \
	LOAD(8, X0H, X0); \
	T3(X0, W22, A1, W17, A2, W12, A3); \
	LOAD(12, X1H, X1); \
	T3(X1, W23, A1, W18, A2, W13, A3); \
	LOAD(16, X0H, X0); \
	T3(X0, W24, A1, W19, A2, W14, A3); \
	ADDQ R8, R12

#define LAST5B(LOAD) \
	LOAD(0, X0H, X0); \
	T2(X0, W20, A2, W15, A3); \
	LOAD(4, X1H, X1); \
	T2(X1, W21, A2, W16, A3); \
	LOAD(8, X0H, X0); \
	T2(X0, W22, A2, W17, A3); \
	LOAD(12, X1H, X1); \
	T2(X1, W23, A2, W18, A3); \
	LOAD(16, X0H, X0); \
	T2(X0, W24, A2, W19, A3); \
	ADDQ R8, R12

#define LAST5A(LOAD) \
	LOAD(0, X0H, X0); \
	T1(X0, W20, A3); \
	LOAD(4, X1H, X1); \
	T1(X1, W21, A3); \
	LOAD(8, X0H, X0); \
	T1(X0, W22, A3); \
	LOAD(12, X1H, X1); \
	T1(X1, W23, A3); \
	LOAD(16, X0H, X0); \
	T1(X0, W24, A3); \
	ADDQ R8, R12

#define COLUMN5(LOAD, STORE, loop, end) \
	ROWS(4); \
	START5(A0); \
	FIRST5A(LOAD); \
	START5(A1); \
	FIRST5B(LOAD); \
	START5(A2); \
	FIRST5C(LOAD); \
	START5(A3); \
	FIRST5D(LOAD); \
	TESTQ CX, CX; \
	JZ end; \
loop: \
	AHEADY; \
	AHEAD; \
	START5(A4); \
	ROW5(LOAD); \
	CLAMP5(A0); \
	STORE(A0H, A0); \
	VMOVAPS A1, A0; \
	VMOVAPS A2, A1; \
	VMOVAPS A3, A2; \
	VMOVAPS A4, A3; \
	DECQ CX; \
	JNZ loop; \
end: \
	LAST5D(LOAD); \
	CLAMP5(A0); \
	STORE(A0H, A0); \
	LAST5C(LOAD); \
	CLAMP5(A1); \
	STORE(A1H, A1); \
	LAST5B(LOAD); \
	CLAMP5(A2); \
	STORE(A2H, A2); \
	LAST5A(LOAD); \
	CLAMP5(A3); \
	STORE(A3H, A3)

// Stride 2: the even elements of XA and XB, or the odd ones, two of XA and two
// of XB in turn. Output rows stay in that order until they are stored.
#define EVEN VSHUFPS $0x88, XB, XA, X0
#define ODD VSHUFPS $0xdd, XB, XA, X0

// 3x3, stride 2: an even input row ends one output row and begins the next.
#define FIRST3S2(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W0, A0); \
	ODD; \
	T1(X0, W1, A0); \
	AB(4); \
	ODD; \
	T1(X0, W2, A0); \
	ADDQ R8, R12

#define ODD3S2(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W3, A0); \
	ODD; \
	T1(X0, W4, A0); \
	AB(4); \
	ODD; \
	T1(X0, W5, A0); \
	ADDQ R8, R12

#define EVEN3S2(AB) \
	AB(0); \
	EVEN; \
	T2(X0, W6, A0, W0, A1); \
	ODD; \
	T2(X0, W7, A0, W1, A1); \
	AB(4); \
	ODD; \
	T2(X0, W8, A0, W2, A1); \
	ADDQ R8, R12

#define LAST3S2(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W6, A0); \
	ODD; \
	T1(X0, W7, A0); \
	AB(4); \
	ODD; \
	T1(X0, W8, A0); \
	ADDQ R8, R12

#define COLUMN3S2(AB, STORE, loop, end) \
	START3(A0); \
	FIRST3S2(AB); \
	TESTQ CX, CX; \
	JZ end; \
loop: \
	AHEADY; \
	START3(A1); \
	AHEAD2; \
	ODD3S2(AB); \
	AHEAD2; \
	EVEN3S2(AB); \
	CLAMP3(A0); \
	STORES2(STORE, A0H, A0); \
	VMOVAPS A1, A0; \
	DECQ CX; \
	JNZ loop; \
end: \
	ODD3S2(AB); \
	LAST3S2(AB); \
	CLAMP3(A0); \
	STORES2(STORE, A0H, A0)

// 5x5, stride 2.
#define FIRST5S2A(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W0, A0); \
	ODD; \
	T1(X0, W1, A0); \
	AB(8); \
	EVEN; \
	T1(X0, W2, A0); \
	AB(12); \
	EVEN; \
	T1(X0, W3, A0); \
	ODD; \
	T1(X0, W4, A0); \
	ADDQ R8, R12

#define FIRST5S2B(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W5, A0); \
	ODD; \
	T1(X0, W6, A0); \
	AB(8); \
	EVEN; \
	T1(X0, W7, A0); \
	AB(12); \
	EVEN; \
	T1(X0, W8, A0); \
	ODD; \
	T1(X0, W9, A0); \
	ADDQ R8, R12

#define FIRST5S2C(AB) \
	AB(0); \
	EVEN; \
	T2(X0, W10, A0, W0, A1); \
	ODD; \
	T2(X0, W11, A0, W1, A1); \
	AB(8); \
	EVEN; \
	T2(X0, W12, A0, W2, A1); \
	AB(12); \
	EVEN; \
	T2(X0, W13, A0, W3, A1); \
	ODD; \
	T2(X0, W14, A0, W4, A1); \
	ADDQ R8, R12

#define ODD5S2(AB) \
	AB(0); \
	EVEN; \
	T2(X0, W15, A0, W5, A1); \
	ODD; \
	T2(X0, W16, A0, W6, A1); \
	AB(8); \
	EVEN; \
	T2(X0, W17, A0, W7, A1); \
	AB(12); \
	EVEN; \
	T2(X0, W18, A0, W8, A1); \
	ODD; \
	T2(X0, W19, A0, W9, A1); \
	ADDQ R8, R12

#define EVEN5S2(AB) \
	AB(0); \
	EVEN; \
	T3(X0, W20, A0, W10, A1, W0, A2); \
	ODD; \
	T3(X0, W21, A0, W11, A1, W1, A2); \
	AB(8); \
	EVEN; \
	T3(X0, W22, A0, W12, A1, W2, A2); \
	AB(12); \
	EVEN; \
	T3(X0, W23, A0, W13, A1, W3, A2); \
	ODD; \
	T3(X0, W24, A0, W14, A1, W4, A2); \
	ADDQ R8, R12

#define LAST5S2C(AB) \
	AB(0); \
	EVEN; \
	T2(X0, W20, A0, W10, A1); \
	ODD; \
	T2(X0, W21, A0, W11, A1); \
	AB(8); \
	EVEN; \
	T2(X0, W22, A0, W12, A1); \
	AB(12); \
	EVEN; \
	T2(X0, W23, A0, W13, A1); \
	ODD; \
	T2(X0, W24, A0, W14, A1); \
	ADDQ R8, R12

#define LAST5S2B(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W15, A1); \
	ODD; \
	T1(X0, W16, A1); \
	AB(8); \
	EVEN; \
	T1(X0, W17, A1); \
	AB(12); \
	EVEN; \
	T1(X0, W18, A1); \
	ODD; \
	T1(X0, W19, A1); \
	ADDQ R8, R12

#define LAST5S2A(AB) \
	AB(0); \
	EVEN; \
	T1(X0, W20, A1); \
	ODD; \
	T1(X0, W21, A1); \
	AB(8); \
	EVEN; \
	T1(X0, W22, A1); \
	AB(12); \
	EVEN; \
	T1(X0, W23, A1); \
	ODD; \
	T1(X0, W24, A1); \
	ADDQ R8, R12

#define COLUMN5S2(AB, STORE, loop, end) \
	START5(A0); \
	FIRST5S2A(AB); \
	FIRST5S2B(AB); \
	START5(A1); \
	FIRST5S2C(AB); \
	TESTQ CX, CX; \
	JZ end; \
loop: \
	AHEADY; \
	START5(A2); \
	AHEAD2; \
	ODD5S2(AB); \
	AHEAD2; \
	EVEN5S2(AB); \
	CLAMP5(A0); \
	STORES2(STORE, A0H, A0); \
	VMOVAPS A1, A0; \
	VMOVAPS A2, A1; \
	DECQ CX; \
	JNZ loop; \
end: \
	ODD5S2(AB); \
	LAST5S2C(AB); \
	CLAMP5(A0); \
	STORES2(STORE, A0H, A0); \
	LAST5S2B(AB); \
	LAST5S2A(AB); \
	CLAMP5(A1); \
	STORES2(STORE, A1H, A1)

// Max pooling: A0 is the output row under way, A1 the maximum along an input row.
#define ACROSS2(AB, a) \
	AB(0); \
	EVEN; \
	VMOVAPS X0, a; \
	ODD; \
	NANMAX(a, X0); \
	ADDQ R8, R12

#define ACROSS3(AB, a) \
	AB(0); \
	EVEN; \
	VMOVAPS X0, a; \
	ODD; \
	NANMAX(a, X0); \
	AB(4); \
	ODD; \
	NANMAX(a, X0); \
	ADDQ R8, R12

#define MAXCOLUMN2S2(AB, STORE, loop) \
loop: \
	AHEADY; \
	AHEAD2; \
	ACROSS2(AB, A0); \
	AHEAD2; \
	ACROSS2(AB, A1); \
	NANMAX(A0, A1); \
	STORES2(STORE, A0H, A0); \
	DECQ CX; \
	JNZ  loop

#define MAXCOLUMN3S2(AB, STORE, loop) \
	ACROSS3(AB, A0); \
loop: \
	AHEADY; \
	AHEAD2; \
	ACROSS3(AB, A1); \
	NANMAX(A0, A1); \
	AHEAD2; \
	ACROSS3(AB, A1); \
	NANMAX(A0, A1); \
	STORES2(STORE, A0H, A0); \
	VMOVAPS A1, A0; \
	DECQ CX; \
	JNZ  loop
