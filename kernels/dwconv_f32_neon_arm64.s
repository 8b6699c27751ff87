//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "a64_neon.h"
#include "dwconv_f32_arm64.h"

// dwconv_f32 for NEON, 3x3 and 5x5 taps, stride 1: see DwConvF32Func for the
// contract and dwconv_f32_arm64.h for how it goes.

#define ROW3OF8 \
	FMOVQ 0(R11), F18; \
	FMOVQ 16(R11), F20; \
	FMOVQ 4(R11), F19; \
	FMOVQ 20(R11), F21; \
	FMOVQ 8(R11), F22; \
	FMOVQ 24(R11), F23; \
	ADD   R6, R11, R11

#define ROW3OF4 \
	FMOVQ 0(R11), F18; \
	FMOVQ 4(R11), F19; \
	FMOVQ 8(R11), F22; \
	ADD   R6, R11, R11

#define ROW3OF1 \
	FMOVS 0(R11), F18; \
	FMOVS 4(R11), F19; \
	FMOVS 8(R11), F22; \
	ADD   R6, R11, R11

#define ROW5OF8 \
	FMOVQ 0(R11), F18; \
	FMOVQ 16(R11), F20; \
	FMOVQ 4(R11), F19; \
	FMOVQ 20(R11), F21; \
	FMOVQ 8(R11), F22; \
	FMOVQ 24(R11), F23; \
	FMOVQ 12(R11), F24; \
	FMOVQ 28(R11), F25; \
	FMOVQ 16(R11), F26; \
	FMOVQ 32(R11), F27; \
	ADD   R6, R11, R11

#define ROW5OF4 \
	FMOVQ 0(R11), F18; \
	FMOVQ 4(R11), F19; \
	FMOVQ 8(R11), F22; \
	FMOVQ 12(R11), F24; \
	FMOVQ 16(R11), F26; \
	ADD   R6, R11, R11

#define ROW5OF1 \
	FMOVS 0(R11), F18; \
	FMOVS 4(R11), F19; \
	FMOVS 8(R11), F22; \
	FMOVS 12(R11), F24; \
	FMOVS 16(R11), F26; \
	ADD   R6, R11, R11

// Rows of weights, for the output rows they go to.
#define TWO3(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 0, 3, a0, a1); \
	FMA(18, 20, 0, 0, b0, b1); \
	FMA(19, 21, 1, 0, a0, a1); \
	FMA(19, 21, 0, 1, b0, b1); \
	FMA(22, 23, 1, 1, a0, a1); \
	FMA(22, 23, 0, 2, b0, b1)

#define ALL3(FMA, a0, a1, b0, b1, c0, c1) \
	FMA(18, 20, 1, 2, a0, a1); \
	FMA(18, 20, 0, 3, b0, b1); \
	FMA(18, 20, 0, 0, c0, c1); \
	FMA(19, 21, 1, 3, a0, a1); \
	FMA(19, 21, 1, 0, b0, b1); \
	FMA(19, 21, 0, 1, c0, c1); \
	FMA(22, 23, 2, 0, a0, a1); \
	FMA(22, 23, 1, 1, b0, b1); \
	FMA(22, 23, 0, 2, c0, c1)

#define LOW3(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 1, 2, a0, a1); \
	FMA(18, 20, 0, 3, b0, b1); \
	FMA(19, 21, 1, 3, a0, a1); \
	FMA(19, 21, 1, 0, b0, b1); \
	FMA(22, 23, 2, 0, a0, a1); \
	FMA(22, 23, 1, 1, b0, b1)

// The last two output rows, a and b.
#define FINISH3(ROW, FMA, END, a0, a1, b0, b1) \
	ROW; \
	LOW3(FMA, a0, a1, b0, b1); \
	END(a0, a1); \
	ROW; \
	LAST3(FMA, b0, b1); \
	END(b0, b1)

// 3x3, stride 1. The three output rows under way trade places, so that none
// has to move.
#define COLUMN3(ROW, FMA, START, END, loop, end0, end1, end2, done) \
	ROWS(2, 0); \
	ROW; \
	START(8, 9); \
	TOP3(FMA, 8, 9); \
	ROW; \
	START(10, 11); \
	TWO3(FMA, 8, 9, 10, 11); \
	CBZ  R12, end0; \
loop: \
	ROW; \
	START(12, 13); \
	ALL3(FMA, 8, 9, 10, 11, 12, 13); \
	END(8, 9); \
	SUBS $1, R12; \
	BEQ  end1; \
	ROW; \
	START(8, 9); \
	ALL3(FMA, 10, 11, 12, 13, 8, 9); \
	END(10, 11); \
	SUBS $1, R12; \
	BEQ  end2; \
	ROW; \
	START(10, 11); \
	ALL3(FMA, 12, 13, 8, 9, 10, 11); \
	END(12, 13); \
	SUBS $1, R12; \
	BNE  loop; \
