package pass

import (
	"math/bits"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/ir/word"
)

// Product is a multiplication with the bounds that hold for its operands at this position.
type Product struct {
	Instr *ir.Instr
	Of    [2]interval.Word
}

// Products computes bounds for the operands of all multiplications in a module that has
// contexts. It is nil if there are no multiplications. It is an abstract interpretation of the
// whole program by intervals (Cousot and Cousot, 1977). The intervals of block and function
// parameters grow until nothing changes. Conditions and checks narrow them at the points where
// they hold. If all accesses to an object have one size, the object gets the interval of all
// values that are stored into it anywhere.
//
// In the result, the second operand of each multiplication is the narrower one.
func Products(m *ir.Module) []Product {
	if len(m.Contexts) == 0 || !multiplies(m) {
		return nil
	}
	w := &widths{m: m, objects: map[*ir.Object]*ir.Object{}, held: map[*ir.Object]*content{}, base: map[*ir.Value]span{}, grown: map[*ir.Value]int{}, provers: map[*ir.Func]*prover{}}
	w.share()
	w.initial()
	for w.changed = true; w.changed; {
		w.changed = false
		for _, f := range m.Funcs {
			w.walk(w.prover(f), 0, nil)
		}
	}
	var out []Product
	for _, f := range m.Funcs {
		w.walk(w.prover(f), 0, func(p *prover, i *ir.Instr) {
			a, b := p.span(i.Args[0]), p.span(i.Args[1])
			if signedBits(a) < signedBits(b) {
				i.Args[0], i.Args[1] = i.Args[1], i.Args[0]
				a, b = b, a
			}
			out = append(out, Product{i, [2]interval.Word{a, b}})
		})
	}
	return out
}

func isProduct(i *ir.Instr) bool { return i.Op == ir.OpWord && i.Word == word.Mul }

func multiplies(m *ir.Module) bool {
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			if slices.ContainsFunc(b.Instrs, isProduct) {
				return true
			}
		}
	}
	return false
}

// signedBits is the number of bits that a signed word needs.
func signedBits(s span) int {
	return 1 + max(bits.Len64(uint64(max(s.SHi, 0))), bits.Len64(uint64(^min(s.SLo, -1))))
}

// widths is the state of the analysis.
type widths struct {
	m       *ir.Module
	objects map[*ir.Object]*ir.Object // maps an object to a representative; the analysis treats both as the same
	held    map[*ir.Object]*content
	base    map[*ir.Value]span // intervals of parameters; missing: not reached
	grown   map[*ir.Value]int
	provers map[*ir.Func]*prover
	changed bool
}

// content holds the interval of the values that loads from an object give.
type content struct {
	size  int  // size of all accesses; 0: none yet
	any   bool // unknown: sizes or positions differ, or the outside writes
	known bool
	s     span // an interval of words of 8*size bits
	grown int
}

// Two limits make the analysis end. After a bound has grown loosenAfter times, it jumps to
// the next power of two. After giveUpAfter times, it becomes the full range.
const (
	loosenAfter = 3
	giveUpAfter = 12
)

// root is the representative of an object.
func (w *widths) root(o *ir.Object) *ir.Object {
	for w.objects[o] != nil {
		o = w.objects[o]
	}
	return o
}

func (w *widths) content(o *ir.Object) *content {
	o = w.root(o)
	if w.held[o] == nil {
		w.held[o] = &content{}
	}
	return w.held[o]
}

// same merges two objects, because each may hold the values of the other.
func (w *widths) same(a, b *ir.Object) {
	if a, b = w.root(a), w.root(b); a != b {
		x, y := w.content(a), w.content(b)
		if y.size == 0 {
			y.size = x.size
		}
		y.any = y.any || x.any || x.size != 0 && x.size != y.size
		w.objects[a] = b
	}
}

// share merges objects that may hold the same values, and records how each object is accessed.
func (w *widths) share() {
	for _, f := range w.m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				w.access(i)
			}
		}
	}
}

