package pass

import "github.com/sinter-lang/sinter/ir"

// licm moves loop-invariant word operations and loads to a block before the loop. A load must
// stay within its object, and the loop must not write that object. Loops that contain marks are
// not changed.
//
// Needs: tokens. Keeps: effects and their order.
//
//	before  b1(v2: i32): v3: i32 = add v1, v1 ; v4: i32 = add v2, v3 ; br v5, b1(v4), b2
//	after   v3: i32 = add v1, v1 ; jump b1(v0)
//	        b1(v2: i32): v4: i32 = add v2, v3 ; br v5, b1(v4), b2
func licm(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed := false
		all := loops(f)
		for _, l := range all {
			if l.has(ir.OpMark) {
				continue
			}
			pre, made := l.hoist()
			changed = changed || pre != nil
			if made {
				l.surround(all, pre)
			}
		}
		return changed
	})
}

// surround adds the block pre to all loops around the loop l, because pre is a part of them.
func (l *loop) surround(all []*loop, pre *ir.Block) {
	for _, o := range all {
		if o != l && o.in[l.head] {
			o.in[pre] = true
			o.blocks = append(o.blocks, pre)
		}
	}
}

// hoist moves the invariant instructions of one loop to the block pre. pre is nil if there are
// none. made reports whether pre is new.
func (l *loop) hoist() (pre *ir.Block, made bool) {
	for again := true; again; {
		again = false
		for _, b := range l.blocks {
			kept := make([]*ir.Instr, 0, len(b.Instrs))
			checked := b != l.head
			for _, i := range b.Instrs {
				checked = checked || i.Op == ir.OpCheck
				if !l.invariant(i, !checked) {
					kept = append(kept, i)
					continue
				}
				if pre == nil {
					pre, made = l.preheader()
				}
				i.Results[0].In = pre
				pre.Instrs = append(pre.Instrs, i)
				again = true
			}
			b.Instrs = kept
		}
	}
	return pre, made
}

// invariant reports whether i has the same result in every round and may run even if its block
// does not run. `certain` means that the block of i runs in every round, and that no check
// comes before i.
func (l *loop) invariant(i *ir.Instr, certain bool) bool {
	if i.HasEffect() || !isValue(i) && i.Refs[0].Off != nil && !certain {
		return false
	}
	same := true
	i.Uses(func(v **ir.Value) { same = same && l.outside(*v) })
	return same
}
