package eval

import "github.com/sinter-lang/sinter/lang/tree"

// block compiles statements in order.
func (c *frameCompiler) block(b *tree.Block) code {
	if b == nil {
		return func(*machine) flow { return onward }
	}
	list := make([]code, len(b.Stmts))
	for i, s := range b.Stmts {
		list[i] = c.counted(s, c.stmt(s))
	}
	cost := int64(len(list))
	return func(m *machine) flow {
		if m.left -= cost; m.left < 0 {
			m.tick()
		}
		for _, s := range list {
			if f := s(m); f != onward {
				return f
			}
		}
		return onward
	}
}

// counted compiles a statement that counts its executions.
func (c *frameCompiler) counted(s tree.Stmt, do code) code {
	if c.counts == nil {
		return do
	}
	n := c.counts[s.Span()]
	if n == nil {
		n = new(uint64)
		c.counts[s.Span()] = n
	}
	return func(m *machine) flow { *n++; return do(m) }
}

// doing compiles a statement that never transfers control.
func doing(f func(m *machine)) code {
	return func(m *machine) flow { f(m); return onward }
}

func leaving(f flow) code { return func(*machine) flow { return f } }

// stmt compiles one statement.
func (c *frameCompiler) stmt(s tree.Stmt) code {
	switch s := s.(type) {
	case *tree.Declare:
		return c.declare(s)
	case *tree.LetElse:
		return c.letElse(s)
	case *tree.Assign:
		return doing(c.assign(s))
	case *tree.If:
		return c.ifStmt(s)
	case *tree.IfLet:
		return c.ifLet(s)
	case *tree.For:
		return c.forStmt(s)
	case *tree.While:
		return c.while(s)
	case *tree.Loop:
		return c.loop(s)
	case *tree.Break:
		return leaving(breaking)
	case *tree.Continue:
		return leaving(continuing)
	case *tree.Match:
		return c.match(s)
	case *tree.Return:
		return c.returnStmt(s)
	case *tree.Assert:
		return doing(c.assert(s))
	case *tree.Log:
		return doing(c.log(s))
	case *tree.Timed:
		return c.timed(s)
	case *tree.Do:
		return doing(c.do(s))
	case *tree.Block:
		return c.block(s)
	case *tree.ChanSend:
		return doing(c.chanSend(s))
	case *tree.DevRecv:
		return doing(c.devRecv(s))
	case *tree.DevSend:
		return doing(c.devSend(s))
	case *tree.LevelPut:
		return doing(c.levelPut(s))
	case *tree.DevAsk:
		return doing(c.devAsk(s))
	case *tree.Append:
		return doing(c.appendStmt(s))
	case *tree.Resize:
		return doing(c.resize(s))
	case *tree.Select:
		return c.selectStmt(s)
	case *tree.MapPut:
		return doing(c.mapPut(s))
	case *tree.MapRemove:
		return doing(c.mapRemove(s))
	case *tree.Expect, *tree.Fail, *tree.Start, *tree.Crash, *tree.Put, *tree.Answer, *tree.Able, *tree.Quiet, *tree.Pass:
		return c.step(s)
	}
	panic(unknown("statement", s))
}

func (c *frameCompiler) declare(s *tree.Declare) code {
	at, n := c.locals[s.Local].addr, tree.Cells(s.Local.Type)
	if s.Value == nil {
		return doing(func(m *machine) { clear(m.mem[at : at+n]) })
	}
	if !isAggregate(s.Local.Type) {
		f := c.scalar(s.Value)
		return doing(func(m *machine) { m.mem[at] = f(m) })
	}
	store := c.store(s.Value)
	return doing(func(m *machine) { store(m, at) })
}

// unwrap compiles code that copies the value inside an option to a local. If l is nil, the code
// does nothing.
func (c *frameCompiler) unwrap(l *tree.Local) func(m *machine, at int) {
	if l == nil {
		return func(*machine, int) {}
	}
	dst, n := c.locals[l].addr, tree.Cells(l.Type)
	return func(m *machine, at int) { copy(m.mem[dst:dst+n], m.mem[at+1:at+1+n]) }
}

