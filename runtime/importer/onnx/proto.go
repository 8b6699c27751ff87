package onnx

import "fmt"

// The messages of the format as far as they matter here. Tensors and types stay
// encoded until they are used.

type modelProto struct {
	irVersion                 int64
	producer, producerVersion string
	domain                    string
	modelVersion              int64
	opsets                    map[string]int
	graph                     *graphProto
	functions                 []*functionProto
	metadata                  [][2]string
}

type graphProto struct {
	name            string
	nodes           []*nodeProto
	inits           [][]byte // TensorProto
	sparse          [][]byte // SparseTensorProto
	inputs, outputs []valueInfo
	values          []valueInfo
}

type valueInfo struct {
	name string
	typ  []byte // TypeProto
}

type nodeProto struct {
	inputs, outputs            []string
	name, op, domain, overload string
	attrs                      []*attrProto
	size                       int // encoded
}

func (n *nodeProto) String() string {
	op := n.op
	if n.domain != "" {
		op = n.domain + "." + op
	}
	return fmt.Sprintf("%s %q", op, n.name)
}

// The values of AttributeProto.type.
const (
	attrFloat = 1 + iota
	attrInt
	attrString
	attrTensor
	attrGraph
	attrFloats
	attrInts
	attrStrings
	attrTensors
	attrGraphs
	attrSparse
	attrSparses
	attrType
	attrTypes
)

type attrProto struct {
	name, ref string
	typ       int64
	f         float32
	i         int64
	s         string
	t         []byte // TensorProto or SparseTensorProto
	g         *graphProto
	floats    []float32
	ints      []int64
	strings   []string
	size      int // encoded
}

type functionProto struct {
	name, domain, overload string
	inputs, outputs        []string
	attrs                  []string     // without a default
	defaults               []*attrProto // with one
	nodes                  []*nodeProto
	opsets                 map[string]int
}

// maxDepth bounds how deep graphs and functions may nest.
const maxDepth = 32

// defaultDomain maps the two names of the default domain to one.
func defaultDomain(s string) string {
	if s == "ai.onnx" {
		return ""
	}
	return s
}

