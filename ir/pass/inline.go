package pass

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// small is the largest size in instructions of a function that is inlined at every call.
const small = 24

// grows limits the copies of a function that constant arguments make small. All copies
// together may have at most this many times the size of the function.
const grows = 2

// large is the largest size in instructions that a function may reach by
// inlining functions that are called once. The work of passes grows faster than
// the function.
const large = 2000

// inline replaces a call by the body of the function. Either the function must be small, not counting the
// instructions that constant arguments remove. Or it must be called only once, by a function that does not
// become too large. Timed kernels (NoInline) stay functions.
//
// Needs: nothing. Keeps: order of effects. Events get the task of the call. Locals of the
// callee become locals of the caller.
//
//	before  v3: i32 = call @twice v1          func @twice(v1: i32) { v2 = add v1, v1 ; ret v2 }
//	after   jump b2 ; b2: v4: i32 = add v1, v1 ; jump b3(v4) ; b3(v3: i32):
func inline(m *ir.Module, _ *Env) bool {
	order, _ := ir.CallOrder(m)
	calls := map[*ir.Func]int{}
	for _, f := range m.Funcs {
		for _, g := range ir.Callees(f) {
			calls[g]++
		}
	}
	changed := false
	for _, f := range order {
		size := sizeOf(f)
		want := func(call *ir.Instr) bool {
			g := call.Callee
			n := sizeOf(g)
			if g.NoInline {
				return false
			}
			if n > small && (calls[g] > 1 || size+n > large) {
				if n -= foldable(call); n > small || n*calls[g] > grows*sizeOf(g) {
					return false
				}
			}
			size += n
			return true
		}
		changed = inlineCalls(f, want) || changed
	}
	if changed {
		dropInlined(m, calls)
		ir.Thread(m)
	}
	return changed
}

// dropInlined removes the functions whose calls have all been inlined.
func dropInlined(m *ir.Module, called map[*ir.Func]int) {
	for again := true; again; {
		again = false
		now := map[*ir.Func]bool{}
		for _, f := range m.Funcs {
			for _, g := range ir.Callees(f) {
				now[g] = true
			}
		}
		kept := m.Funcs[:0]
		for _, f := range m.Funcs {
			if called[f] > 0 && !now[f] {
				again = true
				continue
			}
			kept = append(kept, f)
		}
		m.Funcs = kept
	}
}

// sizeOf counts the instructions of f except constants.
func sizeOf(f *ir.Func) int {
	n := 0
	for _, b := range f.Blocks {
		n++
		for _, i := range b.Instrs {
			if i.Op != ir.OpConst {
				n++
			}
		}
	}
	return n
}

// foldable counts the instructions of the callee that disappear if some arguments are
// constant. They are words that are computed from constants, and checks of such words,
// which hold unless the program traps.
func foldable(call *ir.Instr) int {
	known := map[*ir.Value]bool{}
	args := call.Words()
	for _, p := range call.Callee.Params() {
		if p.Type == ir.Token {
			continue
		}
		_, known[p] = constOf(args[0])
		args = args[1:]
	}
	n := 0
	for _, b := range call.Callee.Blocks {
		for _, i := range b.Instrs {
			switch {
			case i.Op == ir.OpConst:
				known[i.Results[0]] = true
			case i.Op == ir.OpCheck && known[i.Args[0]]:
				n++
			case i.Op == ir.OpWord && !slices.ContainsFunc(i.Args, func(v *ir.Value) bool { return !known[v] }):
				known[i.Results[0]] = true
				n++
			}
		}
	}
	return n
}

// inlineCalls inlines the calls of f that want accepts. The module
// must be threaded afterwards.
func inlineCalls(f *ir.Func, want func(call *ir.Instr) bool) bool {
	changed := false
	for k := 0; k < len(f.Blocks); k++ {
		b := f.Blocks[k]
		for n, i := range b.Instrs {
			if i.Op == ir.OpCall && want(i) {
				rest := inlineCall(f, b, n)
				f.Blocks = append(f.Blocks[:k+1:k+1], append(rest, f.Blocks[k+1:]...)...)
				changed = true
				break // the rest of b is now in a later block
			}
		}
	}
	return changed
}

// inlineCall ends b before instruction n. It returns the blocks that follow: the body of the
// callee and the rest of b.
func inlineCall(f *ir.Func, b *ir.Block, n int) []*ir.Block {
	call := b.Instrs[n]
	c := newCloner(f, call.Callee)
	rest := &ir.Block{ID: c.nextBlock(), Instrs: b.Instrs[n+1:], Term: b.Term}
	for _, i := range rest.Instrs {
		for _, v := range i.Results {
			v.In = rest
		}
	}
	for _, v := range call.Results { // the results become parameters of the block with the rest
		if v.Type != ir.Token {
			v.Def, v.In = nil, rest
			rest.Params = append(rest.Params, v)
		}
	}
	args := call.Words()
	for _, p := range call.Callee.Params() {
		if p.Type != ir.Token {
			c.values[p], args = args[0], args[1:]
		}
	}
	for k, o := range call.Callee.Objs {
		c.places[o] = call.Refs[k]
	}
	c.task = call.Task
	blocks := c.blocks()
	blocks[0].Params = nil
	b.Instrs = b.Instrs[:n:n]
	b.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{{To: blocks[0]}}, Span: call.Span}
	for _, x := range blocks {
		if x.Term.Op == ir.Return {
			x.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{{To: rest, Args: x.Term.Args}}, Span: x.Term.Span}
		}
	}
	return append(blocks, rest)
}

