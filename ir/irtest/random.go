// Package irtest makes random modules for differential tests of passes, backends and machines. A
// module from Random is verified, ends, needs no device, and logs its results. Two machines that
// show the same trace therefore agree on the meaning of the module:
//
//	m := irtest.Random(seed)
//	want := run(m)
//	pass.Run(m, ...)
//	require.Equal(t, want, run(m))
//
// The modules contain every word operator at widths of 1 to 64, and loads, stores, copies and
// clears within bounds. They have calls with read-only and inout objects, bounded loops,
// branches, checks that may fail, and logs of scalars and bytes. Corners applies every operator
// to the corner values of arithmetic (0, ends of ranges and the like). Start reading at Random.
package irtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
)

// objectSize is the size of every random object in bytes. A mask keeps random offsets below this
// size.
const objectSize = 64

// Options restrict what Random makes.
type Options struct {
	Widths  []ir.Type // widths of values; empty: all kinds
	Ops     []word.Op // word operators; empty: all
	Size    int       // statements per function; 0: 25
	Pure    bool      // only word operators and logs
	Selects bool      // tasks use select and try, and channels of capacity 0
	Floats  bool      // also float operations
	Tasks   int       // 0 or 1: one task without device; more: each has a device and channels to the next tasks
}

// Random makes a module from a seed.
func Random(seed uint64) *ir.Module { return RandomWith(seed, Options{}) }

// RandomWith makes a module from a seed under options.
func RandomWith(seed uint64, o Options) *ir.Module {
	if len(o.Widths) == 0 {
		o.Widths = []ir.Type{1, 8, 16, 32, 32, 32, 64, 64, 3, 13, 31, 33, 48, 63}
	}
	if len(o.Ops) == 0 {
		for op := word.Bad + 1; op < word.NumOps; op++ {
			o.Ops = append(o.Ops, op)
		}
	}
	if o.Size == 0 {
		o.Size = 25
	}
	g := &gen{r: rand.New(rand.NewPCG(seed, 1)), o: o, m: &ir.Module{Name: "random"}}
	g.calm = g.r.IntN(4) > 0
	g.module()
	ir.Thread(g.m)
	return g.m
}

type gen struct {
	r     *rand.Rand
	o     Options
	m     *ir.Module
	b     *ir.Builder
	objs  []*ir.Object // objects that the function may read
	vals  []*ir.Value  // values in scope
	funcs []*ir.Func   // functions that may be called
	depth int
	calm  bool    // no check fails in this function
	task  *talker // nil in functions that are not tasks
}

func (g *gen) object(name string, kind ir.ObjKind) *ir.Object {
	o := &ir.Object{Name: name, Kind: kind, Size: objectSize, Align: 4}
	if kind == ir.ConstObj || kind == ir.StateObj {
		o.Init = make([]byte, g.r.IntN(objectSize+1))
		for k := range o.Init {
			o.Init[k] = byte(g.r.Uint32())
		}
		g.m.Objects = append(g.m.Objects, o)
	}
	return o
}

func (g *gen) module() {
	tab, state := g.object("tab", ir.ConstObj), g.object("state", ir.StateObj)
	for k := 0; k < 2 && !g.o.Pure; k++ {
		f := &ir.Func{Name: fmt.Sprintf("f%d", k)}
		p := g.object("p", ir.ParamObj)
		p.ReadOnly = true
		q := g.object("q", ir.ParamObj)
		f.Objs = []*ir.Object{p, q}
		for n := 1 + g.r.IntN(2); n > 0; n-- {
			f.Results = append(f.Results, ir.Result{Type: g.width()})
		}
		g.function(f, []*ir.Object{tab, state, p, q}, []ir.Type{g.width(), g.width(), 32})
		g.funcs = append(g.funcs, f)
	}
	if g.o.Tasks > 1 {
		g.tasks(tab)
		return
	}
	f := &ir.Func{Name: "main"}
	g.m.Tasks = []ir.Task{{Name: "main", Func: f}}
	g.function(f, []*ir.Object{tab, state}, nil)
}

func (g *gen) function(f *ir.Func, objs []*ir.Object, params []ir.Type) {
	g.m.Funcs = append(g.m.Funcs, f)
	g.b = ir.NewBuilder(f)
	g.vals = nil
	for _, t := range params {
		g.vals = append(g.vals, g.b.Param(g.b.B, t))
	}
	for _, t := range []ir.Type{1, 32, 64, g.width()} {
		g.vals = append(g.vals, g.b.Const(t, g.number()))
	}
	local := g.object("buf", ir.LocalObj)
	f.Locals = append(f.Locals, local)
	g.b.Local(local)
	g.b.Clear(ir.Ref{Obj: local}, objectSize)
	g.objs = append(append([]*ir.Object(nil), objs...), local)
	g.statements(g.o.Size)
	g.log(g.pick(0), g.pick(0))
	g.leave(len(params))
	if !g.o.Pure && len(params) == 0 {
		g.show()
	}
	var results []*ir.Value
	for _, r := range f.Results {
		results = append(results, g.pick(r.Type))
	}
	g.b.Ret(results...)
}

