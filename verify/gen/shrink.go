package gen

// Verdict is the result of a test of a smaller program.
type Verdict uint8

// The verdicts.
const (
	Refused Verdict = iota // it is not a valid program
	Lost                   // it is valid, but does not fail like the original
	Kept                   // it fails like the original
)

// shrinker makes a program smaller.
type shrinker struct {
	p    *Program
	test func(*Program) Verdict
	runs int // number of runs left
}

// Shrink makes p smaller as long as `test` accepts the result. It runs at most `runs` programs
// that the checker accepts. Shrink removes these parts, the largest first: tasks with their
// channels, arrivals, statements, the statements around blocks, parts of expressions, and
// declarations.
func Shrink(p *Program, runs int, test func(*Program) Verdict) {
	s := &shrinker{p: p, test: test, runs: runs}
	for s.runs > 0 {
		before := s.p.size()
		s.tasks()
		s.arrivals()
		s.statements()
		s.unwrap()
		s.expressions()
		s.declarations()
		if s.p.size() >= before {
			return
		}
	}
}

// size is the measure that shrinking reduces.
func (p *Program) size() int {
	total := p.decls.count()
	for _, t := range p.tasks {
		if !t.gone {
			total += t.body.count() + 1
		}
	}
	for _, a := range p.arrives {
		if !a.gone {
			total += 1 + len(a.data)
		}
	}
	return total
}

// try makes a change. It keeps the change if the program still fails, and otherwise undoes it.
func (s *shrinker) try(change, undo func()) bool {
	if s.runs <= 0 {
		return false
	}
	change()
	v := s.test(s.p)
	if v != Refused {
		s.runs--
	}
	if v != Kept {
		undo()
	}
	return v == Kept
}

// tasks drops tasks with all their links, and then single links.
func (s *shrinker) tasks() {
	for _, t := range s.p.tasks {
		if t.gone {
			continue
		}
		var links []*link
		for _, l := range t.links {
			if !l.gone {
				links = append(links, l)
			}
		}
		set := func(gone bool) {
			t.gone = gone
			for _, l := range links {
				l.gone = gone
			}
		}
		s.try(func() { set(true) }, func() { set(false) })
	}
	for _, l := range s.p.links {
		if !l.gone {
			s.try(func() { l.gone = true }, func() { l.gone = false })
		}
	}
}

// halves tries to remove parts of a list: first the whole list, then smaller and smaller parts.
func (s *shrinker) halves(n int, set func(i int, gone bool), gone func(i int) bool) {
	for size := n; size > 0; size /= 2 {
		for at := 0; at < n; at += size {
			var part []int
			for i := at; i < min(at+size, n); i++ {
				if !gone(i) {
					part = append(part, i)
				}
			}
			if len(part) == 0 {
				continue
			}
			all := func(v bool) func() {
				return func() {
					for _, i := range part {
						set(i, v)
					}
				}
			}
			s.try(all(true), all(false))
		}
	}
}

func (s *shrinker) arrivals() {
	all := s.p.arrives
	s.halves(len(all), func(i int, v bool) { all[i].gone = v }, func(i int) bool { return all[i].gone })
	for _, a := range all {
		for !a.gone && len(a.data) > 1 {
			old := a.data
			if !s.try(func() { a.data = old[:(len(old)+1)/2] }, func() { a.data = old }) {
				break
			}
		}
	}
}

// find lists the nodes in all tasks and declarations that the function `accept` accepts.
func (s *shrinker) find(accept func(*node) bool) []*node {
	var out []*node
	visit := func(n *node) {
		if accept(n) {
			out = append(out, n)
		}
	}
	for _, t := range s.p.tasks {
		if !t.gone {
			t.body.walk(visit)
		}
	}
	s.p.decls.walk(visit)
	return out
}

// statements drops statements, whole blocks first.
func (s *shrinker) statements() {
	for _, l := range s.find(func(n *node) bool { return n.kind == listNode && n != s.p.decls }) {
		kids := l.kids
		s.halves(len(kids), func(i int, v bool) { kids[i].gone = v }, func(i int) bool { return kids[i].gone })
	}
}

// unwrap replaces a statement by one of its blocks.
func (s *shrinker) unwrap() {
	for _, n := range s.find(func(n *node) bool { return n.kind == stmtNode }) {
		for _, k := range n.kids {
			if k.kind == listNode && s.try(func() { n.instead = k }, func() { n.instead = nil }) {
				break
			}
		}
	}
}

// expressions replaces expressions by zeros or operands.
func (s *shrinker) expressions() {
	for _, n := range s.find(func(n *node) bool { return n.kind == exprNode && n.typ != nil && len(n.kids) > 0 }) {
		if n.gone || n.instead != nil {
			continue
		}
		zero := expr(n.typ, n.typ.zero())
		if n.typ.sort != layoutSort && s.try(func() { n.instead = zero }, func() { n.instead = nil }) {
			continue
		}
		for _, k := range n.kids {
			if k.kind == exprNode && k.typ != nil && same(k.typ, n.typ) && s.try(func() { n.instead = k }, func() { n.instead = nil }) {
				break
			}
		}
	}
}

// declarations drops unused declarations.
func (s *shrinker) declarations() {
	kids := s.p.decls.kids
	for i := len(kids) - 1; i >= 0; i-- {
		k := kids[i]
		if !k.gone {
			s.try(func() { k.gone = true }, func() { k.gone = false })
		}
	}
}
