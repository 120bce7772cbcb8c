package periph

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// frameBits is the number of bits per byte on the line: a start bit, eight data bits, a stop
// bit.
const frameBits = 10

// Divider is the number of clock cycles per bit. The speeds of the two ends of a line may
// differ by a few percent. Divider refuses a speed if the nearest possible speed differs by
// more than one percent.
func Divider(f Hz, baud uint64) (uint64, error) {
	if most := f.Num / f.Den / 4; baud == 0 || baud > most {
		return 0, fmt.Errorf("a serial line of %d baud needs a clock of at least %.6g MHz, got %s, which makes at most %d baud", baud, 4*float64(baud)/1e6, f, most)
	}
	exact := float64(f.Num) / float64(f.Den) / float64(baud)
	d := uint64(exact + 0.5)
	if off := float64(d)/exact - 1; off > 0.01 || off < -0.01 {
		return 0, fmt.Errorf("no divider of %s is within 1 %% of %d baud: the nearest makes %.6g", f, baud, f.MHz()*1e6/float64(d))
	}
	return d, nil
}

// sender is a serial output line within a circuit.
type sender struct {
	ready, line rtl.ID
}

// beat counts down the cycles of a bit. The counter restarts while hold is 1. beat returns the
// count, and whether the count is at its end. One net chooses between counting and restarting,
// so each bit of the counter takes one logic cell.
func beat(b *rtl.Builder, name string, divider uint64, hold rtl.ID) (count, end rtl.ID) {
	w := bits.Len64(divider - 1)
	r := b.Reg(name, w, 0)
	end = b.IsZero(r.Q())
	b.Set(r, b.Mux(b.Or(hold, end), b.Const(w, divider-1), b.Sub(r.Q(), b.Const(w, 1))))
	return r.Q(), end
}

// send makes the registers of a line. `valid` offers a byte, which is accepted in a cycle with
// ready. The last bit sent is a 1, which stays on the line as the idle level.
func send(b *rtl.Builder, divider uint64, valid rtl.ID, data rtl.ID) sender {
	shift := b.Reg("send.shift", frameBits+1, 1)
	idle := b.IsZero(b.Bits(shift.Q(), frameBits, 1))
	_, end := beat(b, "send.wait", divider, idle)
	b.If(b.Mux(idle, valid, end), func() {
		b.Set(shift, b.Mux(idle, b.Cat(b.Const(2, 3), data, b.Const(1, 0)), b.Cat(b.Const(1, 0), b.Bits(shift.Q(), frameBits, 1))))
	})
	return sender{idle, b.Bit(shift.Q(), 0)}
}

// Sender makes a circuit that sends bytes on a serial line.
func Sender(f Hz, baud uint64) (*rtl.Circuit, error) {
	d, err := Divider(f, baud)
	if err != nil {
		return nil, err
	}
	b := rtl.NewBuilder("sinter_uart_tx")
	s := send(b, d, b.Input("valid", 1), b.Input("data", 8))
	b.Output("ready", s.ready)
	b.Output("line", s.line)
	return b.Build()
}

// Receiver makes a circuit that receives bytes from a serial line. A byte may begin at any
// time. `valid` is 1 for one cycle together with `data`. A byte without a stop bit is dropped.
// A start bit is also dropped if the line is at rest again at the middle of the bit.
func Receiver(f Hz, baud uint64) (*rtl.Circuit, error) {
	d, err := Divider(f, baud)
	if err != nil {
		return nil, err
	}
	b := rtl.NewBuilder("sinter_uart_rx")
	r := receive(b, d, b.Input("line", 1))
	b.Output("valid", r.valid)
	b.Output("data", r.data)
	return b.Build()
}

// received is a serial input line within a circuit. valid is 1 for one cycle.
type received struct {
	valid, data rtl.ID
}

// receive makes the registers of a serial input line.
func receive(b *rtl.Builder, d uint64, line rtl.ID) received {
	// The line is 1 at rest, and registers start at 0. So the registers hold the complement of the
	// line.
	low := synchronise(b, b.Not(line))
	high := b.Not(low)
	busy, doubt, shift := b.Reg("receive.busy", 1, 0), b.Reg("receive.doubt", 1, 0), b.Reg("receive.shift", frameBits, 0)
	count, _ := beat(b, "receive.wait", d, b.Not(busy.Q()))
	middle := b.And(busy.Q(), b.EqConst(count, d/2))
	last := b.Bit(shift.Q(), 0) // the mark that was shifted in first is at the end: this is the stop bit
	b.If(busy.Q(), func() {
		b.If(middle, func() {
			b.Set(doubt, last) // a start bit may be false, so it is checked; after a missing stop bit the line must come to rest
			b.If(b.And(high, b.Or(last, doubt.Q())), func() { b.Set(busy, b.Const(1, 0)) })
		})
	}, func() {
		b.Set(busy, low)
		b.Set(doubt, b.Const(1, 1))
	})
	b.If(b.Or(b.Not(busy.Q()), b.And(middle, b.Not(last))), func() {
		b.Set(shift, b.Mux(busy.Q(), b.Cat(high, b.Bits(shift.Q(), frameBits-1, 1)), b.Const(frameBits, 1<<(frameBits-1))))
	})
	return received{b.And(middle, high, last, b.Not(doubt.Q())), b.Bits(shift.Q(), frameBits-1, 2)}
}