func (g *gen) width() ir.Type { return g.o.Widths[g.r.IntN(len(g.o.Widths))] }

// number returns a random number. Corner values of arithmetic are more likely.
func (g *gen) number() uint64 {
	edge := []uint64{0, 1, 2, 7, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 63, 1<<63 - 1, ^uint64(0)}
	if g.r.IntN(2) == 0 {
		return edge[g.r.IntN(len(edge))]
	}
	return g.r.Uint64() >> g.r.IntN(64)
}

// pick returns a value in scope of type t (0: any type). If no such value is in scope, pick
// converts another value or makes a constant.
func (g *gen) pick(t ir.Type) *ir.Value {
	if t == 0 {
		return g.vals[g.r.IntN(len(g.vals))]
	}
	if g.r.IntN(8) == 0 {
		return g.b.Const(t, g.number())
	}
	at := g.r.IntN(len(g.vals))
	for k := range g.vals {
		if v := g.vals[(at+k)%len(g.vals)]; v.Type == t {
			return v
		}
	}
	v := g.pick(0)
	if g.r.IntN(2) == 0 {
		return g.b.Sext(t, v)
	}
	return g.b.Zext(t, v)
}

func (g *gen) add(vs ...*ir.Value) { g.vals = append(g.vals, vs...) }

func (g *gen) statements(n int) {
	for ; n > 0; n-- {
		kind := g.r.IntN(20)
		if g.task != nil && g.r.IntN(4) == 0 {
			g.talk()
			continue
		}
		if g.o.Pure && kind >= 10 {
			kind = 0
		}
		switch {
		case kind < 10:
			g.word()
		case kind < 12:
			g.add(g.b.LoadSize(g.width(), g.size(), g.place(g.objs, 8)))
		case kind < 14:
			g.b.StoreSize(g.pick(0), g.size(), g.place(g.writable(), 8))
		case kind == 14 && g.depth == 0 && g.r.IntN(2) == 0:
			g.snapshot()
		case kind == 14:
			g.bulk()
		case kind == 15:
			g.check()
		case kind == 16:
			g.log(g.pick(0), g.pick(0))
		case kind == 17 && g.depth < 2 && g.r.IntN(2) == 0:
			g.option()
		case kind == 17 && g.depth < 2:
			g.branch()
		case kind == 18 && g.depth < 2:
			g.loop()
		case kind == 19 && len(g.funcs) > 0 && g.depth < 2:
			g.call()
		default:
			g.word()
		}
	}
}

func (g *gen) size() int { return []int{1, 2, 4, 8}[g.r.IntN(4)] }

// place returns a random position with at least n bytes after it, aligned to 8.
func (g *gen) place(objs []*ir.Object, n int) ir.Ref {
	r := ir.Ref{Obj: objs[g.r.IntN(len(objs))]}
	if g.r.IntN(2) == 0 {
		r.Disp = g.r.IntN((objectSize-n)/8+1) * 8
		return r
	}
	r.Off = g.b.Word(word.And, 32, g.b.Zext(32, g.pick(0)), g.b.Const(32, objectSize/2-8))
	if g.r.IntN(2) == 0 {
		r.Disp = g.r.IntN((objectSize/2-n)/8+1) * 8
	}
	return r
}

func (g *gen) writable() []*ir.Object {
	var out []*ir.Object
	for _, o := range g.objs {
		if o.HasToken() {
			out = append(out, o)
		}
	}
	return out
}

// specials are the upper bits of infinities, NaNs, zeros, and very small and large numbers in
// both formats.
var specials = []uint64{0x7f800000, 0xff800000, 0x7fc00000, 0x7ff00000, 0x7ff80000, 0, 0x80000000, 0x00000001, 0x7f7fffff, 0x7fefffff, 0x4f000000, 0x41e00000}

// float applies a float operation. Operands are random bits, special numbers, or converted
// integers. Random bits alone would seldom give two numbers of similar size.
func (g *gen) float() {
	t := []ir.Type{32, 64}[g.r.IntN(2)]
	out := t
	op := ir.Float(g.r.IntN(int(ir.NumFloats)))
	args := []*ir.Value{g.pick(t), g.pick(t)}
	for k := range args {
		switch g.r.IntN(6) {
		case 0, 1, 2:
			args[k] = g.b.Float(ir.FFromS, t, g.pick(32))
		case 3:
			args[k] = g.b.Const(t, specials[g.r.IntN(len(specials))]<<(t-32))
		}
	}
	switch op {
	case ir.FSqrt:
		args = args[:1]
	case ir.FEq, ir.FLt, ir.FLe:
		out = 1
	case ir.FConv:
		args, out = args[:1], 96-t
	case ir.FFromS, ir.FFromU, ir.FToS, ir.FToU:
		args, out = args[:1], []ir.Type{32, 64}[g.r.IntN(2)]
	}
	g.add(g.b.Float(op, out, args...))
}

