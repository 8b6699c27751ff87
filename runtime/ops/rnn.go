package ops

// RNN is the plain recurrent layer: H = f(X W + H R + b).
//
// Inputs: X T B I, W D H I, R D H H, and optionally B D 2H, sequence_lens B
// (S32), initial_h D B H. Outputs, each optional: Y T D B H, Y_h D B H. With
// layout 1 the batch comes first in X, Y and the states.
var rnnOp = Op{
	Name:    "RNN",
	Infer:   inferRecurrence(cellRNN),
	Compile: compileRecurrence(cellRNN),
}
