package ops

// LSTM is the long short-term memory layer.
//
// Inputs: X T B I, W D 4H I, R D 4H H (gates i o f c), and optionally
// B D 8H, sequence_lens B (S32), initial_h D B H, initial_c D B H, P D 3H
// (peepholes i o f). Outputs, each optional: Y T D B H, Y_h D B H, Y_c D B H.
// With layout 1 the batch comes first in X, Y and the states. Beyond ONNX, the
// attribute cell_clip, when above 0, bounds every cell state to [-cell_clip,
// cell_clip], as TensorFlow Lite does.
var lstmOp = Op{
	Name:    "LSTM",
	Infer:   inferRecurrence(cellLSTM),
	Compile: compileRecurrence(cellLSTM),
}
