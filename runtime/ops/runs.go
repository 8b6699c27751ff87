package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// copyRun copies n elements of a linear tensor, from element s of src to
// element d of dst. Both have the same type.
func copyRun(dst *tensor.Tensor, d int, src *tensor.Tensor, s, n int) {
	if src.DType == tensor.String {
		copy(dst.Strings[d:d+n], src.Strings[s:s+n])
		return
	}
	es := src.DType.Size()
	copy(dst.Data[d*es:(d+n)*es], src.Data[s*es:(s+n)*es])
}

// sameBuffer reports whether two tensors hold their elements in one place.
func sameBuffer(a, b *tensor.Tensor) bool {
	return len(a.Data) > 0 && len(b.Data) > 0 && &a.Data[0] == &b.Data[0]
}
