package eval

import "github.com/sinter-lang/sinter/lang/tree"

// now asks the host for the clock.
func (m *machine) now() uint64 {
	if m.host == nil {
		panic(limitError("the evaluation needs the clock"))
	}
	e := &Effect{Kind: NowEffect}
	m.host.Do(e)
	return e.Time
}

func (c *compiler) tryRecv(x *tree.TryRecv) storeCode {
	ch, n := c.scalar(x.Chan), tree.Cells(x.T)
	return func(m *machine, dst int) {
		e := &Effect{Kind: TryRecvEffect, Index: int(ch(m)), Cells: m.mem[dst+1 : dst+n]}
		m.host.Do(e)
		m.mem[dst] = one(e.Ok)
		if !e.Ok {
			clear(e.Cells)
		}
	}
}

func (c *compiler) trySend(x *tree.TrySend) scalarCode {
	ch, value, n := c.scalar(x.Chan), c.addr(x.Value), tree.Cells(x.Value.Type())
	if !isAggregate(x.Value.Type()) {
		value = c.temporary(x.Value)
	}
	return func(m *machine) uint64 {
		k := int(ch(m))
		at := value(m)
		e := &Effect{Kind: TrySendEffect, Index: k, Cells: m.mem[at : at+n]}
		m.host.Do(e)
		return one(e.Ok)
	}
}

// waitArm is a compiled arm of a select.
type waitArm struct {
	kind  WaitKind
	end   scalarCode               // the channel or device
	time  func(m *machine) uint64  // the deadline
	when  scalarCode               // the guard; nil means true
	fired int                      // cell that counts how often the `every` arm has fired
	take  func(*machine, int) bool // takes the value or message at end
	body  code
}

// selectStmt compiles a select. A fair select changes the arm that it checks first. The cell
// `turn` holds the number of this arm.
func (c *frameCompiler) selectStmt(s *tree.Select) code {
	turn := c.alloc(1)
	arms := make([]waitArm, len(s.Arms))
	for i := range s.Arms {
		arms[i] = c.arm(&s.Arms[i])
	}
	fair, turns := s.Fair, s.Turn
	return func(m *machine) flow {
		waits := make([]Wait, len(arms))
		for i := range arms {
			waits[i] = arms[i].wait(m)
		}
		for {
			e := &Effect{Kind: SelectEffect, Arms: waits, Turn: turns}
			if fair {
				e.First = int(m.mem[turn])
			}
			m.host.Do(e)
			a := &arms[e.Index]
			if a.take != nil && !a.take(m, waits[e.Index].Index) {
				continue
			}
			if a.fired > 0 {
				m.mem[a.fired]++
			}
			m.mem[turn] = uint64((e.Index + 1) % len(arms))
			return a.body(m)
		}
	}
}

// wait evaluates the guard of an arm. If the guard holds, it also evaluates the end or the
// duration.
func (a *waitArm) wait(m *machine) Wait {
	if a.when != nil && a.when(m) == 0 {
		return Wait{}
	}
	w := Wait{Kind: a.kind}
	if a.end != nil {
		w.Index = int(a.end(m))
	}
	if a.time != nil {
		w.Time = a.time(m)
	}
	return w
}

func (c *frameCompiler) arm(s *tree.SelectArm) waitArm {
	a := waitArm{body: c.block(s.Body)}
	if s.When != nil {
		a.when = c.scalar(s.When)
	}
	switch s.Kind {
	case tree.ArmChan:
		a.kind, a.end, a.take = ChanWait, c.scalar(s.End), c.takeValue(s)
	case tree.ArmDev:
		a.kind, a.end, a.take = DevWait, c.scalar(s.End), c.takeMessage(s)
	case tree.ArmLevel:
		a.kind, a.end, a.take = DevWait, c.scalar(s.End), c.takeLevel(s)
	case tree.ArmEvery:
		a.kind, a.fired = TimeWait, c.alloc(1)
		period, fired := s.After.(*tree.Const).Cell, a.fired
		a.time = func(m *machine) uint64 { return m.start + period*(m.mem[fired]+1) }
	case tree.ArmAfter:
		a.kind = TimeWait
		after := c.scalar(s.After)
		a.time = func(m *machine) uint64 {
			d := max(int64(after(m)), 0)
			return m.now() + uint64(d)
		}
	}
	return a
}

// takeValue compiles the receive from a channel that has a value.
func (c *frameCompiler) takeValue(s *tree.SelectArm) func(*machine, int) bool {
	n := tree.Cells(s.End.Type().Elem)
	at := c.alloc(n)
	if s.Local != nil {
		at = c.locals[s.Local].addr
	}
	return func(m *machine, ch int) bool {
		m.host.Do(&Effect{Kind: ChanRecvEffect, Index: ch, Cells: m.mem[at : at+n]})
		return true
	}
}

// takeMessage compiles code that takes a message into the buffer. If the message is too long,
// the buffer becomes empty.
func (c *frameCompiler) takeMessage(s *tree.SelectArm) func(*machine, int) bool {
	buf, limit := c.addr(s.Buf), s.Buf.Type().Len
	if kindOf(s.End).HeadBits > 0 {
		return c.takeWithHead(s, buf, limit)
	}
	return func(m *machine, dev int) bool {
		at := buf(m)
		e := &Effect{Kind: TakeEffect, Index: dev, Limit: limit}
		m.host.Do(e)
		m.setBytes(at, e.Data)
		return e.Ok
	}
}

// takeLevel compiles the read of an input whose level has changed.
func (c *frameCompiler) takeLevel(s *tree.SelectArm) func(*machine, int) bool {
	to := c.alloc(1)
	if s.Local != nil {
		to = c.locals[s.Local].addr
	}
	return func(m *machine, dev int) bool {
		m.mem[to] = m.level(dev)
		return true
	}
}
