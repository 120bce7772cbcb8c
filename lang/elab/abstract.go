package elab

import (
	"iter"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/tree"
)

// newAbstractRun makes the tasks of an abstract run. Each task is a coroutine that walks through
// its statements and yields each send and receive that it reaches. A walk knows the values of
// constants, parameters of the run, loop variables, and expressions that contain only these.
func newAbstractRun(s *tree.System) *abstractRun {
	r := &abstractRun{sys: s, count: make([]int, len(s.Chans))}
	for k := range s.Runs {
		run := &s.Runs[k]
		t := &abstractTask{}
		t.next, t.stop = iter.Pull(func(yield func(move) bool) {
			w := &abstractWalk{yield: yield, known: map[*tree.Local]int64{}, ends: map[*tree.Local][]int{}}
			for i, p := range run.Task.Params {
				w.bind(p, run.Args[i])
			}
			defer func() {
				switch p := recover(); p {
				case nil, any(walkStopped):
				case any(walkUnknown):
					r.unknown = true
				default:
					panic(p)
				}
			}()
			w.block(run.Task.Body)
		})
		r.tasks = append(r.tasks, t)
	}
	return r
}

// walkEnd is the panic value that ends a walk early.
type walkEnd int

const (
	walkStopped walkEnd = iota // the run is over
	walkUnknown                // the next step depends on unknown data
)

// leaving states how control leaves a statement of a walk.
type leaving uint8

const (
	onward leaving = iota
	breaks
	continues
	returns
)

type abstractWalk struct {
	yield func(move) bool
	known map[*tree.Local]int64
	ends  map[*tree.Local][]int
	steps int
}

func (w *abstractWalk) bind(p *tree.Local, a tree.Bind) {
	switch a.Kind {
	case tree.BindValue:
		if p.Type.IsNumber() {
			w.known[p] = int64(a.Cells[0])
		}
	case tree.BindChan:
		w.ends[p] = []int{a.Index}
	case tree.BindChans:
		for _, c := range a.Cells {
			w.ends[p] = append(w.ends[p], int(c))
		}
	}
}

// tick limits the work of a walk between two moves (a move is a send or receive).
func (w *abstractWalk) tick() {
	if w.steps++; w.steps > maxMoves {
		panic(walkUnknown)
	}
}

func (w *abstractWalk) block(b *tree.Block) leaving {
	if b == nil {
		return onward
	}
	for _, s := range b.Stmts {
		if l := w.stmt(s); l != onward {
			return l
		}
	}
	return onward
}

func (w *abstractWalk) stmt(s tree.Stmt) leaving {
	w.tick()
	switch s := s.(type) {
	case *tree.Declare:
		w.exprs(s.Value)
		w.set(s.Local, s.Value)
	case *tree.Assign:
		w.exprs(s.Target, s.Value)
		if l, ok := s.Target.(*tree.LocalRef); ok {
			w.set(l.Local, s.Value)
		}
	case *tree.ChanSend:
		w.exprs(s.Value)
		w.move(s.Chan, true, s.Span())
	case *tree.For:
		return w.forStmt(s)
	case *tree.Loop:
		if !w.matters(s.Body) {
			panic(walkUnknown)
		}
		for {
			if l := w.block(s.Body); l == breaks || l == returns {
				return afterLoop(l)
			}
		}
	case *tree.If:
		return w.ifStmt(s)
	case *tree.Timed:
		return w.block(s.Body)
	case *tree.Block:
		return w.block(s)
	case *tree.Break:
		return breaks
	case *tree.Continue:
		return continues
	case *tree.Return:
		w.exprs(s.Value)
		return returns
	default:
		w.other(s)
	}
	return onward
}

// other walks the expressions of any other statement. The walk ends if a block of it communicates.
func (w *abstractWalk) other(s tree.Stmt) {
	for _, b := range tree.Blocks(s) {
		if w.matters(b) {
			panic(walkUnknown)
		}
	}
	switch s := s.(type) {
	case *tree.While:
		if moves(s.Cond) {
			panic(walkUnknown)
		}
	case *tree.Select:
		panic(walkUnknown)
	}
	w.exprs(tree.Heads(s)...)
	w.forget(&tree.Block{Stmts: []tree.Stmt{s}})
}

func (w *abstractWalk) ifStmt(s *tree.If) leaving {
	w.exprs(s.Cond)
	if v, ok := w.value(s.Cond); ok {
		if v != 0 {
			return w.block(s.Then)
		}
		return w.block(s.Else)
	}
	if w.matters(s.Then) || w.matters(s.Else) {
		panic(walkUnknown)
	}
	w.forget(s.Then)
	w.forget(s.Else)
	return onward
}

func (w *abstractWalk) forStmt(s *tree.For) leaving {
	w.exprs(s.Lo, s.Hi)
	if !w.matters(s.Body) {
		w.forget(s.Body)
		return onward
	}
	lo, okLo := w.value(s.Lo)
	hi, okHi := w.value(s.Hi)
	if !okLo || !okHi {
		panic(walkUnknown)
	}
	if s.Closed {
		hi++
	}
	for i := lo; i < hi; i += int64(s.Step) {
		w.known[s.Var] = i
		if l := w.block(s.Body); l == breaks || l == returns {
			return afterLoop(l)
		}
	}
	return onward
}

// afterLoop returns how control continues after a statement has left a loop.
func afterLoop(l leaving) leaving {
	if l == returns {
		return returns
	}
	return onward
}

