package riscv

// bits is a set of registers.
type bits []uint64

func newBits(n reg) bits { return make(bits, (n+63)/64) }

func (s bits) has(r reg) bool { return s[r>>6]>>(r&63)&1 == 1 }
func (s bits) add(r reg)      { s[r>>6] |= 1 << (r & 63) }
func (s bits) remove(r reg)   { s[r>>6] &^= 1 << (r & 63) }

// addAll adds t and reports whether s grew.
func (s bits) addAll(t bits) bool {
	grew := false
	for i, w := range t {
		if w&^s[i] != 0 {
			s[i] |= w
			grew = true
		}
	}
	return grew
}

// liveness is what is live at the end of each block, by block id.
func (f *fn) liveness() []bits {
	n := len(f.blocks)
	in, out := make([]bits, n), make([]bits, n)
	for i := range f.blocks {
		in[i], out[i] = newBits(f.next), newBits(f.next)
	}
	for changed := true; changed; {
		changed = false
		for i := n - 1; i >= 0; i-- {
			b := f.blocks[i]
			for _, s := range b.succs {
				out[i].addAll(in[s.id])
			}
			live := append(bits(nil), out[i]...)
			for k := len(b.insts) - 1; k >= 0; k-- {
				live.step(b.insts[k])
			}
			changed = in[i].addAll(live) || changed
		}
	}
	return out
}

// step moves a live set from after i to before it.
func (s bits) step(i *inst) {
	i.defs(func(r *reg) { s.remove(*r) })
	for r := reg(1); i.code == cCall && r < firstVirtual; r++ {
		if i.clobber.has(r) {
			s.remove(r)
		}
	}
	i.uses(func(r *reg) { s.add(*r) })
}
