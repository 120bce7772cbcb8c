package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
)

// users lists the users of each value: instructions and terminators of blocks. Code that
// changes uses must call instr and term. A block in the list may no longer use the value.
type users struct {
	instrs map[*ir.Value][]*ir.Instr
	terms  map[*ir.Value][]*ir.Block
}

func usersOf(f *ir.Func) *users {
	u := &users{map[*ir.Value][]*ir.Instr{}, map[*ir.Value][]*ir.Block{}}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			u.instr(i)
		}
		u.term(b)
	}
	return u
}

// instr adds the uses in a new instruction.
func (u *users) instr(i *ir.Instr) {
	i.Uses(func(v **ir.Value) { u.instrs[*v] = append(u.instrs[*v], i) })
}

// term adds the uses in the terminator of a block.
func (u *users) term(b *ir.Block) {
	b.Term.Uses(func(v **ir.Value) {
		if !slices.Contains(u.terms[*v], b) {
			u.terms[*v] = append(u.terms[*v], b)
		}
	})
}

// rename replaces all uses of v.
func (u *users) rename(v, by *ir.Value) {
	put := func(w **ir.Value) {
		if *w == v {
			*w = by
		}
	}
	for _, i := range u.instrs[v] {
		i.Uses(put)
	}
	for _, b := range u.terms[v] {
		b.Term.Uses(put)
	}
	u.instrs[by] = append(u.instrs[by], u.instrs[v]...)
	u.terms[by] = append(u.terms[by], u.terms[v]...)
	delete(u.instrs, v)
	delete(u.terms, v)
}

// ends reports whether the terminator of some block uses v, apart from uses that `except`
// accepts.
func (u *users) ends(v *ir.Value, except func(b *ir.Block, use **ir.Value) bool) bool {
	found := false
	for _, b := range u.terms[v] {
		b.Term.Uses(func(w **ir.Value) { found = found || *w == v && !except(b, w) })
	}
	return found
}
