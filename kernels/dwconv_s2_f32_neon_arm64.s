//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "a64_neon.h"
#include "dwconv_f32_arm64.h"

// dwconv_f32 for NEON, 3x3 and 5x5 taps, stride 2: see DwConvF32Func for the
// contract and dwconv_f32_arm64.h for how it goes.

// Stride 2: LD2 parts even and odd elements; further taps are those shifted by
// elements that follow, in V14 the even ones and in V15 an odd one.
#define ROW3S2OF8 \
	ADD   $32, R11, R13; \
	VLD2  (R11), [V18.S4, V19.S4]; \
	VLD2  (R13), [V20.S4, V21.S4]; \
	FMOVS 64(R11), F14; \
	VEXT  $4, V20.B16, V18.B16, V22.B16; \
	VEXT  $4, V14.B16, V20.B16, V23.B16; \
	ADD   R6, R11, R11

#define ROW3S2OF4 \
	VLD2  (R11), [V18.S4, V19.S4]; \
	FMOVS 32(R11), F14; \
	VEXT  $4, V14.B16, V18.B16, V22.B16; \
	ADD   R6, R11, R11

#define ROW3S2OF1 \
	FMOVS 0(R11), F18; \
	FMOVS 4(R11), F19; \
	FMOVS 8(R11), F22; \
	ADD   R6, R11, R11

#define ROW5S2OF8 \
	ADD   $32, R11, R13; \
	VLD2  (R11), [V18.S4, V19.S4]; \
	VLD2  (R13), [V20.S4, V21.S4]; \
	FMOVS 64(R11), F14; \
	ADD   $72, R11, R13; \
	VLD1  (R13), V14.S[1]; \
	FMOVS 68(R11), F15; \
	VEXT  $4, V20.B16, V18.B16, V22.B16; \
	VEXT  $4, V14.B16, V20.B16, V23.B16; \
	VEXT  $4, V21.B16, V19.B16, V24.B16; \
	VEXT  $4, V15.B16, V21.B16, V25.B16; \
	VEXT  $8, V20.B16, V18.B16, V26.B16; \
	VEXT  $8, V14.B16, V20.B16, V27.B16; \
	ADD   R6, R11, R11

#define ROW5S2OF4 \
	VLD2  (R11), [V18.S4, V19.S4]; \
	FMOVS 32(R11), F14; \
	ADD   $40, R11, R13; \
	VLD1  (R13), V14.S[1]; \
	FMOVS 36(R11), F15; \
	VEXT  $4, V14.B16, V18.B16, V22.B16; \
	VEXT  $4, V15.B16, V19.B16, V24.B16; \
	VEXT  $8, V14.B16, V18.B16, V26.B16; \
	ADD   R6, R11, R11

#define ROW5S2OF1 \
	FMOVS 0(R11), F18; \
	FMOVS 4(R11), F19; \
	FMOVS 8(R11), F22; \
	FMOVS 12(R11), F24; \
	FMOVS 16(R11), F26; \
	ADD   R6, R11, R11

#define MID3(FMA, a0, a1) \
	FMA(18, 20, 0, 3, a0, a1); \
	FMA(19, 21, 1, 0, a0, a1); \
	FMA(22, 23, 1, 1, a0, a1)

#define TURN3(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 1, 2, a0, a1); \
	FMA(18, 20, 0, 0, b0, b1); \
	FMA(19, 21, 1, 3, a0, a1); \
	FMA(19, 21, 0, 1, b0, b1); \
	FMA(22, 23, 2, 0, a0, a1); \
	FMA(22, 23, 0, 2, b0, b1)

// 3x3, stride 2: an even input row ends one output row and begins the next.
#define COLUMN3S2(ROW, FMA, START, END, loop, end0, end1, done) \
	ROWS(1, 1); \
	ROW; \
	START(8, 9); \
	TOP3(FMA, 8, 9); \
	CBZ  R12, end0; \
