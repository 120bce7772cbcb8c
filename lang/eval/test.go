package eval

import "github.com/sinter-lang/sinter/lang/tree"

// The steps of a test body are a separate kind of Effect. The field Step holds the statement or
// expression, and Words holds its numeric operands in the order of the fields. Data passes bytes,
// and Cells passes a value. The host of a test returns its answer in Cells or Data.

// step compiles a statement that occurs only in tests.
func (c *frameCompiler) step(s tree.Stmt) code {
	switch s := s.(type) {
	case *tree.Expect:
		return doing(c.expect(s))
	case *tree.Fail:
		return doing(func(m *machine) {
			m.effect(&Effect{Kind: StepEffect, Step: s})
			panic(&Trap{s.Site, tree.TrapExpect})
		})
	case *tree.Start:
		return doing(c.say(s))
	case *tree.Crash:
		return doing(c.crash(s))
	case *tree.Answer:
		return doing(c.fakeAnswer(s))
	case *tree.Able:
		return doing(c.say(s, s.Can, s.Arg))
	case *tree.Put:
		return doing(c.put(s))
	case *tree.Quiet:
		return doing(c.say(s, s.Within))
	case *tree.Pass:
		return doing(c.say(s, s.Within))
	}
	panic(unknown("statement", s))
}

// say compiles a step whose operands are numbers. It leaves out nil operands.
func (c *compiler) say(step any, numbers ...tree.Expr) func(m *machine) {
	words := c.words(numbers)
	return func(m *machine) { m.effect(&Effect{Kind: StepEffect, Step: step, Words: words(m)}) }
}

func (c *compiler) words(numbers []tree.Expr) func(m *machine) []uint64 {
	var list []scalarCode
	for _, x := range numbers {
		if x != nil {
			list = append(list, c.scalar(x))
		}
	}
	return func(m *machine) []uint64 {
		out := make([]uint64, len(list))
		for i, f := range list {
			out[i] = f(m)
		}
		return out
	}
}

// expect compiles an expect. If the comparison fails, the code reports the two compared values and
// traps.
func (c *frameCompiler) expect(s *tree.Expect) func(m *machine) {
	cond := c.scalar(s.Cond)
	sides := []*tree.Local{}
	if s.L != nil {
		sides = append(sides, s.L, s.R)
	}
	return func(m *machine) {
		if cond(m) != 0 {
			return
		}
		e := &Effect{Kind: StepEffect, Step: s}
		for _, l := range sides {
			at := c.locals[l].addr
			e.Sides = append(e.Sides, append([]uint64(nil), m.mem[at:at+tree.Cells(l.Type)]...))
		}
		m.effect(e)
		panic(&Trap{s.Site, tree.TrapExpect})
	}
}

func (c *frameCompiler) crash(s *tree.Crash) func(m *machine) {
	if s.Losing == nil {
		return c.say(s)
	}
	set, n := c.addr(s.Losing), tree.Cells(s.Losing.Type())
	return func(m *machine) {
		at := set(m)
		m.effect(&Effect{Kind: StepEffect, Step: s, Cells: m.mem[at : at+n]})
	}
}

// fakeAnswer compiles a step that tells the driver what a task sends to a device, and what the
// device answers. The effect has one word: the number of bytes that the task sends. The data of
// the effect are these bytes, followed by the answer.
func (c *frameCompiler) fakeAnswer(s *tree.Answer) func(m *machine) {
	sent, value := c.elements(s.Sent), c.elements(s.Value)
	return func(m *machine) {
		data := m.bytesAt(sent(m))
		n := uint64(len(data))
		m.effect(&Effect{Kind: StepEffect, Step: s, Words: []uint64{n}, Data: append(data, m.bytesAt(value(m))...)})
	}
}

// bytesAt returns n elements from address at as bytes.
func (m *machine) bytesAt(at, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(m.mem[at+i])
	}
	return data
}

func (c *frameCompiler) put(s *tree.Put) func(m *machine) {
	if s.Value.Type().Kind == tree.Bool { // a level of a pin
		return c.say(s, s.Value)
	}
	words, elements := c.words([]tree.Expr{s.From}), c.elements(s.Value)
	return func(m *machine) {
		from := words(m)
		m.effect(&Effect{Kind: StepEffect, Step: s, Words: from, Data: m.bytesAt(elements(m))})
	}
}

// answer compiles an expression of a test whose value the host provides in cells. If x is not nil,
// these cells hold the value of x before the host writes the answer.
func (c *compiler) answer(step tree.Expr, x tree.Expr, numbers ...tree.Expr) storeCode {
	words, n := c.words(numbers), tree.Cells(step.Type())
	before := func(*machine, int) {}
	if x != nil {
		before = c.store(x)
	}
	return func(m *machine, dst int) {
		before(m, dst)
		m.host.Do(&Effect{Kind: StepEffect, Step: step, Words: words(m), Cells: m.mem[dst : dst+n]})
	}
}

// chosen compiles a number that the host chooses.
func (c *compiler) chosen(x *tree.Choose) scalarCode {
	at, answer := c.alloc(1), c.answer(x, nil, x.Lo, x.Hi)
	return func(m *machine) uint64 {
		answer(m, at)
		return m.mem[at]
	}
}

// takenLevel compiles an expression that takes the next level of an output.
func (c *compiler) takenLevel(x *tree.Take) scalarCode {
	at, answer := c.alloc(1), c.answer(x, nil, x.Within)
	return func(m *machine) uint64 {
		answer(m, at)
		return m.mem[at]
	}
}

// told compiles an expression whose bytes the host provides.
func (c *compiler) told(step tree.Expr, numbers ...tree.Expr) storeCode {
	words, room := c.words(numbers), step.Type().Len
	return func(m *machine, dst int) {
		e := &Effect{Kind: StepEffect, Step: step, Words: words(m), Limit: room}
		m.host.Do(e)
		m.mem[dst] = uint64(len(e.Data))
		for i, v := range e.Data {
			m.mem[dst+1+i] = uint64(v)
		}
	}
}

// testStore compiles an aggregate expression that occurs only in tests.
func (c *compiler) testStore(x tree.Expr) storeCode {
	switch x := x.(type) {
	case *tree.Take:
		return c.told(x, x.Within, x.To)
	case *tree.ChooseBytes:
		return c.told(x, x.Len)
	case *tree.ChooseSubset:
		return c.answer(x, x.X)
	case *tree.Unflushed:
		return c.answer(x, nil)
	case *tree.Sector:
		return c.answer(x, nil, x.I)
	}
	panic(unknown("aggregate", x))
}

// NewTest prepares the body of a test for execution.
func NewTest(t *tree.Test, h Host) *Task {
	r := &tree.Run{Name: t.Name, Task: t.Body}
	for range t.Body.Params {
		r.Args = append(r.Args, tree.Bind{Kind: tree.BindDevice}) // the port for chosen values stays unused, because the host chooses the values itself
	}
	return NewTask(r, h, nil)
}
