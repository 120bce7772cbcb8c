package riscv

// sharer finds spilled registers that may share a slot. Moves must connect these registers, and
// no two of them may live at the same time. A move between registers of one slot disappears,
// like a move that the allocator coalesces.
type sharer struct {
	gone    []bool
	parent  []reg // first of the registers that moves connect, a web; later of the group that shares a slot
	members [][]reg
	apart   *pairs // registers of one web that live at the same time
	torn    map[reg]bool
}

// shareSlots returns a function that maps each spilled register to the register that names the
// group of this register.
func (r *reliever) shareSlots() func(reg) reg {
	s := &sharer{gone: r.gone, parent: make([]reg, r.f.next), members: make([][]reg, r.f.next), apart: newPairs(), torn: map[reg]bool{}}
	var moves []*inst
	for x := range s.parent {
		s.parent[x] = reg(x)
	}
	for _, b := range r.f.blocks {
		for _, i := range b.insts {
			if i.code == cMove && s.gone[i.rd] && s.gone[i.rs1] {
				moves = append(moves, i)
				s.parent[s.find(i.rd)] = s.find(i.rs1)
			}
		}
	}
	r.scan(s.look)
	web := make([]reg, r.f.next)
	for x := range web {
		web[x] = s.find(reg(x))
	}
	for x := range s.parent {
		s.parent[x], s.members[x] = reg(x), []reg{reg(x)}
	}
	for _, i := range moves {
		s.join(s.find(i.rd), s.find(i.rs1), s.torn[web[i.rd]])
	}
	return s.find
}

func (s *sharer) find(x reg) reg {
	for s.parent[x] != x {
		s.parent[x] = s.parent[s.parent[x]]
		x = s.parent[x]
	}
	return x
}

// look finds registers of one web that live at the same time, and records each such pair: one
// register is defined while the other lives.
func (s *sharer) look(live *liveSet, i *inst, _ float64) {
	if i == nil {
		return
	}
	i.defs(func(d *reg) {
		if !s.gone[*d] {
			return
		}
		web := s.find(*d)
		for _, l := range live.members {
			if l != *d && s.gone[l] && !(i.code == cMove && l == i.rs1) && s.find(l) == web {
				s.apart.add(*d, l)
				s.torn[web] = true
			}
		}
	})
}

// join merges two groups if no member of one group lives at the same time as a member of the
// other group.
func (s *sharer) join(x, y reg, torn bool) {
	if x == y {
		return
	}
	for _, a := range s.members[x] {
		if !torn {
			break
		}
		for _, b := range s.members[y] {
			if s.apart.has(a, b) {
				return
			}
		}
	}
	s.parent[y] = x
	s.members[x], s.members[y] = append(s.members[x], s.members[y]...), nil
}
