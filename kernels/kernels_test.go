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
			a := newGuarded(r, PackedRows(v.MR, m, k), n%3, false)
			(&PackF32{}).Rows(a.mid, src.mid, k, 1, v.MR, m, k)
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

func TestIgemmF32(t *testing.T) {
	for _, isa := range levels(t) {
		for _, v := range For(isa).IgemmF32 {
			t.Run(isa.String()+"/"+v.Name, func(t *testing.T) { testIgemmF32(t, v) })
		}
	}
}

func testIgemmF32(t *testing.T, v IgemmF32) {
	r := rand.New(rand.NewPCG(11, uint64(v.MR)))
	ks := []int{0, 1, 2, 3, 7, 40}
	for n := 1; n <= v.NR; n++ {
		for _, m := range []int{1, max(v.MR-1, 1), v.MR, v.MR + 1, 2*v.MR + 1} {
			k := ks[(n+m)%len(ks)]
			ldc, ldi := n+r.IntN(3), n+r.IntN(3)
			src := newGuarded(r, m*k, 0, false)
			a := newGuarded(r, PackedRows(v.MR, m, k), n%3, false)
			(&PackF32{}).Rows(a.mid, src.mid, k, 1, v.MR, m, k)
			b := newGuarded(r, n+r.IntN(90), m%4, n%5 == 0)
			at := make([]int32, k)
			for p := range at {
				at[p] = int32(r.IntN(len(b.mid) - n + 1)) // also the last possible row
			}
			if k > 0 {
				at[r.IntN(k)] = int32(len(b.mid) - n)
			}
			bias := newGuarded(r, m, 1, false)
			other := newGuarded(r, (m-1)*ldi+n, m%3, false)
			for mode := range 6 {
				lo, hi := float32(math.Inf(-1)), float32(math.Inf(1))
				if n%2 == 0 {
					lo, hi = -0.5, 0.75
				}
				c := newGuarded(r, (m-1)*ldc+n, (m+n)%3, false)
				before := slices.Clone(c.mid)
				var bs, init []float32
				if mode%2 == 1 {
					bs = bias.mid
				}
				step := ldi
				start := make([]float32, 0)
				switch mode / 2 {
				case 1:
					init, step, start = c.mid, ldc, before
				case 2:
					init, start = other.mid, other.mid
				}
				v.Run(c.mid, ldc, a.mid, b.mid, NewOffsets(at), m, n, bs, init, step, lo, hi)
				name := fmt.Sprintf("m=%d,n=%d,k=%d,mode=%d", m, n, k, mode)
				c.check(t)
				for i := range m {
					for j := n; j < ldc && i*ldc+j < len(c.mid); j++ {
						if c.mid[i*ldc+j] != before[i*ldc+j] {
							t.Fatalf("%s: wrote c[%d][%d], beyond column n", name, i, j)
						}
					}
					for j := range n {
						var sum, abs float64
						if init != nil {
							sum = float64(start[i*step+j])
						}
						if bs != nil {
							abs = math.Abs(sum)
							sum += float64(bs[i])
						}
						abs += math.Abs(sum)
						for p := range k {
							x := float64(src.mid[i*k+p]) * float64(b.mid[int(at[p])+j])
							sum += x
							abs += math.Abs(x)
						}
						want := clampOne(float32(sum), lo, hi)
						if got := c.mid[i*ldc+j]; !close32(got, want, k, abs) {
							t.Fatalf("%s: c[%d][%d] = %v, want %v", name, i, j, got, want)
						}
					}
				}
			}
		}
	}
}

func TestPackF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).PackF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(13, 13))
			for n := range 200 {
				mr := []int{8, 8, 6, 1}[r.IntN(4)]
				m, k := 1+r.IntN(20), r.IntN(41)
				rs, cs := k+r.IntN(4), 1
				if r.IntN(4) == 0 {
					rs, cs = 1, m+r.IntN(3)
				}
				src := newGuarded(r, max(0, (m-1)*rs+(k-1)*cs+1), n%4, n%4 == 0)
				dst := newGuarded(r, PackedRows(mr, m, k), n%3, false)
				v.Rows(dst.mid, src.mid, rs, cs, mr, m, k)
				dst.check(t)
				for i := range PackedRows(mr, m, 1) {
					for p := range k {
						var want float32
						if i < m {
							want = src.mid[i*rs+p*cs]
						}
						if got := dst.mid[(i/mr*k+p)*mr+i%mr]; math.Float32bits(got) != math.Float32bits(want) {
							t.Fatalf("mr=%d, m=%d, k=%d: element (%d, %d) is %v, want %v", mr, m, k, i, p, got, want)
						}
					}
				}
			}
		})
	}
}

