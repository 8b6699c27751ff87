package ops

import "sort"

// catalog is every operator, alphabetical within its group. A new operator is
// one file and one line here.
var catalog = []*Op{
	// Neural-network layers.
	&affineGridOp,
	&averagePoolOp,
	&batchNormalizationOp,
	&celuOp,
	&clipOp,
	&col2ImOp,
	&convOp,
	&convTransposeOp,
	&deformConvOp,
	&dropoutOp,
	&eluOp,
	&erfOp,
	&geluOp,
	&gemmOp,
	&globalAveragePoolOp,
	&globalLpPoolOp,
	&globalMaxPoolOp,
	&gridSampleOp,
	&groupNormalizationOp,
	&hardmaxOp,
	&hardSigmoidOp,
	&hardSwishOp,
	&instanceNormalizationOp,
	&layerNormalizationOp,
	&leakyReluOp,
	&logSoftmaxOp,
	&lpNormalizationOp,
	&lpPoolOp,
	&lrnOp,
	&matMulOp,
	&maxPoolOp,
	&maxRoiPoolOp,
	&maxUnpoolOp,
	&meanVarianceNormalizationOp,
	&mishOp,
	&preluOp,
	&reluOp,
	&rmsNormalizationOp,
	&roiAlignOp,
	&seluOp,
	&shrinkOp,
	&sigmoidOp,
	&softmaxOp,
	&softplusOp,
	&softsignOp,
	&swishOp,
	&tanhOp,
	&thresholdedReluOp,

	// Elementwise arithmetic, comparison, logic, conversion, reductions.
	&absOp,
	&acoshOp,
	&acosOp,
	&addOp,
	&andOp,
	&argMaxOp,
	&argMinOp,
	&asinhOp,
	&asinOp,
	&atanhOp,
	&atanOp,
	&bernoulliOp,
	&bitCastOp,
	&bitShiftOp,
	&bitwiseAndOp,
	&bitwiseNotOp,
	&bitwiseOrOp,
	&bitwiseXorOp,
	&blackmanWindowOp,
	&castLikeOp,
	&castOp,
	&ceilOp,
	&convIntegerOp,
	&coshOp,
	&cosOp,
	&cumProdOp,
	&cumSumOp,
	&dequantizeLinearOp,
	&detOp,
	&dftOp,
	&divOp,
	&dynamicQuantizeLinearOp,
	&equalOp,
	&expOp,
	&eyeLikeOp,
	&floorOp,
	&greaterOp,
	&greaterOrEqualOp,
	&hammingWindowOp,
	&hannWindowOp,
	&isInfOp,
	&isNaNOp,
	&lessOp,
	&lessOrEqualOp,
	&logOp,
	&matMulIntegerOp,
	&maxOp,
	&meanOp,
	&melWeightMatrixOp,
	&minOp,
	&modOp,
	&mulOp,
	&multinomialOp,
	&negativeLogLikelihoodLossOp,
	&negOp,
	&notOp,
	&orOp,
	&powOp,
	&qLinearConvOp,
	&qLinearMatMulOp,
	&quantizeLinearOp,
	&randomNormalLikeOp,
	&randomNormalOp,
	&randomUniformLikeOp,
	&randomUniformOp,
	&reciprocalOp,
	&reduceL1Op,
	&reduceL2Op,
	&reduceLogSumExpOp,
	&reduceLogSumOp,
	&reduceMaxOp,
	&reduceMeanOp,
	&reduceMinOp,
	&reduceProdOp,
	&reduceSumOp,
	&reduceSumSquareOp,
	&roundOp,
	&signOp,
	&sinhOp,
	&sinOp,
	&softmaxCrossEntropyLossOp,
	&sqrtOp,
	&stftOp,
	&subOp,
	&sumOp,
	&tanOp,
	&triluOp,
	&whereOp,
	&xorOp,

	// Shape and data movement.
	&centerCropPadOp,
	&concatOp,
	&constantOfShapeOp,
	&constantOp,
	&depthToSpaceOp,
	&expandOp,
	&flattenOp,
	&identityOp,
	&padOp,
	&rangeOp,
	&reshapeOp,
	&shapeOp,
	&sizeOp,
	&sliceOp,
	&spaceToDepthOp,
	&splitOp,
	&squeezeOp,
	&tileOp,
	&transposeOp,
	&unsqueezeOp,

	// Indexing, sorting, sampling, attention.
	&compressOp,
	&einsumOp,
	&gatherElementsOp,
	&gatherNDOp,
	&gatherOp,
	&nonMaxSuppressionOp,
	&nonZeroOp,
	&oneHotOp,
	&resizeOp,
	&reverseSequenceOp,
	&scatterElementsOp,
	&scatterNDOp,
	&scatterOp,
	&topKOp,
	&uniqueOp,
	&upsampleOp,

	// Recurrence and control flow.
	&ifOp,
	&loopOp,
	&gruOp,
	&lstmOp,
	&rnnOp,
}

type opKey struct{ domain, name string }

var byName = func() map[opKey]*Op {
	m := make(map[opKey]*Op, len(catalog))
	for _, o := range catalog {
		k := opKey{o.Domain, o.Name}
		if m[k] != nil {
			panic("ops: " + o.Name + " is listed twice")
		}
		m[k] = o
	}
	return m
}()

// Lookup finds an operator; nil when there is none. "ai.onnx" is the default
// domain's other name.
func Lookup(domain, name string) *Op {
	if domain == "ai.onnx" {
		domain = ""
	}
	return byName[opKey{domain, name}]
}

// Names lists the operators as "Op" or "domain.Op", sorted.
func Names() []string {
	var s []string
	for _, o := range catalog {
		if o.Domain != "" {
			s = append(s, o.Domain+"."+o.Name)
		} else {
			s = append(s, o.Name)
		}
	}
	sort.Strings(s)
	return s
}
