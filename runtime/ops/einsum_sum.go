package ops

// productSum computes every element of a result as a sum of products, one after
// the other.
type productSum struct {
	to    einsumTerm
	from  []einsumTerm
	dims  []int   // of the result, outermost first
	outer [][]int // strides of each operand along them
	sums  []int   // dimensions summed over, the last with the smallest strides
	inner [][]int // strides of each operand along them
	count int     // elements of the result
	each  int     // products per element
	group int     // elements per unit
}

// sumStage makes the stage that multiplies operands and sums over the labels
// the result lacks. S is the type sums are kept in.
func sumStage[T, S einsumNumber](p *einsumPlan, to einsumTerm, from []einsumTerm) *Kernel {
	e := p.e
	s := &productSum{to: to, from: from, count: 1, each: 1, outer: make([][]int, len(from)), inner: make([][]int, len(from))}
	for _, l := range to.labels {
		s.dims = append(s.dims, e.size[l])
		s.count *= e.size[l]
		for i := range from {
			s.outer[i] = append(s.outer[i], from[i].stride[l])
		}
	}
	isSummed := make([]bool, len(e.size))
	for _, t := range from {
		for _, l := range t.labels {
			isSummed[l] = true
		}
	}
	for _, l := range to.labels {
		isSummed[l] = false
	}
	for l, summed := range isSummed {
		if !summed {
			continue
		}
		s.sums = append(s.sums, e.size[l])
		s.each *= e.size[l]
		for i := range from {
			s.inner[i] = append(s.inner[i], from[i].stride[l])
		}
	}
	s.group = max(1, unitElems/max(1, s.each))
	p.macs += int64(s.count) * int64(s.each)
	return &Kernel{Name: "einsum sum", Why: "not a matrix product", Units: (s.count + s.group - 1) / s.group,
		Run: func(c *Call, lo, hi int) error {
			if err := c.Stop(); err != nil {
				return err
			}
			runProductSum[T, S](c, s, lo*s.group, min(hi*s.group, s.count))
			return nil
		}}
}

func runProductSum[T, S einsumNumber](c *Call, s *productSum, lo, hi int) {
	dst := elements[T](c, &s.to)
	var data [maxFactors][]T
	for i := range s.from {
		data[i] = elements[T](c, &s.from[i])
	}
	n := len(s.from)
	for u := lo; u < hi; u++ {
		var at [maxFactors]int
		rest := u
		for d := len(s.dims) - 1; d >= 0; d-- {
			k := rest % s.dims[d]
			rest /= s.dims[d]
			for i := range n {
				at[i] += k * s.outer[i][d]
			}
		}
		var idx [maxLabels]int
		var sum S
		for left := s.each; left > 0; {
			// One run along the last summed dimension.
			run, last := 1, len(s.sums)-1
			if last >= 0 {
				run = s.sums[last]
			}
			var step [maxFactors]int
			for i := range n {
				if last >= 0 {
					step[i] = s.inner[i][last]
				}
			}
			switch n {
			case 1:
				a := at[0]
				for range run {
					sum += S(data[0][a])
					a += step[0]
				}
			case 2:
				a, b := at[0], at[1]
				for range run {
					sum += S(data[0][a]) * S(data[1][b])
					a, b = a+step[0], b+step[1]
				}
			default:
				for j := range run {
					v := S(1)
					for i := range n {
						v *= S(data[i][at[i]+j*step[i]])
					}
					sum += v
				}
			}
			left -= run
			for d := last - 1; d >= 0; d-- {
				idx[d]++
				back := 0
				if idx[d] == s.sums[d] {
					back, idx[d] = s.sums[d], 0
				}
				for i := range n {
					at[i] += (1 - back) * s.inner[i][d]
				}
				if back == 0 {
					break
				}
			}
		}
		dst[u] = T(sum)
	}
}
