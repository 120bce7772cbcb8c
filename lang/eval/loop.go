package eval

import "github.com/sinter-lang/sinter/lang/tree"

// counter is the compiled header of a for loop or search.
type counter struct {
	at     int // address of the variable
	lo, hi scalarCode
	step   uint64
	signed bool // whether the bounds are signed
	closed bool
	cut    func(uint64) uint64 // truncates a cell to the word of the variable
}

func (c *compiler) counter(v *tree.Local, lo, hi tree.Expr, closed bool, step uint64) counter {
	w := wordOf(v.Type)
	return counter{
		at: c.locals[v].addr, lo: c.scalar(lo), hi: c.scalar(hi), step: step, closed: closed,
		signed: wordOf(lo.Type()).signed, cut: w.cut,
	}
}

// each sets the variable to each value in turn and calls f, until f returns false. The loop counts
// down the distance to the end, which prevents an overflow.
func (k *counter) each(m *machine, f func() bool) {
	i, end := k.lo(m), k.hi(m)
	if less(end, i, k.signed) || i == end && !k.closed {
		return
	}
	for {
		m.mem[k.at] = k.cut(i)
		if m.left--; m.left < 0 {
			m.tick()
		}
		if !f() {
			return
		}
		distance := end - i
		if distance < k.step || distance == k.step && !k.closed {
			return
		}
		i += k.step
	}
}

func (c *frameCompiler) forStmt(s *tree.For) code {
	k := c.counter(s.Var, s.Lo, s.Hi, s.Closed, s.Step)
	body := c.block(s.Body)
	return func(m *machine) flow {
		result := onward
		k.each(m, func() bool {
			f := body(m)
			if f == returning {
				result = returning
			}
			return f == onward || f == continuing
		})
		return result
	}
}

func (c *frameCompiler) while(s *tree.While) code {
	cond, body := c.scalar(s.Cond), c.block(s.Body)
	most, site := s.Max, s.Site
	return func(m *machine) flow {
		for n := uint64(0); cond(m) != 0; n++ {
			if n == most {
				panic(&Trap{site, tree.TrapMax})
			}
			if m.left--; m.left < 0 {
				m.tick()
			}
			switch body(m) {
			case breaking:
				return onward
			case returning:
				return returning
			}
		}
		return onward
	}
}

func (c *frameCompiler) loop(s *tree.Loop) code {
	body := c.block(s.Body)
	return func(m *machine) flow {
		for {
			if m.left--; m.left < 0 {
				m.tick()
			}
			switch body(m) {
			case breaking:
				return onward
			case returning:
				return returning
			}
		}
	}
}

// arm is a compiled arm of a match.
type arm struct {
	cases []tree.Case
	bind  func(m *machine, at int)
	body  code
}

func (c *frameCompiler) match(s *tree.Match) code {
	arms := make([]arm, len(s.Arms))
	for i, a := range s.Arms {
		arms[i] = arm{a.Cases, c.binds(s.Value.Type(), a), c.block(a.Body)}
	}
	other := c.block(s.Else)
	signed := s.Value.Type().IsNumber() && wordOf(s.Value.Type()).signed
	pick := func(m *machine, v uint64, at int) flow {
		for i := range arms {
			if arms[i].fits(v, signed) {
				arms[i].bind(m, at)
				return arms[i].body(m)
			}
		}
		return other(m)
	}
	if isAggregate(s.Value.Type()) {
		value := c.addr(s.Value)
		return func(m *machine) flow {
			at := value(m)
			return pick(m, m.mem[at], at)
		}
	}
	value := c.scalar(s.Value)
	return func(m *machine) flow { return pick(m, value(m), 0) }
}

func (a *arm) fits(v uint64, signed bool) bool {
	for _, k := range a.cases {
		if !less(v, k.Lo, signed) && !less(k.Hi, v, signed) {
			return true
		}
	}
	return false
}

// binds compiles code that copies a payload into the names of an arm.
func (c *frameCompiler) binds(t *tree.Type, a tree.Arm) func(m *machine, at int) {
	var list []func(m *machine, at int)
	for i, l := range a.Binds {
		if l == nil {
			continue
		}
		dst, n := c.locals[l].addr, tree.Cells(l.Type)
		off := 1 + t.Enum.Variants[a.Cases[0].Lo].Payload[i].Offset
		list = append(list, func(m *machine, at int) { copy(m.mem[dst:dst+n], m.mem[at+off:at+off+n]) })
	}
	return func(m *machine, at int) {
		for _, f := range list {
			f(m, at)
		}
	}
}

// first compiles a search for the first matching number, into an option.
func (c *compiler) first(x *tree.Search) storeCode {
	k := c.counter(x.Var, x.Lo, x.Hi, x.Closed, 1)
	where := c.scalar(x.Where)
	return func(m *machine, dst int) {
		m.mem[dst], m.mem[dst+1] = 0, 0
		k.each(m, func() bool {
			if where(m) == 0 {
				return true
			}
			m.mem[dst], m.mem[dst+1] = 1, m.mem[k.at]
			return false
		})
	}
}

// search compiles count, any and all.
func (c *compiler) search(x *tree.Search) scalarCode {
	k := c.counter(x.Var, x.Lo, x.Hi, x.Closed, 1)
	where := c.scalar(x.Where)
	if x.Kind == tree.Count {
		return func(m *machine) uint64 {
			n := uint64(0)
			k.each(m, func() bool { n += where(m); return true })
			return n
		}
	}
	stop := one(x.Kind == tree.Any) // the value that ends the search is also its result
	return func(m *machine) uint64 {
		result := stop ^ 1
		k.each(m, func() bool {
			result = where(m)
			return result != stop
		})
		return result
	}
}
