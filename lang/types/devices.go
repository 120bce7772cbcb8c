package types

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// kindOf returns the port kind of the device that an expression of type Device names.
func kindOf(dev tree.Expr) *port.Kind { return port.OfType(dev.Type().Name) }

// headType is the type of the header of a port's messages. If the messages have no header, the
// result is nil.
func headType(dev tree.Expr) *tree.Type { return headOf(kindOf(dev)) }

func headOf(k *port.Kind) *tree.Type {
	if k.HeadBits == 0 {
		return nil
	}
	return tree.IntType(k.HeadBits, false)
}

// deviceCall checks an operation of a device.
func (b *body) deviceCall(e *syntax.CallExpr, f *syntax.FieldExpr, dev tree.Expr) (tree.Stmt, tree.Expr) {
	k := kindOf(dev)
	m := k.Method(f.Name.Name)
	if m == nil {
		b.noMethod(dev.Type(), f.Name, k.MethodNames())
		return nil, nil
	}
	switch m.Does {
	case port.Recv:
		return b.deviceRecv(e, dev)
	case port.Send:
		return b.deviceSend(e, dev, k, m), nil
	case port.Ask:
		return b.deviceAsk(e, dev, k, m)
	case port.Lost:
		return nil, b.lostOf(e, dev, m)
	case port.Get:
		return nil, b.levelGet(e, dev, m)
	case port.Put:
		return b.levelPut(e, dev, m), nil
	case port.Changed:
		b.c.errorf(codes.BadSelect, e.Span(), "`%s` is what an arm of a select waits for", m.Name).
			Hint("write `select prio { %s { } }`, or `read()` for the level now", m.Form)
		return nil, nil
	}
	panic("types: an operation of no shape")
}

func (b *body) levelGet(e *syntax.CallExpr, dev tree.Expr, m *port.Method) tree.Expr {
	if len(e.Args) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "`%s` takes no arguments", m.Name)
		return nil
	}
	b.uses(dev, devUse{rx: true})
	return &tree.LevelGet{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Dev: dev}
}

// lostOf checks the call that reads how many messages a socket has lost.
func (b *body) lostOf(e *syntax.CallExpr, dev tree.Expr, m *port.Method) tree.Expr {
	if len(e.Args) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "`%s` takes no arguments", m.Name)
		return nil
	}
	return &tree.Lost{Expr0: tree.Expr0{At: e.Span(), T: tree.IntType(16, false)}, Dev: dev}
}

func (b *body) levelPut(e *syntax.CallExpr, dev tree.Expr, m *port.Method) tree.Stmt {
	x := b.oneArgument(e, m.Name, boolType())
	if x == nil {
		return nil
	}
	b.uses(dev, devUse{tx: true})
	return &tree.LevelPut{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Value: x}
}

// levelArm checks the condition of a select arm that waits for a level of an input.
func (b *body) levelArm(e *syntax.CallExpr, f *syntax.FieldExpr, arm *tree.SelectArm) bool {
	k := kindOf(arm.End)
	if !k.In {
		b.c.errorf(codes.BadSelect, e.Span(), "a `%s` is an output: there is nothing to wait for", k.Type)
		return false
	}
	if m := k.Method(f.Name.Name); m == nil || m.Does != port.Changed {
		b.c.errorf(codes.BadSelect, e.Span(), "an arm on a `%s` waits for `changed`", k.Type)
		return false
	}
	if len(e.Args) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "`%s` takes no arguments", f.Name.Name)
		return false
	}
	arm.Kind = tree.ArmLevel
	b.uses(arm.End, devUse{rx: true})
	return true
}

// deviceRecv checks a receive. The result is an expression if the message has a header, else a
// statement.
func (b *body) deviceRecv(e *syntax.CallExpr, dev tree.Expr) (tree.Stmt, tree.Expr) {
	x := b.buffer(e, dev)
	head := headType(dev)
	switch {
	case x == nil:
		return nil, nil
	case head == nil:
		return &tree.DevRecv{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Buf: x}, nil
	}
	return nil, &tree.HeadRecv{Expr0: tree.Expr0{At: e.Span(), T: head}, Dev: dev, Buf: x}
}

