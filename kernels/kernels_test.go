package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// levels are the ISA levels whose kernels this machine can run.
func levels(t *testing.T) []ISA {
	t.Helper()
	have := Detect()
	for _, want := range strings.Split(os.Getenv("EDGEPRUNE_REQUIRE"), ",") {
		isa, err := ParseISA(want)
		if want == "" || err != nil {
			continue
		}
		if !have.Has(isa) {
			t.Fatalf("EDGEPRUNE_REQUIRE asks for %v, this CPU has %v", isa, have)
		}
	}
	return Levels(have)
}

var specials = []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)),
	float32(math.NaN()), math.SmallestNonzeroFloat32, math.MaxFloat32, -math.MaxFloat32, 1e-40}

// guarded is a slice of n values at the end of memory that a page nobody may
// touch follows, or at its start, shifted. Around it are values that must stay.
type guarded struct {
	all, mid []float32
	head     int
}

const guard = 67

var guardValue = float32(-12345.678)

// regions are used in turn; no test has more than a few live at a time.
var regions struct {
	mem  [24][]float32
	next int
}

func newGuarded(r *rand.Rand, n, shift int, special bool) guarded {
	i := regions.next % len(regions.mem)
	regions.next++
	if need := n + shift + 2*guard; len(regions.mem[i]) < need {
		regions.mem[i] = region(max(need, 1<<14))
	}
	mem := regions.mem[i]
	var g guarded
	if shift < 2 {
		g.all = mem[len(mem)-n-guard:]
		g.head = guard
	} else {
		g.all = mem[:shift+n+guard]
		g.head = shift
	}
	g.mid = g.all[g.head : g.head+n : g.head+n]
	for i := range g.all {
		g.all[i] = guardValue
	}
	for i := range g.mid {
		g.mid[i] = float32(r.NormFloat64())
		if special && r.IntN(6) == 0 {
			g.mid[i] = specials[r.IntN(len(specials))]
		}
	}
	return g
}

func (g guarded) check(t *testing.T) {
	t.Helper()
	for i, v := range g.all {
		if (i < g.head || i >= g.head+len(g.mid)) && v != guardValue {
			t.Fatalf("guard zone written at %d of %d (data %d..%d)", i, len(g.all), g.head, g.head+len(g.mid))
		}
	}
}

// close32 accepts a result within the bound of a k-step sum whose absolute
// products add up to abs.
func close32(got, want float32, k int, abs float64) bool {
	switch {
	case math.IsNaN(abs): // a NaN operand, or 0 * Inf: NaN in any order
		return got != got
	case abs > 1e37: // sums may overflow, or cancel, at different steps
		return true
	}
	const eps = 1.0 / (1 << 23)
	return math.Abs(float64(got)-float64(want)) <= 2*float64(k+2)*eps*abs+1e-38
}

func TestGemmF32(t *testing.T) {
	for _, isa := range levels(t) {
		for _, v := range For(isa).GemmF32 {
			t.Run(isa.String()+"/"+v.Name, func(t *testing.T) { testGemmF32(t, v) })
		}
	}
}

