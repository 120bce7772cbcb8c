package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// fold simplifies the code at compile time: constants, algebraic identities, branches on
// constants, parameters that always have the same value, and blocks that can be merged.
//
// Needs: nothing. Keeps: effects and their order.
//
//	before  v3: i32 = mul v1, v2      (v2 = const 8)      after  v5: i32 = shl v1, v4   (v4 = const 3)
//	        br v4, b1(v3), b2         (v4 = const 1)             jump b1(v5)
func fold(m *ir.Module, env *Env) bool {
	return each(m, env, foldFunc)
}

func foldFunc(f *ir.Func) bool {
	changed := false
	for n := 0; n < 8; n++ {
		again := foldWords(f)
		again = propagate(f) || again
		again = tidyBlocks(f) || again
		if !again {
			break
		}
		changed = true
	}
	return changed
}

// foldWords rewrites word operations. It visits operands before users, except around loops.
func foldWords(f *ir.Func) bool {
	g := &folder{f: f, subst: renames{}, uses: useCounts(f)}
	for _, k := range ir.FlowOf(f).Order {
		g.block(f.Blocks[k])
	}
	g.subst.apply(f)
	return g.changed
}

// folder is a word.Graph over the values of a function.
type folder struct {
	f       *ir.Func
	b       *ir.Block
	at      *ir.Instr
	out     []*ir.Instr
	subst   renames
	uses    counts
	changed bool
}

func (g *folder) block(b *ir.Block) {
	g.b, g.out = b, make([]*ir.Instr, 0, len(b.Instrs))
	for _, i := range b.Instrs {
		i.Uses(func(v **ir.Value) { *v = g.subst.of(*v) })
		if i.Op == ir.OpWord && g.instr(i) {
			continue
		}
		g.out = append(g.out, i)
	}
	b.Instrs = g.out
	b.Term.Uses(func(v **ir.Value) { *v = g.subst.of(*v) })
}

// instr replaces i by a simpler instruction. It returns false if it finds none.
func (g *folder) instr(i *ir.Instr) bool {
	g.at = i
	v := i.Results[0]
	x, ok := word.Rewrite[*ir.Value](g, i.Word, int(v.Type), i.Imm, i.Args)
	if !ok {
		x, ok = g.identity(i.Word, int(v.Type), i.Imm, i.Args)
	}
	if !ok {
		return g.turn(i)
	}
	g.subst[v] = x
	g.uses.add(x, g.uses.of(v))
	g.changed = true
	return true
}

// turn moves a constant operand to the right.
func (g *folder) turn(i *ir.Instr) bool {
	if word.Table(i.Word).Commutative {
		_, left := constOf(i.Args[0])
		_, right := constOf(i.Args[1])
		if left && !right {
			i.Args[0], i.Args[1] = i.Args[1], i.Args[0]
			g.changed = true
		}
	}
	return false
}

// Width implements word.Graph.
func (g *folder) Width(v *ir.Value) int { return int(v.Type) }

// ConstOf implements word.Graph.
func (g *folder) ConstOf(v *ir.Value) (uint64, bool) { return constOf(v) }

// App implements word.Graph.
func (g *folder) App(v *ir.Value) (word.Op, uint64, []*ir.Value) {
	if v.Def == nil || v.Def.Op != ir.OpWord {
		return word.Bad, 0, nil
	}
	return v.Def.Word, v.Def.Imm, v.Def.Args
}

// MakeConst implements word.Graph.
func (g *folder) MakeConst(w int, c uint64) *ir.Value {
	return g.add(newConst(g.f, g.b, ir.Type(w), c, g.at))
}

// Make implements word.Graph.
func (g *folder) Make(op word.Op, w int, imm uint64, args ...*ir.Value) *ir.Value {
	if x, ok := word.Rewrite[*ir.Value](g, op, w, imm, args); ok {
		return x
	}
	if x, ok := g.identity(op, w, imm, args); ok {
		return x
	}
	i := newWord(g.f, g.b, op, ir.Type(w), g.at, args...)
	i.Imm = imm
	return g.add(i)
}

