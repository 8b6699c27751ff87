package kernels

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var floatStep = flag.Uint64("float-step", 0, "TestUnaryF32Accuracy takes one number of so many, 1 for all of them; 0 for a small sample")

// errorOf is how far got is from want, in units in the last place of want after
// the parts of the tolerance that are absolute.
func (tol Tolerance) errorOf(x float32, got float32, want float64) float64 {
	switch {
	case want != want:
		if got == got {
			return math.Inf(1)
		}
		return 0
	case float64(got) == want || float32(want) == got:
		return 0
	case math.IsInf(float64(got), 0) && math.Abs(want) > math.MaxFloat32:
		return 0
	}
	d := math.Abs(float64(got)-want) - tol.Abs*math.Abs(float64(x)) - tol.Tiny
	_, e := math.Frexp(want)
	return max(d, 0) / math.Ldexp(1, max(e-1, -126)-23)
}

// TestUnaryF32Accuracy holds every variant to its tolerance over the whole
// range of numbers.
func TestUnaryF32Accuracy(t *testing.T) {
	const batch = 1 << 12
	step := *floatStep
	if step == 0 {
		step = 10007
		if testing.Short() {
			step *= 8
		}
	}
	for _, isa := range levels(t) {
		for o := range NumUnaryOps {
			v, f, tol := For(isa).UnaryF32[o], o.f64(), o.Tolerance()
			t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
				t.Parallel()
				in, out := make([]float32, batch), make([]float32, batch)
				worst, at := -1.0, float32(0)
				for from := uint64(0); from < 1<<32; from += step * batch {
					for i := range in {
						in[i] = math.Float32frombits(uint32(from + uint64(i)*step))
					}
					v.Run(out, in)
					for i, x := range in {
						if e := tol.errorOf(x, out[i], f(float64(x))); e > worst {
							worst, at = e, x
						}
					}
				}
				var y [1]float32
				v.Run(y[:], []float32{at})
				if !(worst <= tol.ULP) {
					t.Errorf("f(%v) = %v, right is %v: %.2f ulp, %.2f allowed", at, y[0], f(float64(at)), worst, tol.ULP)
				}
				t.Logf("%.3f ulp at %v", worst, at)
			})
		}
	}
}

// TestUnaryF32Bits proves that every assembly variant, of every architecture,
// gives the same bits, signs of zeros aside: sums over a sample of all numbers
// are golden.
func TestUnaryF32Bits(t *testing.T) {
	sums := func(isa ISA) string {
		var b strings.Builder
		in, out := make([]float32, 1<<14), make([]float32, 1<<14)
		for o := range NumUnaryOps {
			h := fnv.New64a()
			for pass := range uint32(16) {
				for i := range in {
					in[i] = math.Float32frombits(uint32(i)<<18 | pass*16411)
				}
				For(isa).UnaryF32[o].Run(out, in)
				for _, y := range out {
					switch {
					case y != y:
						y = float32(math.NaN())
					case y == 0 && o != Neg && o != Abs:
						y = 0 // of either sign
					}
					v := math.Float32bits(y)
					h.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)})
				}
			}
			fmt.Fprintf(&b, "%-10s%016x\n", o, h.Sum64())
		}
		return b.String()
	}
	const file = "testdata/unary_bits.txt"
	for _, isa := range levels(t) {
		if strings.HasSuffix(For(isa).UnaryF32[Exp].Name, "_generic") {
			continue
		}
		got := sums(isa)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%v gives other bits than %s:\n%s\nwant:\n%s", isa, file, got, want)
		}
	}
}

// TestUnaryF32 tests lengths, ends of memory, special values and dst = a.
func TestUnaryF32(t *testing.T) {
	for _, isa := range levels(t) {
		for o := range NumUnaryOps {
			v, f, tol := For(isa).UnaryF32[o], o.f64(), o.Tolerance()
			t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(7, uint64(o)))
				for n := range 200 {
					a := newGuarded(r, n, n%5, true)
					got := newGuarded(r, n, n%4, false)
					over := slices.Clone(a.mid)
					v.Run(got.mid, a.mid)
					v.Run(over, over)
					got.check(t)
					for i, x := range a.mid {
						if want := f(float64(x)); tol.errorOf(x, got.mid[i], want) > tol.ULP {
							t.Fatalf("n=%d: f(%v) = %v, want %v", n, x, got.mid[i], want)
						}
						if math.Float32bits(over[i]) != math.Float32bits(got.mid[i]) && got.mid[i] == got.mid[i] {
							t.Fatalf("n=%d: f(%v) = %v, in place %v", n, x, got.mid[i], over[i])
						}
					}
				}
			})
		}
	}
}

func BenchmarkUnaryF32(b *testing.B) {
	const n = 4096
	r := rand.New(rand.NewPCG(8, 8))
	a, dst := make([]float32, n), make([]float32, n)
	for i := range a {
		a[i] = float32(2 * r.NormFloat64())
	}
	for o := range NumUnaryOps {
		for _, isa := range Levels(Detect()) {
			v := For(isa).UnaryF32[o]
			b.Run("isa="+isa.String()+"/"+o.String(), func(b *testing.B) {
				for b.Loop() {
					v.Run(dst, a)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/elem")
			})
		}
	}
}