end0: \
	FINISH3(ROW, FMA, END, 8, 9, 10, 11); \
	B    done; \
end1: \
	FINISH3(ROW, FMA, END, 10, 11, 12, 13); \
	B    done; \
end2: \
	FINISH3(ROW, FMA, END, 12, 13, 8, 9); \
done:

// func dwConv3x3F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv3x3F32NEON(SB), NOSPLIT, $0-120
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
	COLUMN3(ROW3OF8, FMA8, START8, END8, loop8, end0of8, end1of8, end2of8, done8)
	ADD $32, R9
	SUB $8, R8
	B   across

four:                                  // of four
	COLUMN3(ROW3OF4, FMA4, START4, END4, loop4, end0of4, end1of4, end2of4, done4)
	ADD $16, R9
	SUB $4, R8
	B   across

one:                                   // of one
	COLUMN3(ROW3OF1, FMA4, START4, END1, loop1, end0of1, end1of1, end2of1, done1)
	ADD $4, R9
	SUB $1, R8
	B   across

out:
	NEXT(plane)

// 5x5, stride 1.
#define TWO5(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 1, 1, a0, a1); \
	FMA(18, 20, 0, 0, b0, b1); \
	FMA(19, 21, 1, 2, a0, a1); \
	FMA(19, 21, 0, 1, b0, b1); \
	FMA(22, 23, 1, 3, a0, a1); \
	FMA(22, 23, 0, 2, b0, b1); \
	FMA(24, 25, 2, 0, a0, a1); \
	FMA(24, 25, 0, 3, b0, b1); \
	FMA(26, 27, 2, 1, a0, a1); \
	FMA(26, 27, 1, 0, b0, b1)

#define THREE5(FMA, a0, a1, b0, b1, c0, c1) \
	FMA(18, 20, 2, 2, a0, a1); \
	FMA(18, 20, 1, 1, b0, b1); \
	FMA(18, 20, 0, 0, c0, c1); \
	FMA(19, 21, 2, 3, a0, a1); \
	FMA(19, 21, 1, 2, b0, b1); \
	FMA(19, 21, 0, 1, c0, c1); \
	FMA(22, 23, 3, 0, a0, a1); \
	FMA(22, 23, 1, 3, b0, b1); \
	FMA(22, 23, 0, 2, c0, c1); \
	FMA(24, 25, 3, 1, a0, a1); \
	FMA(24, 25, 2, 0, b0, b1); \
	FMA(24, 25, 0, 3, c0, c1); \
	FMA(26, 27, 3, 2, a0, a1); \
	FMA(26, 27, 2, 1, b0, b1); \
	FMA(26, 27, 1, 0, c0, c1)

#define FOUR5(FMA, a0, a1, b0, b1, c0, c1, d0, d1) \
	FMA(18, 20, 3, 3, a0, a1); \
	FMA(18, 20, 2, 2, b0, b1); \
	FMA(18, 20, 1, 1, c0, c1); \
	FMA(18, 20, 0, 0, d0, d1); \
	FMA(19, 21, 4, 0, a0, a1); \
	FMA(19, 21, 2, 3, b0, b1); \
	FMA(19, 21, 1, 2, c0, c1); \
	FMA(19, 21, 0, 1, d0, d1); \
	FMA(22, 23, 4, 1, a0, a1); \
	FMA(22, 23, 3, 0, b0, b1); \
	FMA(22, 23, 1, 3, c0, c1); \
	FMA(22, 23, 0, 2, d0, d1); \
	FMA(24, 25, 4, 2, a0, a1); \
	FMA(24, 25, 3, 1, b0, b1); \
	FMA(24, 25, 2, 0, c0, c1); \
	FMA(24, 25, 0, 3, d0, d1); \
	FMA(26, 27, 4, 3, a0, a1); \
	FMA(26, 27, 3, 2, b0, b1); \
	FMA(26, 27, 2, 1, c0, c1); \
	FMA(26, 27, 1, 0, d0, d1)