loop: \
	ROW; \
	MID3(FMA, 8, 9); \
	ROW; \
	START(10, 11); \
	TURN3(FMA, 8, 9, 10, 11); \
	END(8, 9); \
	SUBS $1, R12; \
	BEQ  end1; \
	ROW; \
	MID3(FMA, 10, 11); \
	ROW; \
	START(8, 9); \
	TURN3(FMA, 10, 11, 8, 9); \
	END(10, 11); \
	SUBS $1, R12; \
	BNE  loop; \
end0: \
	ROW; \
	MID3(FMA, 8, 9); \
	ROW; \
	LAST3(FMA, 8, 9); \
	END(8, 9); \
	B    done; \
end1: \
	ROW; \
	MID3(FMA, 10, 11); \
	ROW; \
	LAST3(FMA, 10, 11); \
	END(10, 11); \
done:

// func dwConv3x3S2F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3S2F32NEON(SB), NOSPLIT, $0-120
	ARGS

plane:                                 // one plane
	WEIGHTS3
	PLANE(noBias)

across:                                // how wide the next column is
	CMP  $8, R8
	BGE  eight
	CBZ  R8, out
	CMP  $8, R14               // the rest of a row:
	BLT  less
	CMP  $4, R8                // more than four go as eight
	BLE  less
	SUB  $8, R8, R13
	ADD  R13<<2, R9, R9
	MOVD $8, R8
	B    eight

less:
	CMP  $4, R14               // up to four as four, if the row has them
	BLT  one
	CMP  $4, R8
	BGE  four
	SUB  $4, R8, R13
	ADD  R13<<2, R9, R9
	MOVD $4, R8
	B    four

eight:                                 // a column of eight outputs
	COLUMN3S2(ROW3S2OF8, FMA8, START8, END8, loop8, end0of8, end1of8, done8)
	ADD $32, R9
	SUB $8, R8
	B   across

four:                                  // of four
	COLUMN3S2(ROW3S2OF4, FMA4, START4, END4, loop4, end0of4, end1of4, done4)
	ADD $16, R9
	SUB $4, R8
	B   across

one:                                   // of one
	COLUMN3S2(ROW3S2OF1, FMA4, START4, END1, loop1, end0of1, end1of1, done1)
	ADD $4, R9
	SUB $1, R8
	B   across

out:
	NEXT(plane)

// 5x5, stride 2.
#define SECOND5(FMA, a0, a1) \
	FMA(18, 20, 1, 1, a0, a1); \
	FMA(19, 21, 1, 2, a0, a1); \
	FMA(22, 23, 1, 3, a0, a1); \
	FMA(24, 25, 2, 0, a0, a1); \
	FMA(26, 27, 2, 1, a0, a1)

#define THIRD5(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 2, 2, a0, a1); \
	FMA(18, 20, 0, 0, b0, b1); \
	FMA(19, 21, 2, 3, a0, a1); \
	FMA(19, 21, 0, 1, b0, b1); \
	FMA(22, 23, 3, 0, a0, a1); \
	FMA(22, 23, 0, 2, b0, b1); \
	FMA(24, 25, 3, 1, a0, a1); \
	FMA(24, 25, 0, 3, b0, b1); \
	FMA(26, 27, 3, 2, a0, a1); \
	FMA(26, 27, 1, 0, b0, b1)

#define ODD5(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 3, 3, a0, a1); \
	FMA(18, 20, 1, 1, b0, b1); \
	FMA(19, 21, 4, 0, a0, a1); \
	FMA(19, 21, 1, 2, b0, b1); \
	FMA(22, 23, 4, 1, a0, a1); \
	FMA(22, 23, 1, 3, b0, b1); \
	FMA(24, 25, 4, 2, a0, a1); \
	FMA(24, 25, 2, 0, b0, b1); \
	FMA(26, 27, 4, 3, a0, a1); \
	FMA(26, 27, 2, 1, b0, b1)

