package sim

import "testing"

func TestStretch(t *testing.T) {
	for _, c := range []struct {
		cycles string // `.` idle, `#` at work
		most   uint64
	}{
		{"", 0},
		{"####", 0},
		{"###.", 0},
		{"###.##.", 2},
		{".#.###..##", 3},
		{"..#####", 5},
	} {
		var s stretch
		for _, r := range c.cycles {
			s.cycle(r == '.')
		}
		if s.most != c.most {
			t.Errorf("%q has a stretch of %d, want %d", c.cycles, s.most, c.most)
		}
	}
}
