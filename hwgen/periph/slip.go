package periph

import "github.com/sinter-lang/sinter/ir/rtl"

// The bytes with a special meaning on a line that carries frames (RFC 1055): the end of a
// frame, the escape, and the two bytes that stand, after an escape, for an end byte and an
// escape byte in the data.
const (
	slipEnd    = 0xC0
	slipEscape = 0xDB
	slipEnd2   = 0xDC // after an escape: an end within a frame
	slipEsc2   = 0xDD // after an escape: an escape within a frame
)

// SlipFrame encodes a frame for the line.
func SlipFrame(frame []byte) []byte {
	out := []byte{}
	for _, c := range frame {
		switch c {
		case slipEnd:
			out = append(out, slipEscape, slipEnd2)
		case slipEscape:
			out = append(out, slipEscape, slipEsc2)
		default:
			out = append(out, c)
		}
	}
	return append(out, slipEnd)
}

// SlipReader decodes frames from the line. It skips empty frames.
type SlipReader struct {
	frame   []byte
	escaped bool
}

// Next decodes a byte, and returns the frame if the byte ends one.
func (r *SlipReader) Next(c byte) (frame []byte, whole bool) {
	switch {
	case r.escaped && c == slipEnd2:
		c = slipEnd
	case r.escaped && c == slipEsc2:
		c = slipEscape
	case r.escaped: // an invalid byte after an escape is kept unchanged
	case c == slipEnd:
		frame, r.frame = r.frame, nil
		return frame, len(frame) > 0
	case c == slipEscape:
		r.escaped = true
		return nil, false
	}
	r.escaped = false
	r.frame = append(r.frame, c)
	return nil, false
}

// SlipIn makes a circuit that turns the bytes of a line into beats (words) for a core's frame
// port. A full word waits in the circuit until the next byte shows whether the frame ends with
// this word.
func SlipIn() (*rtl.Circuit, error) {
	b := rtl.NewBuilder("sinter_slip_in")
	valid, data, ready := b.Input("byte_valid", 1), b.Input("byte_data", 8), b.Input("ready", 1)
	word, count, escaped := b.Reg("word", 32, 0), b.Reg("count", rtl.PortBytesWidth, 0), b.Reg("escaped", 1, 0)
	plain := b.Not(escaped.Q())
	end := b.And(valid, plain, b.EqConst(data, slipEnd))
	escape := b.And(valid, plain, b.EqConst(data, slipEscape))
	content := b.And(valid, b.Not(end), b.Not(escape))
	full, none := b.Bit(count.Q(), 2), b.IsZero(count.Q())
	offer := b.Or(b.And(content, full), b.And(end, b.Not(none)))
	moved := b.And(offer, ready)
	fill := b.And(content, b.Not(full))
	meant := b.Mux(b.And(escaped.Q(), b.EqConst(data, slipEnd2)), b.Const(8, slipEnd),
		b.Mux(b.And(escaped.Q(), b.EqConst(data, slipEsc2)), b.Const(8, slipEscape), data))
	b.If(escape, func() { b.Set(escaped, b.Const(1, 1)) })
	b.If(moved, func() { b.Set(count, b.Const(rtl.PortBytesWidth, 0)) })
	b.If(fill, func() {
		b.Set(escaped, b.Const(1, 0))
		b.Set(count, b.Add(count.Q(), b.Const(rtl.PortBytesWidth, 1)))
		b.Set(word, lanes(b, word.Q(), b.Bits(count.Q(), 1, 0), meant))
	})
	b.Output("byte_ready", b.Or(fill, escape, b.And(end, b.Or(none, ready))))
	b.Output("valid", offer)
	b.Output("data", word.Q())
	b.Output("last", end)
	b.Output("bytes", count.Q())
	return b.Build()
}

// lanes puts a byte into one lane of a word. The lanes above become 0.
func lanes(b *rtl.Builder, word, at, data rtl.ID) rtl.ID {
	out := b.Zext(data, 32)
	for i := 1; i < 4; i++ {
		parts := []rtl.ID{data, b.Bits(word, 8*i-1, 0)}
		if i < 3 {
			parts = append([]rtl.ID{b.Const(24-8*i, 0)}, parts...)
		}
		out = b.Mux(b.EqConst(at, uint64(i)), b.Cat(parts[0], parts[1:]...), out)
	}
	return out
}

// SlipOut makes a circuit that turns the beats (words) of a core's frame port into bytes of a
// line. The circuit accepts a beat when the line accepts the last byte of the beat. For the
// last beat of a frame, this is the byte that ends the frame.
func SlipOut() (*rtl.Circuit, error) {
	b := rtl.NewBuilder("sinter_slip_out")
	valid, data, last, bytes := b.Input("valid", 1), b.Input("data", 32), b.Input("last", 1), b.Input("bytes", rtl.PortBytesWidth)
	ready := b.Input("byte_ready", 1)
	at, escaped, ending := b.Reg("at", 2, 0), b.Reg("escaped", 1, 0), b.Reg("ending", 1, 0)
	now := b.Bits(data, 7, 0)
	for i := 1; i < 4; i++ {
		now = b.Mux(b.EqConst(at.Q(), uint64(i)), b.Bits(data, 8*i+7, 8*i), now)
	}
	isEnd := b.EqConst(now, slipEnd)
	special := b.And(b.Or(isEnd, b.EqConst(now, slipEscape)), b.Not(escaped.Q()), b.Not(ending.Q()))
	second := b.Mux(isEnd, b.Const(8, slipEnd2), b.Const(8, slipEsc2))
	out := b.Mux(ending.Q(), b.Const(8, slipEnd), b.Mux(escaped.Q(), second, b.Mux(special, b.Const(8, slipEscape), now)))
	next := b.Add(at.Q(), b.Const(2, 1))
	over := b.Mux(last, b.Eq(next, b.Bits(bytes, 1, 0)), b.EqConst(at.Q(), 3)) // in two bits, four bytes are 0, and so is the lane after the last one
	moved := b.And(valid, ready)
	done := b.And(moved, b.Not(special))
	whole := b.And(done, b.Not(ending.Q()), over)
	b.If(moved, func() { b.Set(escaped, special) })
	b.If(done, func() {
		b.Set(at, b.Mux(b.Or(ending.Q(), over), b.Const(2, 0), next))
		b.Set(ending, b.And(whole, last))
	})
	b.Output("ready", b.Or(b.And(whole, b.Not(last)), b.And(done, ending.Q())))
	b.Output("byte_valid", valid)
	b.Output("byte_data", out)
	return b.Build()
}