#define EVEN5(FMA, a0, a1, b0, b1, c0, c1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(18, 20, 2, 2, b0, b1); \
	FMA(18, 20, 0, 0, c0, c1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(19, 21, 2, 3, b0, b1); \
	FMA(19, 21, 0, 1, c0, c1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(22, 23, 3, 0, b0, b1); \
	FMA(22, 23, 0, 2, c0, c1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(24, 25, 3, 1, b0, b1); \
	FMA(24, 25, 0, 3, c0, c1); \
	FMA(26, 27, 6, 0, a0, a1); \
	FMA(26, 27, 3, 2, b0, b1); \
	FMA(26, 27, 1, 0, c0, c1)

#define END5(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(18, 20, 2, 2, b0, b1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(19, 21, 2, 3, b0, b1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(22, 23, 3, 0, b0, b1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(24, 25, 3, 1, b0, b1); \
	FMA(26, 27, 6, 0, a0, a1); \
	FMA(26, 27, 3, 2, b0, b1)

#define FOURTH5(FMA, a0, a1) \
	FMA(18, 20, 3, 3, a0, a1); \
	FMA(19, 21, 4, 0, a0, a1); \
	FMA(22, 23, 4, 1, a0, a1); \
	FMA(24, 25, 4, 2, a0, a1); \
	FMA(26, 27, 4, 3, a0, a1)

#define COLUMN5S2(ROW, FMA, START, MOVE, END, loop, end) \
	ROWS(2, 1); \
	ROW; \
	START(8, 9); \
	TOP5(FMA, 8, 9); \
	ROW; \
	SECOND5(FMA, 8, 9); \
	ROW; \
	START(10, 11); \
	THIRD5(FMA, 8, 9, 10, 11); \
	CBZ  R12, end; \
loop: \
	ROW; \
	ODD5(FMA, 8, 9, 10, 11); \
	ROW; \
	START(12, 13); \
	EVEN5(FMA, 8, 9, 10, 11, 12, 13); \
	END(8, 9); \
	MOVE(8, 9, 10, 11); \
	MOVE(10, 11, 12, 13); \
	SUBS $1, R12; \
	BNE  loop; \
end: \
	ROW; \
	ODD5(FMA, 8, 9, 10, 11); \
	ROW; \
	END5(FMA, 8, 9, 10, 11); \
	END(8, 9); \
	ROW; \
	FOURTH5(FMA, 10, 11); \
	ROW; \
	LAST5(FMA, 10, 11); \
	END(10, 11)

// func dwConv5x5S2F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5S2F32NEON(SB), NOSPLIT, $0-120
	ARGS

plane:                                 // one plane
	WEIGHTS5
	PLANE(noBias)

across:                                // how wide the next column is
	CMP  $8, R8
	BGE  eight
	CBZ  R8, out
	CMP  $8, R14               // the rest of a row:
	BLT  less
	CMP  $4, R8                // more than four go as eight
	BLE  less
	SUB  $8, R8, R13
	ADD  R13<<2, R9, R9
	MOVD $8, R8
	B    eight

less:
	CMP  $4, R14               // up to four as four, if the row has them
	BLT  one
	CMP  $4, R8
	BGE  four
	SUB  $4, R8, R13
	ADD  R13<<2, R9, R9
	MOVD $4, R8
	B    four

eight:                                 // a column of eight outputs
	COLUMN5S2(ROW5S2OF8, FMA8, START8, MOVE8, END8, loop8, end8)
	ADD $32, R9
	SUB $8, R8
	B   across

four:                                  // of four
	COLUMN5S2(ROW5S2OF4, FMA4, START4, MOVE4, END4, loop4, end4)
	ADD $16, R9
	SUB $4, R8
	B   across

one:                                   // of one
	COLUMN5S2(ROW5S2OF1, FMA4, START4, MOVE4, END1, loop1, end1)
	ADD $4, R9
	SUB $1, R8
	B   across

out:
	NEXT(plane)
