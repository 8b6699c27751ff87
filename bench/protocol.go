package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// The protocol with the peer: one JSON object a line, a request on its standard
// input, an answer with the same id on its standard output. Arrays pass through
// files of raw little-endian elements.

// request asks the peer for one thing:
//
//	load  open Model with Threads, and read Inputs
//	run   run once, write the outputs into Dir
//	time  run once, then Runs times with the clock running
//	cpu   tell the processor time the peer has used
type request struct {
	ID      int     `json:"id"`
	Op      string  `json:"op"`
	Model   string  `json:"model,omitempty"`
	Threads int     `json:"threads,omitempty"`
	Inputs  []array `json:"inputs,omitempty"`
	Dir     string  `json:"dir,omitempty"`
	Runs    int     `json:"runs,omitempty"`
}

// answer is what the peer says. Error, when set, is all there is.
type answer struct {
	ID      int     `json:"id"`
	Error   string  `json:"error,omitempty"`
	Version string  `json:"version,omitempty"` // load: of the peer
	Host    string  `json:"host,omitempty"`    // load: what it runs in
	Outputs []array `json:"outputs,omitempty"` // run
	US      float64 `json:"us,omitempty"`      // time: median of the runs, microseconds
	WallUS  float64 `json:"wall_us,omitempty"` // time: all runs together
	CPUUS   float64 `json:"cpu_us,omitempty"`  // time: processor time of all runs; cpu: since the start
}

// array is a tensor in a file.
type array struct {
	Name string `json:"name"`
	Type string `json:"type"` // as ONNX Runtime calls it
	Dims []int  `json:"dims"`
	File string `json:"file"`
}

// decode reads the answer to request id.
func decode(line []byte, id int) (answer, error) {
	var a answer
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || d.More() {
		const most = 200
		return answer{}, fmt.Errorf("the peer said %q, which is no answer", line[:min(len(line), most)])
	}
	if a.ID != id {
		return answer{}, fmt.Errorf("the peer answered request %d instead of %d", a.ID, id)
	}
	if a.Error != "" {
		return answer{}, fmt.Errorf("the peer: %s", a.Error)
	}
	return a, nil
}

// peerTypes are the names ONNX Runtime's binding has for element types. Types
// without a name cannot be compared.
var peerTypes = map[tensor.DType]string{
	tensor.F32: "float32", tensor.F64: "float64", tensor.F16: "float16",
	tensor.S8: "int8", tensor.S16: "int16", tensor.S32: "int32", tensor.S64: "int64",
	tensor.U8: "uint8", tensor.U16: "uint16", tensor.U32: "uint32", tensor.U64: "uint64",
	tensor.Bool: "bool",
}

// dtypeOf is the inverse of peerTypes.
func dtypeOf(name string) (tensor.DType, error) {
	for dt, n := range peerTypes {
		if n == name {
			return dt, nil
		}
	}
	return tensor.Invalid, fmt.Errorf("element type %q cannot be compared", name)
}
