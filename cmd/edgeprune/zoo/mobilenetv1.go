package zoo

import "github.com/edgeprune/edgeprune/runtime/graph"

// MobileNetV1 is "MobileNets: Efficient Convolutional Neural Networks for
// Mobile Vision Applications" at width 1.0 and 224 x 224 pixels.
func MobileNetV1() Architecture {
	return Architecture{"MobileNetV1", func() *graph.Graph {
		b := start("MobileNetV1", 3, 224, 224)
		b.conv(shape{out: 32, kh: 3, kw: 3, stride: 2, act: "Clip"})
		for _, l := range [][2]int{{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1},
			{512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}} {
			b.depthwise(l[1], "Clip")
			b.pointwise(l[0], "Clip")
		}
		return b.classify(1000)
	}}
}
