package ops

import (
	"math"
	"math/bits"
)

// fourier is the discrete Fourier transform of one length, in float64: by
// halving for powers of two, else by Bluestein's convolution with a chirp,
// which is two transforms of a power of two.
type fourier struct {
	n, m     int       // length; power of two that is transformed
	cos, sin []float64 // of 2 pi k/m, k < m/2
	// For Bluestein: exp(-i pi k^2/n), and the transform of its conjugate.
	chirpRe, chirpIm []float64
	kernRe, kernIm   []float64
}

func newFourier(n int) *fourier {
	f := &fourier{n: n, m: n}
	if n&(n-1) != 0 {
		f.m = 1 << bits.Len(uint(2*n-2))
	}
	f.cos, f.sin = make([]float64, f.m/2), make([]float64, f.m/2)
	for k := range f.cos {
		f.sin[k], f.cos[k] = math.Sincos(2 * math.Pi * float64(k) / float64(f.m))
	}
	if f.m == n {
		return f
	}
	f.chirpRe, f.chirpIm = make([]float64, n), make([]float64, n)
	f.kernRe, f.kernIm = make([]float64, f.m), make([]float64, f.m)
	for k := range n {
		sq := uint64(k) * uint64(k) % uint64(2*n)
		s, c := math.Sincos(math.Pi * float64(sq) / float64(n))
		f.chirpRe[k], f.chirpIm[k] = c, -s
		f.kernRe[k], f.kernIm[k] = c, s
		if k > 0 {
			f.kernRe[f.m-k], f.kernIm[f.m-k] = c, s
		}
	}
	f.halving(f.kernRe, f.kernIm)
	return f
}

// scratchElems is how many float64 transform needs.
func (f *fourier) scratchElems() int { return 2 * f.m }

// transform replaces re + i*im, n elements in slices of scratchElems()/2, by
// their transform. The inverse is scaled by 1/n.
func (f *fourier) transform(re, im []float64, inverse bool) {
	if inverse { // the inverse is the transform with both parts exchanged
		re, im = im, re
	}
	if f.m == f.n {
		f.halving(re[:f.n], im[:f.n])
	} else {
		f.chirp(re[:f.m], im[:f.m])
	}
	if inverse {
		s := 1 / float64(f.n)
		for k := range f.n {
			re[k] *= s
			im[k] *= s
		}
	}
}

// chirp transforms n elements by a cyclic convolution of length m.
func (f *fourier) chirp(re, im []float64) {
	for k := range f.n {
		re[k], im[k] = re[k]*f.chirpRe[k]-im[k]*f.chirpIm[k], re[k]*f.chirpIm[k]+im[k]*f.chirpRe[k]
	}
	clear(re[f.n:])
	clear(im[f.n:])
	f.halving(re, im)
	for k := range re {
		re[k], im[k] = re[k]*f.kernRe[k]-im[k]*f.kernIm[k], re[k]*f.kernIm[k]+im[k]*f.kernRe[k]
	}
	f.halving(im, re)
	s := 1 / float64(f.m)
	for k := range f.n {
		a, b := re[k]*s, im[k]*s
		re[k], im[k] = a*f.chirpRe[k]-b*f.chirpIm[k], a*f.chirpIm[k]+b*f.chirpRe[k]
	}
}

// halving is the forward transform of m elements, in place.
func (f *fourier) halving(re, im []float64) {
	m := f.m
	if m < 2 {
		return
	}
	shift := bits.UintSize - bits.Len(uint(m-1))
	for i := range m {
		if j := int(bits.Reverse(uint(i)) >> shift); i < j {
			re[i], re[j] = re[j], re[i]
			im[i], im[j] = im[j], im[i]
		}
	}
	for half := 1; half < m; half *= 2 {
		step := m / (2 * half)
		for at := 0; at < m; at += 2 * half {
			for k := range half {
				c, s := f.cos[k*step], f.sin[k*step]
				a, b := at+k, at+k+half
				tr, ti := re[b]*c+im[b]*s, im[b]*c-re[b]*s
				re[b], im[b] = re[a]-tr, im[a]-ti
				re[a], im[a] = re[a]+tr, im[a]+ti
			}
		}
	}
}