func testGemmF32(t *testing.T, v GemmF32) {
	r := rand.New(rand.NewPCG(1, uint64(v.MR)))
	ks := []int{0, 1, 2, 3, 7, 40}
	for n := 1; n <= v.NR; n++ {
		for _, m := range []int{1, v.MR - 1, v.MR, v.MR + 1, 2*v.MR + 1} {
			if m < 1 {
				continue
			}
			k := ks[(n+m)%len(ks)]
			ldb, ldc := n+r.IntN(3), n+r.IntN(3)
			special := n%5 == 0
			src := newGuarded(r, m*k, 0, false)
			a := newGuarded(r, PackedGemmA(v.MR, m, k), n%3, false)
			PackGemmA(a.mid, src.mid, k, 1, v.MR, m, k)
			b := newGuarded(r, max(0, (k-1)*ldb+n), m%4, special)
			bias := newGuarded(r, m, 1, false)
			for _, acc := range []bool{false, true} {
				for _, withBias := range []bool{false, true} {
					lo, hi := float32(math.Inf(-1)), float32(math.Inf(1))
					if n%2 == 0 {
						lo, hi = -0.5, 0.75
					}
					c := newGuarded(r, (m-1)*ldc+n, (m+n)%3, false)
					before := slices.Clone(c.mid)
					var bs []float32
					if withBias {
						bs = bias.mid
					}
					v.Run(c.mid, ldc, a.mid, b.mid, ldb, k, m, n, bs, acc, lo, hi)
					name := fmt.Sprintf("m=%d,n=%d,k=%d,acc=%v,bias=%v", m, n, k, acc, withBias)
					c.check(t)
					for i := range m {
						for j := range ldc {
							at := i*ldc + j
							if at >= len(c.mid) {
								continue
							}
							if j >= n {
								if c.mid[at] != before[at] {
									t.Fatalf("%s: wrote c[%d][%d], beyond column n", name, i, j)
								}
								continue
							}
							var sum, abs float64
							switch {
							case acc:
								sum = float64(before[at])
							case withBias:
								sum = float64(bias.mid[i])
							}
							abs = math.Abs(sum)
							for p := range k {
								x := float64(src.mid[i*k+p]) * float64(b.mid[p*ldb+j])
								sum += x
								abs += math.Abs(x)
							}
							want := clampOne(float32(sum), lo, hi)
							if !close32(c.mid[at], want, k, abs) {
								t.Fatalf("%s: c[%d][%d] = %v, want %v", name, i, j, c.mid[at], want)
							}
						}
					}
				}
			}
		}
	}
}

func TestDwConvF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).DwConvF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, 2))
			for n := 1; n <= 140; n++ {
				kh, kw := 1+r.IntN(5), 1+r.IntN(5)
				stride, dil := 1+r.IntN(3), 1+r.IntN(2)
				width := (n-1)*stride + (kw-1)*dil + 1
				pitch := width + r.IntN(4)
				x := newGuarded(r, (kh-1)*pitch+width, n%7, n%4 == 0)
				w := newGuarded(r, kh*kw, 0, false)
				y := newGuarded(r, n, n%3, false)
				want := make([]float32, n)
				lo, hi := float32(-1), float32(1.5)
				v.Run(y.mid, n, x.mid, pitch, w.mid, kh, kw, stride, dil, 0.25, lo, hi)
				dwConvF32Generic(want, n, x.mid, pitch, w.mid, kh, kw, stride, dil, 0.25, lo, hi)
				y.check(t)
				for j := range want {
					abs := 0.25
					for a := range kh {
						for b := range kw {
							abs += math.Abs(float64(w.mid[a*kw+b]) * float64(x.mid[a*pitch+j*stride+b*dil]))
						}
					}
					if !close32(y.mid[j], want[j], kh*kw, abs) {
						t.Fatalf("n=%d kh=%d kw=%d stride=%d dil=%d: y[%d] = %v, want %v", n, kh, kw, stride, dil, j, y.mid[j], want[j])
					}
				}
			}
		})
	}
}

func same(a, b float32) bool { return a == b || a != a && b != b }

func TestMaxPoolF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).MaxPoolF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 3))
			for n := 1; n <= 80; n++ {
				kh, kw := 1+r.IntN(4), 1+r.IntN(4)
				stride, dil := 1+r.IntN(3), 1+r.IntN(2)
				width := (n-1)*stride + (kw-1)*dil + 1
				pitch := width + r.IntN(4)
				x := newGuarded(r, (kh-1)*pitch+width, n%7, true)
				y := newGuarded(r, n, n%3, false)
				want := make([]float32, n)
				v.Run(y.mid, n, x.mid, pitch, kh, kw, stride, dil)
				maxPoolF32Generic(want, n, x.mid, pitch, kh, kw, stride, dil)
				y.check(t)
				for j := range want {
					if !same(y.mid[j], want[j]) {
						t.Fatalf("n=%d kh=%d kw=%d stride=%d dil=%d: y[%d] = %v, want %v", n, kh, kw, stride, dil, j, y.mid[j], want[j])
					}
				}
			}
		})
	}
}

