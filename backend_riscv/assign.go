package riscv

// assign gives colours to the removed registers, in reverse order of their removal.
func (a *allocator) assign() {
	for k := len(a.stack) - 1; k >= 0; k-- {
		r := a.stack[k]
		taken := regSet(1)
		for _, m := range a.list[r] {
			if m = a.find(m); a.color[m] != 0 {
				taken |= 1 << a.color[m]
			}
		}
		a.color[r] = a.choose(r, taken)
		if a.color[r] == 0 {
			a.spills = append(a.spills, r)
		}
	}
	for r := firstVirtual; r < a.n; r++ {
		if a.state[r] == merged {
			a.color[r] = a.color[a.find(r)]
			if a.color[r] == 0 {
				a.spills = append(a.spills, r)
			}
		}
	}
}

// choose prefers the colour of a register that a move connects with r, and otherwise the lowest
// colour. With low colours a function uses few registers, so its callers can keep values in the
// other registers.
func (a *allocator) choose(r reg, taken regSet) reg {
	best, gain := reg(0), 0.0
	for c := reg(a.limit); c >= 1; c-- {
		if taken.has(c) {
			continue
		}
		if g := a.partnerGain(r, c); best == 0 || g >= gain {
			best, gain = c, g
		}
	}
	return best
}

// partnerGain is the cost of the moves that disappear if r has colour c.
func (a *allocator) partnerGain(r, c reg) float64 {
	g := 0.0
	for _, m := range a.of[r] {
		other := a.find(m.a)
		if other == r {
			other = a.find(m.b)
		}
		if other != r && a.color[other] == c {
			g += m.freq
		}
	}
	return g
}

// finish writes the colours into the code and records what callers must know: the changed registers
// and the places of arguments and results.
func (a *allocator) finish(adjust func(string, []uint8)) {
	colors := make([]uint8, a.n)
	for r := range colors {
		colors[r] = uint8(a.color[r])
	}
	if adjust != nil {
		adjust(a.f.name, colors)
	}
	a.f.forgetResults()
	put := func(r *reg) { *r = reg(colors[*r]) }
	for _, b := range a.f.blocks {
		for _, i := range b.insts {
			a.f.rewrite(i, put)
		}
	}
}

// rewrite colours one instruction and collects the registers that the function writes.
func (f *fn) rewrite(i *inst, put func(*reg)) {
	i.uses(put)
	i.defs(func(r *reg) {
		put(r)
		f.used |= 1 << *r
	})
	switch i.code {
	case cCall:
		f.used |= i.clobber
	case cEntry:
		f.learnParams(i.more)
	case cReturn:
		learnPlaces(f.results, i.more)
	}
}

func (f *fn) learnParams(regs []reg) {
	if !f.isMain {
		f.retAddr, regs = regs[0], regs[1:]
	}
	learnPlaces(f.params, regs)
}

// forgetResults removes the result places of a function that never returns.
func (f *fn) forgetResults() {
	for _, b := range f.blocks {
		if n := len(b.insts); n > 0 && b.insts[n-1].code == cReturn {
			return
		}
	}
	f.results = nil
}

// learnPlaces replaces the virtual registers of places with their colours, in order.
func learnPlaces(ps []place, regs []reg) {
	for k := range ps {
		if ps[k].reg != 0 {
			ps[k].reg, regs = regs[0], regs[1:]
		}
	}
}

// spiller moves registers to slots. It adds a load before each use and a store after each
// definition. For a spilled constant, it computes the constant again before each use instead.
type spiller struct {
	f     *fn
	home  map[reg]slot // slots of spilled registers; coalesced registers share a slot
	again map[reg]bool // spilled constants
	temps map[reg]bool
}

// spill moves registers to memory. Registers of one group were coalesced and share a slot.
func (f *fn) spill(list []reg, temps map[reg]bool, group func(reg) reg) {
	s := &spiller{f: f, home: map[reg]slot{}, again: map[reg]bool{}, temps: temps}
	slots := map[reg]slot{}
	for _, r := range list {
		if _, ok := f.constOf[r]; ok {
			s.again[r] = true
			continue
		}
		g := group(r)
		if _, ok := slots[g]; !ok {
			slots[g] = f.newSlot()
		}
		s.home[r] = slots[g]
	}
	for _, b := range f.blocks {
		old := b.insts
		b.insts = make([]*inst, 0, len(old)+8)
		for _, i := range old {
			s.rewrite(b, i)
		}
	}
}

func (s *spiller) rewrite(b *block, i *inst) {
	if i.code == cConst && s.again[i.rd] {
		return
	}
	if from, ok := s.home[i.rs1]; ok && i.code == cMove && s.home[i.rd] == from {
		return
	}
	fresh := map[reg]reg{}
	i.uses(func(r *reg) {
		t, ok := fresh[*r]
		if !ok {
			if t, ok = s.reload(b, *r, i); !ok {
				return
			}
			fresh[*r] = t
		}
		*r = t
	})
	b.insts = append(b.insts, i)
	i.defs(func(r *reg) {
		if at, ok := s.home[*r]; ok {
			*r = s.temp()
			for _, o := range s.f.store(*r, at, s.temp) {
				o.value, o.span = i.value, i.span
				b.insts = append(b.insts, o)
			}
		}
	})
}

func (s *spiller) temp() reg {
	t := s.f.newReg()
	s.temps[t] = true
	return t
}

// reload loads a spilled register into a new register before at.
func (s *spiller) reload(b *block, r reg, at *inst) (reg, bool) {
	load := &inst{value: at.value, span: at.span}
	if s.again[r] {
		load.code, load.imm = cConst, s.f.constOf[r]
	} else if home, ok := s.home[r]; ok {
		load.code, load.slot = cLoad, home
	} else {
		return 0, false
	}
	load.rd = s.temp()
	b.insts = append(b.insts, load)
	return load.rd, true
}