// uses records how the task uses a device.
func (b *body) uses(dev tree.Expr, u devUse) {
	l := tree.Root(dev)
	b.c.useOf[l] = b.c.useOf[l].and(u)
}

// buffer checks the buffer argument of a receive.
func (b *body) buffer(e *syntax.CallExpr, dev tree.Expr) tree.Expr {
	x := b.oneArgument(e, "recv", nil)
	if x == nil || !b.isBytes(x) || !b.writable(x, "the buffer of a receive") {
		return nil
	}
	b.uses(dev, devUse{rx: true, longIn: x.Type().Len})
	return x
}

// two checks the arguments of an operation that takes two arguments.
func (b *body) two(e *syntax.CallExpr, form string, first *tree.Type) (x, y tree.Expr) {
	if len(e.Args) != 2 || e.Args[0].Name != nil || e.Args[1].Name != nil {
		b.c.errorf(codes.BadArguments, e.Span(), "expected `%s`", form)
		return nil, nil
	}
	x = b.value(e.Args[0].Value, first)
	y = b.expr(e.Args[1].Value, nil)
	if y != nil && y.Type().Kind == tree.Layout { // a layout may be given as the message
		y = b.bytesOfLayout(y, y.Span())
	}
	if x == nil || y == nil {
		return nil, nil
	}
	b.noOverlap(x, y)
	return x, y
}

func (b *body) deviceSend(e *syntax.CallExpr, dev tree.Expr, k *port.Kind, m *port.Method) tree.Stmt {
	s := &tree.DevSend{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev}
	ok := false
	if k.HeadBits == 0 {
		s.Value = b.oneArgument(e, m.Name, nil)
		ok = s.Value != nil && b.isBytes(s.Value)
	} else {
		s.Head, s.Value = b.two(e, m.Form, headOf(k))
		ok = s.Head != nil && b.isMessage(s.Value, k)
	}
	if !ok {
		return nil
	}
	b.uses(dev, devUse{tx: true, longOut: s.Value.Type().Len})
	return s
}

// deviceAsk checks a device command: its argument, its body, and the variable for the answer. A
// command that reports success is an expression. Any other command is a statement. A failure of
// such a command traps (see failing) or runs its else block (see orElse).
func (b *body) deviceAsk(e *syntax.CallExpr, dev tree.Expr, k *port.Kind, m *port.Method) (tree.Stmt, tree.Expr) {
	s := &tree.DevAsk{Stmt0: tree.Stmt0{At: e.Span()}, Dev: dev, Does: m}
	ok := false
	switch {
	case k.Blocks() && m.ArgBits > 0:
		x, y := b.two(e, m.Form, tree.IntType(m.ArgBits, false))
		if s.Arg = x; m.Takes {
			s.Body, ok = y, x != nil && b.isMessage(y, k)
		} else {
			s.Into, ok = y, x != nil && b.isBlock(y, k, m)
		}
	case k.Blocks():
		if ok = len(e.Args) == 0; !ok {
			b.c.errorf(codes.BadArguments, e.Span(), "`%s` takes no arguments", m.Name)
		}
	default:
		ok = b.busArguments(e, k, s)
	}
	if !ok {
		return nil, nil
	}
	b.uses(dev, devUse{rx: true, tx: true})
	if m.Says {
		return nil, &tree.Asked{Expr0: tree.Expr0{At: e.Span(), T: boolType()}, Ask: s}
	}
	return s, nil
}

// failing adds a trap site to a command that may fail.
func (b *body) failing(s tree.Stmt) {
	if ask, ok := s.(*tree.DevAsk); ok && kindOf(ask.Dev).Trap != "" {
		ask.Site = b.trap(kindOf(ask.Dev).Trap, s.Span())
	}
}

