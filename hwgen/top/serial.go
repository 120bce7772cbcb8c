package top

import (
	"fmt"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// serial connects the byte ports and frame ports to their serial lines.
func (b *body) serial() error {
	for _, w := range b.Wires {
		if w.Port.Serial != Bytes && w.Port.Serial != Frames {
			continue
		}
		join := b.lineOut
		if w.Port.In {
			join = b.lineIn
		}
		if err := join(w); err != nil {
			return fmt.Errorf("port %s: %w", w.Port.Name, err)
		}
	}
	return nil
}

// nets declares the nets of a byte transfer between two circuits.
func (b *body) nets(prefix string) (valid, ready, data string) {
	return b.fresh(prefix+"_valid", 1), b.fresh(prefix+"_ready", 1), b.fresh(prefix+"_data", 8)
}

// lineIn makes a serial input line.
func (b *body) lineIn(w Wire) error {
	c, err := periph.LineIn(b.Clock, b.Baud)
	if err != nil {
		return err
	}
	p := rtl.RxPorts(w.Port.Device)
	valid, ready, data := b.nets(w.Port.Name)
	b.place(c, false, b.rst, "line", b.level(w), "valid", valid, "ready", ready, "data", data)
	if w.Port.Serial == Bytes {
		b.join[p.Valid], b.join[p.Ready], b.join[p.Data] = valid, ready, data
		return nil
	}
	if c, err = periph.SlipIn(); err != nil {
		return err
	}
	b.beat(p, w.Port.Name)
	b.place(c, false, b.rst, "byte_valid", valid, "byte_ready", ready, "byte_data", data,
		"valid", b.join[p.Valid], "ready", b.join[p.Ready], "data", b.join[p.Data], "last", b.join[p.Last], "bytes", b.join[p.Bytes])
	return nil
}

// beat declares the nets of a beat, a word of a frame, between the core and a peripheral.
func (b *body) beat(p rtl.StreamPorts, prefix string) {
	for _, n := range []struct {
		port, name string
		width      int
	}{
		{p.Valid, "_beat_valid", 1},
		{p.Ready, "_beat_ready", 1},
		{p.Data, "_beat_data", 32},
		{p.Last, "_beat_last", 1},
		{p.Bytes, "_beat_bytes", rtl.PortBytesWidth},
	} {
		b.join[n.port] = b.fresh(prefix+n.name, n.width)
	}
}

// lineOut makes a serial output line.
func (b *body) lineOut(w Wire) error {
	c, err := periph.Sender(b.Clock, b.Baud)
	if err != nil {
		return err
	}
	p := rtl.TxPorts(w.Port.Device)
	valid, ready, data := b.nets(w.Port.Name)
	line := b.fresh(w.Port.Name+"_line", 1)
	if w.Port.Serial == Bytes {
		b.join[p.Valid], b.join[p.Ready], b.join[p.Data] = valid, ready, data
	} else {
		slip, err := periph.SlipOut()
		if err != nil {
			return err
		}
		b.beat(p, w.Port.Name)
		b.place(slip, false, b.rst, "valid", b.join[p.Valid], "ready", b.join[p.Ready], "data", b.join[p.Data], "last", b.join[p.Last], "bytes", b.join[p.Bytes],
			"byte_valid", valid, "byte_ready", ready, "byte_data", data)
	}
	b.place(c, false, b.rst, "valid", valid, "ready", ready, "data", data, "line", line)
	b.drive(w, line)
	return nil
}
