package tree

// Write is `x.bytes()` of a layout: the fields in the order of Parse, as bytes<Max>. A part
// without a name is written as its Blank. Unless Proved, it traps at Site when Parse cannot
// give the value. Then the presence of an optional part contradicts its condition, or the
// length of bytes differs from their Len.
type Write struct {
	Expr0
	X      Expr
	Proved bool
	Site   int
}

// Sealed is `L.sealed(...)`: the value X of a layout, with its seal computed over the bytes
// that Write would give. In X the sealed field is 0. It traps in the same cases as Write.
type Sealed struct {
	Expr0
	X      Expr
	Proved bool
	Site   int
}

// SealedField is the index of the field that seals d, -1 if there is none.
func (d *LayoutDef) SealedField() int {
	for i := range d.Fields {
		if d.Fields[i].Seal != NoSeal {
			return i
		}
	}
	return -1
}

// Loose reports whether d has values that Parse does not give. Then d has optional parts or
// lengths that are computed from other fields.
func (d *LayoutDef) Loose() bool {
	for i := range d.Fields {
		f := &d.Fields[i]
		switch {
		case f.When != nil, f.Kind == LayoutBytes && f.Size == SizeExpr && f.Name != "":
			return true
		case f.Kind == LayoutSub && f.Part.Layout.Loose():
			return true
		}
	}
	return false
}