// orElse checks the else block of a command that may fail. The command is the statement s or the
// expression x. If both are nil, the command has an error.
func (b *body) orElse(n *syntax.ExprStmt, s tree.Stmt, x tree.Expr) tree.Stmt {
	after := b.facts.Clone()
	other := b.block(n.Else)
	b.facts = facts.Join(after, b.facts)
	if s == nil && x == nil {
		return nil
	}
	if ask, ok := s.(*tree.DevAsk); ok && kindOf(ask.Dev).Trap != "" {
		x = &tree.Asked{Expr0: tree.Expr0{At: s.Span(), T: boolType()}, Ask: ask}
	}
	if _, ok := x.(*tree.Asked); !ok {
		b.c.errorf(codes.NeverFails, n.Else.Span(), "there is nothing here that may fail, so this else is never reached").
			Hint("an else follows a command that may fail, as `flush` or `read`")
		return nil
	}
	at := tree.Stmt0{At: n.Span()}
	return &tree.If{Stmt0: at, Cond: x, Then: &tree.Block{Stmt0: at}, Else: other}
}

// busArguments checks the arguments of a bus command: a number, the bytes to send, and the
// variable for the answer. The bytes and the answer can have any length.
func (b *body) busArguments(e *syntax.CallExpr, k *port.Kind, s *tree.DevAsk) bool {
	m := s.Does
	want := 0
	for _, has := range []bool{m.ArgBits > 0, m.Takes, m.Gives && !m.Same} {
		if has {
			want++
		}
	}
	list := make([]tree.Expr, 0, want)
	for i, a := range e.Args {
		if len(e.Args) != want || a.Name != nil {
			break
		}
		var x tree.Expr
		if i == 0 && m.ArgBits > 0 {
			x = b.value(a.Value, tree.IntType(m.ArgBits, false))
		} else if x = b.expr(a.Value, nil); x != nil && x.Type().Kind == tree.Layout {
			x = b.bytesOfLayout(x, x.Span())
		}
		if x == nil {
			return false
		}
		list = append(list, x)
	}
	if len(list) != want {
		b.c.errorf(codes.BadArguments, e.Span(), "expected `%s`", m.Form)
		return false
	}
	b.noOverlap(list...)
	if m.ArgBits > 0 {
		s.Arg, list = list[0], list[1:]
	}
	if m.Takes {
		s.Body = list[0]
	}
	if m.Gives {
		s.Into = list[len(list)-1]
	}
	return (s.Into == nil || b.isRoom(s.Into, k, m)) && (s.Body == nil || b.isMessage(s.Body, k)) && b.apart(s)
}

// isRoom checks the variable for the answer of a bus. Such a variable is an array, or a bytes
// variable that keeps its length.
func (b *body) isRoom(x tree.Expr, k *port.Kind, m *port.Method) bool {
	return b.isMessage(x, k) && b.mayChange(x, "the buffer of a "+m.Name)
}

// apart checks that the sent bytes and the variable for the answer do not overlap.
func (b *body) apart(s *tree.DevAsk) bool {
	if s.Does.Same || s.Body == nil || s.Into == nil {
		return true
	}
	l := tree.Root(s.Into)
	if l == nil || l != tree.Root(s.Body) || b.disjoint(s.Body, s.Into) {
		return true
	}
	b.c.errorf(codes.Aliased, s.Into.Span(), "`%s` is sent and receives the answer in the same call", l.Name).Hint("receive into a variable of its own")
	return false
}

// isBlock checks the variable that a block is read into.
func (b *body) isBlock(x tree.Expr, k *port.Kind, m *port.Method) bool {
	want := &tree.Type{Kind: tree.Array, Len: k.Most, Elem: tree.IntType(8, false)}
	if !tree.Same(x.Type(), want) {
		b.c.errorf(codes.Mismatch, x.Span(), "expected a `%s`, which is `%s`, found %s", k.BodyType, want, describe(x.Type()))
		return false
	}
	return b.writable(x, "the "+k.Unit+" of a "+m.Name)
}

// isMessage checks a value that is sent or written: bytes or an array of u8.
func (b *body) isMessage(x tree.Expr, k *port.Kind) bool {
	what, most := k.Unit, k.Most
	t := x.Type()
	elem := sliceElem(t)
	if elem == nil || t.Kind == tree.Slice || !tree.Same(elem, tree.IntType(8, false)) {
		b.c.errorf(codes.Mismatch, x.Span(), "a %s is made of `bytes<N>`, an array of u8 or a layout, found %s", what, describe(t))
		return false
	}
	if t.Len > most {
		b.c.errorf(codes.Mismatch, x.Span(), "a %s has at most %d bytes, %s may have more", what, most, describe(t))
		return false
	}
	return true
}
