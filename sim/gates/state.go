package gates

// MaxLanes is the largest number of lanes in a State.
const MaxLanes = 64

// State is the state of a running program: slots with one bit per lane, and memories.
type State struct {
	p       *Program
	lanes   int
	live    uint64 // a bit for each lane in use
	slots   *[maxSlots]uint64
	mems    [][]uint64         // for each memory: word a of lane l is at a*lanes+l; all lanes share a read-only memory
	wide    []int              // for each memory: the number of lanes, or 1 if it is shared
	next    []uint64           // next values of the register bits
	held    [][MaxLanes]uint64 // for each synchronous read: the words that it takes at this clock edge
	enables []uint64
}

// NewState makes a state with 1 to 64 lanes, after reset.
func (p *Program) NewState(lanes int) *State {
	if lanes < 1 || lanes > MaxLanes {
		panic("gates: a state has 1 to 64 lanes")
	}
	s := &State{
		p: p, lanes: lanes, live: ^uint64(0) >> (MaxLanes - lanes), slots: new([maxSlots]uint64),
		next: make([]uint64, len(p.regs)), held: make([][MaxLanes]uint64, len(p.sync)), enables: make([]uint64, len(p.sync)),
	}
	s.slots[ones] = ^uint64(0)
	for _, r := range p.regs {
		if r.reset {
			s.slots[r.q] = ^uint64(0)
		}
	}
	for i := range p.shell.Mems {
		m := &p.shell.Mems[i]
		wide := lanes
		if len(m.Writes) == 0 {
			wide = 1
		}
		words := make([]uint64, wide<<m.AddrBits)
		for a, w := range m.Init {
			for l := range wide {
				words[a*wide+l] = w
			}
		}
		s.mems, s.wide = append(s.mems, words), append(s.wide, wide)
	}
	return s
}

// Shell returns the names and the slots of all signals that a caller can read or set.
func (s *State) Shell() *Shell { return &s.p.shell }

// Set sets one lane of a group of slots to a value.
func (s *State) Set(bits []uint16, lane int, v uint64) {
	for i, b := range bits {
		s.slots[b] = s.slots[b]&^(1<<lane) | (v>>i&1)<<lane
	}
}

// Get reads one lane of a group of slots.
func (s *State) Get(bits []uint16, lane int) uint64 {
	var v uint64
	for i, b := range bits {
		v |= (s.slots[b] >> lane & 1) << i
	}
	return v
}

// Lanes reads one slot of all lanes.
func (s *State) Lanes(bit uint16) uint64 { return s.slots[bit] }

// SetLanes writes one slot of all lanes.
func (s *State) SetLanes(bit uint16, v uint64) { s.slots[bit] = v }

// Word returns a word of a memory in one lane.
func (s *State) Word(mem, addr, lane int) uint64 {
	if s.wide[mem] == 1 {
		lane = 0
	}
	return s.mems[mem][addr*s.wide[mem]+lane]
}

// Eval computes all values from the inputs and the state.
func (s *State) Eval() {
	n := s.p.native
	if n == nil {
		s.interpret()
		return
	}
	for i, entry := range n.evals {
		if i > 0 {
			s.readPort(&s.p.async[i-1])
		}
		n.code.Run(entry, &s.slots[0], 0)
	}
}

// readPort performs an asynchronous read.
func (s *State) readPort(p *port) {
	var words [MaxLanes]uint64
	s.fetch(p, &words)
	s.scatter(p.data, &words, ^uint64(0))
}

// interpret is Eval without machine code.
func (s *State) interpret() {
	v := s.slots
	for _, r := range s.p.runs {
		ops := s.p.ops[r.lo:r.hi]
		switch r.kind {
		case and:
			for i := range ops {
				o := &ops[i]
				v[o.dst] = v[o.a] & v[o.b]
			}
		case andn:
			for i := range ops {
				o := &ops[i]
				v[o.dst] = v[o.a] &^ v[o.b]
			}
		case nor:
			for i := range ops {
				o := &ops[i]
				v[o.dst] = ^(v[o.a] | v[o.b])
			}
		case xor:
			for i := range ops {
				o := &ops[i]
				v[o.dst] = v[o.a] ^ v[o.b]
			}
		case mux:
			for i := range ops {
				o := &ops[i]
				b := v[o.b]
				v[o.dst] = b ^ (v[o.a]^b)&v[o.c]
			}
		case muxn:
			for i := range ops {
				o := &ops[i]
				b := ^v[o.b]
				v[o.dst] = b ^ (v[o.a]^b)&v[o.c]
			}
		case not:
			for i := range ops {
				o := &ops[i]
				v[o.dst] = ^v[o.a]
			}
		case read:
			for i := range ops {
				s.readPort(&s.p.async[ops[i].a])
			}
		}
	}
}

// Clock performs the clock edge. Registers take their next values. Synchronous reads and writes
// follow the policies of the ports. Eval must have run before.
func (s *State) Clock() {
	v := s.slots
	s.fetchSync(false)
	for i := range s.p.writes {
		s.write(&s.p.writes[i])
	}
	s.fetchSync(true)
	// All ports have read their inputs now, so registers and read data can change.
	for i := range s.p.sync {
		s.enables[i] = v[s.p.sync[i].enable] & s.live
	}
	if s.p.native == nil {
		s.nextRegs()
	} else {
		s.p.native.code.Run(s.p.native.edge, &v[0], 0)
	}
	for i := range s.p.sync {
		if s.enables[i] != 0 {
			s.scatter(s.p.sync[i].data, &s.held[i], s.enables[i])
		}
	}
}

// nextRegs lets all register bits take their next values.
func (s *State) nextRegs() {
	v := s.slots
	for i := range s.p.regs {
		r := &s.p.regs[i]
		q := v[r.q]
		s.next[i] = q ^ (q^v[r.d])&v[r.enable]
	}
	for i := range s.p.regs {
		v[s.p.regs[i].q] = s.next[i]
	}
}

// fetchSync reads the words of all enabled synchronous ports with one policy.
func (s *State) fetchSync(afterWrite bool) {
	for i := range s.p.sync {
		p := &s.p.sync[i]
		if p.afterWrite == afterWrite && s.slots[p.enable]&s.live != 0 {
			s.fetch(p, &s.held[i])
		}
	}
}
