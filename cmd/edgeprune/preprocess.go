package main

import (
	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// preprocessHelp ends the help of commands that read samples.
const preprocessHelp = `Samples become the model's input by (value*scale - mean)/std; image values are
0..255, wav values -1..1. Without flags, a preprocess.json beside the samples
says how ({"scale": "1/255", "resize": "crop"}). What is done is printed.`

// preprocessFlags say how files become a model's input.
type preprocessFlags struct {
	mean, std, scale string
	p                dataset.Preprocess
}

func (f *preprocessFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.scale, "scale", "", "factor, a number or a fraction such as 1/255")
	fl.StringVar(&f.mean, "mean", "", "subtracted after --scale: one number, or one per channel (0.485,0.456,0.406)")
	fl.StringVar(&f.std, "std", "", "divided by after --mean: one number, or one per channel")
	fl.StringVar(&f.p.Layout, "layout", "", "nchw or nhwc, where the shape of the input leaves it open")
	fl.StringVar(&f.p.Color, "color", "", "channels the model wants: rgb, bgr or gray")
	fl.StringVar(&f.p.Resize, "resize", "", "how images get the input's size: stretch, crop or letterbox, perhaps\nwith a size (224x224,crop) and plain for 4-point interpolation")
	fl.IntVar(&f.p.Rate, "rate", 0, "sampling rate wav files are brought to")
}

func (f *preprocessFlags) resolve() (p dataset.Preprocess, err error) {
	p = f.p
	if f.mean != "" {
		if p.Mean, err = dataset.ParseList(f.mean); err != nil {
			return p, usagef("--mean: %w", err)
		}
	}
	if f.std != "" {
		if p.Std, err = dataset.ParseList(f.std); err != nil {
			return p, usagef("--std: %w", err)
		}
	}
	if f.scale != "" {
		if p.Scale, err = dataset.ParseRatio(f.scale); err != nil {
			return p, usagef("--scale: %w", err)
		}
	}
	if err := p.Check(); err != nil {
		return p, usageError{err}
	}
	return p, nil
}

// typeOf is the type an input asks its data to have.
func typeOf(p runtime.Port) graph.Type { return graph.Of(p.DType, p.Shape) }
