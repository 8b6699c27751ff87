package zoo

import "github.com/edgeprune/edgeprune/runtime/graph"

// DSCNN is the small network of "Hello Edge: Keyword Spotting on
// Microcontrollers": 49 frames of 10 coefficients, 12 words.
func DSCNN() Architecture {
	return Architecture{"DS-CNN", func() *graph.Graph {
		b := start("DS-CNN", 1, 49, 10)
		b.conv(shape{out: 64, kh: 10, kw: 4, stride: 2, pads: []int64{4, 1, 5, 1}, act: "Relu"})
		for range 4 {
			b.depthwise(1, "Relu")
			b.pointwise(64, "Relu")
		}
		return b.classify(12)
	}}
}

// Words are the classes keyword networks are usually trained for.
var Words = []string{"silence", "unknown", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}
