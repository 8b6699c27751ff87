package vecasm

// Polynomials are minimax fits (Remez exchange, 40 digits), then rounded to
// float32; the comments give interval, degree and the relative error of the
// result after rounding the coefficients.

// lib is the table with the constants that several functions use.
type lib struct {
	table
	one, two, sign, abs value
	log2e, ln2, ln2lo   value
	magic, magicHalf    value
	lo, hi              value
	expm1, exp2         []value
}

func newLib() *lib {
	l := &lib{}
	l.one, l.two = l.float("ONE", 1), l.float("TWO", 2)
	l.sign, l.abs = l.bits("SIGN", 0x80000000), l.bits("ABS", 0x7fffffff)
	l.log2e = l.float("LOG2E", 1.44269504)
	l.ln2, l.ln2lo = l.float("LN2", 0.693147182), l.float("LN2LO", -1.90465430e-9)
	// 1.5*2^23 plus a bias: adding it leaves round(v) + bias in the low bits.
	l.magic, l.magicHalf = l.float("MAGIC127", 12582912+127), l.float("MAGIC126", 12582912+126)
	// At lo the factor s of exp is zero, at hi the product p*s overflows.
	l.lo, l.hi = l.float("EXPLO", -87.3999939), l.float("EXPHI", 89)
	// (e^r - 1 - r)/r^2 on |r| <= ln(2)/2, degree 5, 2^-28.7 of e^r - 1; doubled
	// for e^x.
	q := []float64{0.5, 0.166666657, 0.0416663587, 0.00833338965, 0.00139406684, 0.000198459049}
	for i, c := range q {
		l.expm1 = append(l.expm1, l.float("Q"+string(rune('0'+i)), c))
	}
	for i, c := range q {
		l.exp2 = append(l.exp2, l.float("QQ"+string(rune('0'+i)), 2*c))
	}
	return l
}

func (l *lib) coefficients(name string, c ...float64) []value {
	var v []value
	for i, x := range c {
		v = append(v, l.float(name+string(rune('0'+i)), x))
	}
	return v
}

// exp gives factors with e^x = p*s. x is at least -87.4 and at most 89, or NaN:
//
//	n = round(x/ln 2), r = x - n*ln 2, p = 2*e^r, s = 2^(n-1)
//
// s is 0 for n = -126: what is below 2^-125.5 becomes zero, and no denormal
// number is made. n = 128 gives +Inf, or the finite e^x below it.
func (l *lib) exp(b builder, x value) (p, s value) {
	return l.expOf(b, x, x, l.log2e, nil)
}

// expOf is exp where x = from*scale; low adds to the remainder.
func (l *lib) expOf(b builder, x, from, scale value, low func(r value) value) (p, s value) {
	t := b.fma("t", from, scale, l.magicHalf)
	n := b.sub("n", t, l.magicHalf)
	s = b.shl("s", t, 23)
	r := b.fnma("r", n, l.ln2, x)
	r = b.fnma("r", n, l.ln2lo, r)
	if low != nil {
		r = low(r)
	}
	q := b.poly("q", r, l.exp2)
	q = b.fma("q", q, r, l.two)
	return b.fma("p", q, r, l.two), s
}

// minus1 gives e^w - 1 of w in [-18.1, 18.3], exact to the last bits for small w:
//
//	n = round(w/ln 2), r = w - n*ln 2, q = e^r - 1, e^w - 1 = 2^n*q + (2^n - 1)
func (l *lib) minus1(b builder, w value) value {
	t := b.fma("t", w, l.log2e, l.magic)
	n := b.sub("n", t, l.magic)
	s := b.shl("s", t, 23)
	r := b.fnma("r", n, l.ln2, w)
	q := b.poly("q", r, l.expm1)
	q = b.mul("q", q, r)
	q = b.fma("q", q, r, r)
	m := b.sub("m", s, l.one)
	return b.fma("m", s, q, m)
}

