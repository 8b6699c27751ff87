package plan

import "github.com/edgeprune/edgeprune/kernels"

// aloneUnder is how long a step may take, in nanoseconds as estimated, and
// still be left to one worker: sharing it costs some microseconds for the
// meeting, and more for values that then lie in the caches of two cores.
const aloneUnder = 60_000

// alone decides whether one worker does a step by itself.
func (b *builder) alone(s *Step) bool {
	if b.Target.Workers == 1 {
		return false
	}
	bytes := 0
	for _, list := range [...][]int{s.In, s.Out} {
		for _, at := range list {
			if at >= 0 && b.Values[at].Place != Dynamic {
				v := &b.Values[at]
				bytes += v.Layout.Elems(v.Shape) * v.DType.Size()
			}
		}
	}
	const bytesPerNS = 8
	return float64(s.Kernel.MACs)/productsPerNS(b.Target.ISA)+float64(bytes)/bytesPerNS < aloneUnder
}

// productsPerNS is roughly how many multiply-accumulates a core of an ISA level
// does in a nanosecond.
func productsPerNS(isa kernels.ISA) float64 {
	switch {
	case isa.Has(kernels.AVX512):
		return 60
	case isa.Has(kernels.AVX2):
		return 30
	case isa.Has(kernels.VFP):
		return 0.5
	case isa.Has(kernels.NEON):
		return 8
	}
	return 0.5
}