// forget drops the known values of all locals that a block assigns.
func (w *abstractWalk) forget(b *tree.Block) {
	tree.EachStmt(b, func(s tree.Stmt) {
		switch s := s.(type) {
		case *tree.Assign:
			if l := tree.Root(s.Target); l != nil {
				delete(w.known, l)
			}
		case *tree.Declare:
			delete(w.known, s.Local)
		}
		for _, x := range tree.Heads(s) {
			w.forgetWritten(x)
		}
	})
}

func (w *abstractWalk) forgetWritten(x tree.Expr) {
	if x == nil {
		return
	}
	for _, p := range tree.Written(x) {
		if l := tree.Root(p); l != nil {
			delete(w.known, l)
		}
	}
}

func (w *abstractWalk) set(l *tree.Local, x tree.Expr) {
	delete(w.known, l)
	if x == nil && l.Type.IsNumber() {
		w.known[l] = 0
		return
	}
	if v, ok := w.value(x); ok {
		w.known[l] = v
	}
}

// exprs walks the receives and calls in expressions, in order of evaluation.
func (w *abstractWalk) exprs(list ...tree.Expr) {
	for _, x := range list {
		if x == nil {
			continue
		}
		if moves(x) {
			w.expr(x)
		}
		w.forgetWritten(x)
	}
}

func (w *abstractWalk) expr(x tree.Expr) {
	if b, ok := x.(*tree.Binary); ok && (b.Op == tree.And || b.Op == tree.Or) && moves(b.R) {
		panic(walkUnknown)
	}
	switch x := x.(type) {
	case *tree.TryRecv, *tree.TrySend, *tree.Search:
		panic(walkUnknown)
	case *tree.ChanRecv:
		w.move(x.Chan, false, x.At)
		return
	}
	for _, e := range tree.Operands(x) {
		w.expr(e)
	}
	if k, ok := x.(*tree.Call); ok && tree.TakesEnds(k.Func) {
		w.call(k)
	}
}

// call walks the body of a function that takes channel ends.
func (w *abstractWalk) call(k *tree.Call) {
	for _, a := range k.Args {
		p := k.Func.Params[a.Index]
		switch {
		case p.Type.Kind == tree.Chan:
			w.ends[p] = []int{w.end(a.Value)}
		case tree.EndsOf(p.Type) != nil:
			w.ends[p] = w.ends[tree.Root(a.Value)]
		default:
			w.set(p, a.Value)
		}
	}
	w.block(k.Func.Body)
}

// end is the channel that an expression denotes.
func (w *abstractWalk) end(x tree.Expr) int {
	all := w.ends[tree.Root(x)]
	if i, ok := x.(*tree.Index); ok {
		v, known := w.value(i.I)
		if !known || v < 0 || v >= int64(len(all)) {
			panic(walkUnknown)
		}
		return all[v]
	}
	return all[0]
}

func (w *abstractWalk) move(end tree.Expr, send bool, at diag.Span) {
	w.steps = 0
	if !w.yield(move{ch: w.end(end), send: send, at: at}) {
		panic(walkStopped)
	}
}

// value returns the value of a number or condition, if it is known.
func (w *abstractWalk) value(x tree.Expr) (int64, bool) {
	switch x := x.(type) {
	case *tree.Const:
		return int64(x.Cell), true
	case *tree.LocalRef:
		v, ok := w.known[x.Local]
		return v, ok
	case *tree.Convert:
		v, ok := w.value(x.X)
		return int64(tree.Truncate(uint64(v), x.T)), ok
	case *tree.Binary:
		l, okL := w.value(x.L)
		r, okR := w.value(x.R)
		if !okL || !okR {
			return 0, false
		}
		return applyKnown(x, l, r)
	case *tree.Equal:
		l, okL := w.value(x.L)
		r, okR := w.value(x.R)
		return boolOf((l == r) != x.Ne), okL && okR
	}
	return 0, false
}

func boolOf(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// applyKnown computes an operation on known numbers. For an operation that it does not support,
// the result is unknown.
func applyKnown(x *tree.Binary, l, r int64) (int64, bool) {
	_, signed := x.L.Type().Word()
	less := func(a, b int64) bool {
		if signed {
			return a < b
		}
		return uint64(a) < uint64(b)
	}
	v := int64(0)
	switch x.Op {
	case tree.Add:
		v = l + r
	case tree.Sub:
		v = l - r
	case tree.Mul:
		v = l * r
	case tree.Div, tree.Rem:
		if r <= 0 || l < 0 {
			return 0, false
		}
		if v = l / r; x.Op == tree.Rem {
			v = l % r
		}
	case tree.Lt:
		return boolOf(less(l, r)), true
	case tree.Gt:
		return boolOf(less(r, l)), true
	case tree.Le:
		return boolOf(!less(r, l)), true
	case tree.Ge:
		return boolOf(!less(l, r)), true
	default:
		return 0, false
	}
	return int64(tree.Truncate(uint64(v), x.T)), true
}

// moves reports whether an expression sends or receives, or tries to.
func moves(x tree.Expr) bool { return x != nil && tree.Communicates(x) }

// matters reports whether a block communicates or leaves an enclosing construct.
func (w *abstractWalk) matters(b *tree.Block) bool {
	found := false
	tree.EachStmt(b, func(s tree.Stmt) {
		switch s.(type) {
		case *tree.ChanSend, *tree.Select, *tree.Return, *tree.Break, *tree.Continue:
			found = true
		}
		for _, x := range tree.Heads(s) {
			found = found || moves(x)
		}
	})
	return found
}
