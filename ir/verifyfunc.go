package ir

import "github.com/sinter-lang/sinter/ir/word"

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

// shape checks IDs, definitions and that nothing is nil.
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
		v.errorf(t, t.Span, "block b%d has results and is no return", b.ID)
	}
	for _, e := range t.Succs {
		if !blocks[e.To] {
			v.errorf(t, t.Span, "block b%d jumps out of the function", b.ID)
		}
	}
}

// dominance checks that each use is dominated by its definition.
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
	before := len(v.errs)
	v.refs(i)
	if len(v.errs) > before {
		return
	}
	if i.Op == OpCall {
		v.call(i)
		return
	}
	v.tablesOf(i)
	args, results, ok := v.split(i)
	if !ok {
		return
	}
	v.words(i, args, results)
}

// refs checks the places of an operation.
func (v *verifier) refs(i *Instr) {
	shape := i.Op.Shape()
	if shape.Refs >= 0 && len(i.Refs) != shape.Refs {
		v.errorf(i, i.Span, "%s names %d objects, got %d", opcode(i), shape.Refs, len(i.Refs))
		return
	}
	if i.Op == OpCall && (i.Callee == nil || len(i.Callee.Objs) != len(i.Refs)) {
		v.errorf(i, i.Span, "a call needs a callee and an object for each of its object parameters, got %d", len(i.Refs))
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
		v.bounds(i, k)
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

// bounds checks places with a constant offset.
func (v *verifier) bounds(i *Instr, k int) {
	r, n := i.Refs[k], 0
	switch i.Op {
	case OpLoad, OpStore:
		n = i.Size
	case OpCopy, OpClear:
		n = int(min(i.Imm, maxObject+1))
	case OpCall:
		n = i.Callee.Objs[k].Size
	case OpRecv, OpTake:
		n = 4 + int(min(i.Imm, maxObject))
	case OpSend, OpLog:
		n = 4
	case OpAsk:
		if n = 4; k == 1 {
			n += int(min(i.Imm, maxObject))
		}
	case OpChSend, OpChRecv, OpChGet, OpChPut:
		if i.Chan >= 0 && i.Chan < len(v.m.Chans) && k < len(v.m.Chans[i.Chan].Objs) {
			n = v.m.Chans[i.Chan].Objs[k]
		}
	}
	if n > r.Obj.Size || r.Off == nil && (r.Disp < 0 || r.Disp+n > r.Obj.Size) {
		v.errorf(i, i.Span, "%s needs %d bytes at %s, which has %d", opcode(i), n, r, r.Obj.Size)
	}
}

// tablesOf checks the numbers that lead into the module's tables.
func (v *verifier) tablesOf(i *Instr) {
	bad := ""
	shape := i.Op.Shape()
	switch {
	case shape.Dev && (i.Dev < 0 || i.Dev >= len(v.m.Devices)):
		bad = "device"
	case shape.Chan && (i.Chan < 0 || i.Chan >= len(v.m.Chans)):
		bad = "channel"
	case i.Op == OpCheck && (i.Site < 0 || i.Site >= len(v.m.Traps)):
		bad = "trap site"
	case i.Op == OpLog && (i.Site < 0 || i.Site >= len(v.m.Logs)):
		bad = "log site"
	case i.Op == OpSelect && !v.armsNamed(i):
		bad = "device or channel"
	case i.Op == OpMark && i.Imm/2 >= uint64(len(v.m.Marks)):
		bad = "mark"
	case shape.IO && (i.Task < -1 || i.Task >= max(1, len(v.m.Tasks))):
		bad = "task"
	}
	if bad != "" {
		v.errorf(i, i.Span, "%s names a %s that the module does not have", opcode(i), bad)
	}
}

// split checks the tokens of an operation against its row and returns the words.
func (v *verifier) split(i *Instr) (args, results []*Value, ok bool) {
	need, give := tokensOf(i)
	args, ok1 := leading(i.Args, need)
	results, ok2 := leading(i.Results, give)
	if i.Op == OpMark { // the fence takes whatever tokens there are
		ok1, ok2 = len(i.Args) == len(i.Results) && len(i.Args) > 0 && i.Args[0].Obj == nil, true
		for k := 0; ok1 && k < len(i.Args); k++ {
			ok1 = i.Args[k].Type == Token && i.Results[k].Type == Token && i.Args[k].Obj == i.Results[k].Obj
		}
		args, results = nil, nil
	}
	if !ok1 || !ok2 {
		v.errorf(i, i.Span, "%s takes the tokens (%s) behind its words and gives (%s)", opcode(i), objNames(need), objNames(give))
	}
	return args, results, ok1 && ok2
}

// tokensOf lists the objects (nil: I/O) whose tokens an operation other than a
// call or a mark takes and gives.
func tokensOf(i *Instr) (need, give []*Object) {
	if i.Op.Shape().IO {
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

// leading splits vs into words and exactly the tokens toks.
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

// words checks the words of an operation.
func (v *verifier) words(i *Instr, args, results []*Value) {
	fail := func(format string, a ...any) { v.errorf(i, i.Span, opcode(i)+" "+format, a...) }
	want := func(in, out string) {
		if got := widths(args); got != in {
			fail("takes (%s), got (%s)", in, got)
		}
		if got := widths(results); got != out {
			fail("gives (%s), got (%s)", out, got)
		}
	}
	switch i.Op {
	case OpConst:
		if len(args) != 0 || len(results) != 1 || i.Imm&^word.Mask(int(results[0].Type)) != 0 {
			fail("gives one word that holds %d", i.Imm)
		}
	case OpWord:
		v.operator(i, args, results)
	case OpFloat:
		if err := checkFloat(i.Float, args, results); err != nil {
			v.errorf(i, i.Span, "%s", err)
		}
	case OpLoad, OpStore:
		if i.Size != 1 && i.Size != 2 && i.Size != 4 && i.Size != 8 {
			fail("moves 1, 2, 4 or 8 bytes, got %d", i.Size)
		}
		if i.Op == OpLoad && (len(args) != 0 || len(results) != 1) || i.Op == OpStore && (len(args) != 1 || len(results) != 0) {
			fail("has one word")
		}
	case OpCheck:
		want("i1", "")
	case OpNow:
		if got := widths(results); len(args) != 0 || got != "i64" && got != "i32 i32" {
			fail("gives i64, or i32 and i32, got %s", got)
		}
	case OpAlarm:
		if got := widths(args); len(results) != 0 || got != "i64" && got != "i32 i32" {
			fail("takes i64, or i32 and i32, got %s", got)
		}
	case OpChReady:
		if i.Imm > 1 {
			fail("asks for 0 or 1, got %d", i.Imm)
		}
		want("", "i1")
	case OpSelect:
		v.selectWords(i, args)
		if got := widths(results); got != "i32" {
			fail("gives i32, got (%s)", got)
		}
	case OpStatus:
		want("", "i32")
	case OpWait:
		want("i32", "i32")
	case OpTake:
		want("", "i1")
	case OpLog:
		v.logArgs(i, args)
	case OpChSend, OpChPut:
		v.element(i, args)
	case OpChRecv, OpChGet:
		v.element(i, results)
	default:
		want("", "")
	}
}

func widths(vs []*Value) string {
	s := ""
	for k, x := range vs {
		s += flag(" ", k > 0) + x.Type.String()
	}
	return s
}

func (v *verifier) operator(i *Instr, args, results []*Value) {
	if len(results) != 1 {
		v.errorf(i, i.Span, "%s has one result", i.Word)
		return
	}
	aw := make([]int, len(args))
	for k, a := range args {
		aw[k] = int(a.Type)
	}
	if err := word.Check(i.Word, int(results[0].Type), aw, i.Imm); err != nil {
		v.errorf(i, i.Span, "%s", err)
	}
}

// logArgs checks that words and refs are what the site shows.
func (v *verifier) logArgs(i *Instr, args []*Value) {
	if i.Site < 0 || i.Site >= len(v.m.Logs) {
		return // tablesOf says so
	}
	site := &v.m.Logs[i.Site]
	refs, k := 0, 0
	for _, a := range site.Args {
		switch {
		case a.Kind == "bytes":
			refs++
		case k < len(args) && a.Width > 32 && args[k].Type == 32 && k+1 < len(args) && args[k+1].Type == 32:
			k += 2
		default:
			k++
		}
	}
	if refs != len(i.Refs) || k != len(args) {
		v.errorf(i, i.Span, "log site %d shows %d words and %d bytes, got %d and %d", i.Site, len(site.Args)-refs, refs, len(args), len(i.Refs))
	}
}

// element checks that words and refs are a channel's element.
func (v *verifier) element(i *Instr, ws []*Value) {
	c := &v.m.Chans[i.Chan]
	ok := len(ws) == len(c.Words) && len(i.Refs) == len(c.Objs)
	for k := 0; ok && k < len(ws); k++ {
		ok = ws[k].Type == c.Words[k]
	}
	if !ok {
		v.errorf(i, i.Span, "channel %s moves %d words of types %v and %d objects, got (%s) and %d",
			c.Name, len(c.Words), c.Words, len(c.Objs), widths(ws), len(i.Refs))
	}
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

// disjoint reports whether two refs of a call to one object may be told apart:
// they have constant, or the same variable, offsets and do not overlap. What is
// not constant is the front end's proof.
func disjoint(i *Instr, j, k int) bool {
	a, b := i.Refs[j], i.Refs[k]
	if a.Off != b.Off {
		return true
	}
	return a.Disp+i.Callee.Objs[j].Size <= b.Disp || b.Disp+i.Callee.Objs[k].Size <= a.Disp
}

// bound maps an object of a callee's signature to the caller's.
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
