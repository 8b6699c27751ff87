package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestDecode(t *testing.T) {
	a, err := decode([]byte(`{"id":7,"us":1.5,"wall_us":3}`), 7)
	if err != nil || a.US != 1.5 || a.WallUS != 3 {
		t.Errorf("%+v, %v", a, err)
	}
	a, err = decode([]byte(`{"id":1,"outputs":[{"name":"y","type":"float32","dims":[],"file":"0.bin"}]}`), 1)
	if err != nil || len(a.Outputs) != 1 || a.Outputs[0].Dims == nil || len(a.Outputs[0].Dims) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	for line, want := range map[string]string{
		`{"id":6}`:                "answered request 6 instead of 7",
		`{"id":7,"error":"full"}`: "the peer: full",
		`{"id":7,"hours":3}`:      "no answer",
		`{"id":7}{"id":8}`:        "no answer",
		`npm warn`:                `"npm warn"`,
		``:                        "no answer",
		`{"id":7`:                 "no answer",
		strings.Repeat("x", 5000): "no answer",
	} {
		if _, err := decode([]byte(line), 7); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("%.20q: %v, want %q", line, err, want)
		}
	}
}

// begin starts a fake peer, which ends with the test.
func begin(t *testing.T, ctx context.Context, mode string, timeout time.Duration) *child {
	t.Helper()
	c, err := start(ctx, fakeContest(t, mode).peer.argv, timeout)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.close(); c.cmd.ProcessState == nil {
			t.Error("the peer is left")
		}
	})
	return c
}

func TestChild(t *testing.T) {
	c := begin(t, t.Context(), "", time.Minute)
	for range 3 {
		if a, err := c.call(t.Context(), request{Op: "cpu"}); err != nil || a.CPUUS != 1 {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	if _, err := c.call(t.Context(), request{Op: "load", Model: "none.onnx"}); err == nil || !strings.Contains(err.Error(), "none.onnx") {
		t.Errorf("an error of the peer: %v", err)
	}
	if _, err := c.call(t.Context(), request{Op: "cpu"}); err != nil {
		t.Errorf("after an error of the peer: %v", err)
	}
}

func TestChildDies(t *testing.T) {
	c := begin(t, t.Context(), "die cpu", time.Minute)
	for range 2 {
		if _, err := c.call(t.Context(), request{Op: "cpu"}); err == nil || !strings.Contains(err.Error(), "ended") {
			t.Errorf("%v", err)
		}
	}
	if _, err := c.call(t.Context(), request{Op: "cpu"}); !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("its last words are lost: %v", err)
	}
}

func TestChildHangs(t *testing.T) {
	c := begin(t, t.Context(), "hang cpu", 50*time.Millisecond)
	if _, err := c.call(t.Context(), request{Op: "cpu"}); err == nil || !strings.Contains(err.Error(), "has not answered") {
		t.Errorf("%v", err)
	}
}

func TestChildInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := begin(t, ctx, "hang cpu", time.Minute)
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.call(ctx, request{Op: "cpu"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestChildGarbage(t *testing.T) {
	c := begin(t, t.Context(), "garbage", time.Minute)
	if _, err := c.call(t.Context(), request{Op: "cpu"}); err == nil || !strings.Contains(err.Error(), `"hello"`) {
		t.Errorf("%v", err)
	}
}

// TestChildStays has a peer that does not leave when its input ends.
func TestChildStays(t *testing.T) {
	c := begin(t, t.Context(), "deaf", time.Minute)
	if _, err := c.call(t.Context(), request{Op: "cpu"}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if c.close(); time.Since(began) > 10*patience {
		t.Errorf("it stays for %v", time.Since(began))
	}
}

func TestChildMissing(t *testing.T) {
	if _, err := start(t.Context(), []string{"no-such-program"}, time.Minute); err == nil {
		t.Error("a program that is not there is started")
	}
}
