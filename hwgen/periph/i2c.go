package periph

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// I2CHz is the clock frequency of an I2C bus. A quarter of a bit is 5 us, which is longer than
// every minimum time of the standard mode (4.7 us at most). So no table of these times is
// needed.
const I2CHz = 50_000

// I2CQuarter is the number of cycles in a quarter of a bit of an I2C bus.
func I2CQuarter(f Hz) (uint64, error) {
	q := (f.Num + 4*I2CHz*f.Den - 1) / (4 * I2CHz * f.Den)
	if q < 4 {
		return 0, fmt.Errorf("an I2C bus of 50 kHz needs a clock of at least 600 kHz, got %s", f)
	}
	return q, nil
}

// The steps of a command in an I2C master. A quarter of a bit is counted only in the step
// i2cStart and in the two steps after i2cStart.
const (
	i2cHead   = iota // waits for the first word
	i2cNumber        // waits for the second word
	i2cStart
	i2cByte
	i2cStop
	i2cDrain  // accepts the words that are no longer needed
	i2cStatus // outputs the first word of the answer
	i2cData
	i2cSteps = 3 // width of the step in bits
)

// master is an I2C master under construction.
type master struct {
	*rtl.Builder
	valid, data, last, count, taken rtl.ID
	scl, sda                        rtl.ID // the levels on the wires

	step, quarter, wait, bit                     rtl.Register
	shift, address, wanted, left, index, at      rtl.Register
	reading, first, body, refused, have          rtl.Register
	holdsClock, holdsData                        rtl.Register
	quarterEnd, unitEnd, runs, more, wordEnd, ok rtl.ID
}

// I2C makes the only master of an I2C bus in standard mode. Within the four quarters of a bit,
// the master changes the data, releases the clock, and holds the clock low again. A device on
// the bus may hold the clock low for any time. If an acknowledge is missing, the master drops
// the rest of the command.
func I2C(f Hz) (*rtl.Circuit, error) {
	q, err := I2CQuarter(f)
	if err != nil {
		return nil, err
	}
	m := &master{Builder: rtl.NewBuilder("sinter_i2c")}
	m.valid, m.data, m.last, m.count = m.Input(BusCommand.Valid, 1), m.Input(BusCommand.Data, 32), m.Input(BusCommand.Last, 1), m.Input(BusCommand.Bytes, rtl.PortBytesWidth)
	m.taken = m.Input(BusAnswer.Ready, 1)
	m.scl, m.sda = m.wire("scl"), m.wire("sda")
	m.step, m.quarter, m.bit = m.Reg("step", i2cSteps, i2cHead), m.Reg("quarter", 2, 0), m.Reg("bit", 4, 0)
	m.wait = m.Reg("wait", bits.Len64(q-1), 0)
	m.shift, m.address, m.wanted = m.Reg("shift", 9, 0), m.Reg("address", 7, 0), m.Reg("wanted", 8, 0)
	m.left, m.index, m.at = m.Reg("left", 8, 0), m.Reg("index", 8, 0), m.Reg("at", 2, 0)
	m.reading, m.first, m.body = m.Reg("reading", 1, 0), m.Reg("first", 1, 0), m.Reg("body", 1, 0)
	m.refused, m.have = m.Reg("refused", 1, 0), m.Reg("have", 1, 0)
	m.holdsClock, m.holdsData = m.Reg("holds_clock", 1, 0), m.Reg("holds_data", 1, 0)
	m.time(q)
	m.wires()
	m.head()
	m.units()
	m.answer()
	m.Output("scl_low", m.holdsClock.Q())
	m.Output("sda_low", m.holdsData.Q())
	return m.Build()
}

// wire synchronises a wire through two registers. The wire is 1 at rest.
func (m *master) wire(name string) rtl.ID {
	first, second := m.Reg(name+".first", 1, 0), m.Reg(name+".second", 1, 0)
	m.Set(first, m.Not(m.Input(name, 1)))
	m.Set(second, first.Q())
	return m.Not(second.Q())
}

func (m *master) is(step uint64) rtl.ID     { return m.EqConst(m.step.Q(), step) }
func (m *master) to(step uint64)            { m.Set(m.step, m.Const(i2cSteps, step)) }
func (m *master) set(r rtl.Register, v int) { m.Set(r, m.Const(m.Width(r.Q()), uint64(v))) }

