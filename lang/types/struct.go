package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// structDecl resolves a struct.
func (c *checker) structDecl(n *syntax.StructDecl) *tree.Type {
	def := &tree.StructDef{Name: n.Name.Name, Span: n.Name.Span()}
	if len(n.Fields) == 0 {
		c.errorf(codes.BadSize, n.Span(), "a struct needs at least one field")
		return nil
	}
	if !c.fewMembers(len(n.Fields), n.Name) {
		return nil
	}
	fields, cells, ok := c.fields(n.Fields)
	def.Fields, def.Cells, def.NoZero = fields, cells, noZero(fields)
	if !ok || cells > tree.MaxCells {
		if ok {
			c.errorf(codes.TooLarge, n.Name.Span(), "a `%s` has more than %d words of memory", def.Name, tree.MaxCells)
		}
		return nil
	}
	return &tree.Type{Kind: tree.Struct, Struct: def}
}

// noZero reports whether some field has no zero value.
func noZero(fields []tree.Field) bool {
	for _, f := range fields {
		if !f.Type.HasZero() {
			return true
		}
	}
	return false
}

func (c *checker) fields(list []syntax.Field) (fields []tree.Field, cells int, ok bool) {
	ok = true
	seen := map[string]syntax.Ident{}
	for _, f := range list {
		if old, dup := seen[f.Name.Name]; dup {
			c.errorf(codes.DuplicateName, f.Name.Span(), "the field `%s` is declared twice", f.Name.Name).
				Note(old.Span(), "the other field")
			ok = false
			continue
		}
		seen[f.Name.Name] = f.Name
		t := c.newScratch().typeOf(f.Type)
		if t == nil {
			ok = false
			continue
		}
		c.opts.Record.Define(record.Def{Name: f.Name.Name, What: "a field", Type: t, At: f.Name.Span()})
		fields = append(fields, tree.Field{Name: f.Name.Name, Type: t, Offset: cells, Span: f.Name.Span()})
		cells = min(cells+tree.Cells(t), 2*tree.MaxCells)
	}
	return fields, cells, ok
}

// enumDecl resolves an enum. A variant without a declared value has the value of the previous
// variant plus one.
func (c *checker) enumDecl(n *syntax.EnumDecl) *tree.Type {
	def := &tree.EnumDef{Name: n.Name.Name, Span: n.Name.Span()}
	ok := len(n.Variants) > 0
	if !ok {
		c.errorf(codes.BadSize, n.Span(), "an enum needs at least one variant")
	}
	if !c.fewMembers(len(n.Variants), n.Name) {
		return nil
	}
	room := tree.IntType(32, false)
	if n.Width != nil {
		room = c.newScratch().typeOf(n.Width)
		if room == nil || room.Kind != tree.Int || room.Signed {
			if room != nil {
				c.errorf(codes.BadSize, n.Width.Span(), "the width of an enum is an unsigned integer such as u8, not %s", room)
			}
			return nil
		}
		def.Bits = room.Bits
	}
	next := new(big.Int)
	for _, v := range n.Variants {
		next, ok = c.variant(def, v, room, next, ok)
	}
	if !ok {
		return nil
	}
	def.NoZero = noZero(def.Variants[0].Payload)
	return &tree.Type{Kind: tree.Enum, Enum: def}
}

func (c *checker) variant(def *tree.EnumDef, v syntax.Variant, room *tree.Type, next *big.Int, ok bool) (*big.Int, bool) {
	if v.Value != nil {
		given, fine := c.newScratch().constInt(v.Value)
		if !fine {
			return next, false
		}
		next = given
	}
	if !room.Holds(next, next) {
		c.errorf(codes.OutOfRange, v.Span(), "the number of `%s` is %s, which %s does not contain", v.Name.Name, next, room)
		return next, false
	}
	for _, old := range def.Variants {
		if old.Name == v.Name.Name {
			c.errorf(codes.DuplicateName, v.Name.Span(), "the variant `%s` is declared twice", old.Name).Note(old.Span, "the other variant")
			ok = false
		} else if old.Value == next.Uint64() {
			c.errorf(codes.DuplicateName, v.Name.Span(), "`%s` and `%s` have the same number %s", old.Name, v.Name.Name, next).
				Note(old.Span, "the other variant")
			ok = false
		}
	}
	payload, cells, fine := c.fields(v.Payload)
	def.Room = max(def.Room, cells)
	if cells > tree.MaxCells {
		c.errorf(codes.TooLarge, v.Span(), "a `%s` has more than %d words of memory", def.Name, tree.MaxCells)
		fine = false
	}
	c.opts.Record.Define(record.Def{Name: v.Name.Name, What: "a variant", At: v.Name.Span()})
	def.Variants = append(def.Variants, tree.Variant{
		Name: v.Name.Name, Value: next.Uint64(), Payload: payload, Span: v.Name.Span(),
	})
	return new(big.Int).Add(next, big.NewInt(1)), ok && fine
}
