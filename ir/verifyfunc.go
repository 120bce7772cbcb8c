package ir

import (
	"strings"
)

func (v *verifier) function(f *Func) {
	v.f = f
	before := len(v.errs)
	v.shape(f)
	if len(v.errs) > before {
		return
	}
	v.flow, v.node = FlowOf(f), map[*Block]int{}
	for k, b := range f.Blocks {
		v.node[b] = k
	}
	if len(v.flow.Order) != len(f.Blocks) {
		v.errorf(f, f.Span, "%d blocks are not reachable", len(f.Blocks)-len(v.flow.Order))
		return
	}
	if len(v.flow.Preds[0]) > 0 {
		v.errorf(f.Blocks[0], f.Span, "a jump leads to the entry block")
	}
	v.dominance(f)
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			v.instr(i)
		}
		v.term(&b.Term)
	}
	if len(v.errs) == before {
		v.tokens(f)
	}
}

// shape checks IDs and definitions, and reports pointers that are nil.
func (v *verifier) shape(f *Func) {
	ids, blocks := map[int]bool{}, map[*Block]bool{}
	blockIDs := map[int]bool{}
	define := func(x *Value, i *Instr, b *Block) {
		switch {
		case x == nil:
			v.errorf(f, f.Span, "a definition is nil")
		case x.ID < 1 || x.ID > f.NextID || ids[x.ID]:
			v.errorf(x, x.Span, "value %s needs an ID of its own in 1..%d", x, f.NextID)
		case x.Def != i || x.In != b:
			v.errorf(x, x.Span, "value %s does not know where it is defined", x)
		case x.Type > 64 || x.Type != Token && x.Obj != nil:
			v.errorf(x, x.Span, "value %s has the type %s", x, typeOf(x.Type, x.Obj))
		default:
			ids[x.ID] = true
		}
	}
	v.position = map[*Instr]int{}
	for _, b := range f.Blocks {
		if blockIDs[b.ID] || b.ID < 0 {
			v.errorf(b, f.Span, "block b%d needs an ID of its own", b.ID)
		}
		blockIDs[b.ID], blocks[b] = true, true
		for _, x := range b.Params {
			define(x, nil, b)
		}
		for k, i := range b.Instrs {
			v.position[i] = k
			for _, x := range i.Results {
				define(x, i, b)
			}
			if i.Op >= NumOps {
				v.errorf(i, i.Span, "there is no operation %d", i.Op)
			}
		}
	}
	for _, b := range f.Blocks {
		v.termShape(b, blocks)
	}
}

func (v *verifier) termShape(b *Block, blocks map[*Block]bool) {
	t := &b.Term
	want := map[TermOp]int{Jump: 1, Branch: 2, Return: 0}
	if n, ok := want[t.Op]; !ok || n != len(t.Succs) || (t.Op == Branch) != (t.Cond != nil) {
		v.errorf(t, t.Span, "block b%d has an end of kind %d with %d successors", b.ID, t.Op, len(t.Succs))
	}
	if t.Op != Return && len(t.Args) > 0 {
		v.errorf(t, t.Span, "block b%d has results and is not a return", b.ID)
	}
	for _, e := range t.Succs {
		if !blocks[e.To] {
			v.errorf(t, t.Span, "block b%d jumps out of the function", b.ID)
		}
	}
}

// dominance checks that each definition dominates its uses.
func (v *verifier) dominance(f *Func) {
	for _, b := range f.Blocks {
		for k, i := range b.Instrs {
			i.Uses(func(x **Value) { v.use(*x, b, k, i) })
		}
		b.Term.Uses(func(x **Value) { v.use(*x, b, len(b.Instrs), &b.Term) })
	}
}

func (v *verifier) use(x *Value, b *Block, at int, user any) {
	span := v.f.Span
	if i, ok := user.(*Instr); ok {
		span = i.Span
	}
	if x == nil {
		v.errorf(user, span, "an operand is nil")
		return
	}
	in, ok := v.node[x.In]
	ok = ok && v.flow.Dominates(in, v.node[b])
	if ok && x.Def != nil {
		k, here := v.position[x.Def]
		ok = here && (x.In != b || k < at)
	}
	if ok && x.Def == nil {
		ok = contains(x.In.Params, x)
	}
	if !ok {
		v.errorf(user, span, "the definition of %s does not come before its use in b%d", x, b.ID)
	}
}

func contains(vs []*Value, x *Value) bool {
	for _, y := range vs {
		if x == y {
			return true
		}
	}
	return false
}

