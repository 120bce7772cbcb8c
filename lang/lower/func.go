package lower

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// lowering is the state of lowering one function.
type lowering struct {
	*lowerer
	*ir.Builder
	ssa   *ssa
	f     *tree.Func
	run   int                           // index of the task's run, or -1 outside of a task
	ends  map[*tree.Local][]int         // channels or devices bound to each parameter; ^k stands for socket k
	timer map[*tree.SelectArm]*variable // deadline of an `every`
	turn  map[*tree.Select]*variable    // arm that a fair select checks first
	vars  map[*tree.Local][]slot
	used  *usage
	// messages are the locals that have room before them, see device.go.
	messages messages
	arrivals map[*tree.Local]bool // buffers that hold only received messages; see kept.go
	loops    []loop
	names    map[string]bool
	rets     []ir.Ref // addresses to which the objects of the result are written
	parse    []*parsing
}

// slot is one leaf of a local: an SSA variable, or an address in memory.
type slot struct {
	v    *variable
	ref  ir.Ref
	size int
}

// loop holds the targets of break and continue.
type loop struct {
	next, done *ir.Block
}

func (l *lowerer) newLowering(f *tree.Func, name string, run int) *lowering {
	fn := &ir.Func{Name: name, NoInline: f.NoInline, Span: f.Span}
	l.m.Funcs = append(l.m.Funcs, fn)
	b := ir.NewBuilder(fn)
	b.At = f.Span
	return &lowering{
		lowerer: l, Builder: b, ssa: newSSA(b), f: f, run: run,
		ends: map[*tree.Local][]int{}, timer: map[*tree.SelectArm]*variable{}, turn: map[*tree.Select]*variable{},
		vars: map[*tree.Local][]slot{}, used: usageOf(f), messages: messagesOf(f), arrivals: received(f), names: map[string]bool{},
	}
}

// task lowers task run k with its parameters bound.
func (l *lowerer) task(k int, r *tree.Run) *ir.Func {
	x := l.newLowering(r.Task, "task."+identifier(r.Name), k)
	x.Task = k
	for n, p := range r.Task.Params {
		switch a := r.Args[n]; a.Kind {
		case tree.BindValue:
			x.bindConst(p, a)
		case tree.BindChans:
			for _, c := range a.Cells {
				x.ends[p] = append(x.ends[p], int(c))
			}
		case tree.BindSocket:
			x.ends[p] = []int{^a.Index}
		default:
			x.ends[p] = []int{a.Index}
		}
	}
	x.startTimers(r.Task.Body)
	x.body()
	return x.F
}

// bindConst binds a parameter to a constant. If the value may be set when the program starts, the
// function reads the parameter from a constant object.
func (x *lowering) bindConst(p *tree.Local, a tree.Bind) {
	slots := x.begin(p)
	if a.AtStart() {
		x.bindWords(p, a, slots)
		return
	}
	if a.Boot == "" {
		x.assign(p.Type, slots, x.constLeaves(p.Type, a.Cells, p.Name, p.Span))
		return
	}
	o := x.data("boot."+a.Boot, p.Type, a.Cells, p.Span)
	o.Boot = true
	x.assign(p.Type, slots, []leaf{{v: x.Load(wordOf(p.Type), ir.Ref{Obj: o})}})
}

// function returns the instance of f for the given sizes of its object parameters and the given
// channels and devices of its other parameters.
func (l *lowerer) function(f *tree.Func, sizes []extent, ends [][]int) *ir.Func {
	key := fmt.Sprintf("%p %v %v", f, sizes, ends)
	if f := l.instances[key]; f != nil {
		return f
	}
	x := l.newLowering(f, l.freeName(identifier(f.Name)), -1)
	l.instances[key] = x.F
	for k, p := range f.Params {
		if isEnd(p.Type) {
			x.ends[p] = ends[k]
		}
	}
	x.params(sizes)
	if !x.known() {
		x.body()
	}
	return x.F
}

// freeName returns an unused name: the second instance of f is called f.2.
func (l *lowerer) freeName(name string) string {
	for _, f := range l.m.Funcs[l.named:] {
		for k, c := range f.Name {
			if c == '.' {
				l.funcNames[f.Name[:k]]++
			}
		}
		l.funcNames[f.Name]++
	}
	l.named = len(l.m.Funcs)
	if n := l.funcNames[name]; n > 0 {
		return fmt.Sprintf("%s.%d", name, n+1)
	}
	return name
}

