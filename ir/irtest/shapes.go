package irtest

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// counter describes how a loop counts: from a start, in steps, while a comparison holds.
type counter struct {
	while word.Op
	start uint64
	step  uint64
	end   uint64
}

// counter draws a counter for at most 5 rounds. Some counters cross a bound of signed or unsigned
// words. Such a loop has a different number of rounds if a machine treats the sign of the
// comparison wrongly.
func (g *gen) counter() counter {
	rounds := uint64(g.r.IntN(6))
	step := uint64(1 + g.r.IntN(3))
	switch g.r.IntN(6) {
	case 0: // across zero, signed
		start := uint64(1<<32) - uint64(g.r.IntN(4))
		return counter{word.Lts, start, step, start + rounds*step}
	case 1: // across the highest positive number
		start := uint64(1<<31) - uint64(g.r.IntN(4))
		return counter{word.Ltu, start, step, start + rounds*step}
	case 2: // downward
		return counter{word.Ges, rounds * step, -step, step}
	case 3:
		return counter{word.Ne, uint64(g.r.Uint32()), step, 0}.endAfter(rounds)
	default:
		return counter{word.Ltu, 0, 1, rounds}
	}
}

func (c counter) endAfter(rounds uint64) counter {
	c.end = c.start + rounds*c.step
	return c
}

// loop makes a loop of at most 5 rounds with two carried values. The head of the loop may compute
// more than the test.
func (g *gen) loop() {
	head, body, done := g.b.NewBlock(), g.b.NewBlock(), g.b.NewBlock()
	c := g.counter()
	t, u := g.width(), g.width()
	n := g.b.Param(head, 32)
	p, q := g.b.Param(head, t), g.b.Param(head, u)
	x, y := g.pick(t), g.pick(u)
	g.b.Jump(head, g.b.Const(32, c.start), x, y)
	g.b.B = head
	g.add(n, p, q)
	if g.r.IntN(2) == 0 {
		g.quiet(1 + g.r.IntN(3))
	}
	outer := len(g.vals)
	g.b.Branch(g.b.Word(c.while, 1, n, g.b.Const(32, c.end)), body, done)
	g.b.B = body
	g.depth++
	g.statements(1 + g.r.IntN(5))
	g.depth--
	x, y = g.pick(t), g.pick(u)
	g.leave(outer)
	next := g.b.Word(word.Add, 32, n, g.b.Const(32, c.step))
	g.b.Jump(head, next, x, y)
	g.vals = g.vals[:outer]
	g.b.B = done
}

// quiet makes only words and loads, for a block that may run more often than other blocks.
func (g *gen) quiet(n int) {
	for range n {
		if g.r.IntN(3) == 0 && !g.o.Pure {
			g.add(g.b.LoadSize(g.width(), g.size(), g.place(g.objs, 8)))
			continue
		}
		g.word()
	}
}

// branch makes `if c { } else { }` that joins with two block parameters.
func (g *gen) branch() {
	t, u := g.width(), g.width()
	g.add(g.fork(t, u)...)
}

// option makes code like that of an optional value. Two branches each set a bit, and the block
// where the branches join tests this bit, at once or after a few words.
func (g *gen) option() {
	ps := g.fork(1, g.width())
	outer := len(g.vals)
	g.add(ps...)
	g.quiet(g.r.IntN(3))
	yes, no, join := g.b.NewBlock(), g.b.NewBlock(), g.b.NewBlock()
	g.b.Branch(ps[0], yes, no)
	t := g.width()
	p := g.b.Param(join, t)
	g.depth++
	for _, b := range []*ir.Block{yes, no} {
		g.b.B = b
		inner := len(g.vals)
		g.statements(g.r.IntN(2))
		g.leave(inner)
		g.b.Jump(join, g.pick(t))
		g.vals = g.vals[:inner]
	}
	g.depth--
	g.b.B = join
	g.vals = g.vals[:outer]
	g.add(ps...)
	g.add(p)
}

// fork branches on a bit and joins with values of some types. The bits are often constants.
func (g *gen) fork(types ...ir.Type) []*ir.Value {
	c := g.pick(1)
	yes, no, join := g.b.NewBlock(), g.b.NewBlock(), g.b.NewBlock()
	g.b.Branch(c, yes, no)
	var out []*ir.Value
	for _, t := range types {
		out = append(out, g.b.Param(join, t))
	}
	outer := len(g.vals)
	g.depth++
	for k, b := range []*ir.Block{yes, no} {
		g.b.B = b
		g.statements(1 + g.r.IntN(4))
		var args []*ir.Value
		for _, t := range types {
			if t == 1 && g.r.IntN(2) == 0 {
				args = append(args, g.b.Const(1, uint64(k)))
				continue
			}
			args = append(args, g.pick(t))
		}
		g.leave(outer)
		g.b.Jump(join, args...)
		g.vals = g.vals[:outer]
	}
	g.depth--
	g.b.B = join
	return out
}

// snapshot copies a piece of an object into a local object and reads the copy.
func (g *gen) snapshot() {
	n := 8 * (1 + g.r.IntN(2))
	f := g.b.F
	o := &ir.Object{Name: "snap" + string(rune('a'+len(f.Locals)%26)), Kind: ir.LocalObj, Size: n, Align: 4}
	f.Locals = append(f.Locals, o)
	src := g.place(g.objs, 16)
	if src.Off != nil {
		src.Disp = 0
	}
	g.b.Local(o)
	g.b.Copy(ir.Ref{Obj: o}, src, n)
	if g.r.IntN(3) == 0 {
		g.b.StoreSize(g.pick(0), 8, ir.Ref{Obj: o, Disp: n - 8})
	}
	for range 1 + g.r.IntN(3) {
		size := g.size()
		g.add(g.b.LoadSize(g.width(), size, ir.Ref{Obj: o, Disp: g.r.IntN(n/size) * size}))
	}
}

// leave ends a scope. Usually it logs the values that leave the scope, which makes wrong values
// visible. Sometimes it logs nothing, which lets passes remove the values as unused.
func (g *gen) leave(outer int) {
	if g.depth > 0 && g.r.IntN(4) == 0 {
		return
	}
	for list := g.vals[outer:]; len(list) > 0; list = list[min(2, len(list)):] {
		g.log(slices.Clone(list[:min(2, len(list))])...)
	}
}

// show logs every byte of the objects that a function may write, eight bytes at a time.
func (g *gen) show() {
	for _, o := range g.writable() {
		if o.Kind == ir.ParamObj || o.Size != objectSize {
			continue // the caller logs this object
		}
		for at := 0; at < objectSize; at += 16 {
			g.log(g.b.LoadSize(64, 8, ir.Ref{Obj: o, Disp: at}), g.b.LoadSize(64, 8, ir.Ref{Obj: o, Disp: at + 8}))
		}
	}
}
