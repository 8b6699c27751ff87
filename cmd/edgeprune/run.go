package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/internal/arrays"
	"github.com/edgeprune/edgeprune/cmd/internal/stdio"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func runCommand(c *console) *cobra.Command {
	var f modelFlags
	var pre preprocessFlags
	var inputs []string
	var output, labels string
	var top int
	cmd := &cobra.Command{
		Use:   "run MODEL --input [NAME=]FILE ...",
		Short: "Run a model once, on an image, a recording or arrays",
		Long: `Run a model once and show the largest elements of every output. An input is an
image (png, jpeg, gif, bmp), a .wav file, an .npy array, or an .npz archive whose
arrays are named like the inputs; - is standard input. Files without NAME= are
for the inputs in order.

` + preprocessHelp,
		Example: `  edgeprune run mobilenet.onnx --input cat.jpg --scale 1/255 \
      --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --labels imagenet.txt
  edgeprune run keywords.tflite --input yes.wav --labels words.txt --top 3
  edgeprune run vad.onnx --dim sequence=576 --input input=frame.npy \
      --input sr=rate.npy --input state=state.npy --output next.npz`,
		Args: exactly("the model"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(inputs) == 0 {
				return usagef("run needs --input FILE")
			}
			if top < 0 {
				return usagef("--top %d is negative", top)
			}
			if output != "" {
				if err := arrays.CheckTarget(output); err != nil {
					return usageError{err}
				}
			}
			p, err := pre.resolve()
			if err != nil {
				return err
			}
			var names []string
			if labels != "" {
				if names, err = arrays.ReadLabels(labels); err != nil {
					return err
				}
			}
			o, err := f.options()
			if err != nil {
				return err
			}
			m, err := f.open(args[0], o)
			if err != nil {
				return err
			}
			defer m.Close()
			s, err := m.NewSession()
			if err != nil {
				return err
			}
			defer s.Close()
			if err := c.feed(m, s, inputs, p); err != nil {
				return err
			}
			if err := s.Run(c.ctx); err != nil {
				return err
			}
			outputs := arrays.Outputs(m, s)
			if names != nil && !arrays.Fits(outputs, names) {
				c.note("%s has %d names: no output has rows of that length", labels, len(names))
			}
			if output != "" {
				if err := arrays.Save(c.ctx, output, c.out, outputs); err != nil {
					return err
				}
			}
			if output != "-" {
				for _, a := range outputs {
					arrays.Print(c.out, a, top, names)
				}
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&inputs, "input", nil, "`[NAME=]FILE` to feed; repeatable")
	fl.StringVar(&output, "output", "", "write every output to this .npz `FILE`; - is standard output")
	fl.IntVar(&top, "top", 5, "how many of the largest elements to show")
	fl.StringVar(&labels, "labels", "", "`FILE` with the class names, one a line")
	pre.add(cmd)
	f.add(cmd)
	return cmd
}

// feed fills the inputs of a session from files.
func (c *console) feed(m *runtime.Model, s *runtime.Session, files []string, p dataset.Preprocess) error {
	ports := m.Inputs()
	given := make([]bool, len(ports))
	for _, arg := range files {
		name, file := arrays.Split(arg)
		switch file {
		case "":
			return usagef("--input %q: a file is missing", arg)
		case "-":
			kept, remove, err := stdio.Keep(c.ctx, c.in, inputKinds)
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
				if t == nil {
					continue
				}
				given[i] = true
				if err := c.put(s, i, ports[i], p, file, func() (*tensor.Tensor, string, error) {
					return dataset.Convert(t, p, typeOf(ports[i]))
				}); err != nil {
					return err
				}
			}
			continue
		}
		i, err := arrays.Pick(ports, given, name)
		if err != nil {
			return usagef("--input %s: %w", arg, err)
		}
		given[i] = true
		if err := c.put(s, i, ports[i], p, file, func() (*tensor.Tensor, string, error) {
			return dataset.Load(file, p, typeOf(ports[i]))
		}); err != nil {
			return err
		}
	}
	if err := arrays.Missing(ports, given); err != nil {
		return usageError{err}
	}
	return nil
}

// put feeds one input and tells what was done to its data.
func (c *console) put(s *runtime.Session, i int, port runtime.Port, p dataset.Preprocess, file string, load func() (*tensor.Tensor, string, error)) error {
	t, how, err := load()
	if err != nil {
		return err
	}
	c.note("%s: %s: %s", port.Name, filepath.Base(file), how)
	if err := s.Feed(i, t); err != nil {
		return fmt.Errorf("%w (%s)", err, file)
	}
	return nil
}

// inputKinds are the kinds of file that may come on standard input.
var inputKinds = append(slices.Clone(stdio.Arrays), []stdio.Kind{
	{Start: "RIFF", Ext: ".wav"}, {Start: "\x89PNG", Ext: ".png"}, {Start: "\xff\xd8", Ext: ".jpg"},
	{Start: "GIF8", Ext: ".gif"}, {Start: "BM", Ext: ".bmp"},
}...)
