package eval

import "github.com/sinter-lang/sinter/lang/tree"

// reader is a position in a message. The message has n bytes in the cells that start at `at`.
type reader struct {
	at, n int
	bit   int // bit offset from the start, most significant bit first
	start int // byte offset where the layout that is being parsed starts
}

// fieldCode parses one field into the layout value at dst, and reports whether the field was
// valid.
type fieldCode func(m *machine, r *reader, dst int) bool

// parse compiles L.parse(b). The result is an option.
func (c *compiler) parse(x *tree.Parse) storeCode {
	elements := c.elements(x.X)
	layout := c.layout(x.Layout)
	n := tree.Cells(x.T)
	temp := c.alloc(n) // the message may be in the memory of the result
	return func(m *machine, dst int) {
		at, length := elements(m)
		clear(m.mem[temp : temp+n])
		r := reader{at: at, n: length}
		m.mem[temp] = one(layout(m, &r, temp+1))
		if m.mem[temp] == 0 {
			clear(m.mem[temp : temp+n])
		}
		copy(m.mem[dst:dst+n], m.mem[temp:temp+n])
	}
}

// layout compiles the fields of a layout in order.
func (c *compiler) layout(d *tree.LayoutDef) fieldCode {
	list := make([]fieldCode, len(d.Fields))
	for i := range d.Fields {
		list[i] = c.layoutField(&d.Fields[i])
	}
	seal := sealOfAll(d)
	return func(m *machine, r *reader, dst int) bool {
		outer, start := m.layout, r.start
		m.layout, r.start = dst, r.bit/8
		ok := true
		for i := 0; ok && i < len(list); i++ {
			ok = list[i](m, r, dst)
		}
		ok = ok && seal(m, r, dst)
		m.layout, r.start = outer, start
		return ok
	}
}

// layoutField compiles a field with its condition.
func (c *compiler) layoutField(f *tree.LayoutField) fieldCode {
	off := f.Offset
	part := c.part(f)
	if f.When == nil {
		return func(m *machine, r *reader, dst int) bool { return part(m, r, dst+off) }
	}
	present := c.present(f)
	return func(m *machine, r *reader, dst int) bool {
		if !present(m) {
			return true
		}
		if off >= 0 {
			m.mem[dst+off] = 1
		}
		return part(m, r, dst+off+1)
	}
}

// present compiles the condition of a field. A condition that reads an absent field is false.
func (c *compiler) present(f *tree.LayoutField) func(m *machine) bool {
	when := c.scalar(f.When)
	needs := make([]int, len(f.Needs))
	def := layoutOf(f.When)
	for i, path := range f.Needs {
		needs[i], _ = cellOf(def, path)
	}
	return func(m *machine) bool {
		for _, at := range needs {
			if m.mem[m.layout+at] == 0 {
				return false
			}
		}
		return when(m) != 0
	}
}

// layoutOf finds the layout that a condition refers to.
func layoutOf(x tree.Expr) *tree.LayoutDef {
	switch x := x.(type) {
	case *tree.LayoutRef:
		return x.Layout
	case *tree.Unary:
		return layoutOf(x.X)
	case *tree.Convert:
		return layoutOf(x.X)
	case *tree.Bits:
		return layoutOf(x.X)
	case *tree.FromBits:
		return layoutOf(x.X)
	case *tree.Binary:
		return either(layoutOf(x.L), layoutOf(x.R))
	case *tree.Equal:
		return either(layoutOf(x.L), layoutOf(x.R))
	}
	return nil
}

func either(a, b *tree.LayoutDef) *tree.LayoutDef {
	if a != nil {
		return a
	}
	return b
}

// cellOf follows a path of fields. It returns the first cell of the last field, and the first cell
// of that field's value. For an optional field, the two cells differ, because the field begins
// with a flag.
func cellOf(d *tree.LayoutDef, path []int) (field, part int) {
	at := 0
	for i, k := range path {
		f := &d.Fields[k]
		field = at + f.Offset
		part = field
		if f.When != nil {
			part++
		}
		at = part
		if i+1 < len(path) {
			d = f.Part.Layout
		}
	}
	return field, part
}

func (c *compiler) layoutRef(x *tree.LayoutRef) scalarCode {
	_, at := cellOf(x.Layout, x.Path)
	return func(m *machine) uint64 { return m.mem[m.layout+at] }
}