// queueBits is the address width of an input line's buffer. The buffer keeps the bytes that
// arrive while a program computes or waits for another line. 512 bytes fill one block RAM of 4
// Kbit.
const queueBits = 9

// LineIn makes a circuit that receives bytes from a serial line and keeps each byte until the
// core accepts the byte. A byte may begin at any time. Bytes that arrive while the buffer is
// full are lost.
func LineIn(f Hz, baud uint64) (*rtl.Circuit, error) {
	d, err := Divider(f, baud)
	if err != nil {
		return nil, err
	}
	b := rtl.NewBuilder("sinter_line_in")
	r := receive(b, d, b.Input("line", 1))
	ready := b.Input("ready", 1)
	buffer := b.Mem("buffer", 8, queueBits, 1, nil)
	in, out, have := b.Reg("in", queueBits, 0), b.Reg("out", queueBits, 0), b.Reg("have", 1, 0)
	one := b.Const(queueBits, 1)
	next := b.Add(in.Q(), one)
	b.If(b.And(r.valid, b.Ne(next, out.Q())), func() {
		b.WriteMem(buffer, in.Q(), r.data, rtl.None)
		b.Set(in, next)
	})
	taken := b.And(have.Q(), ready)
	// The byte at `out` is valid a cycle after the buffer holds it.
	b.Set(have, b.And(b.Ne(in.Q(), out.Q()), b.Not(taken)))
	b.If(taken, func() { b.Set(out, b.Add(out.Q(), one)) })
	b.Output("valid", have.Q())
	b.Output("data", b.ReadSync(buffer, out.Q(), rtl.None, rtl.Old))
	return b.Build()
}

// wordBytes is the number of bytes per word on the line. Each byte but the first has seven bits
// of the word.
const wordBytes = 5

// WordOnWire returns the bytes of a log word, high bits of the word first. The top bit is set
// only in the first byte, so a reader that starts late finds the next word.
func WordOnWire(v uint32) [wordBytes]byte {
	var out [wordBytes]byte
	for i := range out {
		out[i] = byte(v>>(7*(wordBytes-1-i))) & 0x7F
	}
	out[0] = out[0]&0x0F | 0x80
	return out
}

// fifoBits is the address width of the log's buffer. Without the buffer, a program would wait
// at each log line until the wire has sent the line, and would miss its deadlines. 256 words
// fill two block RAMs of 4 Kbit.
const fifoBits = 8

// LogWire makes a circuit that sends the words of a log port on a serial line. A buffer holds
// the words. The core waits only when the buffer is full.
func LogWire(f Hz, baud uint64) (*rtl.Circuit, error) {
	d, err := Divider(f, baud)
	if err != nil {
		return nil, err
	}
	b := rtl.NewBuilder("sinter_log")
	valid := b.Input(rtl.PortLogValid, 1)
	buffer := b.Mem("buffer", 32, fifoBits, 1, nil)
	in, out := b.Reg("in", fifoBits, 0), b.Reg("out", fifoBits, 0)
	have, at := b.Reg("have", 1, 0), b.Reg("at", 3, 0)
	one := b.Const(fifoBits, 1)
	next := b.Add(in.Q(), one)
	ready := b.Ne(next, out.Q())
	b.If(b.And(valid, ready), func() {
		b.WriteMem(buffer, in.Q(), b.Input(rtl.PortLogData, 32), rtl.None)
		b.Set(in, next)
	})
	s := send(b, d, have.Q(), byteOf(b, b.ReadSync(buffer, out.Q(), rtl.None, rtl.Old), at.Q()))
	taken := b.And(have.Q(), s.ready)
	last := b.EqConst(at.Q(), wordBytes-1)
	// The word at `out` is valid a cycle after the buffer holds it.
	b.Set(have, b.And(b.Ne(in.Q(), out.Q()), b.Not(b.And(taken, last))))
	b.If(taken, func() {
		b.Set(at, b.Add(at.Q(), b.Const(3, 1)))
		b.If(last, func() {
			b.Set(at, b.Const(3, 0))
			b.Set(out, b.Add(out.Q(), one))
		})
	})
	b.Output(rtl.PortLogReady, ready)
	b.Output("line", s.line)
	return b.Build()
}

// byteOf is byte number `at` of a word on the line.
func byteOf(b *rtl.Builder, data, at rtl.ID) rtl.ID {
	v := b.Cat(b.Const(4, 8), b.Bits(data, 31, 28))
	for i := 1; i < wordBytes; i++ {
		low := 7 * (wordBytes - 1 - i)
		v = b.Mux(b.EqConst(at, uint64(i)), b.Cat(b.Const(1, 0), b.Bits(data, low+6, low)), v)
	}
	return v
}

// WordReader reassembles words from the bytes of a log line.
type WordReader struct {
	Lost int // bytes that belong to no whole word
	word uint32
	have int
}

// Next adds a byte, and returns the word if the byte completes one.
func (r *WordReader) Next(c byte) (word uint32, whole bool) {
	switch {
	case c >= 0x80:
		r.Lost += r.have
		r.word, r.have = uint32(c&0x0F), 1
		return 0, false
	case r.have == 0:
		r.Lost++
		return 0, false
	}
	r.word = r.word<<7 | uint32(c)
	if r.have++; r.have < wordBytes {
		return 0, false
	}
	r.have = 0
	return r.word, true
}
