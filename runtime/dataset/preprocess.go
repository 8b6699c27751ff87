package dataset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/internal/wholefile"
)

// The layouts and channel orders of model inputs.
const (
	NCHW = "nchw"
	NHWC = "nhwc"
	RGB  = "rgb"
	BGR  = "bgr"
	Gray = "gray"
)

// PreprocessFile is the file beside a data set that holds a Preprocess.
const PreprocessFile = "preprocess.json"

// Preprocess says how stored samples become the model's input. The zero value
// changes nothing but the size, layout and element type that the model needs.
//
// A stored value v (0..255 in images, -1..1 in wav files) becomes
// (v*Scale - Mean)/Std.
type Preprocess struct {
	Mean  []float32 `json:"mean,omitempty"`  // one, or one per channel
	Std   []float32 `json:"std,omitempty"`   // one, or one per channel
	Scale Ratio     `json:"scale,omitempty"` // 0 means 1
	// Layout is that of the model's input, "nchw" or "nhwc". It is needed only
	// where the shape of the input leaves it open.
	Layout string `json:"layout,omitempty"`
	// Color is what the model wants: "rgb" (the default with 3 channels),
	// "bgr", or "gray" (the default with 1 channel).
	Color string `json:"color,omitempty"`
	// Resize is the size that images are brought to, and how:
	// "96x96", "224x224,crop", "letterbox". The parts may be left out: the size
	// is then that of the model's input, the way "stretch". A third part,
	// "plain", interpolates between 4 points only, without averaging when the
	// picture shrinks.
	Resize string `json:"resize,omitempty"`
	// Rate is the sampling rate the model wants; wav files of another rate are
	// resampled. 0 takes them as they are.
	Rate int `json:"rate,omitempty"`
}

// Ratio is a number, in text also as a fraction: "1/255".
type Ratio float64

// ParseRatio reads "0.5" or "1/255".
func ParseRatio(s string) (Ratio, error) {
	num, den, frac := strings.Cut(s, "/")
	a, err := strconv.ParseFloat(strings.TrimSpace(num), 64)
	b := 1.0
	if err == nil && frac {
		b, err = strconv.ParseFloat(strings.TrimSpace(den), 64)
	}
	if v := a / b; err == nil && v-v == 0 && v != 0 {
		return Ratio(v), nil
	}
	return 0, fmt.Errorf("dataset: bad scale %q: a number or a fraction other than 0 is needed", s)
}

// UnmarshalJSON accepts a number or a string.
func (r *Ratio) UnmarshalJSON(b []byte) error {
	v, err := ParseRatio(strings.Trim(string(b), `"`))
	*r = v
	return err
}

// ParseList reads the value of --mean or --std: numbers separated by commas.
func ParseList(s string) ([]float32, error) {
	var list []float32
	for _, f := range strings.Split(s, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(f), 32)
		if err != nil || v-v != 0 { // not finite
			return nil, fmt.Errorf("dataset: bad number %q in %q", f, s)
		}
		list = append(list, float32(v))
	}
	return list, nil
}

// ReadPreprocess reads a preprocess.json.
func ReadPreprocess(path string) (Preprocess, error) {
	var p Preprocess
	b, err := wholefile.Read(path, maxTable)
	if err != nil {
		return p, fmt.Errorf("dataset: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("dataset: %s: %w", path, err)
	}
	if _, err := p.check(); err != nil {
		return p, fmt.Errorf("dataset: %s: %w", path, err)
	}
	return p, nil
}

// beside fills what p leaves open from a preprocess.json, if there is one.
func (p Preprocess) beside(path string) (Preprocess, error) {
	f, err := ReadPreprocess(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if p.Mean == nil {
		p.Mean = f.Mean
	}
	if p.Std == nil {
		p.Std = f.Std
	}
	if p.Scale == 0 {
		p.Scale = f.Scale
	}
	if p.Layout == "" {
		p.Layout = f.Layout
	}
	if p.Color == "" {
		p.Color = f.Color
	}
	if p.Resize == "" {
		p.Resize = f.Resize
	}
	if p.Rate == 0 {
		p.Rate = f.Rate
	}
	return p, nil
}

// resize is Preprocess.Resize in its parts.
type resize struct {
	w, h  int // 0 when not given
	way   string
	plain bool
}

// Check refuses settings that make no sense.
func (p Preprocess) Check() error {
	_, err := p.check()
	if err != nil {
		return fmt.Errorf("dataset: preprocess: %w", err)
	}
	return nil
}

func (p Preprocess) check() (resize, error) {
	r := resize{way: Stretch}
	switch p.Layout {
	case "", NCHW, NHWC:
	default:
		return r, fmt.Errorf("layout %q is neither nchw nor nhwc", p.Layout)
	}
	switch p.Color {
	case "", RGB, BGR, Gray:
	default:
		return r, fmt.Errorf("color %q is none of rgb, bgr, gray", p.Color)
	}
	for _, v := range p.Std {
		if v == 0 {
			return r, errors.New("std 0")
		}
	}
	if p.Rate < 0 {
		return r, fmt.Errorf("rate %d", p.Rate)
	}
	for _, part := range strings.Split(p.Resize, ",") {
		part = strings.TrimSpace(part)
		switch part {
		case "":
		case Stretch, CropFit, Letterbox:
			r.way = part
		case "plain":
			r.plain = true
		default:
			ws, hs, ok := strings.Cut(part, "x")
			var err, err2 error
			r.w, err = strconv.Atoi(ws)
			r.h, err2 = strconv.Atoi(hs)
			if !ok || err != nil || err2 != nil || r.w < 1 || r.h < 1 || r.w > MaxPixels/r.h {
				return r, fmt.Errorf("resize %q: want WxH, stretch, crop, letterbox or plain", part)
			}
		}
	}
	return r, nil
}
