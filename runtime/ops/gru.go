package ops

// GRU is the gated recurrent layer.
//
// Inputs: X T B I, W D 3H I, R D 3H H (gates z r h), and optionally B D 6H,
// sequence_lens B (S32), initial_h D B H. Outputs, each optional: Y T D B H,
// Y_h D B H. With layout 1 the batch comes first in X, Y and the states.
var gruOp = Op{
	Name:    "GRU",
	Infer:   inferRecurrence(cellGRU),
	Compile: compileRecurrence(cellGRU),
}