func TestCopyRowsF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).CopyRowsF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(12, 12))
			for n := range 300 {
				step := 1 + n%3
				var pieces []Piece
				var wide, end int32
				for range r.IntN(4) {
					p := Piece{Dst: wide + r.Int32N(3), Src: r.Int32N(20), N: r.Int32N(int32(n/3 + 2))}
					wide, end = p.Dst+p.N, max(end, p.Src+max((p.N-1)*int32(step)+1, 0))
					pieces = append(pieces, p)
				}
				at := make([]int32, r.IntN(6))
				src := newGuarded(r, int(end)+r.IntN(100), n%5, n%4 == 0)
				for i := range at {
					at[i] = r.Int32N(int32(len(src.mid)) - end + 1)
				}
				if len(at) > 0 {
					at[r.IntN(len(at))] = int32(len(src.mid)) - end
				}
				ldd := int(wide) + r.IntN(5)
				dst := newGuarded(r, max(len(at)-1, 0)*ldd+int(wide), n%3, false)
				want := slices.Clone(dst.mid)
				v.Step(step)(dst.mid, ldd, src.mid, at, pieces)
				copyStepF32Generic(step)(want, ldd, src.mid, at, pieces)
				dst.check(t)
				for i, w := range want {
					if math.Float32bits(dst.mid[i]) != math.Float32bits(w) {
						t.Fatalf("%v, pitch %d: element %d is %v, want %v", pieces, ldd, i, dst.mid[i], w)
					}
				}
			}
		})
	}
}

// windows gives shapes of planes: every number of columns that ends a vector
// somewhere else, every body with the fewest rows it takes and with more, one
// plane and several, with rows and planes that follow each other closely or not.
func windows(r *rand.Rand, yield func(g *Window, planes int) bool) {
	for cols := 1; cols <= 70; cols++ {
		for _, k := range [][2]int{{3, 3}, {5, 5}, {1, 3}, {3, 1}, {2, 2}, {7, 7}, {1 + r.IntN(5), 1 + r.IntN(9)}} {
			for stride := 1; stride <= 2; stride++ {
				g := &Window{Rows: 1 + (cols+stride)%7, Cols: cols, KH: k[0], KW: k[1], StrideH: stride, StrideW: stride, DilH: 1, DilW: 1}
				if r.IntN(5) == 0 { // the general form
					g.StrideH, g.StrideW, g.DilH, g.DilW = 1+r.IntN(3), 1+r.IntN(3), 1+r.IntN(2), 1+r.IntN(2)
				}
				planes := 1 + r.IntN(4)
				g.XRow = (g.Cols-1)*g.StrideW + (g.KW-1)*g.DilW + 1 + r.IntN(4)
				g.YRow = g.Cols + r.IntN(4)
				g.XPlane = ((g.Rows-1)*g.StrideH+(g.KH-1)*g.DilH+1)*g.XRow + r.IntN(20)
				g.YPlane = g.Rows*g.YRow + r.IntN(20)
				g.WPlane = k[0]*k[1] + r.IntN(3)
				switch r.IntN(6) {
				case 0:
					g.XPlane = 0 // several outputs of one input
				case 1:
					g.WPlane = 0
				}
				if !yield(g, planes) {
					return
				}
			}
		}
	}
}

// spans is how many elements of y, x and w planes planes of a window take.
func spans(g *Window, planes int) (y, x, w int) {
	y = (planes-1)*g.YPlane + (g.Rows-1)*g.YRow + g.Cols
	x = (planes-1)*g.XPlane + ((g.Rows-1)*g.StrideH+(g.KH-1)*g.DilH)*g.XRow + (g.Cols-1)*g.StrideW + (g.KW-1)*g.DilW + 1
	return y, x, (planes-1)*g.WPlane + g.KH*g.KW
}

// matches compares what a kernel wrote to y, which was before, with want: the
// outputs, by same, and that it left what lies between them.
func matches(t *testing.T, g *Window, planes int, y, before, want []float32, same func(p, i, j int, got, want float32) bool) {
	t.Helper()
	for at := range y {
		p, i, j := at, 0, 0
		if g.YPlane > 0 {
			p, i = at/g.YPlane, at%g.YPlane
		}
		i, j = i/g.YRow, i%g.YRow
		switch out := i < g.Rows && j < g.Cols; {
		case !out && y[at] != before[at]:
			t.Fatalf("planes=%d %+v: wrote [%d][%d][%d]", planes, *g, p, i, j)
		case out && !same(p, i, j, y[at], want[at]):
			t.Fatalf("planes=%d %+v: y[%d][%d][%d] = %v, want %v", planes, *g, p, i, j, y[at], want[at])
		}
	}
}

