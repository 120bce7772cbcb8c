package periph

import (
	"math/bits"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// The ports through which a core gives a command to a bus and receives the answer. Both ports
// transfer beats of frames (rtl.StreamPorts).
var (
	BusCommand = rtl.StreamPorts{Valid: "valid", Ready: "ready", Data: "data", Last: "last", Bytes: "bytes"}
	BusAnswer  = rtl.StreamPorts{Valid: "answer_valid", Ready: "answer_ready", Data: "answer_data", Last: "answer_last", Bytes: "answer_bytes"}
)

// spiMost is the highest clock frequency of an SPI bus. Most devices accept it.
const spiMost = 10_000_000

// SPIHalf is the number of clock cycles in half a bit of an SPI bus, a power of two.
func SPIHalf(f Hz) int {
	half := 1
	for f.Num > 2*uint64(half)*spiMost*f.Den {
		half *= 2
	}
	return half
}

// spiPointer is the width of a word's number. The words of the header have negative numbers.
// The words of the data, up to 512 bytes, count from 0.
const spiPointer = 8

// headWords is the number of words before the bytes of a command.
const headWords = port.CommandSize / 4

// SPI makes the master of an SPI bus with one device, in mode 0. The bus clock is 0 at rest,
// and master and device sample the data when the clock rises. Bytes are sent with their high
// bit first.
//
// The answer is the command, with the received bytes in place of the sent bytes. The master
// shifts each word out and stores the received word in a memory under the same number. Word -1,
// which is never written, is the status of the answer. The last word may have fewer than four
// bytes. The master also shifts the missing bytes, but meanwhile the bus clock stands still.
// For each word but the last, the core gives four as the number of bytes.
func SPI(f Hz) (*rtl.Circuit, error) {
	b := rtl.NewBuilder("sinter_spi")
	valid, data, last, count := b.Input(BusCommand.Valid, 1), b.Input(BusCommand.Data, 32), b.Input(BusCommand.Last, 1), b.Input(BusCommand.Bytes, rtl.PortBytesWidth)
	taken, miso := b.Input(BusAnswer.Ready, 1), b.Input("miso", 1)
	slow := bits.Len(uint(SPIHalf(f))) - 1
	width := slow + 6 // cycles of half a bit, the half, 32 bits
	shift, beats := b.Reg("shift", 32, 0), b.Reg("beats", width, 0)
	at := b.Reg("at", spiPointer, 1<<spiPointer-headWords)
	busy, answering, have := b.Reg("busy", 1, 0), b.Reg("answering", 1, 0), b.Reg("have", 1, 0)
	sck, cs := b.Reg("clock", 1, 0), b.Reg("select", 1, 1)

	commanding, head := b.Not(answering.Q()), b.Bit(at.Q(), spiPointer-1)
	next := b.Add(b.Zext(beats.Q(), width+1), b.Const(width+1, 1))
	end := b.Bit(next, width) // the carry: no table reads the whole count, which rests at 0
	ready := b.Or(b.And(commanding, head), end)
	step := b.Or(b.And(valid, ready), b.And(have.Q(), taken))

	second, halfEnd := b.Bit(beats.Q(), slow), busy.Q()
	if slow > 0 {
		halfEnd = b.And(halfEnd, b.IsZero(b.Not(b.Bits(beats.Q(), slow-1, 0))))
	}
	shifted := b.Cat(b.Bits(shift.Q(), 30, 0), miso)
	b.If(b.Or(b.Not(busy.Q()), b.And(halfEnd, second)), func() { b.Set(shift, b.Mux(busy.Q(), shifted, swap(b, data))) })
	// less is 1 if the number of the byte is less than the count. It needs no carry chain.
	high, low := b.Bit(beats.Q(), width-1), b.Bit(beats.Q(), width-2)
	less := b.Mux(b.Bit(count, 1), b.Not(b.And(high, b.Or(low, b.Not(b.Bit(count, 0))))), b.And(b.Not(high), b.Not(low), b.Bit(count, 0)))
	within := b.Or(b.Bit(count, 2), less)
	b.If(halfEnd, func() { b.Set(sck, b.And(b.Not(second), within)) })
	b.Set(busy, b.Mux(busy.Q(), b.Not(end), b.And(valid, b.Not(cs.Q()))))
	b.If(busy.Q(), func() { b.Set(beats, b.Bits(next, width-1, 0)) })
	b.Set(cs, b.Or(head, answering.Q(), b.And(end, last))) // low only while command words may be shifted

	words, ends := b.Mem("words", 32, spiPointer, 1, nil), b.Mem("ends", 1+rtl.PortBytesWidth, spiPointer, 1, nil)
	b.If(end, func() { b.WriteMem(words, at.Q(), swap(b, shifted), rtl.None) })
	b.If(ready, func() { b.WriteMem(ends, at.Q(), b.Cat(last, count), rtl.None) })
	stored := b.ReadSync(ends, at.Q(), rtl.None, rtl.Old)
	over := b.Bit(stored, rtl.PortBytesWidth)
	b.Set(have, b.And(answering.Q(), b.Not(b.And(have.Q(), taken))))
	// After the last word the answer begins at -1, or the next command at -2.
	turn := b.Mux(answering.Q(), over, last)
	const low7 = spiPointer - 1
	following := b.Add(b.Bits(at.Q(), low7-1, 0), b.Const(low7, 1))
	b.If(step, func() {
		b.Set(answering, b.Xor(answering.Q(), turn))
		b.Set(at, b.Cat(
			b.Or(turn, b.And(head, b.Not(b.Bit(at.Q(), 0)))), // from -2 to -1; from there to 0
			b.Or(b.Bits(following, low7-1, 1), b.Repeat(turn, low7-1)),
			b.Mux(turn, commanding, b.Bit(following, 0))))
	})

	b.Output(BusCommand.Ready, ready)
	b.Output(BusAnswer.Valid, have.Q())
	b.Output(BusAnswer.Data, b.ReadSync(words, at.Q(), rtl.None, rtl.Old))
	b.Output(BusAnswer.Last, over)
	b.Output(BusAnswer.Bytes, b.Bits(stored, rtl.PortBytesWidth-1, 0))
	b.Output("sck", sck.Q())
	b.Output("mosi", b.Bit(shift.Q(), 31))
	b.Output("cs", cs.Q())
	return b.Build()
}

// swap reverses the bytes of a word, so that its first byte becomes the highest.
func swap(b *rtl.Builder, x rtl.ID) rtl.ID {
	return b.Cat(b.Bits(x, 7, 0), b.Bits(x, 15, 8), b.Bits(x, 23, 16), b.Bits(x, 31, 24))
}
