package runtime

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"sort"
	"strconv"
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
	stop  goruntime.Cleanup // of the hold on the model's file
	held  bool
}

// NewSession allocates a session: arena, scratch and workers. Close gives them
// back; a Session that is garbage collected does so too.
func (m *Model) NewSession() (*Session, error) {
	if err := m.file.take(); err != nil {
		return nil, err
	}
	run, err := m.prog.NewSession()
	if err != nil {
		m.file.drop()
		return nil, fmt.Errorf("runtime: %w", err)
	}
	s := &Session{Session: run, model: m, held: true}
	s.stop = goruntime.AddCleanup(s, func(h *hold) { h.drop() }, m.file)
	return s, nil
}

// Close ends the session's workers, and gives up its part in the file behind
// the model. Neither the session nor its tensors may be used afterwards. Closing
// twice does nothing.
func (s *Session) Close() {
	s.Session.Close()
	if s.held {
		s.held = false
		s.stop.Stop()
		s.model.file.drop()
	}
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
	if err := s.fits(i, t); err != nil {
		return err
	}
	s.put(i, t)
	return nil
}

// FeedNamed copies a tensor into every input, by name. When one is missing,
// unknown or does not fit, it says so and changes nothing.
func (s *Session) FeedNamed(inputs map[string]*tensor.Tensor) error {
	ports := s.model.Inputs()
	var missing []Port
	for i, p := range ports {
		t, ok := inputs[p.Name]
		if !ok {
			missing = append(missing, p)
		} else if err := s.fits(i, t); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("runtime: no tensor for input %s", portNames(missing))
	}
	if len(inputs) > len(ports) {
		var extra []string
		for name := range inputs {
			if _, err := s.InputNamed(name); err != nil {
				extra = append(extra, strconv.Quote(name))
			}
		}
		sort.Strings(extra)
		return fmt.Errorf("runtime: no input %s (inputs: %s)", strings.Join(extra, ", "), portNames(ports))
	}
	for i, p := range ports {
		s.put(i, inputs[p.Name])
	}
	return nil
}

// fits says what is wrong with t as input i.
func (s *Session) fits(i int, t *tensor.Tensor) error {
	if n := len(s.model.prog.Plan.Inputs); i < 0 || i >= n {
		return fmt.Errorf("runtime: input %d of %d", i, n)
	}
	in, err := s.Input(i), error(nil)
	switch {
	case t == nil:
		err = errors.New("no tensor")
	case t.DType != in.DType || !t.Shape.Equal(in.Shape):
		err = fmt.Errorf("want %v %v, got %v %v", in.DType, in.Shape, t.DType, t.Shape)
	default:
		err = t.Check()
	}
	if err != nil {
		return fmt.Errorf("runtime: input %q: %w", s.model.Inputs()[i].Name, err)
	}
	return nil
}

func (s *Session) put(i int, t *tensor.Tensor) {
	tensor.CopyLayout(s.Input(i), t.Dense())
}

// Run executes the model; see exec.Session.Run.
func (s *Session) Run(ctx context.Context) error {
	err := s.Session.Run(ctx)
	goruntime.KeepAlive(s) // and with it the file the kernels read
	return err
}