func (c *frameCompiler) letElse(s *tree.LetElse) code {
	value, set, other := c.addr(s.Value), c.unwrap(s.Local), c.block(s.Else)
	return func(m *machine) flow {
		at := value(m)
		if m.mem[at] == 0 {
			return other(m)
		}
		set(m, at)
		return onward
	}
}

func (c *frameCompiler) ifLet(s *tree.IfLet) code {
	value, set := c.addr(s.Value), c.unwrap(s.Local)
	then, other := c.block(s.Then), c.block(s.Else)
	return func(m *machine) flow {
		at := value(m)
		if m.mem[at] == 0 {
			return other(m)
		}
		set(m, at)
		return then(m)
	}
}

func (c *frameCompiler) ifStmt(s *tree.If) code {
	cond, then := c.scalar(s.Cond), c.block(s.Then)
	if s.Else == nil {
		return func(m *machine) flow {
			if cond(m) != 0 {
				return then(m)
			}
			return onward
		}
	}
	other := c.block(s.Else)
	return func(m *machine) flow {
		if cond(m) != 0 {
			return then(m)
		}
		return other(m)
	}
}

// assign compiles an assignment. The code first computes the place, then the whole value, and only
// then stores.
func (c *frameCompiler) assign(s *tree.Assign) func(m *machine) {
	if l, ok := s.Target.(*tree.LocalRef); ok && !c.locals[l.Local].indirect && !isAggregate(l.T) {
		at, f := c.locals[l.Local].addr, c.scalar(s.Value)
		return func(m *machine) { m.mem[at] = f(m) }
	}
	target := c.addr(s.Target)
	if !isAggregate(s.Target.Type()) {
		f := c.scalar(s.Value)
		return func(m *machine) {
			at := target(m)
			m.mem[at] = f(m)
		}
	}
	n := tree.Cells(s.Target.Type())
	value := c.addr(s.Value) // a place, which is copied completely, or a temporary
	return func(m *machine) {
		at := target(m)
		from := value(m)
		copy(m.mem[at:at+n], m.mem[from:from+n])
	}
}

func (c *frameCompiler) returnStmt(s *tree.Return) code {
	if s.Value == nil {
		return leaving(returning)
	}
	if isAggregate(s.Value.Type()) {
		store, at := c.store(s.Value), c.fn.result
		return func(m *machine) flow { store(m, at); return returning }
	}
	f := c.scalar(s.Value)
	return func(m *machine) flow { m.ret = f(m); return returning }
}

func (c *frameCompiler) assert(s *tree.Assert) func(m *machine) {
	cond, site := c.scalar(s.Cond), s.Site
	return func(m *machine) {
		if cond(m) == 0 {
			panic(&Trap{site, tree.TrapAssert})
		}
	}
}

func (c *frameCompiler) do(s *tree.Do) func(m *machine) {
	t := s.X.Type()
	switch {
	case t.Kind == tree.Unit:
		return c.call(s.X.(*tree.Call))
	case isAggregate(t):
		at := c.addr(s.X)
		return func(m *machine) { at(m) }
	}
	f := c.scalar(s.X)
	return func(m *machine) { f(m) }
}

func (c *frameCompiler) timed(s *tree.Timed) code {
	body, mark := c.block(s.Body), s.Mark
	return func(m *machine) flow {
		m.effect(&Effect{Kind: MarkEffect, Index: mark, Begin: true})
		f := body(m)
		m.effect(&Effect{Kind: MarkEffect, Index: mark})
		return f
	}
}

// effect passes an effect to the host. At compile time there is no host, and effect drops logs
// and marks.
func (m *machine) effect(e *Effect) {
	if m.host != nil {
		m.host.Do(e)
	}
}

func (c *frameCompiler) log(s *tree.Log) func(m *machine) {
	list := make([]func(m *machine) Value, len(s.Args))
	for i, x := range s.Args {
		list[i] = c.logArg(x)
	}
	site := s.Site
	return func(m *machine) {
		args := make([]Value, len(list))
		for i, f := range list {
			args[i] = f(m)
		}
		m.effect(&Effect{Kind: LogEffect, Index: site, Args: args})
	}
}

