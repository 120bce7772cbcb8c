package eval

import "github.com/sinter-lang/sinter/lang/tree"

// writer is a position in a message that is being written. The bytes of the message go to the
// cells that start at `at`. These cells are 0 at first.
type writer struct {
	at  int
	bit int // bit offset from the start, most significant bit first
}

// put writes the low bits of v.
func (w *writer) put(m *machine, v uint64, bits int) {
	for i := bits - 1; i >= 0; i-- {
		m.mem[w.at+w.bit/8] |= v >> i & 1 << (7 - w.bit%8)
		w.bit++
	}
}

// putCode writes a part of a layout. The value of the part begins at src. The result is false if
// the parts of the value are inconsistent.
type putCode func(m *machine, w *writer, src int) bool

// write compiles x.bytes().
func (c *compiler) write(x *tree.Write) storeCode {
	value, put := c.addr(x.X), c.putLayout(x.X.Type().Layout, false)
	n := tree.Cells(x.T)
	temp := c.alloc(n) // the value may be at the destination of the result
	return func(m *machine, dst int) {
		m.writeTo(temp, n, value(m), put, x.Site, x.Proved)
		copy(m.mem[dst:dst+n], m.mem[temp:temp+n])
	}
}

// writeTo writes the value at src as bytes of n cells.
func (m *machine) writeTo(at, n, src int, put putCode, site int, proved bool) {
	clear(m.mem[at : at+n])
	w := writer{at: at + 1}
	if !put(m, &w, src) {
		if proved {
			panic(&Fault{"a layout that was proved does not fit together"})
		}
		panic(&Trap{site, tree.TrapLayout})
	}
	m.mem[at] = uint64(w.bit / 8)
}

// sealed compiles L.sealed(...). The code writes the value and computes its seal. The code
// computes a seal over all bytes after writing the value, and any other seal while writing it.
func (c *compiler) sealed(x *tree.Sealed) storeCode {
	value, put := c.store(x.X), c.putLayout(x.T.Layout, true)
	f := x.T.Layout.Fields[x.T.Layout.SealedField()]
	n := 1 + x.T.Layout.Max
	temp, made := c.alloc(n), c.alloc(tree.Cells(x.T))
	cells := tree.Cells(x.T)
	return func(m *machine, dst int) {
		value(m, made)
		m.writeTo(temp, n, made, put, x.Site, x.Proved)
		if f.All {
			m.mem[made+f.Offset] = sumOf(f.Seal, m.mem[temp+1:temp+1+int(m.mem[temp])])
		}
		copy(m.mem[dst:dst+cells], m.mem[made:made+cells])
	}
}

// putLayout compiles code that writes the fields in order. If `sealing` is set, the seal is not
// known yet.
func (c *compiler) putLayout(d *tree.LayoutDef, sealing bool) putCode {
	list := make([]putCode, len(d.Fields))
	for i := range d.Fields {
		list[i] = c.putField(&d.Fields[i], sealing)
	}
	return func(m *machine, w *writer, src int) bool {
		outer := m.layout
		m.layout = src
		ok := true
		for i := 0; ok && i < len(list); i++ {
			ok = list[i](m, w, src)
		}
		m.layout = outer
		return ok
	}
}

func (c *compiler) putField(f *tree.LayoutField, sealing bool) putCode {
	off, named := f.Offset, f.Offset >= 0
	part := c.putPart(f, sealing)
	if f.When == nil {
		return func(m *machine, w *writer, src int) bool { return part(m, w, src+off) }
	}
	present := c.present(f)
	return func(m *machine, w *writer, src int) bool {
		yes := present(m)
		switch {
		case named && yes != (m.mem[src+off] != 0):
			return false
		case !yes:
			return true
		}
		return part(m, w, src+off+1)
	}
}

func (c *compiler) putPart(f *tree.LayoutField, sealing bool) putCode {
	switch {
	case f.Kind == tree.LayoutSub:
		return c.putLayout(f.Part.Layout, false)
	case f.Kind == tree.LayoutBytes:
		return c.putBytes(f)
	case f.Seal != tree.NoSeal && !f.All && sealing:
		return func(m *machine, w *writer, src int) bool {
			m.mem[src] = sumOf(f.Seal, m.mem[w.at:w.at+w.bit/8])
			putNumber(m, w, f, m.mem[src])
			return true
		}
	case f.Offset < 0:
		return func(m *machine, w *writer, _ int) bool { putNumber(m, w, f, f.Blank); return true }
	}
	return func(m *machine, w *writer, src int) bool { putNumber(m, w, f, m.mem[src]); return true }
}

// putNumber writes an integer or enum from its cell.
func putNumber(m *machine, w *writer, f *tree.LayoutField, v uint64) {
	if f.Kind == tree.LayoutEnum {
		v = f.Part.Enum.Variants[v].Value
	}
	if f.Little {
		v = swapBytes(v, f.Bits/8)
	}
	w.put(m, v, f.Bits)
}

// putBytes compiles code that writes a bytes field. The number of bytes is given by Len, by a
// prefix that is written before the bytes, or by the length of the value. For a field without a
// name, the code writes zeros, or no bytes if the length may be 0.
func (c *compiler) putBytes(f *tree.LayoutField) putCode {
	named := f.Offset >= 0
	var length scalarCode
	if f.Size == tree.SizeExpr {
		length = c.scalar(f.Len)
	}
	return func(m *machine, w *writer, src int) bool {
		n := 0
		if named {
			n = int(m.mem[src])
		}
		if f.Size == tree.SizePrefix {
			w.put(m, uint64(n), 16)
		}
		if length != nil {
			want := int(length(m))
			if named && n != want {
				return false
			}
			n = want
		}
		if named {
			copy(m.mem[w.at+w.bit/8:], m.mem[src+1:src+1+n])
		}
		w.bit += n * 8
		return true
	}
}