// access records how an instruction accesses objects.
func (w *widths) access(i *ir.Instr) {
	switch i.Op {
	case ir.OpLoad, ir.OpStore:
		c := w.content(i.Refs[0].Obj)
		if c.size == 0 {
			c.size = i.Size
		}
		c.any = c.any || c.size != i.Size || i.Size > 4 || i.Refs[0].Disp%i.Size != 0 || i.Refs[0].Obj.Align < i.Size
	case ir.OpClear, ir.OpCopy:
		for _, r := range i.Refs {
			w.whole(r, i.Imm%4 == 0)
			w.same(i.Refs[0].Obj, r.Obj)
		}
	case ir.OpCall:
		for k, r := range i.Refs {
			w.whole(r, true)
			w.same(i.Callee.Objs[k], r.Obj)
		}
	case ir.OpLocal, ir.OpLog, ir.OpMark, ir.OpSend, ir.OpChSend, ir.OpChPut:
	default:
		for _, r := range i.Refs {
			w.content(r.Obj).any = true
		}
	}
}

// whole records an access to an object that begins at position r. The interval of the object
// stays valid only if the position and the length are multiples of the word size.
func (w *widths) whole(r ir.Ref, length bool) {
	c := w.content(r.Obj)
	c.any = c.any || !length || r.Off != nil || r.Disp%4 != 0
}

// initial adds the initial contents of objects: their bytes, and zeros after them.
func (w *widths) initial() {
	all := slices.Clone(w.m.Objects)
	for _, f := range w.m.Funcs {
		all = append(all, f.Locals...)
	}
	for _, o := range all {
		c := w.content(o)
		if c.size == 0 || c.any || o.Boot {
			c.any = true
			continue
		}
		n := (len(o.Init) + c.size - 1) / c.size * c.size
		data := append(slices.Clone(o.Init), make([]byte, n-len(o.Init))...)
		for at := 0; at < n; at += c.size {
			v := uint64(0)
			for k := range c.size {
				v |= uint64(data[at+k]) << (8 * k)
			}
			w.hold(c, interval.Const(8*c.size, v))
		}
		if o.Kind != ir.ConstObj || n < o.Size {
			w.hold(c, interval.Const(8*c.size, 0))
		}
	}
}

// hold adds an interval to the values that an object may hold.
func (w *widths) hold(c *content, s span) {
	old := c.s
	if c.known {
		s = s.Join(old)
	}
	if !c.known || s != old {
		c.grown++
		c.s, c.known, w.changed = loosened(s, 8*c.size, c.grown), true, true
	}
}

// loosened widens a bound, depending on how often it has grown.
func loosened(s span, width, grown int) span {
	switch {
	case grown > giveUpAfter:
		return interval.Full(width)
	case grown > loosenAfter:
		full := interval.Full(width)
		s.Lo = 0
		s.Hi = min(full.Hi, word.Mask(max(bits.Len64(s.Hi), 1)))
		if s.SLo < 0 {
			s.SLo = max(full.SLo, -1<<bits.Len64(uint64(^s.SLo)))
		} else {
			s.SLo = 0
		}
		if s.SHi >= 0 {
			s.SHi = min(full.SHi, 1<<bits.Len64(uint64(s.SHi))-1)
		} else {
			s.SHi = 0
		}
	}
	return s
}

func (w *widths) prover(f *ir.Func) *prover {
	if w.provers[f] == nil {
		p := newProver(f)
		p.base, p.dry, p.known = w.base, true, w.loaded
		w.provers[f] = p
	}
	return w.provers[f]
}

