package onnx

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// elementType maps TensorProto.DataType.
func elementType(code int64) (tensor.DType, error) {
	if dt, ok := ops.ElementType(code); ok {
		return dt, nil
	}
	switch code {
	case 0:
		return tensor.Invalid, fmt.Errorf("element type is not given")
	case 14, 15:
		return tensor.Invalid, fmt.Errorf("complex element types are not supported")
	}
	return tensor.Invalid, fmt.Errorf("unknown element type %d", code)
}

// readType decodes a TypeProto. Containers keep only their kind and, where
// there is one, the type of the tensors in them.
func readType(msg []byte, depth int) (graph.Type, error) {
	var t graph.Type
	if depth > maxDepth {
		return t, fmt.Errorf("types nest more than %d deep", maxDepth)
	}
	err := fields(msg, func(f field) error {
		switch f.num {
		case 1, 8: // tensor, sparse tensor
			if err := f.want(wireBytes); err != nil {
				return err
			}
			return readTensorType(f.b, &t)
		case 4, 9: // sequence, optional
			if err := f.want(wireBytes); err != nil {
				return err
			}
			var elem []byte
			if err := fields(f.b, func(f field) error {
				if f.num == 1 {
					return f.msg(&elem)
				}
				return nil
			}); err != nil {
				return err
			}
			inner, err := readType(elem, depth+1)
			t = inner
			t.Kind = graph.KindSequence
			if f.num == 9 {
				t.Kind = graph.KindOptional
			}
			return err
		case 5:
			return fmt.Errorf("map types are not supported")
		}
		return nil
	})
	return t, err
}

func readTensorType(msg []byte, t *graph.Type) error {
	return fields(msg, func(f field) error {
		switch f.num {
		case 1:
			var code int64
			if err := f.s64(&code); err != nil {
				return err
			}
			if code == 0 {
				return nil
			}
			var err error
			t.DType, err = elementType(code)
			return err
		case 2:
			if err := f.want(wireBytes); err != nil {
				return err
			}
			t.Ranked, t.Dims = true, []graph.Dim{}
			return fields(f.b, func(f field) error {
				if f.num != 1 {
					return nil
				}
				if err := f.want(wireBytes); err != nil {
					return err
				}
				d, err := readDim(f.b)
				t.Dims = append(t.Dims, d)
				return err
			})
		}
		return nil
	})
}

// readDim decodes one dimension. A negative size, which some exporters write,
// means unknown.
func readDim(msg []byte) (graph.Dim, error) {
	d := graph.Dim{Size: -1}
	err := fields(msg, func(f field) error {
		switch f.num {
		case 1:
			var v int64
			if err := f.s64(&v); err != nil {
				return err
			}
			if v > math.MaxInt {
				return fmt.Errorf("dimension %d is too large", v)
			}
			d.Size = int(max(v, -1))
		case 2:
			return f.str(&d.Name)
		}
		return nil
	})
	if d.Size >= 0 {
		d.Name = ""
	}
	return d, err
}
