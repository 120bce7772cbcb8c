package sat

import "sort"

// analyse resolves backwards from a conflict clause to the first unique implication point: the
// first literal on all paths of the last level. analyse returns the learnt clause, the
// backtrack level, and the number of levels in the clause (its glue). The complement of the
// implication point comes first in the clause. A literal of the backtrack level comes second.
func (s *Solver) analyse(c ref) (out []Lit, back, glue int) {
	out = []Lit{0}
	open, at := 0, len(s.trail)-1
	var lead Lit = -1
	for {
		for _, l := range s.lits(c) {
			if l != lead {
				open += s.visit(l, &out)
			}
		}
		for !s.seen[s.trail[at].Var()] {
			at--
		}
		lead = s.trail[at]
		c = s.reason[lead.Var()]
		s.seen[lead.Var()] = false
		at--
		if open--; open == 0 {
			break
		}
	}
	out[0] = lead.Not()
	marked := append([]Lit(nil), out[1:]...)
	out = s.minimise(out)
	for _, l := range marked {
		s.seen[l.Var()] = false
	}
	for i := 2; i < len(out); i++ {
		if s.level[out[i].Var()] > s.level[out[1].Var()] {
			out[1], out[i] = out[i], out[1]
		}
	}
	if len(out) > 1 {
		back = int(s.level[out[1].Var()])
	}
	return out, back, s.glue(out)
}

// visit marks a literal of a reason clause. visit returns 1 if the literal belongs to the last
// level.
func (s *Solver) visit(l Lit, out *[]Lit) int {
	v := l.Var()
	if s.seen[v] || s.level[v] == 0 {
		return 0
	}
	s.seen[v] = true
	s.bumpVar(v)
	if int(s.level[v]) == len(s.limits) {
		return 1
	}
	*out = append(*out, l)
	return 0
}

// minimise drops literals that follow from the other literals in one step.
func (s *Solver) minimise(lits []Lit) []Lit {
	kept := lits[:1]
	for _, l := range lits[1:] {
		if !s.implied(l) {
			kept = append(kept, l)
		}
	}
	return kept
}

func (s *Solver) implied(l Lit) bool {
	c := s.reason[l.Var()]
	if c == noClause {
		return false
	}
	for _, x := range s.lits(c) {
		if v := x.Var(); v != l.Var() && !s.seen[v] && s.level[v] > 0 {
			return false
		}
	}
	return true
}

// glue counts the decision levels of a clause.
func (s *Solver) glue(lits []Lit) int {
	levels := map[int32]bool{}
	for _, l := range lits {
		levels[s.level[l.Var()]] = true
	}
	return len(levels)
}

func (s *Solver) learn(lits []Lit, glue int) {
	if len(lits) == 1 {
		s.assign(lits[0], noClause)
		return
	}
	c := s.attach(lits, glue)
	s.learnts = append(s.learnts, c)
	s.assign(lits[0], c)
}

func (s *Solver) bumpVar(v Var) {
	s.activity[v] += s.bump
	if s.activity[v] > 1e100 {
		for i := range s.activity {
			s.activity[i] *= 1e-100
		}
		s.bump *= 1e-100
	}
	s.order.up(v)
}

func (s *Solver) decay() { s.bump /= 0.95 }

// reduce deletes half of the learnt clauses, those with the most levels, and compacts the
// arena.
func (s *Solver) reduce() {
	s.undo(0)
	list := append([]ref(nil), s.learnts...)
	sort.SliceStable(list, func(i, j int) bool { return s.arena[list[i]+1] > s.arena[list[j]+1] })
	drop := map[ref]bool{}
	for _, c := range list[:len(list)/2] {
		if s.arena[c+1] > 2 {
			drop[c] = true
		}
	}
	old := s.arena
	s.arena = make([]Lit, 0, len(old))
	s.learnts = s.learnts[:0]
	for i := range s.watches {
		s.watches[i] = s.watches[i][:0]
	}
	for c := ref(0); int(c) < len(old); c += 2 + ref(old[c]) {
		if drop[c] {
			continue
		}
		lits, glue := old[c+2:c+2+ref(old[c])], int(old[c+1])
		if at := s.attach(lits, glue); glue > 0 {
			s.learnts = append(s.learnts, at)
		}
	}
	for _, l := range s.trail { // at level 0, reasons are never read
		s.reason[l.Var()] = noClause
	}
	s.keep += 500
}

// heap orders variables by activity, most active first.
type heap struct {
	vars     []Var
	where    []int32 // for each variable: its index in vars, -1 if absent
	activity *[]float64
}

func (h *heap) clear() {
	for _, v := range h.vars {
		h.where[v] = -1
	}
	h.vars = h.vars[:0]
}

func (h *heap) before(i, j int) bool { return (*h.activity)[h.vars[i]] > (*h.activity)[h.vars[j]] }

func (h *heap) swap(i, j int) {
	h.vars[i], h.vars[j] = h.vars[j], h.vars[i]
	h.where[h.vars[i]], h.where[h.vars[j]] = int32(i), int32(j)
}

func (h *heap) push(v Var) {
	if h.where[v] >= 0 {
		return
	}
	h.where[v] = int32(len(h.vars))
	h.vars = append(h.vars, v)
	h.up(v)
}

func (h *heap) up(v Var) {
	i := int(h.where[v])
	for i > 0 && h.before(i, (i-1)/2) {
		h.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (h *heap) pop() (Var, bool) {
	if len(h.vars) == 0 {
		return 0, false
	}
	top := h.vars[0]
	h.swap(0, len(h.vars)-1)
	h.vars = h.vars[:len(h.vars)-1]
	h.where[top] = -1
	h.down(0)
	return top, true
}

func (h *heap) down(i int) {
	for {
		best := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(h.vars) && h.before(child, best) {
				best = child
			}
		}
		if best == i {
			return
		}
		h.swap(i, best)
		i = best
	}
}
