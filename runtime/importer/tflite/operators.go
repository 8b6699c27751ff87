package tflite

// lowerRule says how one TFLite operator becomes nodes.
type lowerRule struct {
	inputs int // how many inputs have to be there
	// shape lists inputs whose value decides the shape of an output.
	shape []int
	write func(l *lowering) error
}

// lowerings is every operator the importer reads, by its number.
var lowerings = map[int]lowerRule{
	// Layers.
	3:         {2, nil, (*lowering).conv},                 // CONV_2D
	4:         {2, nil, (*lowering).depthwiseConv},        // DEPTHWISE_CONV_2D
	67:        {3, []int{0}, (*lowering).transposeConv},   // TRANSPOSE_CONV
	9:         {2, nil, (*lowering).fullyConnected},       // FULLY_CONNECTED
	126:       {2, nil, (*lowering).batchMatMul},          // BATCH_MATMUL
	1:         {1, nil, pool("AveragePool")},              // AVERAGE_POOL_2D
	17:        {1, nil, pool("MaxPool")},                  // MAX_POOL_2D
	12:        {1, nil, pool("L2")},                       // L2_POOL_2D
	13:        {1, nil, (*lowering).localResponseNorm},    // LOCAL_RESPONSE_NORMALIZATION
	11:        {1, nil, (*lowering).l2Normalization},      // L2_NORMALIZATION
	44:        {1, nil, (*lowering).sequenceLSTM},         // UNIDIRECTIONAL_SEQUENCE_LSTM
	23:        {2, []int{1}, (*lowering).resizeBilinear},  // RESIZE_BILINEAR
	97:        {2, []int{1}, (*lowering).resizeNearest},   // RESIZE_NEAREST_NEIGHBOR
	5:         {1, nil, (*lowering).depthToSpace},         // DEPTH_TO_SPACE
	26:        {1, nil, (*lowering).spaceToDepth},         // SPACE_TO_DEPTH
	38:        {3, []int{1, 2}, (*lowering).spaceToBatch}, // SPACE_TO_BATCH_ND
	37:        {3, []int{1, 2}, (*lowering).batchToSpace}, // BATCH_TO_SPACE_ND
	6:         {1, nil, (*lowering).dequantize},           // DEQUANTIZE
	124:       {1, nil, (*lowering).densify},
	opDilated: {2, nil, (*lowering).dilatedConv}, // DENSIFY

	// Elementwise.
	19:  {1, nil, unary("Relu")},                 // RELU
	21:  {1, nil, clipped(0, 6)},                 // RELU6
	20:  {1, nil, clipped(-1, 1)},                // RELU_N1_TO_1
	152: {1, nil, clipped(0, 1)},                 // RELU_0_TO_1
	98:  {1, nil, (*lowering).leakyRelu},         // LEAKY_RELU
	54:  {2, nil, (*lowering).prelu},             // PRELU
	111: {1, nil, unary("Elu")},                  // ELU
	150: {1, nil, (*lowering).gelu},              // GELU
	117: {1, nil, unary("HardSwish")},            // HARD_SWISH
	28:  {1, nil, unary("Tanh")},                 // TANH
	14:  {1, nil, unary("Sigmoid")},              // LOGISTIC
	25:  {1, nil, (*lowering).softmax},           // SOFTMAX
	50:  {1, nil, (*lowering).logSoftmax},        // LOG_SOFTMAX
	101: {1, nil, unary("Abs")},                  // ABS
	59:  {1, nil, unary("Neg")},                  // NEG
	73:  {1, nil, unary("Log")},                  // LOG
	47:  {1, nil, unary("Exp")},                  // EXP
	75:  {1, nil, unary("Sqrt")},                 // SQRT
	76:  {1, nil, (*lowering).rsqrt},             // RSQRT
	92:  {1, nil, (*lowering).square},            // SQUARE
	8:   {1, nil, unary("Floor")},                // FLOOR
	104: {1, nil, unary("Ceil")},                 // CEIL
	116: {1, nil, unary("Round")},                // ROUND
	66:  {1, nil, unary("Sin")},                  // SIN
	108: {1, nil, unary("Cos")},                  // COS
	158: {1, nil, unary("Sign")},                 // SIGN
	87:  {1, nil, unary("Not")},                  // LOGICAL_NOT
	53:  {1, nil, (*lowering).castTo},            // CAST
	93:  {1, nil, (*lowering).zerosLike},         // ZEROS_LIKE
	0:   {2, nil, binaryOp("Add")},               // ADD
	41:  {2, nil, binaryOp("Sub")},               // SUB
	18:  {2, nil, binaryOp("Mul")},               // MUL
	42:  {2, nil, binaryOp("Div")},               // DIV
	78:  {2, nil, plainBinary("Pow")},            // POW
	55:  {2, nil, plainBinary("Max")},            // MAXIMUM
	57:  {2, nil, plainBinary("Min")},            // MINIMUM
	99:  {2, nil, (*lowering).squaredDifference}, // SQUARED_DIFFERENCE
	90:  {2, nil, (*lowering).floorDiv},          // FLOOR_DIV
	95:  {2, nil, (*lowering).floorMod},          // FLOOR_MOD
	106: {1, nil, (*lowering).addN},              // ADD_N
	71:  {2, nil, plainBinary("Equal")},          // EQUAL
	72:  {2, nil, (*lowering).notEqual},          // NOT_EQUAL
	58:  {2, nil, plainBinary("Less")},           // LESS
	63:  {2, nil, plainBinary("LessOrEqual")},    // LESS_EQUAL
	61:  {2, nil, plainBinary("Greater")},        // GREATER
	62:  {2, nil, plainBinary("GreaterOrEqual")}, // GREATER_EQUAL
	86:  {2, nil, plainBinary("And")},            // LOGICAL_AND
	84:  {2, nil, plainBinary("Or")},             // LOGICAL_OR
	64:  {3, nil, (*lowering).selectWhere},       // SELECT
	123: {3, nil, (*lowering).selectWhere},       // SELECT_V2

	// Reductions.
	40:  {2, []int{1}, reduce("ReduceMean")},    // MEAN
	74:  {2, []int{1}, reduce("ReduceSum")},     // SUM
	82:  {2, []int{1}, reduce("ReduceMax")},     // REDUCE_MAX
	89:  {2, []int{1}, reduce("ReduceMin")},     // REDUCE_MIN
	81:  {2, []int{1}, reduce("ReduceProd")},    // REDUCE_PROD
	91:  {2, []int{1}, reduceBool("ReduceMax")}, // REDUCE_ANY
	140: {2, []int{1}, reduceBool("ReduceMin")}, // REDUCE_ALL
	56:  {2, []int{1}, argReduce("ArgMax")},     // ARG_MAX
	79:  {2, []int{1}, argReduce("ArgMin")},     // ARG_MIN
	48:  {2, []int{1}, (*lowering).topK},        // TOPK_V2
	128: {2, nil, (*lowering).cumSum},           // CUMSUM

	// Shape and data movement.
	77:  {1, nil, (*lowering).shapeOf},                 // SHAPE
	110: {1, nil, (*lowering).rankOf},                  // RANK
	22:  {1, []int{1}, (*lowering).reshapeTo},          // RESHAPE
	43:  {1, nil, (*lowering).squeeze},                 // SQUEEZE
	70:  {2, []int{1}, (*lowering).expandDims},         // EXPAND_DIMS
	39:  {2, []int{1}, (*lowering).transposeTo},        // TRANSPOSE
	2:   {1, nil, (*lowering).concatenation},           // CONCATENATION
	83:  {1, nil, (*lowering).pack},                    // PACK
	88:  {1, nil, (*lowering).unpack},                  // UNPACK
	49:  {2, []int{0}, (*lowering).split},              // SPLIT
	102: {3, []int{1, 2}, (*lowering).splitV},          // SPLIT_V
	34:  {2, []int{1}, (*lowering).pad},                // PAD
	60:  {3, []int{1}, (*lowering).pad},                // PADV2
	100: {2, []int{1}, (*lowering).mirrorPad},          // MIRROR_PAD
	65:  {3, []int{1, 2}, (*lowering).slice},           // SLICE
	45:  {4, []int{1, 2, 3}, (*lowering).stridedSlice}, // STRIDED_SLICE
	105: {2, nil, (*lowering).reverse},                 // REVERSE_V2
	69:  {2, []int{1}, (*lowering).tile},               // TILE
	130: {2, []int{1}, (*lowering).broadcastTo},        // BROADCAST_TO
	94:  {2, []int{0}, (*lowering).fill},               // FILL
	96:  {3, []int{0, 1, 2}, (*lowering).numberRange},  // RANGE

	// Indexing.
	36:  {2, nil, (*lowering).gather},          // GATHER
	107: {2, nil, (*lowering).gatherND},        // GATHER_ND
	7:   {2, nil, (*lowering).embeddingLookup}, // EMBEDDING_LOOKUP
	122: {3, []int{2}, (*lowering).scatterND},  // SCATTER_ND
	85:  {4, []int{1}, (*lowering).oneHot},     // ONE_HOT
	109: {1, []int{0}, (*lowering).whereTrue},  // WHERE
}