// Functions gives every function with the table of its constants.
func Functions() ([]*Function, *lib) {
	l := newLib()
	var all []*Function
	define := func(name string, body func(b builder, x value) value, doc ...string) *Function {
		f := &Function{Name: name, Doc: doc}
		f.x = value{id: -1, name: "x"}
		f.out = body(builder{f}, f.x)
		all = append(all, f)
		return f
	}

	define("expF32", func(b builder, x value) value {
		x = b.max("x", l.lo, x)
		x = b.min("x", l.hi, x)
		p, s := l.exp(b, x)
		return b.mul("y", p, s)
	}, "y = e^x = 2^(n-1) * 2*e^r.")

	define("expSumF32", func(b builder, x value) value {
		x = b.sub("x", x, value{id: -1, name: "m", arg: true})
		x = b.max("x", l.lo, x)
		x = b.min("x", l.hi, x)
		p, s := l.exp(b, x)
		return b.mul("y", p, s)
	}, "y = e^(x-m), and the sum of all y.").Sum = true

	define("sigmoidF32", func(b builder, x value) value {
		x = b.xor("x", x, l.sign)
		x = b.max("x", l.lo, x)
		x = b.min("x", l.hi, x)
		p, s := l.exp(b, x)
		d := b.fma("d", p, s, l.one)
		return b.div("y", l.one, d)
	}, "y = 1/(1 + e^-x).")

	define("siluF32", func(b builder, x value) value {
		x = b.max("x", l.float("SILULO", -89), x)
		z := b.xor("z", x, l.sign)
		z = b.max("z", l.lo, z)
		p, s := l.exp(b, z)
		d := b.fma("d", p, s, l.one)
		return b.div("y", x, d)
	}, "y = x/(1 + e^-x); from -89 down e^-x is +Inf.")

	define("tanhF32", func(b builder, x value) value {
		w := b.and("w", x, l.abs)
		w = b.min("w", l.float("TANHHI", 9.125), w)
		w = b.add("w", w, w)
		m := l.minus1(b, w)
		d := b.add("d", m, l.two)
		y := b.div("y", m, d)
		g := b.and("g", x, l.sign)
		return b.or("y", y, g)
	}, "y = m/(m+2), m = e^(2|x|) - 1, with the sign of x; 1 from 9.125 on.")

	// ln(erfc(-u))/u - 1 on [-4.02, 0], degree 8, 2^-27.7 of erf(u).
	erfc := l.coefficients("E", 0.128379166, -0.636619568, 0.102776304, 0.0191478021, -0.000169557534,
		-0.00167574012, -0.000637402292, -0.000118872958, -9.38931134e-06)
	define("erfF32", func(b builder, x value) value {
		u := b.or("u", x, l.sign)
		u = b.max("u", l.float("ERFLO", -4), u)
		w := b.poly("w", u, erfc)
		w = b.fma("w", w, u, u)
		m := l.minus1(b, w)
		m = b.and("m", m, l.abs)
		g := b.and("g", x, l.sign)
		return b.or("y", m, g)
	}, "y = 1 - erfc|x| with the sign of x; erfc(-u) = e^w, w = u + u*E(u), u = -|x|:", "no subtraction cancels, so small results are as exact as large ones.")

	// (t+4)*e^(t^2/2)*Phi(-t) on t in [0, 13.3], Phi the normal distribution, in
	// z = (t-4)/(t+4), degree 9, 2^-25.6. The factor t+4 flattens it: the terms
	// then cancel little.
	mills := l.coefficients("P", 0.755285144, -0.607896626, 0.387136877, -0.186522841, 0.0604045056,
		-0.00752912462, -0.00351847592, 0.00157545914, 0.000193158863, -0.000125688995)
	define("geluF32", func(b builder, x value) value {
		t := b.and("t", x, l.abs)
		t = b.min("t", l.float("GELUHI", 14), t)
		y := b.max("y", l.float("ZERO", 0), x)
		d := b.add("d", t, l.float("FOUR", 4))
		v := b.div("v", t, d)
		z := b.fma("z", v, l.two, l.float("MONE", -1))
		h := b.mul("h", t, t)
		c := b.fnma("c", t, t, h)
		g := b.poly("g", z, mills)
		g = b.mul("g", g, v)
		h = b.mul("h", h, l.float("MHALF", -0.5))
		h = b.max("h", l.lo, h)
		p, s := l.expOf(b, h, h, l.log2e, func(r value) value { return b.fma("r", c, l.expm1[0], r) })
		p = b.mul("p", p, g)
		return b.fnma("y", p, s, y)
	}, "y = max(x, 0) - t*Phi(-t), t = |x|, t*Phi(-t) = v*P(z) * e^(-t^2/2), v = t/(t+4), z = 2*v - 1.",
		"c is what rounding t^2 lost. The tail keeps its relative precision, to -13.1.")

	define("geluTanhF32", func(b builder, x value) value {
		x = b.max("x", l.float("GELUTLO", -11), x)
		z := b.mul("z", x, x)
		z = b.fma("z", z, l.float("GELUT1", -0.0713548162726), l.float("GELUT0", -1.59576912161))
		z = b.mul("z", z, x)
		z = b.max("z", l.lo, z)
		z = b.min("z", l.hi, z)
		p, s := l.exp(b, z)
		d := b.fma("d", p, s, l.one)
		return b.div("y", x, d)
	}, "y = x/(1 + e^z), z = -2*sqrt(2/pi)*(x + 0.044715*x^3): x/2*(1 + tanh(-z/2)).")

	define("hardswishF32", func(b builder, x value) value {
		x = b.max("x", l.float("MTHREE", -3), x)
		a := b.add("a", x, l.float("THREE", 3))
		a = b.min("a", l.float("SIX", 6), a)
		a = b.mul("a", a, l.float("SIXTH", 1.0/6))
		return b.mul("y", a, x)
	}, "y = x * min(x+3, 6)/6 from -3 on.")

	// (ln(1+f) - f + f^2/2)/f^3 on [1/sqrt 2 - 1, sqrt 2 - 1], degree 7, 2^-27.2
	// of ln(1+f).
	log1p := l.coefficients("L", 0.333333313, -0.250008196, 0.200012282, -0.166233599,
		0.142017454, -0.131601512, 0.127616271, -0.0763462186)
	define("logF32", func(b builder, x value) value {
		tiny := b.less("i", x, l.bits("MINNORMAL", 0x00800000))
		v := b.mul("v", x, l.float("TWO23", 1<<23))
		k := b.and("k", tiny, l.float("TWENTY3", 23))
		v = b.pick("v", tiny, v, x)
		v = b.iadd("v", v, l.bits("ROOTOFF", 0x3f800000-0x3f3504f3))
		n := b.shr("n", v, 23)
		n = b.or("n", n, l.float("TWO23", 1<<23))
		n = b.sub("n", n, l.float("TWO23P127", 1<<23+127))
		n = b.sub("n", n, k)
		v = b.and("v", v, l.bits("MANTISSA", 0x007fffff))
		v = b.iadd("v", v, l.bits("ROOTHALF", 0x3f3504f3))
		f := b.sub("f", v, l.one)
		y := b.poly("y", f, log1p)
		y = b.mul("y", y, f)
		q := b.mul("q", f, f)
		y = b.mul("y", y, q)
		y = b.fma("y", n, l.ln2lo, y)
		y = b.fnma("y", q, l.expm1[0], y)
		y = b.add("y", y, f)
		y = b.fma("y", n, l.ln2, y)
		i := b.less("i", x, l.bits("INF", 0x7f800000))
		y = b.pick("y", i, y, x) // Inf and NaN stay
		i = b.less("i", x, l.bits("DENORMAL", 1))
		e := b.less("e", x, l.float("ZERO", 0))
		e = b.or("e", e, l.bits("MINF", 0xff800000)) // -Inf for 0, NaN below
		return b.pick("y", i, e, y)
	}, "y = ln v + n*ln 2, x = v*2^n, v in [1/sqrt 2, sqrt 2), f = v - 1,", "ln v = f - f^2/2 + f^3*L(f).")

	define("sqrtF32", func(b builder, x value) value { return b.sqrt("y", x) })
	define("rsqrtF32", func(b builder, x value) value {
		x = b.sqrt("x", x)
		return b.div("y", l.one, x)
	})
	define("negF32", func(b builder, x value) value { return b.xor("y", x, l.sign) })
	define("absF32", func(b builder, x value) value { return b.and("y", x, l.abs) })
	return all, l
}
