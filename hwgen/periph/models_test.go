package periph

import (
	"math/rand"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// The models compute the outputs of a peripheral in each cycle. A model uses plain numbers and
// follows the specification of its peripheral. Each model starts several times, always in the
// state after power-up. Inputs may come in the first cycle. Some inputs are wrong on purpose: a
// correct circuit around the peripheral never gives them.

// starts is the number of starts of a model.
const starts = 40

// synced is a wire that has passed two registers.
type synced struct{ first, second bool }

func (s *synced) step(in bool) { s.first, s.second = in, s.first }

// lineModel is the model of a receiver. It samples the line half a bit after the beginning of
// the start bit, and then once per bit.
type lineModel struct {
	divider, wait, looks int
	low                  synced
	busy, resting        bool // resting: the stop bit was missing, the line must come to rest
	byte                 byte
}

// shows returns the receiver's output in this cycle.
func (m *lineModel) shows() (valid bool, data byte) {
	return m.busy && m.wait == 0 && m.looks == 9 && !m.low.second && !m.resting, m.byte
}

func (m *lineModel) step(line bool) {
	switch low := m.low.second; {
	case !m.busy && low:
		m.busy, m.looks, m.resting, m.wait = true, 0, false, m.divider-1-m.divider/2
	case m.busy && m.wait > 0:
		m.wait--
	case m.busy:
		m.look(low)
		m.wait = m.divider - 1
	}
	m.low.step(!line)
}

func (m *lineModel) look(low bool) {
	switch {
	case m.looks == 0 && !low, m.looks == 9 && !low:
		m.busy = false
	case m.looks == 9:
		m.resting = true
	default:
		if m.looks > 0 {
			m.byte = m.byte>>1 | byte(flag(!low))<<7
		}
		m.looks++
	}
}

// noisyLine makes the levels of a line: bytes with drift, glitches, missing stop bits.
type noisyLine struct {
	r     *rand.Rand
	level []bool
}

func (n *noisyLine) next(divider int) bool {
	for len(n.level) == 0 {
		n.say(float64(divider) * (0.98 + 0.04*n.r.Float64()))
	}
	level := n.level[0]
	n.level = n.level[1:]
	return level
}

func (n *noisyLine) say(bit float64) {
	hold := func(level bool, cycles float64) {
		for range int(cycles + n.r.Float64()) {
			n.level = append(n.level, level)
		}
	}
	v := n.r.Intn(256)
	switch n.r.Intn(8) {
	case 6: // a glitch that is gone at the middle of a start bit, or almost
		hold(false, n.r.Float64()*bit*0.6)
		hold(true, bit*(0.5+n.r.Float64()))
	case 0:
		hold(n.r.Intn(2) == 0, n.r.Float64()*bit*3)
	case 1:
		hold(true, n.r.Float64()*bit*4)
	case 2:
		hold(false, bit*(9+3*n.r.Float64()))
		hold(true, n.r.Float64()*bit)
	default:
		hold(false, bit)
		for i := range 8 {
			hold(v>>i&1 == 1, bit)
		}
		hold(true, bit)
	}
}

// receiverIsModel runs a receiver beside its model.
func receiverIsModel(divider int) func(t require.TestingT, c *rtl.Circuit) {
	return func(t require.TestingT, c *rtl.Circuit) {
		e := engine(t, c)
		bytes := 0
		for seed := range int64(starts) {
			start(e)
			n := noisyLine{r: rand.New(rand.NewSource(seed))}
			m := lineModel{divider: divider}
			for range 60 * divider {
				line := n.next(divider)
				set(t, e, "line", flag(line))
				e.Eval()
				valid, data := m.shows()
				if got := output(t, e, "valid") == 1; got != valid || valid && output(t, e, "data") != uint64(data) {
					t.FailNow()
				}
				bytes += int(flag(valid))
				m.step(line)
				e.Clock()
			}
		}
		require.Greater(t, bytes, starts)
	}
}

// lineInIsModel compares a buffered receiver (LineIn) with a model: the model of a receiver and
// a list of bytes.
func lineInIsModel(divider int) func(t require.TestingT, c *rtl.Circuit) {
	return func(t require.TestingT, c *rtl.Circuit) {
		e := engine(t, c)
		full, taken := 0, 0
		for seed := range int64(3) {
			start(e)
			r := rand.New(rand.NewSource(seed))
			n := noisyLine{r: r}
			m := lineModel{divider: divider}
			var queue []byte
			fresh, awake := 0, seed%2 == 0 // fresh: cycles since this byte became the head
			for k := range 22_000 * divider {
				if k%(11_000*divider) == 0 {
					awake = !awake
				}
				line, ready := n.next(divider), awake && r.Intn(3) > 0
				set(t, e, "line", flag(line))
				set(t, e, "ready", flag(ready))
				e.Eval()
				have := len(queue) > 0 && fresh > 0
				if got := output(t, e, "valid") == 1; got != have || have && output(t, e, "data") != uint64(queue[0]) {
					t.FailNow()
				}
				valid, data := m.shows()
				waits := len(queue)
				fresh++
				if have && ready {
					queue, fresh = queue[1:], 0
					taken++
				}
				switch {
				case valid && waits == 1<<queueBits-1:
					full++
				case valid:
					if queue = append(queue, data); len(queue) == 1 {
						fresh = 0
					}
				}
				m.step(line)
				e.Clock()
			}
		}
		require.True(t, full > 10 && taken > 1000)
	}
}

// senderIsModel compares the output of a sender with a list of bits.
func senderIsModel(divider int) func(t require.TestingT, c *rtl.Circuit) {
	return func(t require.TestingT, c *rtl.Circuit) {
		e := engine(t, c)
		for seed := range int64(starts) {
			start(e)
			r := rand.New(rand.NewSource(seed))
			at, frame := frameBits*divider, uint64(0) // at rest
			for k := range 25 * divider {
				offered := seed%2 == 0 && k == 0 || r.Intn(4) == 0
				data := uint64(r.Intn(256))
				set(t, e, "valid", flag(offered))
				set(t, e, "data", data)
				e.Eval()
				idle, line := at == frameBits*divider, uint64(1)
				if !idle {
					line = frame >> (at / divider) & 1
				}
				if output(t, e, "ready") != flag(idle) || output(t, e, "line") != line {
					t.FailNow()
				}
				switch {
				case !idle:
					at++
				case offered:
					at, frame = 0, data<<1|1<<9
				}
				e.Clock()
			}
		}
	}
}

// debounceIsModel compares a debouncer with a model that counts the periods of the debouncer.
func debounceIsModel(t require.TestingT, c *rtl.Circuit) {
	e := engine(t, c)
	for seed := range int64(starts) {
		start(e)
		r := rand.New(rand.NewSource(seed))
		var in synced
		level, same, wire := false, false, seed%2 == 0
		for k := range 40 << debounceBits {
			if r.Intn(1<<(2+seed%6)) == 0 {
				wire = !wire
			}
			set(t, e, "in", flag(wire))
			e.Eval()
			if output(t, e, "out") != flag(level) {
				t.FailNow()
			}
			now := in.second == level
			if end := k%(1<<debounceBits) == 1<<debounceBits-1; end {
				if !same && !now {
					level = in.second
				}
				same = now
			} else {
				same = same || now
			}
			in.step(wire)
			e.Clock()
		}
	}
}

// clockIsModel compares the time of the circuit with the number of cycles. The time has
// advanced by all whole microseconds that have passed, except that the last tick may wait until
// the fraction reaches a power of two (see Clock).
func clockIsModel(f Hz) func(t require.TestingT, c *rtl.Circuit) {
	return func(t require.TestingT, c *rtl.Circuit) {
		s, err := StepOf(f)
		require.NoError(t, err)
		limit := uint64(1)
		for limit < s.Take {
			limit *= 2
		}
		e := engine(t, c)
		for seed := range int64(6) {
			start(e)
			r := rand.New(rand.NewSource(seed))
			fraction, now, run := uint64(0), uint64(0), seed%2 == 0
			for range 20_000 {
				if r.Intn(1<<(3+2*seed)) == 0 {
					run = !run
				}
				set(t, e, "run", flag(run))
				e.Eval()
				if output(t, e, "clock") != now {
					t.FailNow()
				}
				tick := run && fraction >= limit
				if fraction += s.Add; tick {
					fraction -= s.Take
					now++
				}
				e.Clock()
			}
		}
	}
}