func (g *folder) add(i *ir.Instr) *ir.Value {
	g.out = append(g.out, i)
	for _, x := range i.Args {
		g.uses.add(x, 1)
	}
	return i.Results[0]
}

// identity adds rules that word.Rewrite lacks. They look two operators deep.
func (g *folder) identity(op word.Op, w int, imm uint64, a []*ir.Value) (*ir.Value, bool) {
	switch op {
	case word.Not:
		return g.not(a[0])
	case word.Mux:
		return g.mux(w, a)
	case word.Slice:
		return g.slice(w, imm, a[0])
	}
	if len(a) != 2 {
		return nil, false
	}
	c, ok := constOf(a[1])
	if !ok {
		return g.outward(op, w, a[0], a[1])
	}
	if op == word.And && possibleBits(a[0], 4)&^c == 0 {
		return a[0], true
	}
	switch op {
	case word.Sub:
		return g.Make(word.Add, w, 0, a[0], g.MakeConst(w, -c)), true
	case word.Add, word.And, word.Or, word.Xor, word.Mul:
		return g.chain(op, w, a[0], c)
	case word.Shl:
		return g.shift(w, a[0], c)
	case word.Eq, word.Ne, word.Ltu, word.Geu:
		return g.compare(op, a[0], c)
	}
	return nil, false
}

// slice handles a slice of a right-shifted number: it takes the bits from the number before the
// shift.
func (g *folder) slice(w int, at uint64, x *ir.Value) (*ir.Value, bool) {
	for _, op := range []word.Op{word.Shru, word.Shrs} {
		if y, k, ok := withConst(x, op); ok && k < uint64(x.Type) && at+k+uint64(w) <= uint64(x.Type) {
			return g.Make(word.Slice, w, at+k, y), true
		}
	}
	return nil, false
}

// outward moves constant summands to the outside of a nested sum. There they can be combined
// with other constants, or become a displacement.
func (g *folder) outward(op word.Op, w int, x, y *ir.Value) (*ir.Value, bool) {
	if op != word.Add && op != word.Sub {
		return nil, false
	}
	if in, c, ok := withConst(x, word.Add); ok {
		return g.Make(word.Add, w, 0, g.Make(op, w, 0, in, y), g.MakeConst(w, c)), true
	}
	if in, c, ok := withConst(y, word.Add); ok {
		if op == word.Sub {
			c = -c
		}
		return g.Make(word.Add, w, 0, g.Make(op, w, 0, x, in), g.MakeConst(w, c)), true
	}
	return nil, false
}

// possibleBits returns a mask of the bits of v that can be 1.
func possibleBits(v *ir.Value, depth int) uint64 {
	all := word.Mask(int(v.Type))
	if v.Def == nil || depth == 0 {
		return all
	}
	switch i := v.Def; {
	case i.Op == ir.OpConst:
		return i.Imm
	case i.Op == ir.OpLoad && i.Size < 8:
		return all & word.Mask(8*i.Size)
	case i.Op != ir.OpWord:
		return all
	case i.Word == word.And:
		return possibleBits(i.Args[0], depth-1) & possibleBits(i.Args[1], depth-1)
	case i.Word == word.Or, i.Word == word.Xor:
		return possibleBits(i.Args[0], depth-1) | possibleBits(i.Args[1], depth-1)
	case i.Word == word.Zext:
		return possibleBits(i.Args[0], depth-1)
	case i.Word == word.Mux:
		return possibleBits(i.Args[1], depth-1) | possibleBits(i.Args[2], depth-1)
	}
	if c, ok := shiftAmount(v.Def); ok && v.Def.Word == word.Shru {
		return possibleBits(v.Def.Args[0], depth-1) >> c
	} else if ok && v.Def.Word == word.Shl {
		return all & (possibleBits(v.Def.Args[0], depth-1) << c)
	}
	return all
}

// shiftAmount returns the constant amount of a shift.
func shiftAmount(i *ir.Instr) (uint64, bool) {
	if len(i.Args) != 2 {
		return 0, false
	}
	c, ok := constOf(i.Args[1])
	return word.Amount(c, int(i.Results[0].Type)), ok
}

