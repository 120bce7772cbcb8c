package world_test

import (
	"testing"

	"github.com/sinter-lang/sinter/sim/world"
)

func TestWorld(t *testing.T) {
	w := world.New(&world.Script{Devices: []string{"a", "b"}, Inputs: []world.Input{
		{Time: 3, Device: 1, Data: []byte("one")}, {Time: 3, Device: 1, Data: []byte("three")}, {Time: 9, Device: 0, Data: []byte("x")},
	}})
	if w.Now() != 0 || w.Pending(1) || w.Head(1) != nil {
		t.Error("something has happened before the first input")
	}
	if !w.Advance() || w.Now() != 3 || !w.Pending(1) || w.Pending(0) || string(w.Head(1)) != "one" {
		t.Error("the first input is not at its device")
	}
	if !w.Advance() || string(w.Head(1)) != "one" {
		t.Error("the second input came before the first")
	}
	if data, ok := w.Take(1, 3); !ok || string(data) != "one" {
		t.Errorf("took %q", data)
	}
	if data, ok := w.Take(1, 4); ok || data != nil || w.Oversize(1) != 1 {
		t.Errorf("a frame longer than the buffer gives %q", data)
	}
	if !w.Advance() || w.Now() != 9 || w.Advance() || w.Now() != 9 {
		t.Error("the clock does not stay at the last input")
	}
	if w.Pending(7) || len(w.Devices()) != 2 {
		t.Error("devices")
	}
}

func TestNoScript(t *testing.T) {
	if w := world.New(nil); w.Advance() || w.Pending(0) || w.Now() != 0 {
		t.Error("an empty world does something")
	}
}
