package riscv

// liveSet is a set of registers. A visit of all members takes time in proportion to the number
// of members, and not to the number of all registers (Briggs and Torczon, "An Efficient
// Representation for Sparse Sets", 1993).
type liveSet struct {
	members []reg
	place   []int32 // index of each register in members, counted from 1; 0: not a member
}

func newLiveSet(n reg) *liveSet { return &liveSet{place: make([]int32, n)} }

func (s *liveSet) add(r reg) {
	if s.place[r] == 0 {
		s.members = append(s.members, r)
		s.place[r] = int32(len(s.members))
	}
}

func (s *liveSet) remove(r reg) {
	at := s.place[r]
	if at == 0 {
		return
	}
	last := s.members[len(s.members)-1]
	s.members[at-1], s.place[last] = last, at
	s.members, s.place[r] = s.members[:len(s.members)-1], 0
}

// reset makes the set contain exactly rs.
func (s *liveSet) reset(rs []reg) {
	for _, r := range s.members {
		s.place[r] = 0
	}
	s.members = s.members[:0]
	for _, r := range rs {
		s.add(r)
	}
}

// step changes s from the registers that live after i to the registers that live before i.
func (s *liveSet) step(i *inst) {
	i.defs(func(r *reg) { s.remove(*r) })
	for r := reg(1); i.code == cCall && r < firstVirtual; r++ {
		if i.clobber.has(r) {
			s.remove(r)
		}
	}
	i.uses(func(r *reg) { s.add(*r) })
}

// liveness lists, by block id, the registers that live at the end of each block, in ascending
// order. It follows each register backwards, from the blocks that read the register to its
// definitions. So a register that lives within one block costs nothing.
func (f *fn) liveness() [][]reg {
	w := &liveWalk{out: make([][]reg, len(f.blocks)), preds: make([][]int, len(f.blocks)), killed: make([]reg, len(f.blocks)), seen: make([]reg, len(f.blocks))}
	for _, b := range f.blocks {
		for _, s := range b.succs {
			w.preds[s.id] = append(w.preds[s.id], b.id)
		}
	}
	reads, kills := f.exposed()
	for r := range reads {
		for _, b := range kills[r] {
			w.killed[b] = reg(r)
		}
		w.follow(reg(r), reads[r])
	}
	return w.out
}

type liveWalk struct {
	out    [][]reg
	preds  [][]int
	killed []reg // by block: the register of the current walk, if the block defines it
	seen   []reg // by block: the register of the current walk, if it lives at the block's end
	work   []int
}

// follow adds r to the live registers at the end of each block from which a reader can be
// reached.
func (w *liveWalk) follow(r reg, readers []int) {
	w.work = append(w.work[:0], readers...)
	for len(w.work) > 0 {
		b := w.work[len(w.work)-1]
		w.work = w.work[:len(w.work)-1]
		for _, p := range w.preds[b] {
			if w.seen[p] == r {
				continue
			}
			w.seen[p] = r
			w.out[p] = append(w.out[p], r)
			if w.killed[p] != r {
				w.work = append(w.work, p)
			}
		}
	}
}

// exposed returns two lists for each register: the blocks that read the register before they
// define it, and the blocks that define it.
func (f *fn) exposed() (reads, kills [][]int) {
	reads, kills = make([][]int, f.next), make([][]int, f.next)
	for _, b := range f.blocks {
		kill := func(r reg) {
			if l := kills[r]; len(l) == 0 || l[len(l)-1] != b.id {
				kills[r] = append(l, b.id)
			}
		}
		for _, i := range b.insts {
			i.uses(func(r *reg) {
				k, l := kills[*r], reads[*r]
				if (len(k) == 0 || k[len(k)-1] != b.id) && (len(l) == 0 || l[len(l)-1] != b.id) {
					reads[*r] = append(l, b.id)
				}
			})
			i.defs(func(r *reg) { kill(*r) })
			for r := reg(1); i.code == cCall && r < firstVirtual; r++ {
				if i.clobber.has(r) {
					kill(r)
				}
			}
		}
	}
	return reads, kills
}