// logArg compiles an argument of a log: the bits of a scalar, or bytes.
func (c *frameCompiler) logArg(x tree.Expr) func(m *machine) Value {
	if x.Type().Kind == tree.Bytes {
		at := c.addr(x)
		return func(m *machine) Value { return Value{Bytes: m.bytes(at(m)), IsBytes: true} }
	}
	f, mask := c.scalar(x), wordOf(x.Type()).mask
	return func(m *machine) Value { return Value{Bits: f(m) & mask} }
}

// bytes copies the bytes value at an address.
func (m *machine) bytes(at int) []byte {
	data := make([]byte, m.mem[at])
	for i := range data {
		data[i] = byte(m.mem[at+1+i])
	}
	return data
}

func (c *frameCompiler) chanSend(s *tree.ChanSend) func(m *machine) {
	ch, value, n := c.scalar(s.Chan), c.store(s.Value), tree.Cells(s.Value.Type())
	at := c.alloc(n)
	return func(m *machine) {
		k := int(ch(m))
		value(m, at)
		m.host.Do(&Effect{Kind: ChanSendEffect, Index: k, Cells: m.mem[at : at+n]})
	}
}

func (c *frameCompiler) devRecv(s *tree.DevRecv) func(m *machine) {
	dev, buf, limit := c.scalar(s.Dev), c.addr(s.Buf), s.Buf.Type().Len
	return func(m *machine) {
		at := buf(m)
		e := Effect{Kind: DevRecvEffect, Index: int(dev(m)), Limit: limit}
		m.host.Do(&e)
		m.setBytes(at, e.Data)
	}
}

// setBytes writes a value of type bytes<N> to memory.
func (m *machine) setBytes(at int, data []byte) {
	m.mem[at] = uint64(len(data))
	for i, b := range data {
		m.mem[at+1+i] = uint64(b)
	}
}

func (c *frameCompiler) devSend(s *tree.DevSend) func(m *machine) {
	if s.Head != nil {
		return c.headSend(s)
	}
	dev, value := c.scalar(s.Dev), c.addr(s.Value)
	return func(m *machine) {
		at := value(m)
		m.host.Do(&Effect{Kind: DevSendEffect, Index: int(dev(m)), Data: m.bytes(at)})
	}
}

func tooLong(site int, proved bool) {
	if proved {
		panic(&Fault{"a length that was proved is beyond the capacity"})
	}
	panic(&Trap{site, tree.TrapLength})
}

func (c *frameCompiler) appendStmt(s *tree.Append) func(m *machine) {
	buf, room := c.addr(s.Buf), s.Buf.Type().Len
	site, proved := s.Site, s.Proved
	elements := c.appended(s.Value)
	return func(m *machine) {
		at := buf(m)
		from, n := elements(m)
		have := int(m.mem[at])
		if have+n > room {
			tooLong(site, proved)
		}
		copy(m.mem[at+1+have:at+1+have+n], m.mem[from:from+n])
		m.mem[at] = uint64(have + n)
	}
}

// appended compiles the cells to append. A u8 is one cell.
func (c *frameCompiler) appended(x tree.Expr) func(m *machine) (at, n int) {
	if isAggregate(x.Type()) || x.Type().Kind == tree.Slice {
		return c.elements(x)
	}
	at, f := c.alloc(1), c.scalar(x)
	return func(m *machine) (int, int) {
		m.mem[at] = f(m)
		return at, 1
	}
}

func (c *frameCompiler) resize(s *tree.Resize) func(m *machine) {
	buf, size, room := c.addr(s.Buf), c.scalar(s.Len), s.Buf.Type().Len
	site, proved := s.Site, s.Proved
	return func(m *machine) {
		at := buf(m)
		n := size(m)
		if n > uint64(room) {
			tooLong(site, proved)
		}
		if have := m.mem[at]; n > have {
			clear(m.mem[at+1+int(have) : at+1+int(n)])
		}
		m.mem[at] = n
	}
}
