package zoo

import "github.com/edgeprune/edgeprune/runtime/graph"

// ResNet50 is "Deep Residual Learning for Image Recognition" with 50 layers, at
// 224 x 224 pixels, the stride on the 3x3 convolution.
func ResNet50() Architecture {
	return Architecture{"ResNet-50", func() *graph.Graph {
		b := start("ResNet-50", 3, 224, 224)
		b.conv(shape{out: 64, kh: 7, kw: 7, stride: 2, act: "Relu"})
		b.last = b.node("MaxPool", graph.Attrs{"kernel_shape": []int64{3, 3}, "strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}, b.last)
		for stage, repeats := range []int{3, 4, 6, 3} {
			width := 64 << stage
			for i := range repeats {
				stride := 1
				if i == 0 && stage > 0 {
					stride = 2
				}
				from, in := b.last, b.c
				b.pointwise(width, "Relu")
				b.conv(shape{out: width, kh: 3, kw: 3, stride: stride, act: "Relu"})
				b.pointwise(4*width, "")
				main := b.last
				if i == 0 {
					b.last, b.c = from, in
					b.conv(shape{out: 4 * width, kh: 1, kw: 1, stride: stride})
					from = b.last
				}
				b.last = b.node("Relu", nil, b.node("Add", nil, main, from))
			}
		}
		return b.classify(1000)
	}}
}