func (g *gen) word() {
	if g.o.Floats && g.r.IntN(2) == 0 {
		g.float()
		return
	}
	op := g.o.Ops[g.r.IntN(len(g.o.Ops))]
	row := word.Table(op)
	t := g.width()
	switch row.Widths {
	case word.Same:
		args := make([]*ir.Value, row.Args)
		for k := range args {
			args[k] = g.pick(t)
		}
		g.add(g.b.Word(op, t, args...))
	case word.Compare:
		g.add(g.b.Word(op, 1, g.pick(t), g.pick(t)))
	case word.Shift:
		g.add(g.b.Word(op, t, g.pick(t), g.pick(0)))
	case word.Select:
		g.add(g.b.Word(op, t, g.pick(1), g.pick(t), g.pick(t)))
	case word.Concat:
		if hi, lo := g.pick(0), g.pick(0); hi.Type+lo.Type <= 64 {
			g.add(g.b.Word(op, hi.Type+lo.Type, hi, lo))
		}
	case word.Part:
		v := g.pick(0)
		lo := g.r.IntN(int(v.Type))
		g.add(g.b.Slice(ir.Type(1+g.r.IntN(int(v.Type)-lo)), v, lo))
	case word.Extend:
		if v := g.pick(0); v.Type <= t {
			g.add(g.b.Word(op, t, v))
		}
	case word.Reduce:
		g.add(g.b.Word(op, 1, g.pick(0)))
	}
}

func (g *gen) bulk() {
	n := 8 * g.r.IntN(3)
	dst := g.place(g.writable(), 16)
	if dst.Off != nil {
		dst.Disp = 0
	}
	if g.r.IntN(2) == 0 {
		g.b.Clear(dst, n)
		return
	}
	src := g.place(g.objs, 16)
	if src.Off != nil {
		src.Disp = 0
	}
	if dst.Obj != src.Obj && g.r.IntN(2) == 0 {
		length := g.b.Word(word.And, 32, g.b.Zext(32, g.pick(0)), g.b.Const(32, 15))
		g.b.Move(dst, src, length)
		return
	}
	g.b.Copy(dst, src, n)
}

func (g *gen) check() {
	c := g.pick(1)
	if g.calm || g.r.IntN(6) > 0 {
		c = g.b.Word(word.Or, 1, c, g.b.Const(1, 1))
	}
	g.b.Check(c, len(g.m.Traps))
	g.m.Traps = append(g.m.Traps, ir.TrapSite{ID: len(g.m.Traps), Code: "assert"})
}

func (g *gen) log(vs ...*ir.Value) {
	s := trace.Site{ID: len(g.m.Logs), Parts: []string{fmt.Sprintf("l%d", len(g.m.Logs))}}
	for _, v := range vs {
		s.Args = append(s.Args, trace.ArgType{Kind: []string{"u", "i", "hex"}[g.r.IntN(3)], Width: int(v.Type)})
		s.Parts = append(s.Parts, " ")
	}
	i := &ir.Instr{Op: ir.OpLog, Args: vs, Site: s.ID}
	if !g.o.Pure && g.r.IntN(3) == 0 {
		buf := g.objs[len(g.objs)-1]
		g.b.StoreSize(g.b.Const(32, uint64(g.r.IntN(objectSize-3))), 4, ir.Ref{Obj: buf})
		i.Refs = []ir.Ref{{Obj: buf}}
		s.Args = append(s.Args, trace.ArgType{Kind: "bytes", Width: objectSize - 4})
		s.Parts = append(s.Parts, "")
	}
	g.m.Logs = append(g.m.Logs, s)
	g.b.Emit(i)
}

func (g *gen) call() {
	f := g.funcs[g.r.IntN(len(g.funcs))]
	var args []*ir.Value
	for _, p := range f.Params() {
		args = append(args, g.pick(p.Type))
	}
	ws := g.writable()
	var own []*ir.Object // the callee writes the state directly
	for _, o := range ws {
		if o.Kind != ir.StateObj {
			own = append(own, o)
		}
	}
	q := own[g.r.IntN(len(own))]
	p := g.objs[g.r.IntN(len(g.objs))]
	for p == q || p.Kind == ir.StateObj {
		p = g.objs[0]
	}
	g.add(g.b.Call(f, args, []ir.Ref{{Obj: p}, {Obj: q}})...)
}
