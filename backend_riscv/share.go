package riscv

// sharer finds spilled registers that may share a slot: registers that moves join and that never
// hold different values at once. A move between them then costs nothing, like a move that the
// allocator coalesces.
type sharer struct {
	gone    []bool
	parent  []reg // of the web of moves; then of the group
	members [][]reg
	apart   *pairs // registers of one web that live at the same time
	torn    map[reg]bool
}

// shareSlots returns, for each spilled register, the register that names its group.
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

// look notes the registers of one web that are defined while another register of the web lives.
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

// join merges two groups if no member of one lives at the same time as a member of the other.
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
