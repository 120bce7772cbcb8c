package pass

import "github.com/sinter-lang/sinter/ir"

// copies removes copies of objects. If a local is a copy of an object that does not change,
// reads of the local become reads of that object. If a local is only built and then copied, it
// is built directly in the target of the copy.
//
// Needs: nothing. Keeps: effects and their order.
//
//	before  v5: tok %t = copy %t, %tab[8], v4, 16 ; v6: i32 = load4 %t[v1], v5
//	after   v6: i32 = load4 %tab[v1 + 8]
func copies(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed := false
		all := usesOf(f)
		for _, o := range append([]*ir.Object(nil), f.Locals...) {
			if u := all[o]; u.readThrough(f) || u.buildInPlace() {
				changed = true
				all = usesOf(f) // the instructions and their positions have changed
			}
		}
		return changed
	})
}

// site is an instruction that mentions an object through ref k, with its position.
type site struct {
	b  *ir.Block
	at int
	i  *ir.Instr
	k  int // index of the ref
}

// objectUses are all mentions of a local object.
type objectUses struct {
	o      *ir.Object
	begins []site
	writes []site
	reads  []site
}

// usesOf lists the mentions of every local object of f.
func usesOf(f *ir.Func) map[*ir.Object]*objectUses {
	all := make(map[*ir.Object]*objectUses, len(f.Locals))
	for _, o := range f.Locals {
		all[o] = &objectUses{o: o}
	}
	for _, b := range f.Blocks {
		for n, i := range b.Instrs {
			for k, r := range i.Refs {
				if u := all[r.Obj]; u != nil {
					u.add(site{b, n, i, k})
				}
			}
		}
	}
	return all
}

func (u *objectUses) add(s site) {
	switch s.i.Access(s.k) {
	case ir.Begins:
		u.begins = append(u.begins, s)
	case ir.Writes:
		u.writes = append(u.writes, s)
	default:
		u.reads = append(u.reads, s)
	}
}

// readThrough replaces a local by the source of its copy.
func (u *objectUses) readThrough(f *ir.Func) bool {
	if len(u.writes) != 1 || u.writes[0].i.Op != ir.OpCopy || len(u.reads) == 0 {
		return false
	}
	c := u.writes[0]
	dst, src := c.i.Refs[0], c.i.Refs[1]
	if dst.Off != nil || dst.Disp != 0 || src.Off != nil || int(c.i.Imm) < u.o.Size || src.Obj == u.o || changesAfter(c, src.Obj) {
		return false
	}
	for _, r := range u.reads {
		if r.i.Op == ir.OpCall || (r.i.Op == ir.OpSend || r.i.Op == ir.OpAsk) && src.Disp != 0 {
			return false // a parameter of a callee may be as large as the whole local
		}
	}
	for _, r := range u.reads {
		ref := &r.i.Refs[r.k]
		ref.Obj, ref.Disp, ref.NoWrap = src.Obj, ref.Disp+src.Disp, false
	}
	u.remove(c)
	return true
}

// changesAfter reports whether something may write o after the copy c.
func changesAfter(c site, o *ir.Object) bool {
	if !o.HasToken() {
		return false
	}
	seen := map[*ir.Block]bool{}
	var reach func(b *ir.Block, from int) bool
	reach = func(b *ir.Block, from int) bool {
		for _, i := range b.Instrs[from:] {
			if mayWrite(i, o) {
				return true
			}
		}
		for _, e := range b.Term.Succs {
			if !seen[e.To] {
				seen[e.To] = true
				if reach(e.To, 0) {
					return true
				}
			}
		}
		return false
	}
	return reach(c.b, c.at+1)
}

// mayWrite reports whether i may change o. A call may change any object of the
// module.
func mayWrite(i *ir.Instr, o *ir.Object) bool {
	if i.Op == ir.OpCall && o.Kind == ir.StateObj {
		return true
	}
	for k, r := range i.Refs {
		if r.Obj == o && i.Access(k) != ir.Reads {
			return true
		}
	}
	return false
}

func (u *objectUses) remove(c site) {
	c.b.Instrs = append(c.b.Instrs[:c.at:c.at], c.b.Instrs[c.at+1:]...)
}

// buildInPlace redirects the writes of a local to the target of a copy. The copy must be the
// only read of the local. All accesses must be in one block, and between these accesses no
// other instruction may access the target.
func (u *objectUses) buildInPlace() bool {
	if len(u.reads) != 1 || len(u.writes) == 0 || len(u.begins) != 1 {
		return false
	}
	c := u.reads[0]
	if c.i.Op != ir.OpCopy || c.k != 1 {
		return false
	}
	dst, src := c.i.Refs[0], c.i.Refs[1]
	if dst.Off != nil || src.Off != nil || src.Disp != 0 || int(c.i.Imm) < u.o.Size || dst.Obj == u.o || dst.Obj.Align < u.o.Align || dst.Disp%u.o.Align != 0 {
		return false
	}
	begin := u.begins[0]
	if begin.b != c.b || begin.at > c.at {
		return false
	}
	for _, w := range u.writes {
		if w.b != c.b || w.at < begin.at || w.at > c.at || w.i.Op == ir.OpCall {
			return false
		}
	}
	for _, i := range c.b.Instrs[begin.at:c.at] {
		if i.Op == ir.OpCall || mentions(i, dst.Obj) {
			return false
		}
	}
	for _, w := range u.writes {
		ref := &w.i.Refs[w.k]
		ref.Obj, ref.Disp, ref.NoWrap = dst.Obj, ref.Disp+dst.Disp, false
	}
	u.remove(c)
	return true
}

func mentions(i *ir.Instr, o *ir.Object) bool {
	for _, r := range i.Refs {
		if r.Obj == o {
			return true
		}
	}
	return false
}
