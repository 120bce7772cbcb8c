package lockstep

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/design"
)

// levels is the sequence of levels that outputs have shown.
type levels struct {
	now  [32]uint32
	list []shown
}

// shown is a new level of an output.
type shown struct {
	device string
	level  uint32
}

// set records the level of an output if it has changed.
func (l *levels) set(d design.Device, v uint32) {
	v &= uint32(1<<d.Bits - 1)
	if l.now[d.Index] != v {
		l.now[d.Index] = v
		l.list = append(l.list, shown{d.Name, v})
	}
}

// begins compares the levels so far with the beginning of the expected levels.
func (l *levels) begins(want levels) error {
	if len(l.list) < len(want.list) {
		return fmt.Errorf("expected %d new levels, got %d", len(want.list), len(l.list))
	}
	for i, w := range want.list {
		if l.list[i] != w {
			return fmt.Errorf("new level %d: expected %d at %s, got %d at %s", i, w.level, w.device, l.list[i].level, l.list[i].device)
		}
	}
	return nil
}
