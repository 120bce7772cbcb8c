package riscv

// parallel emits moves that take effect at the same time. A move waits until no pending move
// reads the register that it writes. An extra register breaks a cycle of moves. Among several
// ready moves, parallel emits the first one in the list.
func (s *selector) parallel(moves []transfer) {
	p := &shuffler{readers: map[reg]int{}, into: map[reg]int{}}
	for _, m := range moves {
		if !m.isConst && m.to != m.from {
			p.into[m.to] = len(p.todo)
			p.todo = append(p.todo, m)
			p.readers[m.from]++
		}
	}
	for k, m := range p.todo {
		if p.readers[m.to] == 0 {
			p.free.put(reg(k), float64(k))
		}
	}
	p.done = make([]bool, len(p.todo))
	for k := p.pick(); k >= 0; k = p.pick() {
		if p.readers[p.todo[k].to] > 0 {
			spare := s.out.newReg()
			s.move(spare, p.todo[k].to)
			p.redirect(p.todo[k].to, spare)
		}
		s.move(p.todo[k].to, p.todo[k].from)
		p.settle(k)
	}
	for _, m := range moves {
		if m.isConst {
			s.setConst(m.to, m.value)
		}
	}
}

// shuffler orders moves. It counts the pending moves that read each register.
type shuffler struct {
	todo    []transfer
	done    []bool
	readers map[reg]int // by register: the number of pending moves that read it
	into    map[reg]int // by register: the move that writes it
	free    queue       // moves whose target has no pending reader, by number
	first   int         // all moves before it are done
}

// pick returns the next move: a move that is ready, else the first pending one, else -1.
func (p *shuffler) pick() int {
	for p.free.Len() > 0 {
		if k := int(p.free[0].r); !p.done[k] {
			return k
		}
		p.free.drop()
	}
	for ; p.first < len(p.todo); p.first++ {
		if !p.done[p.first] {
			return p.first
		}
	}
	return -1
}

// redirect changes the source of all pending moves that read from to the register to.
func (p *shuffler) redirect(from, to reg) {
	for k := range p.todo {
		if !p.done[k] && p.todo[k].from == from {
			p.todo[k].from = to
			p.readers[from]--
			p.readers[to]++
		}
	}
}

// settle records that move k is done. The move that overwrites k's source may now be ready.
func (p *shuffler) settle(k int) {
	p.done[k] = true
	from := p.todo[k].from
	if p.readers[from]--; p.readers[from] > 0 {
		return
	}
	if w, ok := p.into[from]; ok && !p.done[w] {
		p.free.put(reg(w), float64(w))
	}
}
