// Package periph makes the circuits between a core and the wires of a board:
//
//	Reset     1 after power-up and while something asks for it, for 1,024 cycles
//	Clock     the time in microseconds, which stands still while the core computes
//	Debounce  a level that follows an input once it has been still
//	Sender    bytes on a serial line, 8N1
//	Receiver  bytes from a serial line, 8N1
//	LineIn    a receiver with a buffer
//	SlipIn    frames from the bytes of a line (RFC 1055)
//	SlipOut   bytes of a line from frames
//	LogWire   words of the log port on a serial line, five bytes each
//	Host      the ports of a core as registers on a bus, Wishbone or AXI4-Lite
//
// The package also computes the settings of a PLL (pll.go), which is a primitive of the part.
// Each peripheral is a circuit of ir/rtl, like a core. The same code simulates, prices and
// writes peripherals and cores. Tests compare each peripheral with a separate model.
//
// The package does not depend on boards or programs. Start reading at Clock.
package periph

import (
	"fmt"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// Hz is a frequency in hertz: Num / Den.
type Hz struct{ Num, Den uint64 }

// MHz is the frequency in MHz, for messages.
func (f Hz) MHz() float64 { return float64(f.Num) / float64(f.Den) / 1e6 }

// String shows a frequency in MHz.
func (f Hz) String() string { return fmt.Sprintf("%.6g MHz", f.MHz()) }

// Same reports whether two frequencies are equal.
func (f Hz) Same(g Hz) bool {
	ah, al := bits.Mul64(f.Num, g.Den)
	bh, bl := bits.Mul64(g.Num, f.Den)
	return ah == bh && al == bl
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// resetBits is the width of the reset counter. The counter counts 1,024 cycles. After that time
// the block RAM of iCE40 parts can be read.
const resetBits = 10

// ResetCycles is the length of a reset in cycles.
const ResetCycles = 1 << resetBits

// Reset makes the circuit that resets everything else. The registers of this circuit start at 0
// at configuration, so the circuit itself needs no reset. `request` may change at any time,
// asynchronously to the clock.
func Reset() (*rtl.Circuit, error) {
	b := rtl.NewBuilder("sinter_reset")
	request := synchronise(b, b.Input("request", 1))
	count := b.Reg("count", resetBits+1, 0)
	over := b.Bit(count.Q(), resetBits)
	b.If(request, func() { b.Set(count, b.Const(resetBits+1, 0)) }, func() {
		b.If(b.Not(over), func() { b.Set(count, b.Add(count.Q(), b.Const(resetBits+1, 1))) })
	})
	b.Output("reset_out", b.Not(over))
	return b.Build()
}

// synchronise passes a wire through two registers.
func synchronise(b *rtl.Builder, wire rtl.ID) rtl.ID {
	first, second := b.Reg("sync.first", 1, 0), b.Reg("sync.second", 1, 0)
	b.Set(first, wire)
	b.Set(second, first.Q())
	return second.Q()
}

// TimeBits is the width of the time.
const TimeBits = rtl.PortClockWidth

// Step describes how the time is made from the clock. Each cycle adds Add to a fraction, and
// each microsecond subtracts Take from it. Bits is the width of the fraction. The fraction has
// room for at least one second, because the time stands still while the core computes.
type Step struct {
	Add, Take uint64
	Bits      int
}

// StepOf computes the step for a clock frequency.
func StepOf(f Hz) (Step, error) {
	const tick = 1_000_000
	high, add := bits.Mul64(tick, f.Den)
	g := gcd(f.Num, add)
	if f.Num == 0 || f.Den == 0 || high != 0 || add > f.Num/2 { // the time must be able to catch up after a pause
		return Step{}, fmt.Errorf("a clock of at least 2 MHz makes the time, got %s", f)
	}
	s := Step{Add: add / g, Take: f.Num / g}
	s.Bits = bits.Len64(s.Take) + bits.Len64(tick-1)
	if s.Bits > 63 {
		return Step{}, fmt.Errorf("the clock of %s is not a simple multiple of 1 MHz: the time would need %d bits of fraction", f, s.Bits)
	}
	return s, nil
}

// Clock makes the time in microseconds. The time advances by at most one in a cycle with `run`.
// Cycles without `run` also add to the fraction. So the time stands still while the core
// computes (`run` is 0), and then catches up. A tick comes when the fraction reaches a power of
// two, and not already at Take. So each tick is late by a fraction of a microsecond, but the
// rate of the ticks is exact.
func Clock(f Hz) (*rtl.Circuit, error) {
	s, err := StepOf(f)
	if err != nil {
		return nil, err
	}
	b := rtl.NewBuilder("sinter_clock")
	run := b.Input("run", 1)
	fraction, now := b.Reg("fraction", s.Bits, 0), b.Reg("now", TimeBits, 0)
	take := b.And(run, b.Any(b.Bits(fraction.Q(), s.Bits-1, bits.Len64(s.Take-1))))
	add := b.Const(s.Bits, s.Add)
	b.Set(fraction, b.Add(fraction.Q(), b.Mux(take, b.Const(s.Bits, s.Add-s.Take), add)))
	b.If(take, func() { b.Set(now, b.Add(now.Q(), b.Const(TimeBits, 1))) })
	b.Output("clock", now.Q())
	return b.Build()
}

// DebounceBits is the counter width of a board's debouncer. At 12 MHz an input must be stable
// for 1.4 to 2.7 ms.
const DebounceBits = 14

// Debounce makes a circuit whose output follows an input that may change at any time. A
// free-running counter divides the time into periods of 1 << n cycles. The output changes at
// the end of a period if the input differed from the output during the whole period. So the
// output follows an input that was stable for 1 << n to 2 << n cycles.
func Debounce(n int) (*rtl.Circuit, error) {
	b := rtl.NewBuilder("sinter_debounce")
	in := synchronise(b, b.Input("in", 1))
	level, broken, count := b.Reg("level", 1, 0), b.Reg("broken", 1, 0), b.Reg("count", n, 0)
	next := b.Add(b.Zext(count.Q(), n+1), b.Const(n+1, 1))
	b.Set(count, b.Bits(next, n-1, 0))
	end := b.Bit(next, n) // the carry: no table reads the whole count
	same := b.Not(b.Xor(in, level.Q()))
	b.Set(broken, b.Mux(end, same, b.Or(broken.Q(), same)))
	b.If(b.And(end, b.Not(b.Or(broken.Q(), same))), func() { b.Set(level, in) })
	b.Output("out", level.Q())
	return b.Build()
}
