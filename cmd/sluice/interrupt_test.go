package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// TestInterrupt: a signal while the input is awaited ends the command at once, with what was found until then.
func TestInterrupt(t *testing.T) {
	good := `{"kernel":"sha256","msg":"616263","out":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}` + "\n"
	for _, args := range [][]string{{"verify", "-"}, {"verify", "--json", "-"}} {
		ctx, cancel := context.WithCancel(context.Background())
		in, feed := io.Pipe()
		go func() {
			io.WriteString(feed, good)
			cancel()
		}()
		var stdout, stderr bytes.Buffer
		done := make(chan int)
		go func() { done <- run(ctx, args, in, &stdout, &stderr) }()
		select {
		case got := <-done:
			if got != exitInterrupted {
				t.Errorf("%v: status %d, want %d", args, got, exitInterrupted)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%v: still there", args)
		}
		if !strings.Contains(stdout.String(), "interrupted") && !strings.Contains(stdout.String(), `"valid":false`) {
			t.Errorf("%v: prints %q", args, stdout.String())
		}
		feed.Close()
	}
}

func TestInterruptible(t *testing.T) {
	data := make([]byte, 1<<18+77)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(data), "halves": iotest.HalfReader(bytes.NewReader(data)), "end with data": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		got, err := io.ReadAll(newInterruptible(context.Background(), r))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	fault := errors.New("fault")
	r := newInterruptible(context.Background(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(fault)))
	got, err := io.ReadAll(r)
	if string(got) != "abc" || err != fault {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := r.Read(make([]byte, 1)); err != fault {
		t.Errorf("the error is forgotten: %v", err)
	}
}