func TestBinaryF32(t *testing.T) {
	for _, isa := range levels(t) {
		for o := range NumBinaryOps {
			v, ref := For(isa).BinaryF32[o], binaryF32Generic(o)
			t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(4, 4))
				for n := range 70 {
					a, b := newGuarded(r, n, n%5, true), newGuarded(r, n, n%3, true)
					s := specials[n%len(specials)]
					got, want := newGuarded(r, n, n%4, false), make([]float32, n)
					for name, run := range map[string]func(k *BinaryF32, dst []float32){
						"vec":    func(k *BinaryF32, dst []float32) { k.Vec(dst, a.mid, b.mid) },
						"scalar": func(k *BinaryF32, dst []float32) { k.Scalar(dst, a.mid, s) },
						"left":   func(k *BinaryF32, dst []float32) { k.ScalarLeft(dst, a.mid, s) },
					} {
						run(&v, got.mid)
						run(&ref, want)
						got.check(t)
						for i := range want {
							if !same(got.mid[i], want[i]) {
								t.Fatalf("%s n=%d: [%d] = %v, want %v (a=%v b=%v s=%v)", name, n, i, got.mid[i], want[i], a.mid[i], b.mid[i], s)
							}
						}
					}
				}
			})
		}
	}
}

func TestVectorF32(t *testing.T) {
	for _, isa := range levels(t) {
		v, ref := For(isa).VectorF32, vectorF32Generic()
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(5, 5))
			for n := range 200 {
				a, b := newGuarded(r, n, n%5, true), newGuarded(r, n, n%3, true)
				plain, plain2 := newGuarded(r, n, n%5, false), newGuarded(r, n, n%2, false)
				long := newGuarded(r, max(0, 3*(n-1)+1), n%2, true)
				init := newGuarded(r, n, 0, false)
				for name, run := range map[string]func(k *VectorF32, dst []float32){
					"clamp":      func(k *VectorF32, dst []float32) { k.Clamp(dst, a.mid, -0.5, 0.75) },
					"addclamp":   func(k *VectorF32, dst []float32) { k.AddClamp(dst, a.mid, b.mid, 0, 6) },
					"scaleshift": func(k *VectorF32, dst []float32) { k.ScaleShift(dst, plain.mid, 1.5, -0.25) },
					"axpy":       func(k *VectorF32, dst []float32) { copy(dst, init.mid); k.Axpy(dst, plain.mid, 1.25) },
					"stride2":    func(k *VectorF32, dst []float32) { k.Stride(dst, long.mid[:max(0, 2*(n-1)+1)], 2) },
					"stride3":    func(k *VectorF32, dst []float32) { k.Stride(dst, long.mid, 3) },
				} {
					got, want := newGuarded(r, n, n%4, false), make([]float32, n)
					run(&v, got.mid)
					run(&ref, want)
					got.check(t)
					for i := range want {
						if !same(got.mid[i], want[i]) && !close32(got.mid[i], want[i], 1, 8) {
							t.Fatalf("%s n=%d: [%d] = %v, want %v", name, n, i, got.mid[i], want[i])
						}
					}
				}
				var dot, dotAbs, sum, sumAbs float64
				for i := range n {
					x := float64(plain.mid[i]) * float64(plain2.mid[i])
					dot, dotAbs = dot+x, dotAbs+math.Abs(x)
					sum, sumAbs = sum+float64(plain.mid[i]), sumAbs+math.Abs(float64(plain.mid[i]))
				}
				if got := v.Dot(plain.mid, plain2.mid); !close32(got, float32(dot), n, dotAbs) {
					t.Fatalf("dot n=%d: %v, want %v", n, got, dot)
				}
				if got := v.Sum(plain.mid); !close32(got, float32(sum), n, sumAbs) {
					t.Fatalf("sum n=%d: %v, want %v", n, got, sum)
				}
				if got, want := v.Max(a.mid), ref.Max(a.mid); !same(got, want) {
					t.Fatalf("max n=%d: %v, want %v", n, got, want)
				}
			}
		})
	}
}

