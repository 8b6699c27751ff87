package ops

// RMSNormalization: y = x / sqrt(mean(x^2) + epsilon) * scale, the mean over
// the dimensions from axis on.
//
// Inputs: X, F32 or F64; scale with the elements of the normalised dimensions,
// or one. Output: Y.
var rmsNormalizationOp = Op{
	Name: "RMSNormalization",
	Infer: func(c *InferCtx) error {
		_, err := inferRowNorm(c)
		return err
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return compileRowNorm(c, false) },
}
