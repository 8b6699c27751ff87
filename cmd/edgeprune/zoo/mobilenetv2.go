package zoo

import "github.com/edgeprune/edgeprune/runtime/graph"

// MobileNetV2 is "MobileNetV2: Inverted Residuals and Linear Bottlenecks" at
// width 1.0 and 224 x 224 pixels.
func MobileNetV2() Architecture {
	return Architecture{"MobileNetV2", func() *graph.Graph {
		b := start("MobileNetV2", 3, 224, 224)
		b.conv(shape{out: 32, kh: 3, kw: 3, stride: 2, act: "Clip"})
		// Expansion, channels, repeats, stride of the first.
		for _, l := range [][4]int{{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}} {
			for i := range l[2] {
				stride := 1
				if i == 0 {
					stride = l[3]
				}
				from, in := b.last, b.c
				if l[0] > 1 {
					b.pointwise(in*l[0], "Clip")
				}
				b.depthwise(stride, "Clip")
				b.pointwise(l[1], "")
				if stride == 1 && in == l[1] {
					b.last = b.node("Add", nil, b.last, from)
				}
			}
		}
		b.pointwise(1280, "Clip")
		return b.classify(1000)
	}}
}