func TestDwConvF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).DwConvF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, 2))
			n := 0
			windows(r, func(g *Window, planes int) bool {
				n++
				ny, nx, nw := spans(g, planes)
				x, w := newGuarded(r, nx, n%7, n%4 == 0), newGuarded(r, nw, n%2, false)
				y, b := newGuarded(r, ny, n%3, false), newGuarded(r, planes, n%3, false)
				before, want := slices.Clone(y.mid), slices.Clone(y.mid)
				lo, hi := float32(math.Inf(-1)), float32(math.Inf(1))
				if n%3 > 0 {
					lo, hi = -1, 1.5
				}
				bias := b.mid
				if n%5 == 0 {
					bias = nil
				}
				v.Run(y.mid, x.mid, w.mid, bias, planes, lo, hi, g)
				dwConvF32Generic(want, x.mid, w.mid, bias, planes, lo, hi, g)
				y.check(t)
				matches(t, g, planes, y.mid, before, want, func(p, i, j int, got, want float32) bool {
					abs := 0.0
					if bias != nil {
						abs = math.Abs(float64(bias[p]))
					}
					at := p*g.XPlane + i*g.StrideH*g.XRow + j*g.StrideW
					for a := range g.KH {
						for b := range g.KW {
							abs += math.Abs(float64(w.mid[p*g.WPlane+a*g.KW+b]) * float64(x.mid[at+a*g.DilH*g.XRow+b*g.DilW]))
						}
					}
					return close32(got, want, g.KH*g.KW, abs)
				})
				return true
			})
		})
	}
}

func same(a, b float32) bool { return a == b || a != a && b != b }

func TestMaxPoolF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).MaxPoolF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 3))
			n := 0
			windows(r, func(g *Window, planes int) bool {
				n++
				if n%50 == 0 {
					g.KW = 0
				}
				ny, nx, _ := spans(g, planes)
				x, y := newGuarded(r, max(nx, 0), n%7, true), newGuarded(r, ny, n%3, false)
				before, want := slices.Clone(y.mid), slices.Clone(y.mid)
				v.Run(y.mid, x.mid, planes, g)
				maxPoolF32Generic(want, x.mid, planes, g)
				y.check(t)
				matches(t, g, planes, y.mid, before, want, func(p, i, j int, got, want float32) bool { return same(got, want) })
				return true
			})
		})
	}
}

func TestMeanF32(t *testing.T) {
	for _, isa := range levels(t) {
		v := For(isa).MeanF32
		t.Run(isa.String()+"/"+v.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(6, 6))
			for cols := 1; cols <= 150; cols++ {
				planes, rows, step := 1+r.IntN(4), 1+cols%6, r.IntN(3)
				row := cols + r.IntN(3)
				plane := rows*row + r.IntN(9)
				x := newGuarded(r, (planes-1)*plane+(rows-1)*row+cols, cols%5, cols%4 == 0)
				y := newGuarded(r, (planes-1)*step+1, cols%3, false)
				before := slices.Clone(y.mid)
				v.Run(y.mid, step, x.mid, planes, rows, cols, row, plane)
				y.check(t)
				for at := range y.mid {
					p := at
					if step > 0 {
						p = at / step
					}
					if step > 0 && at%step != 0 {
						if y.mid[at] != before[at] {
							t.Fatalf("wrote y[%d], step %d", at, step)
						}
						continue
					}
					if step == 0 {
						p = planes - 1
					}
					var sum, abs float64
					for i := range rows {
						for j := range cols {
							e := float64(x.mid[p*plane+i*row+j])
							sum, abs = sum+e, abs+math.Abs(e)
						}
					}
					n := float64(rows * cols)
					if !close32(y.mid[at], float32(sum/n), rows*cols, abs/n) {
						t.Fatalf("planes=%d rows=%d cols=%d: y[%d] = %v, want %v", planes, rows, cols, p, y.mid[at], sum/n)
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
			a, x, c := make([]float32, PackedRows(v.MR, m, k)), make([]float32, k*v.NR), make([]float32, m*v.NR)
			for b.Loop() {
				v.Run(c, v.NR, a, x, v.NR, k, m, v.NR, nil, false, -1, 1)
			}
			b.ReportMetric(2*float64(m*k*v.NR)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
