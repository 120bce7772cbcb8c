package world_test

import (
	"fmt"
	"testing"

	"github.com/sinter-lang/sinter/sim/world"
)

// TestDriver checks that a driver adds inputs, waits for a time, and ends the run once.
func TestDriver(t *testing.T) {
	w := world.New(&world.Script{Devices: []string{"a", "b"}})
	asked := ""
	steps := []func() (uint64, bool){
		func() (uint64, bool) { w.Put(1, []byte("x")); w.Put(0, []byte("y")); return 0, true },
		func() (uint64, bool) { return 7, true }, // asked after each input
		func() (uint64, bool) { return 7, true },
		func() (uint64, bool) { w.Put(0, []byte("z")); return 9, true }, // 7 has elapsed
		func() (uint64, bool) { return 9, false },
	}
	w.Drive(func(elapsed bool) (uint64, bool) {
		asked += fmt.Sprintf("%d:%v ", w.Now(), elapsed)
		if len(steps) == 0 {
			t.Fatal("asked again after its end")
		}
		s := steps[0]
		steps = steps[1:]
		return s()
	})
	var got []string
	for w.Advance() {
		for dev := range 2 {
			for w.Pending(dev) {
				data, _ := w.Take(dev, 10)
				got = append(got, fmt.Sprintf("%d:%d:%s", w.Now(), dev, data))
			}
		}
	}
	if w.Advance() {
		t.Error("the run goes on after its end")
	}
	if fmt.Sprint(got) != "[0:1:x 0:0:y 7:0:z]" {
		t.Errorf("got %v", got)
	}
	if asked != "0:false 0:false 0:false 7:true 7:false " {
		t.Errorf("asked at %s", asked)
	}
}