// params makes the parameters: words in the entry block, and objects in Objs. params also makes
// the results: first the leaves of the returned value, then the scalars of inout parameters.
func (x *lowering) params(sizes []extent) {
	next := func(name string, align int, readOnly bool) *ir.Object {
		o := &ir.Object{Name: x.unique(name), Kind: ir.ParamObj, Size: sizes[0].size, Align: max(align, sizes[0].align), ReadOnly: readOnly, Span: x.At}
		sizes = sizes[1:]
		x.F.Objs = append(x.F.Objs, o)
		return o
	}
	var back []ir.Result
	for _, p := range x.f.Params {
		x.At = p.Span
		readOnly := p.Kind != tree.InOutLocal
		if isEnd(p.Type) {
			continue
		}
		if p.Type.Kind == tree.Slice {
			_, align := sizeOf(p.Type.Elem)
			o := next(p.Name, align, readOnly)
			start, n := x.variable(p.Name, 32), x.variable(p.Name, 32)
			x.ssa.write(start, x.Param(x.B, 32))
			x.ssa.write(n, x.Param(x.B, 32))
			x.vars[p] = []slot{{ref: ir.Ref{Obj: o}, size: o.Size}, {v: start}, {v: n}}
			continue
		}
		for _, leaf := range leavesOf(p.Type) {
			if leaf.object {
				_, align := sizeOf(leaf.t)
				o := next(p.Name, align, readOnly)
				x.vars[p] = append(x.vars[p], slot{ref: ir.Ref{Obj: o}, size: o.Size})
				continue
			}
			v := x.variable(p.Name, wordOf(leaf.t))
			x.ssa.write(v, x.Param(x.B, v.t))
			x.vars[p] = append(x.vars[p], slot{v: v})
			if !readOnly {
				back = append(back, ir.Result{Type: v.t})
			}
		}
	}
	for _, leaf := range leavesOf(x.f.Result) {
		if !leaf.object {
			x.F.Results = append(x.F.Results, ir.Result{Type: wordOf(leaf.t)})
			continue
		}
		_, align := sizeOf(leaf.t)
		o := next("result", align, false)
		x.rets = append(x.rets, ir.Ref{Obj: o})
	}
	x.F.Results = append(x.F.Results, back...)
}

// body lowers the statements and finishes the function.
func (x *lowering) body() {
	x.block(x.f.Body)
	x.At = x.f.Span
	x.ret(nil)
	x.ssa.finish()
	ir.RemoveUnreachable(x.F)
}

// ret returns from the function with the leaves of its result and of its inout parameters.
func (x *lowering) ret(value []leaf) {
	var words []*ir.Value
	objs := 0
	for k, want := range leavesOf(x.f.Result) {
		if value == nil { // the end of the body is never reached
			if !want.object {
				words = append(words, x.Const(wordOf(want.t), 0))
			}
			continue
		}
		if want.object {
			x.copyLeaf(x.rets[objs], want.t, value[k])
			objs++
			continue
		}
		words = append(words, value[k].v)
	}
	for _, p := range x.f.Params {
		if p.Kind == tree.InOutLocal && p.Type.Kind != tree.Slice {
			for _, s := range x.vars[p] {
				if s.v != nil {
					words = append(words, x.ssa.read(s.v))
				}
			}
		}
	}
	x.Ret(words...)
	x.dead()
}

// variable makes a variable. The name only helps readers of the IR.
func (x *lowering) variable(name string, t ir.Type) *variable { return &variable{name: name, t: t} }

// unique makes a name that differs from all object names of the function.
func (x *lowering) unique(name string) string {
	name = identifier(name)
	out := name
	for n := 2; x.names[out]; n++ {
		out = fmt.Sprintf("%s.%d", name, n)
	}
	x.names[out] = true
	return out
}

// local makes a local object and begins its lifetime here.
func (x *lowering) local(name string, size, align int) ir.Ref {
	o := x.newLocal(name, size, align, x.At)
	x.Local(o)
	return ir.Ref{Obj: o}
}

func (x *lowering) newLocal(name string, size, align int, at diag.Span) *ir.Object {
	o := &ir.Object{Name: x.unique(name), Kind: ir.LocalObj, Size: size, Align: align, Span: at}
	x.F.Locals = append(x.F.Locals, o)
	return o
}

// temp makes a local object for a value of t.
func (x *lowering) temp(t *tree.Type) ir.Ref {
	size, align := sizeOf(t)
	return x.local("tmp", size, align)
}

// goTo ends the block with a jump.
func (x *lowering) goTo(to *ir.Block) {
	x.ssa.edge(x.B, to)
	x.Jump(to)
}

// branch ends the block with a conditional jump.
func (x *lowering) branch(c *ir.Value, yes, no *ir.Block) {
	if yes == no {
		x.goTo(yes)
		return
	}
	x.ssa.edge(x.B, yes)
	x.ssa.edge(x.B, no)
	x.Branch(c, yes, no)
}

// enter continues in b. After this call, no jumps to b may be added.
func (x *lowering) enter(b *ir.Block) {
	x.B = b
	x.ssa.seal(b)
}

// dead continues in an unreachable block.
func (x *lowering) dead() { x.enter(x.NewBlock()) }