// TestSoftmaxF32 holds rows to the tolerance of Exp and of a sum.
func TestSoftmaxF32(t *testing.T) {
	const eps = 1.0 / (1 << 23)
	for _, isa := range levels(t) {
		v := For(isa).SoftmaxF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(9, 9))
			for n := range 300 {
				a, got := newGuarded(r, n, n%5, false), newGuarded(r, n, n%4, false)
				for i := range a.mid {
					a.mid[i] *= 10
					if r.IntN(20) == 0 && i > 0 {
						a.mid[i] = []float32{float32(math.Inf(-1)), -1e30, -95}[r.IntN(3)]
					}
				}
				m := float32(math.Inf(-1))
				for _, x := range a.mid {
					m = max(m, x)
				}
				want, sum := make([]float64, n), 0.0
				for i, x := range a.mid {
					want[i] = math.Exp(float64(x - m))
					sum += want[i]
				}
				check := func(what string, got float32, want, ulps float64) {
					t.Helper()
					if !(math.Abs(float64(got)-want) <= ulps*eps*want+Exp.Tolerance().Tiny) {
						t.Fatalf("%s n=%d: %v, want %v", what, n, got, want)
					}
				}
				s := v.ExpSum(got.mid, a.mid, m)
				got.check(t)
				check("sum", s, sum, Exp.Tolerance().ULP+float64(n))
				for i, w := range want {
					check("exp", got.mid[i], w, Exp.Tolerance().ULP)
				}
				v.Run(got.mid, a.mid)
				got.check(t)
				over := slices.Clone(a.mid)
				v.Run(over, over)
				for i, w := range want {
					check("softmax", got.mid[i], w/sum, Exp.Tolerance().ULP+float64(n)+2)
					if got.mid[i] != over[i] {
						t.Fatalf("n=%d: [%d] = %v, in place %v", n, i, got.mid[i], over[i])
					}
				}
				if n == 0 {
					continue
				}
				for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
					a.mid[r.IntN(n)] = bad
					v.Run(got.mid, a.mid)
					for i, y := range got.mid {
						if y == y {
							t.Fatalf("n=%d: [%d] = %v with %v in the row", n, i, y, bad)
						}
					}
				}
			}
		})
	}
}

func TestNormF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).NormF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(10, 10))
			for n := range 200 {
				a, scale, bias := newGuarded(r, n, n%5, n%3 == 0), newGuarded(r, n, n%3, false), newGuarded(r, n, n%2, false)
				m, inv := float32(r.NormFloat64()), float32(r.Float64()+0.5)
				sum := 0.0
				for _, x := range a.mid {
					sum += float64(x-m) * float64(x-m)
				}
				if s := v.SumSquares(a.mid, m); !close32(s, float32(sum), n, sum) {
					t.Fatalf("n=%d: sum of squares %v, want %v", n, s, sum)
				}
				for _, bias := range [][]float32{bias.mid, nil} {
					got := newGuarded(r, n, n%4, false)
					v.Normalize(got.mid, a.mid, scale.mid, bias, m, inv)
					got.check(t)
					over := slices.Clone(a.mid)
					v.Normalize(over, over, scale.mid, bias, m, inv)
					for i, x := range a.mid {
						if math.Abs(float64(x)) > 1e37 && !math.IsInf(float64(x), 0) {
							continue // may overflow on the way
						}
						y := float64(x-m) * float64(inv) * float64(scale.mid[i])
						abs := math.Abs(y)
						if bias != nil {
							y += float64(bias[i])
							abs += math.Abs(float64(bias[i]))
						}
						if !same(got.mid[i], float32(y)) && !close32(got.mid[i], float32(y), 1, abs) || !same(got.mid[i], over[i]) {
							t.Fatalf("n=%d: [%d] = %v, %v in place, want %v", n, i, got.mid[i], over[i], y)
						}
					}
				}
			}
		})
	}
}

func BenchmarkGemmF32(b *testing.B) {
	for _, isa := range Levels(Detect()) {
		v := For(isa).GemmF32[0]
		const m, k = 64, 576
		b.Run(v.Name, func(b *testing.B) {
			a, x, c := make([]float32, PackedGemmA(v.MR, m, k)), make([]float32, k*v.NR), make([]float32, m*v.NR)
			for b.Loop() {
				v.Run(c, v.NR, a, x, v.NR, k, m, v.NR, nil, false, -1, 1)
			}
			b.ReportMetric(2*float64(m*k*v.NR)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