// not inverts the comparison x.
func (g *folder) not(x *ir.Value) (*ir.Value, bool) {
	op, _, a := g.App(x)
	inv, ok := word.Inverse(op)
	if !ok {
		return nil, false
	}
	return g.Make(inv, 1, 0, a...), true
}

// mux replaces a mux of 1 and 0 by its condition.
func (g *folder) mux(w int, a []*ir.Value) (*ir.Value, bool) {
	x, ok1 := constOf(a[1])
	y, ok2 := constOf(a[2])
	switch {
	case w == 1 || !ok1 || !ok2:
		return nil, false
	case x == 1 && y == 0:
		return g.Make(word.Zext, w, 0, a[0]), true
	case x == 0 && y == 1:
		return g.Make(word.Zext, w, 0, g.Make(word.Not, 1, 0, a[0])), true
	}
	return nil, false
}

// chain combines the constants in (x op c1) op c2, and distributes products over sums.
func (g *folder) chain(op word.Op, w int, x *ir.Value, c uint64) (*ir.Value, bool) {
	if y, d, ok := withConst(x, op); ok {
		v := word.Eval(op, w, [3]uint64{d, c}, [3]int{w, w}, 0)
		return g.Make(op, w, 0, y, g.MakeConst(w, v)), true
	}
	if op == word.Mul {
		if y, d, ok := withConst(x, word.Add); ok {
			return g.Make(word.Add, w, 0, g.Make(op, w, 0, y, g.MakeConst(w, c)), g.MakeConst(w, c*d)), true
		}
		if y, d, ok := withConst(x, word.Shl); ok && d < uint64(w) {
			return g.Make(op, w, 0, y, g.MakeConst(w, c<<d)), true
		}
	}
	return nil, false
}

// shift combines two left shifts, and moves a constant summand out of a shift.
func (g *folder) shift(w int, x *ir.Value, k uint64) (*ir.Value, bool) {
	if k >= uint64(w) {
		return nil, false
	}
	if y, d, ok := withConst(x, word.Shl); ok && d+k < uint64(w) {
		return g.Make(word.Shl, w, 0, y, g.MakeConst(w, d+k)), true
	}
	if y, d, ok := withConst(x, word.Mul); ok {
		return g.Make(word.Mul, w, 0, y, g.MakeConst(w, d<<k)), true
	}
	if y, d, ok := withConst(x, word.Add); ok {
		return g.Make(word.Add, w, 0, g.Make(word.Shl, w, 0, y, g.MakeConst(w, k)), g.MakeConst(w, d<<k)), true
	}
	return nil, false
}

// compare simplifies a comparison with a constant.
func (g *folder) compare(op word.Op, x *ir.Value, c uint64) (*ir.Value, bool) {
	w := int(x.Type)
	equality := op == word.Eq || op == word.Ne
	if y, d, ok := withConst(x, word.Add); ok && equality && g.uses.of(x) <= 1 { // otherwise both values would stay live
		return g.Make(op, 1, 0, y, g.MakeConst(w, c-d)), true
	}
	if in, ok := isWord(x, word.Zext); ok {
		return g.compareExtended(op, in[0], c)
	}
	if c == 1 && (op == word.Ltu || op == word.Geu) {
		eq := map[word.Op]word.Op{word.Ltu: word.Eq, word.Geu: word.Ne}[op]
		return g.Make(eq, 1, 0, x, g.MakeConst(w, 0)), true
	}
	return nil, false
}

// compareExtended moves a comparison before the zero extension of its operand.
func (g *folder) compareExtended(op word.Op, x *ir.Value, c uint64) (*ir.Value, bool) {
	w := int(x.Type)
	if c <= word.Mask(w) {
		return g.Make(op, 1, 0, x, g.MakeConst(w, c)), true
	}
	return g.MakeConst(1, map[bool]uint64{true: 1}[op == word.Ne || op == word.Ltu]), true
}
