package ops

// Scatter is the name ScatterElements had before opset 11.
var scatterOp = Op{
	Name:    "Scatter",
	Half:    true,
	Infer:   inferScatterElements,
	Compile: compileScatterElements,
}