// time counts the quarters of a bit. The second quarter ends only when the clock has risen. The
// last quarter lasts until the next byte to send is available.
func (m *master) time(q uint64) {
	m.runs = m.Or(m.is(i2cStart), m.is(i2cByte), m.is(i2cStop))
	over := m.IsZero(m.wait.Q())
	up := m.Or(m.scl, m.Not(m.EqConst(m.quarter.Q(), 1)))
	m.quarterEnd = m.And(m.runs, over, up)
	w := m.Width(m.wait.Q())
	m.Set(m.wait, m.Mux(m.Or(m.Not(m.runs), m.quarterEnd, m.Not(up)), m.Const(w, q-1), m.Mux(over, m.wait.Q(), m.Sub(m.wait.Q(), m.Const(w, 1)))))
	end := m.And(m.quarterEnd, m.EqConst(m.quarter.Q(), 3))
	// The next byte to send is accepted at the end of the last bit of the byte before it.
	lastBit := m.And(m.is(i2cByte), m.Bit(m.bit.Q(), 3))
	acknowledged := m.Not(m.Bit(m.shift.Q(), 0))
	m.ok = acknowledged
	m.more = m.And(lastBit, m.Not(m.reading.Q()), acknowledged, m.body.Q())
	m.unitEnd = m.And(end, m.Not(m.And(m.more, m.Not(m.valid))))
	m.If(m.And(m.quarterEnd, m.Not(m.And(end, m.more, m.Not(m.valid)))), func() { m.Set(m.quarter, m.Add(m.quarter.Q(), m.Const(2, 1))) })
}

// wires holds clock and data low, or releases them, at the ends of quarters.
func (m *master) wires() {
	m.If(m.quarterEnd, func() {
		m.If(m.EqConst(m.quarter.Q(), 0), func() { m.set(m.holdsClock, 0) })
		m.If(m.EqConst(m.quarter.Q(), 1), func() {
			m.If(m.is(i2cStart), func() { m.set(m.holdsData, 1) })
			m.If(m.is(i2cStop), func() { m.set(m.holdsData, 0) })
		})
		m.If(m.EqConst(m.quarter.Q(), 2), func() {
			m.Set(m.holdsClock, m.Not(m.is(i2cStop)))
			m.Set(m.shift, m.Cat(m.Bits(m.shift.Q(), 7, 0), m.sda)) // in a start or a stop the value is not used
		})
	})
	// The master sets the data of a unit (start, bit or stop) in the first cycle of the unit, while
	// the clock is low.
	m.If(m.And(m.runs, m.EqConst(m.quarter.Q(), 0)), func() {
		m.Set(m.holdsData, m.Mux(m.is(i2cByte), m.Not(m.Bit(m.shift.Q(), 8)), m.is(i2cStop)))
	})
}

// head accepts the first two words of a command.
func (m *master) head() {
	m.If(m.And(m.valid, m.is(i2cHead)), func() { m.to(i2cNumber) })
	m.If(m.And(m.valid, m.is(i2cNumber)), func() {
		m.to(i2cStart)
		m.Set(m.address, m.Bits(m.data, 6, 0))
		wanted := m.Bits(m.data, port.WantedAt+7, port.WantedAt)
		m.Set(m.wanted, wanted)
		m.Set(m.left, wanted)
		m.set(m.index, 0)
		m.set(m.at, 0)
		m.set(m.refused, 0)
		m.Set(m.body, m.Not(m.last))
		m.Set(m.reading, m.And(m.last, m.Any(wanted)))
	})
}

// units moves from one unit on the wires to the next. A unit is a start, nine bits, or a stop.
func (m *master) units() {
	m.wordEnd = m.Eq(m.Add(m.at.Q(), m.Const(2, 1)), m.Bits(m.count, 1, 0))
	next := m.And(m.unitEnd, m.more)
	drain := m.is(i2cDrain)
	ready := m.Or(m.is(i2cHead), m.is(i2cNumber), m.And(next, m.wordEnd), drain)
	m.Output(BusCommand.Ready, ready)
	m.If(m.unitEnd, func() {
		m.If(m.is(i2cStart), func() {
			m.to(i2cByte)
			m.Set(m.shift, m.Cat(m.address.Q(), m.reading.Q(), m.Const(1, 1)))
			m.set(m.first, 1)
		})
		m.If(m.is(i2cByte), m.bitOver)
		m.If(m.is(i2cStop), func() { m.Set(m.step, m.Mux(m.body.Q(), m.Const(i2cSteps, i2cDrain), m.Const(i2cSteps, i2cStatus))) })
	})
	m.If(m.And(drain, m.valid, m.last), func() { m.to(i2cStatus) })
}

