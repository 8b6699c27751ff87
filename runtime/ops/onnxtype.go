package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// onnxTypes are the element types by their number in attributes such as Cast's
// "to" (the TensorProto data types of ONNX).
var onnxTypes = [...]tensor.DType{
	1: tensor.F32, 2: tensor.U8, 3: tensor.S8, 4: tensor.U16, 5: tensor.S16, 6: tensor.S32, 7: tensor.S64,
	8: tensor.String, 9: tensor.Bool, 10: tensor.F16, 11: tensor.F64, 12: tensor.U32, 13: tensor.U64,
	16: tensor.BF16, 17: tensor.F8E4M3FN, 18: tensor.F8E4M3FNUZ, 19: tensor.F8E5M2, 20: tensor.F8E5M2FNUZ,
	21: tensor.U4, 22: tensor.S4, 23: tensor.F4E2M1, 24: tensor.F8E8M0, 25: tensor.U2, 26: tensor.S2,
}

// ElementType maps a number of ONNX's TensorProto data types; false when it has
// no counterpart here.
func ElementType(code int64) (tensor.DType, bool) {
	if code < 0 || code >= int64(len(onnxTypes)) || onnxTypes[code] == tensor.Invalid {
		return tensor.Invalid, false
	}
	return onnxTypes[code], true
}

// typeAttr reads an attribute that names an element type; def when absent.
func typeAttr(c *InferCtx, name string, def tensor.DType) (tensor.DType, error) {
	if !c.Attrs().Has(name) {
		return def, nil
	}
	n := c.Attrs().Int(name, 0)
	dt, ok := ElementType(int64(n))
	if !ok {
		return tensor.Invalid, c.Errorf("attribute %s: element type %d is not supported", name, n)
	}
	return dt, nil
}
