//go:build linux

package event

import (
	"testing"
	"time"
)

func TestEvent(t *testing.T) {
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := e.Wait(time.Millisecond); ok || err != nil {
		t.Errorf("without a signal: %v, %v", ok, err)
	}
	for range 3 {
		if err := Signal(e.FD()); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := e.Wait(time.Minute); !ok || err != nil {
		t.Errorf("after signals: %v, %v", ok, err)
	}
	if ok, err := e.Wait(time.Millisecond); ok || err != nil {
		t.Errorf("three signals were more than one: %v, %v", ok, err)
	}
	got := make(chan error)
	wait := func() {
		ok, err := e.Wait(0)
		if err == nil && !ok {
			t.Error("neither signal nor error")
		}
		got <- err
	}
	go wait()
	time.Sleep(5 * time.Millisecond)
	if err := e.Signal(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	go wait()
	time.Sleep(5 * time.Millisecond)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := <-got; err == nil {
		t.Error("Close did not end the wait")
	}
	if err := e.Close(); err != nil {
		t.Error("second Close:", err)
	}
}