// bitOver handles the end of a bit, which may be the end of a byte.
func (m *master) bitOver() {
	m.If(m.Not(m.Bit(m.bit.Q(), 3)), func() { m.Set(m.bit, m.Add(m.bit.Q(), m.Const(4, 1))) }, func() {
		m.set(m.bit, 0)
		m.set(m.first, 0)
		m.to(i2cStop)
		m.If(m.reading.Q(), m.byteRead, func() {
			m.If(m.ok, m.byteWritten, func() { m.set(m.refused, 1) })
		})
	})
}

// byteRead decides what follows the address of a read, or a received byte.
func (m *master) byteRead() {
	// The master itself acknowledges a received byte. The acknowledge means that the master
	// wants another byte.
	m.If(m.ok, func() {
		m.to(i2cByte)
		final := m.EqConst(m.left.Q(), 1)
		m.Set(m.shift, m.Cat(m.Const(8, 0xFF), m.Mux(m.first.Q(), final, m.EqConst(m.left.Q(), 2))))
	})
	m.If(m.first.Q(), func() { m.Set(m.refused, m.Not(m.ok)) }, func() {
		m.Set(m.left, m.Sub(m.left.Q(), m.Const(8, 1)))
		m.Set(m.index, m.Add(m.index.Q(), m.Const(8, 1)))
	})
}

// byteWritten decides what follows an acknowledged byte: the next byte, a second start, or a
// stop.
func (m *master) byteWritten() {
	m.If(m.body.Q(), func() {
		m.to(i2cByte)
		m.Set(m.shift, m.Cat(m.bodyByte(), m.Const(1, 1)))
		m.Set(m.at, m.Add(m.at.Q(), m.Const(2, 1)))
		m.If(m.wordEnd, func() { m.Set(m.body, m.Not(m.last)) })
	}, func() {
		m.If(m.Any(m.wanted.Q()), func() {
			m.to(i2cStart)
			m.set(m.reading, 1)
		})
	})
}

// bodyByte is the next byte of the current word.
func (m *master) bodyByte() rtl.ID {
	low := m.Mux(m.Bit(m.at.Q(), 0), m.Bits(m.data, 15, 8), m.Bits(m.data, 7, 0))
	high := m.Mux(m.Bit(m.at.Q(), 0), m.Bits(m.data, 31, 24), m.Bits(m.data, 23, 16))
	return m.Mux(m.Bit(m.at.Q(), 1), high, low)
}

// answer keeps the received bytes in four memories, and outputs the answer.
func (m *master) answer() {
	store := m.And(m.unitEnd, m.is(i2cByte), m.Bit(m.bit.Q(), 3), m.reading.Q()) // the first byte overwrites the bits stored after an address
	word := m.Bits(m.index.Q(), 7, 2)
	var lanes []rtl.ID
	for i := range 4 {
		mem := m.Mem(fmt.Sprintf("bytes%d", i), 8, 6, 1, nil)
		m.If(m.And(store, m.EqConst(m.Bits(m.index.Q(), 1, 0), uint64(i))), func() { m.WriteMem(mem, word, m.Bits(m.shift.Q(), 8, 1), rtl.None) })
		lanes = append([]rtl.ID{m.ReadSync(mem, word, rtl.None, rtl.Old)}, lanes...)
	}
	status := m.is(i2cStatus)
	short := m.IsZero(m.Bits(m.left.Q(), 7, 2))
	last := m.Or(short, m.EqConst(m.left.Q(), 4))
	none := m.Or(m.refused.Q(), m.IsZero(m.wanted.Q()))
	moved := m.And(m.have.Q(), m.taken)
	m.Set(m.have, m.And(m.is(i2cData), m.Not(moved)))
	m.If(m.And(status, m.taken), func() {
		m.Set(m.step, m.Mux(none, m.Const(i2cSteps, i2cHead), m.Const(i2cSteps, i2cData)))
		m.Set(m.left, m.wanted.Q())
		m.set(m.index, 0)
	})
	m.If(moved, func() {
		m.Set(m.left, m.Sub(m.left.Q(), m.Const(8, 4)))
		m.Set(m.index, m.Add(m.index.Q(), m.Const(8, 4)))
		m.If(last, func() { m.to(i2cHead) })
	})
	m.Output(BusAnswer.Valid, m.Or(status, m.have.Q()))
	m.Output(BusAnswer.Data, m.Mux(status, m.Zext(m.refused.Q(), 32), m.Cat(lanes[0], lanes[1:]...)))
	m.Output(BusAnswer.Last, m.Mux(status, none, last))
	part := m.And(m.Not(status), short)
	m.Output(BusAnswer.Bytes, m.Cat(m.Not(part), m.And(m.Bits(m.left.Q(), 1, 0), m.Repeat(part, 2))))
}
