package tensor

import (
	"math"
	"testing"
)

// TestMinifloat walks every code of every narrow format: it widens and comes
// back, and the middle between two neighbours goes to the even one.
func TestMinifloat(t *testing.T) {
	for _, dt := range []DType{F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F4E2M1} {
		codes := 128
		if dt == F4E2M1 {
			codes = 8
		}
		prev := math.Inf(-1)
		for c := range codes {
			v := float64(MinifloatToF32(dt, uint8(c)))
			if v != v || math.IsInf(v, 0) {
				continue
			}
			if v <= prev {
				t.Fatalf("%v: code %#x is %v, the one before %v", dt, c, v, prev)
			}
			if got := F64ToMinifloat(dt, v, false); got != uint8(c) {
				t.Errorf("%v: %v gives %#x, want %#x", dt, v, got, c)
			}
			if c > 0 {
				even := uint8(c &^ 1)
				if got := F64ToMinifloat(dt, (prev+v)/2, false); got != even {
					t.Errorf("%v: %v gives %#x, want %#x", dt, (prev+v)/2, got, even)
				}
			}
			prev = v
		}
	}
}

func TestMinifloatLimits(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tc := range []struct {
		dt   DType
		v    float64
		sat  bool
		want uint8
	}{
		{F8E4M3FN, 448, true, 0x7e}, {F8E4M3FN, 464, false, 0x7e}, {F8E4M3FN, 465, false, 0x7f}, {F8E4M3FN, -1e9, true, 0xfe},
		{F8E4M3FN, inf, true, 0x7e}, {F8E4M3FN, nan, true, 0x7f},
		{F8E4M3FNUZ, math.Copysign(0, -1), true, 0}, {F8E4M3FNUZ, inf, false, 0x80}, {F8E4M3FNUZ, nan, true, 0x80}, {F8E4M3FNUZ, -1e-9, true, 0},
		{F8E5M2, 1e9, false, 0x7c}, {F8E5M2, -inf, true, 0xfb},
		{F8E5M2FNUZ, 1e9, false, 0x80},
		{F4E2M1, 100, false, 7}, {F4E2M1, -5, true, 0xe},
	} {
		if got := F64ToMinifloat(tc.dt, tc.v, tc.sat); got != tc.want {
			t.Errorf("%v: %v (saturate %v) gives %#x, want %#x", tc.dt, tc.v, tc.sat, got, tc.want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, tc := range []struct {
		v     float64
		round ScaleRound
		want  uint8
	}{
		{1, ScaleUp, 127}, {1.1, ScaleUp, 128}, {1.9, ScaleDown, 127}, {1.5, ScaleNearest, 128}, {1.4, ScaleNearest, 127},
		{0, ScaleUp, 0}, {math.NaN(), ScaleUp, 0xff}, {1e300, ScaleUp, 0xfe}, {-4, ScaleDown, 129},
	} {
		if got := F64ToScale(tc.v, tc.round, true); got != tc.want {
			t.Errorf("%v, mode %d: got %d, want %d", tc.v, tc.round, got, tc.want)
		}
	}
	for c := range 255 {
		if got := F64ToScale(float64(MinifloatToF32(F8E8M0, uint8(c))), ScaleUp, true); got != uint8(c) {
			t.Errorf("code %d comes back as %d", c, got)
		}
	}
}

// TestF64ToHalf compares with every F16 value and with single rounding.
func TestF64ToHalf(t *testing.T) {
	for c := range 0x7c00 {
		v := float64(HalfToF32(F16, uint16(c)))
		if got := F64ToHalf(F16, v); got != uint16(c) {
			t.Fatalf("f16 %#x: %v comes back as %#x", c, v, got)
		}
	}
	// Just above the middle between 1 and the next: through float32 it would
	// become the middle and round down.
	if got := F64ToHalf(F16, 1+math.Ldexp(1, -11)+math.Ldexp(1, -40)); got != 0x3c01 {
		t.Errorf("got %#x, want 0x3c01", got)
	}
	if got := F64ToHalf(BF16, -math.MaxFloat64); got != 0xff80 {
		t.Errorf("got %#x, want 0xff80", got)
	}
}