// cloner copies the blocks of a function into another function, without tokens.
type cloner struct {
	f, from *ir.Func
	values  map[*ir.Value]*ir.Value
	places  map[*ir.Object]ir.Ref
	block   map[*ir.Block]*ir.Block
	lastID  int
	task    int // task for events that have no task, or -1
}

// newCloner makes objects in f for the locals of from.
func newCloner(f, from *ir.Func) *cloner {
	c := &cloner{
		f: f, from: from, values: map[*ir.Value]*ir.Value{}, places: map[*ir.Object]ir.Ref{},
		block: map[*ir.Block]*ir.Block{}, task: -1,
	}
	for _, b := range f.Blocks {
		c.lastID = max(c.lastID, b.ID)
	}
	for _, o := range from.Locals {
		n := *o
		n.Name = freeName(f, o.Name)
		f.Locals = append(f.Locals, &n)
		c.places[o] = ir.Ref{Obj: &n}
	}
	return c
}

// freeName makes a name that no object of f has.
func freeName(f *ir.Func, name string) string {
	return freeAmong(append(append([]*ir.Object(nil), f.Objs...), f.Locals...), name)
}

// freeAmong makes a name that none of the objects has.
func freeAmong(objs []*ir.Object, name string) string {
	taken := map[string]bool{}
	for _, o := range objs {
		taken[o.Name] = true
	}
	out := name
	for n := 2; taken[out]; n++ {
		out = fmt.Sprintf("%s.%d", name, n)
	}
	return out
}

func (c *cloner) nextBlock() int {
	c.lastID++
	return c.lastID
}

// blocks copies all blocks of from.
func (c *cloner) blocks() []*ir.Block {
	var out []*ir.Block
	for _, b := range c.from.Blocks {
		n := &ir.Block{ID: c.nextBlock()}
		c.block[b] = n
		out = append(out, n)
		for _, p := range b.Params {
			if p.Type != ir.Token && c.values[p] == nil {
				n.Params = append(n.Params, c.value(p, nil, n))
			}
		}
		for _, i := range b.Instrs { // a use may come before its definition in block order
			for _, v := range i.Results {
				if v.Type != ir.Token {
					c.value(v, nil, n)
				}
			}
		}
	}
	for _, b := range c.from.Blocks {
		for _, i := range b.Instrs {
			c.instr(i, c.block[b])
		}
		c.term(&b.Term, c.block[b])
	}
	return out
}

func (c *cloner) value(v *ir.Value, i *ir.Instr, b *ir.Block) *ir.Value {
	n := c.f.NewValue(v.Type, nil, v.Span)
	n.Def, n.In = i, b
	c.values[v] = n
	return n
}

// words maps those values in vs that are words.
func (c *cloner) words(vs []*ir.Value) []*ir.Value {
	var out []*ir.Value
	for _, v := range vs {
		if v.Type != ir.Token {
			out = append(out, c.values[v])
		}
	}
	return out
}

func (c *cloner) instr(i *ir.Instr, b *ir.Block) {
	n := *i
	n.Args, n.Refs, n.Results = c.words(i.Args), nil, nil
	for _, r := range i.Refs {
		n.Refs = append(n.Refs, c.ref(r, b, i))
	}
	for _, v := range i.Results {
		if v.Type != ir.Token {
			w := c.values[v]
			w.Def = &n
			n.Results = append(n.Results, w)
		}
	}
	if n.Task < 0 {
		n.Task = c.task
	}
	b.Instrs = append(b.Instrs, &n)
}

// ref translates a ref. If both the ref and the bound object have an offset, it adds the
// offsets.
func (c *cloner) ref(r ir.Ref, b *ir.Block, like *ir.Instr) ir.Ref {
	if r.Off != nil {
		r.Off = c.values[r.Off]
	}
	base, ok := c.places[r.Obj]
	if !ok {
		return r
	}
	r.Obj, r.Disp, r.NoWrap = base.Obj, r.Disp+base.Disp, false
	switch {
	case base.Off == nil:
	case r.Off == nil:
		r.Off = base.Off
	default:
		sum := newWord(c.f, b, word.Add, 32, like, base.Off, r.Off)
		b.Instrs = append(b.Instrs, sum)
		r.Off = sum.Results[0]
	}
	return r
}

func (c *cloner) term(t *ir.Term, b *ir.Block) {
	b.Term = ir.Term{Op: t.Op, Span: t.Span, Args: c.words(t.Args)}
	if t.Cond != nil {
		b.Term.Cond = c.values[t.Cond]
	}
	for _, e := range t.Succs {
		b.Term.Succs = append(b.Term.Succs, ir.Edge{To: c.block[e.To], Args: c.words(e.Args)})
	}
}
