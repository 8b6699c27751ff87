package runtime

import (
	"context"
	"fmt"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/exec"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Observer is told how long each step of a run took; see exec.Observer.
type Observer = exec.Observer

// Session is the memory for running a Model once at a time. One goroutine at a
// time may use it; any number of sessions share a Model.
type Session struct {
	*exec.Session
	model *Model
}

// NewSession allocates a session: arena, scratch and workers.
func (m *Model) NewSession() (*Session, error) {
	s, err := m.prog.NewSession()
	if err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	return &Session{s, m}, nil
}

// InputNamed finds an input tensor by name.
func (s *Session) InputNamed(name string) (*tensor.Tensor, error) {
	for i, p := range s.model.Inputs() {
		if p.Name == name {
			return s.Input(i), nil
		}
	}
	return nil, fmt.Errorf("runtime: no input %q (inputs: %s)", name, portNames(s.model.Inputs()))
}

// OutputNamed finds an output tensor by name.
func (s *Session) OutputNamed(name string) (*tensor.Tensor, error) {
	for i, p := range s.model.Outputs() {
		if p.Name == name {
			return s.Output(i), nil
		}
	}
	return nil, fmt.Errorf("runtime: no output %q (outputs: %s)", name, portNames(s.model.Outputs()))
}

func portNames(ps []Port) string {
	s := make([]string, len(ps))
	for i, p := range ps {
		s[i] = p.Name
	}
	return strings.Join(s, ", ")
}

// Feed copies t into input i after checking type and shape.
func (s *Session) Feed(i int, t *tensor.Tensor) error {
	if n := len(s.model.prog.Plan.Inputs); i < 0 || i >= n {
		return fmt.Errorf("runtime: input %d of %d", i, n)
	}
	in := s.Input(i)
	if t.DType != in.DType || !t.Shape.Equal(in.Shape) {
		return fmt.Errorf("runtime: input %q is %v %v, not %v %v", s.model.Inputs()[i].Name, in.DType, in.Shape, t.DType, t.Shape)
	}
	if in.DType == tensor.String {
		in.Strings = t.Strings
		return nil
	}
	tensor.CopyLayout(in, t)
	return nil
}

// Run executes the model; see exec.Session.Run.
func (s *Session) Run(ctx context.Context) error { return s.Session.Run(ctx) }