// part compiles a field without its condition. A field without a name stores nothing.
func (c *compiler) part(f *tree.LayoutField) fieldCode {
	switch f.Kind {
	case tree.LayoutSub:
		return c.sub(f)
	case tree.LayoutBytes:
		return c.layoutBytes(f)
	}
	read := readBits(f)
	check := checkBits(f)
	named := f.Offset >= 0
	return func(m *machine, r *reader, dst int) bool {
		before := m.mem[r.at+r.start : r.at+r.bit/8]
		raw, ok := read(m, r)
		if !ok {
			return false
		}
		if f.Seal != tree.NoSeal && !f.All && raw != sumOf(f.Seal, before) {
			return false
		}
		v, ok := check(raw)
		if named && ok {
			m.mem[dst] = v
		}
		return ok
	}
}

func (c *compiler) sub(f *tree.LayoutField) fieldCode {
	layout := c.layout(f.Part.Layout)
	if f.Offset >= 0 {
		return layout
	}
	at := c.alloc(tree.Cells(f.Part))
	return func(m *machine, r *reader, _ int) bool { return layout(m, r, at) }
}

// readBits reads the bits of a number.
func readBits(f *tree.LayoutField) func(m *machine, r *reader) (uint64, bool) {
	bits, little := f.Bits, f.Little
	return func(m *machine, r *reader) (uint64, bool) {
		if r.bit+bits > r.n*8 {
			return 0, false
		}
		v := uint64(0)
		if (r.bit|bits)%8 == 0 { // whole bytes
			for _, c := range m.mem[r.at+r.bit/8 : r.at+(r.bit+bits)/8] {
				v = v<<8 | c&255
			}
		} else {
			for i := r.bit; i < r.bit+bits; i++ {
				v = v<<1 | m.mem[r.at+i/8]>>(7-i%8)&1
			}
		}
		r.bit += bits
		if little {
			v = swapBytes(v, bits/8)
		}
		return v, true
	}
}

func swapBytes(v uint64, n int) uint64 {
	s := uint64(0)
	for range n {
		s = s<<8 | v&255
		v >>= 8
	}
	return s
}

// checkBits compiles code that turns raw bits into a cell. The code also checks the conditions `=`
// and `in` of a field, and the variants of an enum.
func checkBits(f *tree.LayoutField) func(uint64) (uint64, bool) {
	if f.Kind == tree.LayoutEnum {
		return func(v uint64) (uint64, bool) {
			for i, k := range f.Part.Enum.Variants {
				if k.Value == v {
					return uint64(i), f.Fixed == nil || *f.Fixed == uint64(i)
				}
			}
			return 0, false
		}
	}
	w := wordOf(f.Part)
	return func(v uint64) (uint64, bool) {
		v = w.cut(v)
		switch {
		case f.Fixed != nil && v != *f.Fixed:
			return 0, false
		case f.Bound && (less(v, f.Low, w.signed) || less(f.High, v, w.signed)):
			return 0, false
		}
		return v, true
	}
}

// layoutBytes compiles a bytes field. The length is computed or stored before the bytes, or the
// bytes extend to the end of the message.
func (c *compiler) layoutBytes(f *tree.LayoutField) fieldCode {
	size := c.layoutSize(f)
	room, named := f.Part.Len, f.Offset >= 0
	return func(m *machine, r *reader, dst int) bool {
		n, ok := size(m, r)
		at := r.bit / 8
		if !ok || n > room || n > r.n-at {
			return false
		}
		if named {
			m.mem[dst] = uint64(n)
			copy(m.mem[dst+1:dst+1+n], m.mem[r.at+at:r.at+at+n])
		}
		r.bit += n * 8
		return true
	}
}

func (c *compiler) layoutSize(f *tree.LayoutField) func(m *machine, r *reader) (int, bool) {
	switch f.Size {
	case tree.SizePrefix:
		read := readBits(&tree.LayoutField{Bits: 16})
		return func(m *machine, r *reader) (int, bool) {
			v, ok := read(m, r)
			return int(v), ok
		}
	case tree.SizeRest:
		return func(_ *machine, r *reader) (int, bool) { return r.n - r.bit/8, true }
	}
	length := c.scalar(f.Len)
	return func(m *machine, _ *reader) (int, bool) { return int(length(m)), true }
}
