package tflite

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Field numbers of the tables of the public TFLite schema (version 3).
const (
	modelVersion     = 0
	modelCodes       = 1
	modelSubgraphs   = 2
	modelDescription = 3
	modelBuffers     = 4

	codeBuiltin8 = 0 // the number in one byte, 127 for larger ones
	codeCustom   = 1
	codeBuiltin  = 3

	subgraphTensors   = 0
	subgraphInputs    = 1
	subgraphOutputs   = 2
	subgraphOperators = 3
	subgraphName      = 4

	tensorShape     = 0
	tensorType      = 1
	tensorBuffer    = 2
	tensorName      = 3
	tensorQuant     = 4
	tensorVariable  = 5
	tensorSparsity  = 6
	tensorSignature = 7

	quantScale = 2
	quantZero  = 3
	quantAxis  = 6

	sparsityOrder = 0
	sparsityBlock = 1
	sparsityDims  = 2

	sparseDimFormat   = 0 // 0 dense, 1 compressed
	sparseDimSize     = 1
	sparseDimSegKind  = 2
	sparseDimSegments = 3
	sparseDimIdxKind  = 4
	sparseDimIndices  = 5

	operatorCode    = 0
	operatorInputs  = 1
	operatorOutputs = 2
	operatorOptions = 4

	bufferData   = 0
	bufferOffset = 1
	bufferSize   = 2
)

// Type numbers of tensors that the importer looks at.
const (
	typeF32 = 0
	typeF16 = 1
	typeS32 = 2
	typeU8  = 3
	typeS64 = 4
	typeS16 = 7
	typeS8  = 9
)

// elemTypes maps a type number to an element type; Invalid ones (strings,
// complex numbers, resources, packed 4-bit integers) are not read.
var elemTypes = [...]tensor.DType{
	typeF32: tensor.F32, typeF16: tensor.F16, typeS32: tensor.S32, typeU8: tensor.U8, typeS64: tensor.S64,
	6: tensor.Bool, typeS16: tensor.S16, typeS8: tensor.S8, 10: tensor.F64, 12: tensor.U64, 15: tensor.U32, 16: tensor.U16,
	17: tensor.Invalid,
}

// onnxType is the number ONNX gives an element type (attribute "to" of Cast).
var onnxType = map[tensor.DType]int64{
	tensor.F32: 1, tensor.U8: 2, tensor.S8: 3, tensor.U16: 4, tensor.S16: 5, tensor.S32: 6, tensor.S64: 7,
	tensor.Bool: 9, tensor.F16: 10, tensor.F64: 11, tensor.U32: 12, tensor.U64: 13,
}

// Numbers of the activations fused into operators.
const (
	actNone      = 0
	actRelu      = 1
	actReluN1To1 = 2
	actRelu6     = 3
	actTanh      = 4
)

// Operator numbers that the importer itself looks at; operators.go lists those
// it can lower.
const (
	opConv2D          = 3
	opDepthwiseConv2D = 4
	opDequantize      = 6
	opCustom          = 32
	opBatchToSpace    = 37
	opSpaceToBatch    = 38
	opSequenceLSTM    = 44
	opDensify         = 124
)

// operatorNames are the schema's names, by number.
var operatorNames = [...]string{
	"ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE", "DEQUANTIZE",
	"EMBEDDING_LOOKUP", "FLOOR", "FULLY_CONNECTED", "HASHTABLE_LOOKUP", "L2_NORMALIZATION", "L2_POOL_2D",
	"LOCAL_RESPONSE_NORMALIZATION", "LOGISTIC", "LSH_PROJECTION", "LSTM", "MAX_POOL_2D", "MUL", "RELU",
	"RELU_N1_TO_1", "RELU6", "RESHAPE", "RESIZE_BILINEAR", "RNN", "SOFTMAX", "SPACE_TO_DEPTH", "SVDF", "TANH",
	"CONCAT_EMBEDDINGS", "SKIP_GRAM", "CALL", "CUSTOM", "EMBEDDING_LOOKUP_SPARSE", "PAD",
	"UNIDIRECTIONAL_SEQUENCE_RNN", "GATHER", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND", "TRANSPOSE", "MEAN", "SUB",
	"DIV", "SQUEEZE", "UNIDIRECTIONAL_SEQUENCE_LSTM", "STRIDED_SLICE", "BIDIRECTIONAL_SEQUENCE_RNN", "EXP",
	"TOPK_V2", "SPLIT", "LOG_SOFTMAX", "DELEGATE", "BIDIRECTIONAL_SEQUENCE_LSTM", "CAST", "PRELU", "MAXIMUM",
	"ARG_MAX", "MINIMUM", "LESS", "NEG", "PADV2", "GREATER", "GREATER_EQUAL", "LESS_EQUAL", "SELECT", "SLICE", "SIN",
	"TRANSPOSE_CONV", "SPARSE_TO_DENSE", "TILE", "EXPAND_DIMS", "EQUAL", "NOT_EQUAL", "LOG", "SUM", "SQRT", "RSQRT",
	"SHAPE", "POW", "ARG_MIN", "FAKE_QUANT", "REDUCE_PROD", "REDUCE_MAX", "PACK", "LOGICAL_OR", "ONE_HOT",
	"LOGICAL_AND", "LOGICAL_NOT", "UNPACK", "REDUCE_MIN", "FLOOR_DIV", "REDUCE_ANY", "SQUARE", "ZEROS_LIKE", "FILL",
	"FLOOR_MOD", "RANGE", "RESIZE_NEAREST_NEIGHBOR", "LEAKY_RELU", "SQUARED_DIFFERENCE", "MIRROR_PAD", "ABS",
	"SPLIT_V", "UNIQUE", "CEIL", "REVERSE_V2", "ADD_N", "GATHER_ND", "COS", "WHERE", "RANK", "ELU",
	"REVERSE_SEQUENCE", "MATRIX_DIAG", "QUANTIZE", "MATRIX_SET_DIAG", "ROUND", "HARD_SWISH", "IF", "WHILE",
	"NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "SCATTER_ND", "SELECT_V2", "DENSIFY", "SEGMENT_SUM",
	"BATCH_MATMUL", "", "CUMSUM", "CALL_ONCE", "BROADCAST_TO", "RFFT2D", "CONV_3D", "IMAG", "REAL", "COMPLEX_ABS",
	"HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE", "REDUCE_ALL", "CONV_3D_TRANSPOSE",
	"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "BROADCAST_ARGS", "RANDOM_STANDARD_NORMAL", "BUCKETIZE",
	"RANDOM_UNIFORM", "MULTINOMIAL", "GELU", "DYNAMIC_UPDATE_SLICE", "RELU_0_TO_1", "UNSORTED_SEGMENT_PROD",
	"UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_SUM", "ATAN2", "UNSORTED_SEGMENT_MIN", "SIGN", "BITCAST",
	"BITWISE_XOR", "RIGHT_SHIFT",
}

func operatorName(code int) string {
	if code == opDilated {
		return "SPACE_TO_BATCH_ND, convolution, BATCH_TO_SPACE_ND"
	}
	if code >= 0 && code < len(operatorNames) && operatorNames[code] != "" {
		return operatorNames[code]
	}
	return fmt.Sprintf("operator %d", code)
}
