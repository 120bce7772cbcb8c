package tree

// Write is `x.bytes()` for a layout. The result is a bytes<Max> with the fields in the order of
// Parse. A field without a name becomes its Blank. Write traps at Site if Parse could never return
// the value. Such a value has an optional part that contradicts its condition, or bytes whose
// length differs from Len. If Proved is set, this check is unnecessary.
type Write struct {
	Expr0
	X      Expr
	Proved bool
	Site   int
}

// Sealed is `L.sealed(...)`. The result is the layout value X with the seal of the bytes that
// Write would give. In X itself the field of the seal is 0. Sealed traps in the same cases as
// Write.
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

// Loose reports whether a program can make values of d that Parse never returns. Such a layout has
// optional parts, or lengths that are computed from other fields.
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
