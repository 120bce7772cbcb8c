package pass

import (
	_ "embed"
	"math/bits"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// rtText is the run-time library. Targets that lack an operator call its functions.
//
//go:embed rt.sir
var rtText string

// legalise converts all words to two widths: 1 and 32.
//
// A word of 2 to 31 bits becomes an i32 whose high bits are zero. A word of 33 to 64 bits
// becomes two i32 words, low first. This also holds for parameters, results, logs, channel
// elements and now. On i1, only and, or, xor, not and mux remain. slice converts i32 to i1,
// zext and sext convert i1 to i32, and cat disappears. Loads give i32 and stores take i32. An
// operator that the target lacks is expanded as its table row says. Exceptions are mul, divu
// and remu, which become calls of functions in rt.sir. Float operations become calls of
// functions in Env.Soft (softfloat.go).
//
// Needs: nothing. Keeps: the order and number of effects, block order, the IDs of values (the
// low half keeps the ID of the whole).
//
//	before  v3: i64 = add v1, v2
//	after   v3: i32 = add v1, v2 ; v5: i1 = ltu v3, v1 ; v6: i32 = zext v5
//	        v7: i32 = add v8, v9 ; v4: i32 = add v7, v6
func legalise(m *ir.Module, env *Env) bool {
	if env.XLen != 32 {
		return false
	}
	l := &legaliser{m: m, env: env, rt: map[string]*ir.Func{}}
	for k := range m.Chans {
		m.Chans[k].Words = legalTypes(m.Chans[k].Words)
		for j := range m.Chans[k].Words {
			m.Chans[k].Words[j] = 32
		}
	}
	for k := 0; k < len(m.Funcs); k++ {
		l.function(m.Funcs[k])
	}
	ir.Thread(m)
	return true
}

// num is a word of width w, in parts of legal widths. lo is an i1 if w is 1, else an i32. hi
// exists only if w is over 32.
type num struct {
	w      int
	lo, hi *ir.Value
}

type legaliser struct {
	m     *ir.Module
	env   *Env
	rt    map[string]*ir.Func // functions of rt.sir in the module
	soft  *ir.Module          // the result of Env.Soft() after its first call
	b     *ir.Builder
	parts map[*ir.Value]num
}

// helper returns a function of rt.sir, and adds it to the module if needed. The main loop of
// the pass legalises the function later.
func (l *legaliser) helper(name string) *ir.Func {
	if f := l.rt[name]; f != nil {
		return f
	}
	for _, f := range l.m.Funcs { // added by an earlier run
		if f.Name == name {
			return f
		}
	}
	for _, f := range ir.MustParse("rt.sir", rtText).Funcs {
		if f.Name == name {
			l.rt[name] = f
			l.m.Funcs = append(l.m.Funcs, f)
			return f
		}
	}
	panic("legalise: no helper " + name)
}

// legalTypes lists the types of the legal parts.
func legalTypes(ts []ir.Type) []ir.Type {
	var out []ir.Type
	for _, t := range ts {
		switch {
		case t == ir.Token:
			out = append(out, t)
		case t == 1:
			out = append(out, 1)
		case t <= 32:
			out = append(out, 32)
		default:
			out = append(out, 32, 32)
		}
	}
	return out
}

func (l *legaliser) function(f *ir.Func) {
	l.b = ir.NewBuilder(f)
	l.parts = map[*ir.Value]num{}
	var results []ir.Result
	for _, r := range f.Results {
		if r.Type == ir.Token {
			continue // ir.Thread rebuilds the tokens
		}
		for _, t := range legalTypes([]ir.Type{r.Type}) {
			results = append(results, ir.Result{Type: t})
		}
	}
	f.Results = results
	flow := ir.FlowOf(f)
	for _, k := range flow.Order {
		l.params(f.Blocks[k])
	}
	for _, k := range flow.Order {
		l.block(f.Blocks[k])
	}
	for _, k := range flow.Order { // edges come last, when all parts are known
		t := &f.Blocks[k].Term
		for j := range t.Succs {
			t.Succs[j].Args = l.flat(t.Succs[j].Args)
		}
	}
}

// params splits the parameters of a block.
func (l *legaliser) params(b *ir.Block) {
	old := b.Params
	b.Params = nil
	for _, v := range old {
		if v.Type == ir.Token {
			continue
		}
		l.b.At = v.Span
		n := num{w: int(v.Type)}
		for j, t := range legalTypes([]ir.Type{v.Type}) {
			p := l.b.Param(b, t)
			if j == 0 {
				p.ID, n.lo = v.ID, p
			} else {
				n.hi = p
			}
		}
		l.parts[v] = n
	}
}

// flat lists the legal parts of the words in vs.
func (l *legaliser) flat(vs []*ir.Value) []*ir.Value {
	var out []*ir.Value
	for _, v := range vs {
		if v.Type == ir.Token {
			continue
		}
		n := l.parts[v]
		out = append(out, n.lo)
		if n.hi != nil {
			out = append(out, n.hi)
		}
	}
	return out
}

func (l *legaliser) block(b *ir.Block) {
	old := b.Instrs
	b.Instrs = nil
	l.b.B = b
	for _, i := range old {
		l.b.At, l.b.Task = i.Span, i.Task
		l.instr(i)
	}
	t := &b.Term
	l.b.At = t.Span
	if t.Cond != nil {
		t.Cond = l.parts[t.Cond].lo
	}
	t.Args = l.flat(t.Args)
}

// define sets n as the parts of v. If the low part is new, it takes over the ID of v.
func (l *legaliser) define(v *ir.Value, n num, before int) {
	if n.lo.ID > before {
		n.lo.ID = v.ID
	}
	l.parts[v] = n
}

func (l *legaliser) instr(i *ir.Instr) {
	before := l.b.F.NextID
	switch i.Op {
	case ir.OpConst:
		v := i.Results[0]
		l.define(v, l.constant(int(v.Type), i.Imm), before)
	case ir.OpWord:
		v := i.Results[0]
		args := make([]num, len(i.Args))
		for k, a := range i.Args {
			args[k] = l.parts[a]
		}
		l.define(v, l.apply(i.Word, int(v.Type), i.Imm, args), before)
	case ir.OpFloat:
		l.float(i, before)
	case ir.OpLoad:
		v := i.Results[0]
		l.define(v, l.load(int(v.Type), i.Size, l.ref(i.Refs[0])), before)
	case ir.OpStore:
		l.store(l.parts[i.Args[0]], i.Size, l.ref(i.Refs[0]))
	default:
		l.other(i)
	}
}

// ref returns a ref with a legal offset. Offsets are already i32.
func (l *legaliser) ref(r ir.Ref) ir.Ref {
	if r.Off != nil {
		r.Off = l.parts[r.Off].lo
	}
	return r
}

// other keeps an operation and splits its operands and results into legal parts.
func (l *legaliser) other(i *ir.Instr) {
	next := *i
	next.Refs = nil
	for _, r := range i.Refs {
		next.Refs = append(next.Refs, l.ref(r))
	}
	next.Args = l.flat(i.Args)
	next.Results = nil
	var types []ir.Type
	for _, r := range i.Results {
		if r.Type != ir.Token {
			types = append(types, legalTypes([]ir.Type{r.Type})...)
		}
	}
	whole := i.Op.Row().Whole
	if whole {
		for k, a := range next.Args {
			next.Args[k] = l.b.Zext(32, a)
		}
		for k := range types {
			types[k] = 32
		}
	}
	after := l.byWay(&next)
	out := l.b.Emit(&next, types...).Results
	after()
	for _, r := range i.Results {
		if r.Type == ir.Token {
			continue
		}
		n := num{w: int(r.Type), lo: out[0]}
		out[0].ID = r.ID
		out = out[1:]
		if r.Type > 32 {
			n.hi, out = out[0], out[1:]
		}
		if whole && r.Type == 1 {
			n.lo = l.b.Slice(1, n.lo, 0)
		}
		l.parts[r] = n
	}
}

func (l *legaliser) load(w, size int, r ir.Ref) num {
	if size < 8 || w <= 32 {
		return l.cut(num{w: 32, lo: l.loadWord(min(size, 4), r)}, w)
	}
	lo := l.loadWord(4, r)
	r.Disp += 4
	return l.cut(num{w: 64, lo: lo, hi: l.loadWord(4, r)}, w)
}

func (l *legaliser) store(n num, size int, r ir.Ref) {
	n = l.widen(n, 64)
	l.storeWord(n.lo, min(size, 4), r)
	if size == 8 {
		r.Disp += 4
		l.storeWord(n.hi, 4, r)
	}
}

func (l *legaliser) constant(w int, v uint64) num {
	if w == 1 {
		return num{w: 1, lo: l.b.Const(1, v)}
	}
	n := num{w: w, lo: l.b.Const(32, v)}
	if w > 32 {
		n.hi = l.b.Const(32, v>>32)
	}
	return n
}

// widen zero-extends n to w bits.
func (l *legaliser) widen(n num, w int) num {
	out := num{w: w, lo: l.b.Zext(32, n.lo), hi: n.hi}
	if w == 1 {
		return n
	}
	if w > 32 && n.hi == nil {
		out.hi = l.b.Const(32, 0)
	}
	return out
}

// cut keeps the low w bits of n. The parts of n are full 32-bit words.
func (l *legaliser) cut(n num, w int) num {
	switch {
	case w == 1:
		return num{w: 1, lo: l.b.Slice(1, n.lo, 0)}
	case w <= 32:
		return num{w: w, lo: l.mask(n.lo, w)}
	}
	if n.hi == nil {
		return num{w: w, lo: n.lo, hi: l.b.Const(32, 0)}
	}
	return num{w: w, lo: n.lo, hi: l.mask(n.hi, w-32)}
}

func (l *legaliser) mask(v *ir.Value, w int) *ir.Value {
	if bitsOf(v, 6) <= w {
		return v
	}
	return l.op(word.And, v, l.b.Const(32, word.Mask(w)))
}

// bitsOf is an upper bound for the number of low bits of an i32 that may be set. It follows at
// most n operations back from the word.
func bitsOf(v *ir.Value, n int) int {
	if v.Def == nil || n == 0 {
		return 32
	}
	i := v.Def
	arg := func(k int) int { return bitsOf(i.Args[k], n-1) }
	switch {
	case i.Op == ir.OpConst:
		return bits.Len64(i.Imm)
	case i.Op == ir.OpLoad:
		return 8 * min(i.Size, 4)
	case i.Op != ir.OpWord:
		return 32
	}
	switch i.Word {
	case word.Zext: // the operand is an i1
		return 1
	case word.And:
		return min(arg(0), arg(1))
	case word.Or, word.Xor:
		return max(arg(0), arg(1))
	case word.Mux:
		return max(arg(1), arg(2))
	case word.Shl, word.Shru:
		return shiftedBits(i, arg(0))
	}
	return 32
}

// shiftedBits is bitsOf for the result of a shift.
func shiftedBits(i *ir.Instr, n int) int {
	k, ok := constOf(i.Args[1])
	switch {
	case !ok && i.Word == word.Shru:
		return n
	case !ok:
		return 32
	case i.Word == word.Shru:
		return max(0, n-int(k&31))
	}
	return min(32, n+int(k&31))
}

// op applies an operator to i32 words.
func (l *legaliser) op(op word.Op, args ...*ir.Value) *ir.Value { return l.b.Word(op, 32, args...) }

// bit applies an operator with a one-bit result.
func (l *legaliser) bit(op word.Op, args ...*ir.Value) *ir.Value { return l.b.Word(op, 1, args...) }

func (l *legaliser) const32(v int) *ir.Value { return l.b.Const(32, uint64(v)) }