#define ALL5(FMA, a0, a1, b0, b1, c0, c1, d0, d1, e0, e1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(18, 20, 3, 3, b0, b1); \
	FMA(18, 20, 2, 2, c0, c1); \
	FMA(18, 20, 1, 1, d0, d1); \
	FMA(18, 20, 0, 0, e0, e1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(19, 21, 4, 0, b0, b1); \
	FMA(19, 21, 2, 3, c0, c1); \
	FMA(19, 21, 1, 2, d0, d1); \
	FMA(19, 21, 0, 1, e0, e1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(22, 23, 4, 1, b0, b1); \
	FMA(22, 23, 3, 0, c0, c1); \
	FMA(22, 23, 1, 3, d0, d1); \
	FMA(22, 23, 0, 2, e0, e1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(24, 25, 4, 2, b0, b1); \
	FMA(24, 25, 3, 1, c0, c1); \
	FMA(24, 25, 2, 0, d0, d1); \
	FMA(24, 25, 0, 3, e0, e1); \
	FMA(26, 27, 6, 0, a0, a1); \
	FMA(26, 27, 4, 3, b0, b1); \
	FMA(26, 27, 3, 2, c0, c1); \
	FMA(26, 27, 2, 1, d0, d1); \
	FMA(26, 27, 1, 0, e0, e1)

#define LOW5(FMA, a0, a1, b0, b1, c0, c1, d0, d1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(18, 20, 3, 3, b0, b1); \
	FMA(18, 20, 2, 2, c0, c1); \
	FMA(18, 20, 1, 1, d0, d1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(19, 21, 4, 0, b0, b1); \
	FMA(19, 21, 2, 3, c0, c1); \
	FMA(19, 21, 1, 2, d0, d1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(22, 23, 4, 1, b0, b1); \
	FMA(22, 23, 3, 0, c0, c1); \
	FMA(22, 23, 1, 3, d0, d1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(24, 25, 4, 2, b0, b1); \
	FMA(24, 25, 3, 1, c0, c1); \
	FMA(24, 25, 2, 0, d0, d1); \
	FMA(26, 27, 6, 0, a0, a1); \
	FMA(26, 27, 4, 3, b0, b1); \
	FMA(26, 27, 3, 2, c0, c1); \
	FMA(26, 27, 2, 1, d0, d1)

#define LOWER5(FMA, a0, a1, b0, b1, c0, c1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(18, 20, 3, 3, b0, b1); \
	FMA(18, 20, 2, 2, c0, c1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(19, 21, 4, 0, b0, b1); \
	FMA(19, 21, 2, 3, c0, c1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(22, 23, 4, 1, b0, b1); \
	FMA(22, 23, 3, 0, c0, c1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(24, 25, 4, 2, b0, b1); \
	FMA(24, 25, 3, 1, c0, c1); \
	FMA(26, 27, 6, 0, a0, a1); \
	FMA(26, 27, 4, 3, b0, b1); \
	FMA(26, 27, 3, 2, c0, c1)

#define LOWEST5(FMA, a0, a1, b0, b1) \
	FMA(18, 20, 5, 0, a0, a1); \
	FMA(18, 20, 3, 3, b0, b1); \
	FMA(19, 21, 5, 1, a0, a1); \
	FMA(19, 21, 4, 0, b0, b1); \
	FMA(22, 23, 5, 2, a0, a1); \
	FMA(22, 23, 4, 1, b0, b1); \
	FMA(24, 25, 5, 3, a0, a1); \
	FMA(24, 25, 4, 2, b0, b1); \
	FMA(26, 27, 6, 0, a0, a1); \
	FMA(26, 27, 4, 3, b0, b1)

#define COLUMN5(ROW, FMA, START, MOVE, END, loop, end) \
	ROWS(4, 0); \
	ROW; \
	START(8, 9); \
	TOP5(FMA, 8, 9); \
	ROW; \
	START(10, 11); \
	TWO5(FMA, 8, 9, 10, 11); \
	ROW; \
	START(12, 13); \
	THREE5(FMA, 8, 9, 10, 11, 12, 13); \
	ROW; \
	START(14, 15); \
	FOUR5(FMA, 8, 9, 10, 11, 12, 13, 14, 15); \
	CBZ  R12, end; \
loop: \
	ROW; \
	START(16, 17); \
	ALL5(FMA, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17); \
	END(8, 9); \
	MOVE(8, 9, 10, 11); \
	MOVE(10, 11, 12, 13); \
	MOVE(12, 13, 14, 15); \
	MOVE(14, 15, 16, 17); \
	SUBS $1, R12; \
	BNE  loop; \
end: \
	ROW; \
	LOW5(FMA, 8, 9, 10, 11, 12, 13, 14, 15); \
	END(8, 9); \
	ROW; \
	LOWER5(FMA, 10, 11, 12, 13, 14, 15); \
	END(10, 11); \
	ROW; \
	LOWEST5(FMA, 12, 13, 14, 15); \
	END(12, 13); \
	ROW; \
	LAST5(FMA, 14, 15); \
	END(14, 15)

// func dwConv5x5F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)
TEXT ·dwConv5x5F32NEON(SB), NOSPLIT, $0-120
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
	COLUMN5(ROW5OF8, FMA8, START8, MOVE8, END8, loop8, end8)
	ADD $32, R9
	SUB $8, R8
	B   across

four:                                  // of four
	COLUMN5(ROW5OF4, FMA4, START4, MOVE4, END4, loop4, end4)
	ADD $16, R9
	SUB $4, R8
	B   across

one:                                   // of one
	COLUMN5(ROW5OF1, FMA4, START4, MOVE4, END1, loop1, end1)
	ADD $4, R9
	SUB $1, R8
	B   across

out:
	NEXT(plane)