func (v *verifier) term(t *Term) {
	if t.Op == Branch && t.Cond.Type != 1 {
		v.errorf(t, t.Span, "a branch needs a condition of type i1, got %s %s", t.Cond.Type, t.Cond)
	}
	for _, e := range t.Succs {
		if len(e.Args) != len(e.To.Params) {
			v.errorf(t, t.Span, "b%d takes %d arguments, got %d", e.To.ID, len(e.To.Params), len(e.Args))
			continue
		}
		for k, a := range e.Args {
			p := e.To.Params[k]
			if a.Type != p.Type || a.Obj != p.Obj {
				v.errorf(t, t.Span, "b%d takes %s for %s, got %s: %s", e.To.ID, typeOf(p.Type, p.Obj), p, a, typeOf(a.Type, a.Obj))
			}
		}
	}
	if t.Op == Return {
		v.ret(t)
	}
}

func (v *verifier) ret(t *Term) {
	if len(t.Args) != len(v.f.Results) {
		v.errorf(t, t.Span, "the function returns %d results, got %d", len(v.f.Results), len(t.Args))
		return
	}
	for k, a := range t.Args {
		if r := v.f.Results[k]; a.Type != r.Type || a.Obj != r.Obj {
			v.errorf(t, t.Span, "result %d is %s, got %s: %s", k, typeOf(r.Type, r.Obj), a, typeOf(a.Type, a.Obj))
		}
	}
}

func (v *verifier) instr(i *Instr) {
	row := i.Op.Row()
	before := len(v.errs)
	v.names(i, row)
	if len(v.errs) > before {
		return
	}
	v.refs(i, row)
	if len(v.errs) > before {
		return
	}
	if row.Tokens == ByCallee {
		v.call(i)
		return
	}
	args, results, ok := v.split(i, row)
	if !ok || row.Tokens == Fence {
		return
	}
	v.listed(i, "takes", row.In, args)
	v.listed(i, "gives", row.Out, results)
	if row.Fits != nil && len(v.errs) == before {
		row.Fits.check(v, i, args, results)
	}
}

// names checks the references of an operation to the tables of the module.
func (v *verifier) names(i *Instr, row *Row) {
	wrong := []string{row.Site.wrong(v.m, i), row.Imm.wrong(v.m, i)}
	if row.Select != nil {
		wrong = append(wrong, row.Select.wrong(v.m, i))
	}
	if row.IO {
		wrong = append(wrong, lacks("task", i.Task < -1 || i.Task >= max(1, len(v.m.Tasks))))
	}
	for _, w := range wrong {
		if w != "" {
			v.errorf(i, i.Span, "%s %s", opcode(i), w)
			return
		}
	}
}

// refs checks the refs of an operation.
func (v *verifier) refs(i *Instr, row *Row) {
	if n := len(row.Refs.List); !row.Refs.Any && len(i.Refs) != n {
		v.errorf(i, i.Span, "%s names %d objects, got %d", opcode(i), n, len(i.Refs))
		return
	}
	for k, r := range i.Refs {
		if r.Obj == nil || !v.visible(r.Obj) {
			v.errorf(i, i.Span, "%s uses an object of another function", opcode(i))
			return
		}
		if r.Off != nil && r.Off.Type != 32 {
			v.errorf(i, i.Span, "an offset has type i32, got %s: %s", r.Off, r.Off.Type)
		}
		if r.NoWrap && (r.Off == nil || r.Disp <= 0) {
			v.errorf(i, i.Span, "%s has no sum that could wrap", r)
		}
		if bytes := row.Refs.at(k).Bytes; bytes != nil {
			v.bounds(i, r, bytes(v.m, i, k))
		}
		switch i.Access(k) {
		case Writes:
			if !r.Obj.HasToken() {
				v.errorf(i, i.Span, "%s writes %%%s, which is constant or read-only", opcode(i), r.Obj.Name)
			}
		case Begins:
			if r.Obj.Kind != LocalObj || r.Off != nil || r.Disp != 0 {
				v.errorf(i, i.Span, "%s takes a local object", opcode(i))
			}
		}
	}
}

func (v *verifier) visible(o *Object) bool {
	list := v.m.Objects
	switch o.Kind {
	case ParamObj:
		list = v.f.Objs
	case LocalObj:
		list = v.f.Locals
	}
	for _, x := range list {
		if x == o {
			return true
		}
	}
	return false
}

// bounds checks a ref for an access of n bytes.
func (v *verifier) bounds(i *Instr, r Ref, n int) {
	if n > r.Obj.Size || r.Off == nil && (r.Disp < 0 || r.Disp+n > r.Obj.Size) {
		v.errorf(i, i.Span, "%s needs %d bytes at %s, which has %d", opcode(i), n, r, r.Obj.Size)
	}
}

// split checks the tokens of an operation against its row and returns the words of its
// arguments and results.
func (v *verifier) split(i *Instr, row *Row) (args, results []*Value, ok bool) {
	need, give := tokensOf(i)
	args, ok1 := leading(i.Args, need)
	results, ok2 := leading(i.Results, give)
	if row.Tokens == Fence {
		ok1, ok2 = fences(i), true
	}
	if !ok1 || !ok2 {
		v.errorf(i, i.Span, "%s takes the tokens (%s) after its words and gives (%s)", opcode(i), objNames(need), objNames(give))
	}
	return args, results, ok1 && ok2
}

