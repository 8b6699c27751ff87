// Package tflite reads TensorFlow Lite flatbuffers into the graph IR.
//
// Operators come out with ONNX names, attributes and semantics (opset 20). The
// graph's inputs and outputs keep the names, shapes and layout of the file;
// operators that look at image layout (convolution, pooling, resizing, ...) stand
// between a Transpose to N C H W and a Transpose back, with their weights
// already reordered, and the passes remove the transposes that meet. Fused
// activations become nodes of their own. Weights stored as float16 or as int8
// with a scale become float32; TFLite sparse tensors become tensor.CSR.
//
// State tensors (of LSTM) start at zero in every run. Only the first subgraph
// is read. Models whose activations are quantised are refused.
//
// The package must not know how operators run, shape inference, or passes.
package tflite