func readModel(data []byte) (*modelProto, error) {
	m := &modelProto{opsets: map[string]int{}}
	err := fields(data, func(f field) error {
		switch f.num {
		case 1:
			return f.s64(&m.irVersion)
		case 2:
			return f.str(&m.producer)
		case 3:
			return f.str(&m.producerVersion)
		case 4:
			return f.str(&m.domain)
		case 5:
			return f.s64(&m.modelVersion)
		case 7:
			if err := f.want(wireBytes); err != nil {
				return err
			}
			g, err := readGraph(f.b, 0)
			m.graph = g
			return err
		case 8:
			return readOpset(f, m.opsets)
		case 14:
			kv, err := readEntry(f)
			m.metadata = append(m.metadata, kv)
			return err
		case 25:
			fn, err := readFunction(f)
			m.functions = append(m.functions, fn)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if m.graph == nil {
		return nil, fmt.Errorf("no graph: this is not an ONNX model")
	}
	if len(m.opsets) == 0 && m.irVersion < 3 {
		m.opsets[""] = 1
	}
	return m, nil
}

// readEntry reads a StringStringEntryProto.
func readEntry(f field) (kv [2]string, err error) {
	if err = f.want(wireBytes); err != nil {
		return kv, err
	}
	err = fields(f.b, func(f field) error {
		if f.num == 1 || f.num == 2 {
			return f.str(&kv[f.num-1])
		}
		return nil
	})
	return kv, err
}

func readOpset(f field, into map[string]int) error {
	if err := f.want(wireBytes); err != nil {
		return err
	}
	var domain string
	var version int64
	err := fields(f.b, func(f field) error {
		switch f.num {
		case 1:
			return f.str(&domain)
		case 2:
			return f.s64(&version)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if version < 0 || version > 1<<30 {
		return fmt.Errorf("bad version %d of operator set %q", version, domain)
	}
	into[defaultDomain(domain)] = int(version)
	return nil
}

func readFunction(f field) (*functionProto, error) {
	fn := &functionProto{opsets: map[string]int{}}
	if err := f.want(wireBytes); err != nil {
		return nil, err
	}
	err := fields(f.b, func(f field) error {
		switch f.num {
		case 1:
			return f.str(&fn.name)
		case 4:
			return f.strs(&fn.inputs)
		case 5:
			return f.strs(&fn.outputs)
		case 6:
			return f.strs(&fn.attrs)
		case 7:
			n, err := readNode(f, 0)
			fn.nodes = append(fn.nodes, n)
			return err
		case 9:
			return readOpset(f, fn.opsets)
		case 10:
			return f.str(&fn.domain)
		case 11:
			a, err := readAttr(f, 0)
			fn.defaults = append(fn.defaults, a)
			return err
		case 13:
			return f.str(&fn.overload)
		}
		return nil
	})
	fn.domain = defaultDomain(fn.domain)
	return fn, err
}

func readGraph(msg []byte, depth int) (*graphProto, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("graphs nest more than %d deep", maxDepth)
	}
	g := &graphProto{}
	err := fields(msg, func(f field) error {
		switch f.num {
		case 1:
			n, err := readNode(f, depth)
			g.nodes = append(g.nodes, n)
			return err
		case 2:
			return f.str(&g.name)
		case 5:
			g.inits = append(g.inits, f.b)
			return f.want(wireBytes)
		case 15:
			g.sparse = append(g.sparse, f.b)
			return f.want(wireBytes)
		case 11:
			return readValueInfo(f, &g.inputs)
		case 12:
			return readValueInfo(f, &g.outputs)
		case 13:
			return readValueInfo(f, &g.values)
		}
		return nil
	})
	return g, err
}

func readValueInfo(f field, into *[]valueInfo) error {
	var v valueInfo
	if err := f.want(wireBytes); err != nil {
		return err
	}
	err := fields(f.b, func(f field) error {
		switch f.num {
		case 1:
			return f.str(&v.name)
		case 2:
			return f.msg(&v.typ)
		}
		return nil
	})
	*into = append(*into, v)
	return err
}

func readNode(f field, depth int) (*nodeProto, error) {
	n := &nodeProto{size: len(f.b)}
	if err := f.want(wireBytes); err != nil {
		return nil, err
	}
	err := fields(f.b, func(f field) error {
		switch f.num {
		case 1:
			return f.strs(&n.inputs)
		case 2:
			return f.strs(&n.outputs)
		case 3:
			return f.str(&n.name)
		case 4:
			return f.str(&n.op)
		case 5:
			a, err := readAttr(f, depth)
			n.attrs = append(n.attrs, a)
			return err
		case 7:
			return f.str(&n.domain)
		case 8:
			return f.str(&n.overload)
		}
		return nil
	})
	n.domain = defaultDomain(n.domain)
	return n, err
}

func readAttr(f field, depth int) (*attrProto, error) {
	a := &attrProto{size: len(f.b)}
	if err := f.want(wireBytes); err != nil {
		return nil, err
	}
	guess := int64(0)
	err := fields(f.b, func(f field) error {
		kind := int64(0)
		var err error
		switch f.num {
		case 1:
			return f.str(&a.name)
		case 21:
			return f.str(&a.ref)
		case 20:
			return f.s64(&a.typ)
		case 2:
			kind, err = attrFloat, f.f32(&a.f)
		case 3:
			kind, err = attrInt, f.s64(&a.i)
		case 4:
			kind, err = attrString, f.str(&a.s)
		case 5:
			kind, err = attrTensor, f.msg(&a.t)
		case 22:
			kind, err = attrSparse, f.msg(&a.t)
		case 6:
			kind = attrGraph
			if err = f.want(wireBytes); err == nil {
				a.g, err = readGraph(f.b, depth+1)
			}
		case 7:
			kind, err = attrFloats, f.f32s(&a.floats)
		case 8:
			kind, err = attrInts, f.s64s(&a.ints)
		case 9:
			kind, err = attrStrings, f.strs(&a.strings)
		case 10:
			kind = attrTensors
		case 11:
			kind = attrGraphs
		case 23:
			kind = attrSparses
		case 14:
			kind = attrType
		case 15:
			kind = attrTypes
		}
		if kind != 0 {
			guess = kind
		}
		return err
	})
	// Files older than IR version 2 don't say the type.
	if a.typ == 0 {
		a.typ = guess
	}
	return a, err
}