// fences reports whether i takes the I/O token first, and gives a new token for each token that it
// takes.
func fences(i *Instr) bool {
	if len(i.Args) != len(i.Results) || len(i.Args) == 0 || i.Args[0].Obj != nil {
		return false
	}
	for k, a := range i.Args {
		if a.Type != Token || i.Results[k].Type != Token || a.Obj != i.Results[k].Obj {
			return false
		}
	}
	return true
}

// tokensOf lists the objects whose tokens an operation takes and gives. nil stands for I/O. Calls
// and marks are not handled here.
func tokensOf(i *Instr) (need, give []*Object) {
	if i.Op.Row().IO {
		need, give = append(need, nil), append(give, nil)
	}
	for k, r := range i.Refs {
		if !r.Obj.HasToken() {
			continue
		}
		a := i.Access(k)
		if a != Begins {
			need = append(need, r.Obj)
		}
		if a != Reads {
			give = append(give, r.Obj)
		}
	}
	return need, give
}

// leading reports whether vs consists of words followed by exactly the tokens of toks, and returns
// the words.
func leading(vs []*Value, toks []*Object) ([]*Value, bool) {
	n := len(vs) - len(toks)
	if n < 0 {
		return nil, false
	}
	for _, x := range vs[:n] {
		if x.Type == Token {
			return nil, false
		}
	}
	for k, x := range vs[n:] {
		if x.Type != Token || x.Obj != toks[k] {
			return nil, false
		}
	}
	return vs[:n], true
}

func objNames(os []*Object) string {
	s := ""
	for k, o := range os {
		s += flag(", ", k > 0) + typeOf(Token, o)
	}
	return s
}

func widths(vs []*Value) string {
	s := ""
	for k, x := range vs {
		s += flag(" ", k > 0) + x.Type.String()
	}
	return s
}

// listed checks words against the alternatives in the row.
func (v *verifier) listed(i *Instr, verb string, want Words, ws []*Value) {
	if !want.allow(ws) {
		v.errorf(i, i.Span, "%s %s (%s), got (%s)", opcode(i), verb, strings.Join(want, " or "), widths(ws))
	}
}

func (w Words) allow(ws []*Value) bool {
	got := widths(ws)
	for _, list := range w {
		if list == got || list == "i*" || list == "i" && len(ws) == 1 {
			return true
		}
	}
	return len(w) == 0 && len(ws) == 0
}

// call checks arguments and results against the callee's signature.
func (v *verifier) call(i *Instr) {
	want := callArgs(i)
	ok := len(want) == len(i.Args) && len(i.Results) == len(i.Callee.Results)
	for k := 0; ok && k < len(want); k++ {
		ok = i.Args[k].Type == want[k].Type && i.Args[k].Obj == want[k].Obj
	}
	for k := 0; ok && k < len(i.Results); k++ {
		r := i.Callee.Results[k]
		ok = i.Results[k].Type == r.Type && i.Results[k].Obj == bound(i, r.Obj)
	}
	if !ok {
		v.errorf(i, i.Span, "the call does not fit the signature of @%s", i.Callee.Name)
	}
	for k, r := range i.Refs {
		for j := range i.Refs[:k] {
			if i.Refs[j].Obj == r.Obj && (i.Access(j) == Writes || i.Access(k) == Writes) && !disjoint(i, j, k) {
				v.errorf(i, i.Span, "the call writes %%%s and passes it twice", r.Obj.Name)
			}
		}
	}
}

// disjoint reports whether two refs of a call to the same object are known not to overlap. It
// compares offsets that are constant or use the same variable. For all other offsets the result is
// true, because the front end must have proved that the refs do not overlap.
func disjoint(i *Instr, j, k int) bool {
	a, b := i.Refs[j], i.Refs[k]
	if a.Off != b.Off {
		return true
	}
	return a.Disp+i.Callee.Objs[j].Size <= b.Disp || b.Disp+i.Callee.Objs[k].Size <= a.Disp
}

// bound maps an object in the signature of a callee to the object that the call passes.
func bound(i *Instr, o *Object) *Object {
	if o == nil || o.Kind != ParamObj {
		return o
	}
	for k, p := range i.Callee.Objs {
		if p == o {
			return i.Refs[k].Obj
		}
	}
	return nil
}

// callArgs lists the types of the arguments of a call.
func callArgs(i *Instr) []Result {
	var out []Result
	for _, p := range i.Callee.Params() {
		out = append(out, Result{p.Type, bound(i, p.Obj)})
	}
	for k, o := range i.Callee.Objs {
		if !o.HasToken() && i.Refs[k].Obj.HasToken() {
			out = append(out, Result{Token, i.Refs[k].Obj})
		}
	}
	return out
}
