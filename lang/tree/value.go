package tree

// Write is `x.bytes()` for a layout. It gives the fields in the order of Parse, as bytes<Max>.
// A field without a name is written as its Blank. Write traps at Site if Parse could never give
// the value. Such a value has an optional part that contradicts its condition, or bytes whose
// length differs from Len. If Proved is set, it needs no check.
type Write struct {
	Expr0
	X      Expr
	Proved bool
	Site   int
}

// Sealed is `L.sealed(...)`. It gives the layout value X with its seal computed over the bytes
// that Write would give. In X the sealed field is 0. It traps in the same cases as Write.
type Sealed struct {
	Expr0
	X      Expr
	Proved bool
	Site   int
}

// SealedField is the index of the field that is the seal, or -1.
func (d *LayoutDef) SealedField() int {
	for i := range d.Fields {
		if d.Fields[i].Seal != NoSeal {
			return i
		}
	}
	return -1
}

// Loose reports whether d has values that Parse never gives. Such a layout has optional parts,
// or lengths that are computed from other fields.
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
