package main

import (
	"fmt"

	"github.com/edgeprune/edgeprune/cmd/internal/arrays"
	"github.com/edgeprune/edgeprune/cmd/internal/stdio"
	"github.com/edgeprune/edgeprune/internal/wholefile"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func run(c *console, args []string) error {
	f := newFlags(c, "run")
	var inputs list
	f.Var(&inputs, "input", "`[NAME=]FILE.npy` or FILE.npz to feed; repeatable")
	output := f.String("output", "", "write every output to this .npz `FILE`; - is standard output")
	top := f.Int("top", 5, "how many of the largest elements to show")
	labels := f.String("labels", "", "`FILE` with the class names, one a line")
	args, err := f.parse(c, args)
	if err != nil {
		return err
	}
	if len(args) != 1 || len(inputs) == 0 {
		return usagef("run needs one model and --input FILE")
	}
	if *top < 0 {
		return usagef("--top %d is negative", *top)
	}
	if *output != "" {
		if err := arrays.CheckTarget(*output); err != nil {
			return usageError{err}
		}
	}
	var names []string
	if *labels != "" {
		if names, err = arrays.ReadLabels(*labels); err != nil {
			return err
		}
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	m, err := runtime.Open(args[0], o)
	if err != nil {
		return err
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		return err
	}
	defer s.Close()
	if err := c.feed(m, s, inputs); err != nil {
		return err
	}
	if err := s.Run(c.ctx); err != nil {
		return err
	}
	outputs := arrays.Outputs(m, s)
	if names != nil && !arrays.Fits(outputs, names) {
		fmt.Fprintf(c.err, "%s has %d names: no output has rows of that length\n", *labels, len(names))
	}
	if *output != "" {
		if err := arrays.Save(c.ctx, *output, c.out, outputs); err != nil {
			return err
		}
	}
	if *output != "-" {
		for _, a := range outputs {
			arrays.Print(c.out, a, *top, names)
		}
	}
	return nil
}

// feed fills the inputs of a session from files.
func (c *console) feed(m *runtime.Model, s *runtime.Session, files []string) error {
	ports := m.Inputs()
	given := make([]bool, len(ports))
	put := func(i int, t *tensor.Tensor, file string) error {
		given[i] = true
		t, err := arrays.Fit(t, ports[i])
		if err == nil {
			err = s.Feed(i, t)
		}
		if err != nil {
			return fmt.Errorf("%w (%s)", err, file)
		}
		return nil
	}
	for _, arg := range files {
		name, file := arrays.Split(arg)
		switch file {
		case "":
			return usagef("--input %q: a file is missing", arg)
		case "-":
			kept, remove, err := stdio.Keep(c.ctx, c.in, stdio.Arrays)
			if err != nil {
				return err
			}
			defer remove()
			file = kept
		}
		if arrays.IsArchive(file) {
			list, err := arrays.ReadArchive(file, ports)
			if err != nil {
				return err
			}
			for i, t := range list {
				if t != nil {
					if err := put(i, t, file); err != nil {
						return err
					}
				}
			}
			continue
		}
		i, err := arrays.Pick(ports, given, name)
		if err != nil {
			return usagef("--input %s: %w", arg, err)
		}
		b, err := wholefile.Read(file, arrays.Room(ports[i]))
		if err != nil {
			return err
		}
		t, err := npy.Read(b)
		if err != nil {
			return fmt.Errorf("%w (%s)", err, file)
		}
		if err := put(i, t, file); err != nil {
			return err
		}
	}
	if err := arrays.Missing(ports, given); err != nil {
		return usageError{err}
	}
	return nil
}