// loaded returns bounds for the result of a load, also if it is sign-extended.
func (w *widths) loaded(v *ir.Value) (span, bool) {
	i := v.Def
	if i.Op == ir.OpLoad {
		c := w.content(i.Refs[0].Obj)
		if c.any || !c.known {
			return span{}, false
		}
		if int(v.Type) == 8*c.size {
			return c.s, true
		}
		return c.s.Zext(int(v.Type)), int(v.Type) > 8*c.size
	}
	if i.Op != ir.OpWord || i.Word != word.Shrs || v.Type != 32 {
		return span{}, false
	}
	up, n, ok := withConst(v, word.Shrs)
	if !ok {
		return span{}, false
	}
	from, left, ok := withConst(up, word.Shl)
	if !ok || left != n || from.Def == nil || from.Def.Op != ir.OpLoad {
		return span{}, false
	}
	c := w.content(from.Def.Refs[0].Obj)
	if c.any || !c.known || 8*c.size != 32-int(n) {
		return span{}, false
	}
	return c.s.Sext(32), true
}

// walk goes through the reached blocks in dominator order. It calls `visit` for each
// multiplication, unless `visit` is nil.
func (w *widths) walk(p *prover, k int, visit func(*prover, *ir.Instr)) {
	b := p.f.Blocks[k]
	for _, v := range b.Params {
		if _, ok := w.base[v]; v.Type != ir.Token && !ok {
			if k != 0 || !w.entry(p.f) {
				return
			}
			w.base[v] = fullSpan(v.Type)
		}
	}
	mark := len(p.undo)
	p.entered(b)
	for _, i := range b.Instrs {
		w.instr(p, i)
		if visit != nil && isProduct(i) {
			visit(p, i)
		}
	}
	w.edges(p, b)
	for _, c := range p.kids[k] {
		w.walk(p, c, visit)
	}
	p.forget(mark)
}

// entry reports whether a context begins with the function.
func (w *widths) entry(f *ir.Func) bool {
	return slices.ContainsFunc(w.m.Contexts, func(c ir.Context) bool { return c.Func == f })
}

// instr updates the analysis for one instruction.
func (w *widths) instr(p *prover, i *ir.Instr) {
	switch i.Op {
	case ir.OpCheck:
		p.learn(i.Args[0], true)
	case ir.OpStore:
		if c := w.content(i.Refs[0].Obj); !c.any {
			w.hold(c, cut(p.span(i.Args[0]), int(i.Args[0].Type), 8*c.size))
		}
	case ir.OpCall:
		for k, v := range i.Callee.Blocks[0].Params {
			if v.Type != ir.Token {
				w.join(v, p.span(i.Args[k]))
			}
		}
	}
}

// cut returns the bounds of the low bits of a word, or of the zero-extended word.
func cut(s span, from, to int) span {
	if from < to {
		return s.Zext(to)
	}
	full := interval.Full(to)
	if s.SLo >= full.SLo && s.SHi <= full.SHi {
		full.SLo, full.SHi = s.SLo, s.SHi
		return full.Sharpen(to)
	}
	return s.Slice(0, to)
}

// edges merges the arguments of a block's outgoing edges into the parameters of its successors.
func (w *widths) edges(p *prover, b *ir.Block) {
	for k := range b.Term.Succs {
		e := &b.Term.Succs[k]
		mark := len(p.undo)
		if b.Term.Op == ir.Branch {
			p.learn(b.Term.Cond, k == 0)
		}
		for n, v := range e.To.Params {
			if v.Type != ir.Token && e.Args[n] != v {
				w.join(v, p.span(e.Args[n]))
			}
		}
		p.forget(mark)
	}
}

// join adds an interval to the values that a parameter may have. An empty interval means that
// the edge is never taken.
func (w *widths) join(v *ir.Value, s span) {
	old, ok := w.base[v]
	if s.Empty() && ok {
		return
	}
	if s.Empty() {
		s = fullSpan(v.Type)
	}
	if ok {
		s = s.Join(old)
	}
	if !ok || s != old {
		w.grown[v]++
		w.base[v], w.changed = loosened(s, int(v.Type), w.grown[v]), true
	}
}
