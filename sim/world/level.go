package world

// level is an input: what it is, and what the program last saw of it. Both begin
// with 0, for a program has seen nothing before it first waits.
type level struct{ now, known uint64 }

// Get gives the level of an input; the program knows it from then on.
func (w *World) Get(dev int) uint64 {
	if dev < 0 || dev >= len(w.levels) {
		return 0
	}
	l := &w.levels[dev]
	l.known = l.now
	return l.now
}

// LevelNow is the level of an input, for who drives the pins of a circuit.
func (w *World) LevelNow(dev int) uint64 { return w.levels[dev].now }

// SetLevel makes the level of an input change now.
func (w *World) SetLevel(dev int, v uint64) {
	w.script.Inputs = append(w.script.Inputs, Input{Time: w.now, Levels: []Level{{dev, v}}})
}

// Outputs are the levels of outputs, by number of the device; they begin with 0.
// An output shows what it is: a level that is put again is not an event.
type Outputs map[int]uint64

// Set notes a level and reports whether it is a new one.
func (o Outputs) Set(dev int, v uint64) bool {
	if o[dev] == v {
		return false
	}
	o[dev] = v
	return true
}

// LevelData is a level as the bytes of an event, little-endian.
func LevelData(v uint64, bytes int) []byte {
	out := make([]byte, bytes)
	for i := range out {
		out[i] = byte(v >> (8 * i))
	}
	return out
}

// LevelOf is the level that the bytes of an event are.
func LevelOf(data []byte) uint64 {
	v := uint64(0)
	for i := len(data) - 1; i >= 0; i-- {
		v = v<<8 | uint64(data[i])
	}
	return v
}
