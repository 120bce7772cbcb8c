package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// body is the state of the checker inside a function body or a single expression.
type body struct {
	c     *checker
	fn    *tree.Func
	info  *fnInfo // nil while a constant is checked
	scope *scope
	facts *facts.Known // nil at an unreachable point
	loops []*loop
	empty int // number of enclosing loops that never run a round
	timed int
	// silent is the number of enclosing constructs that the program leaves out: an if whose constant
	// is false, or a call below the log level.
	silent int
	test   *testInfo // nil outside of tests
	// layout is set while expressions of a layout are checked. Such expressions can name the earlier
	// fields.
	layout *layoutScope
	// env maps the parameters of a generic function to the arguments of the instance. Outside of a
	// generic function it is nil.
	env *env
	// bound holds the variables of the loops of a system.
	bound map[string]*tree.ConstDef
}

// loop is a loop that encloses the current statement.
type loop struct {
	breaks *facts.Known // the facts at all breaks, joined
}

// scope holds the locals of a block.
type scope struct {
	outer  *scope
	locals map[string]*tree.Local
}

// newScratch returns a body for checking an expression outside of functions.
func (c *checker) newScratch() *body {
	b := &body{c: c, fn: &tree.Func{Result: &tree.Type{}}, facts: facts.New(&c.effort)}
	b.push()
	return b
}

func (b *body) push() { b.scope = &scope{outer: b.scope, locals: map[string]*tree.Local{}} }
func (b *body) pop()  { b.scope = b.scope.outer }

// lookup finds a local.
func (b *body) lookup(name string) *tree.Local {
	for s := b.scope; s != nil; s = s.outer {
		if l := s.locals[name]; l != nil {
			return l
		}
	}
	return nil
}

// declareLocal makes a local in the current scope. It returns nil for a blank name.
func (b *body) declareLocal(name syntax.Ident, t *tree.Type, kind tree.LocalKind) *tree.Local {
	if name.IsBlank() {
		return nil
	}
	if old := b.scope.locals[name.Name]; old != nil {
		b.c.errorf(codes.DuplicateName, name.Span(), "`%s` is declared twice in this block", name.Name).
			Note(old.Span, "the other declaration")
	}
	b.shadowed(name)
	l := b.newLocal(name.Name, name.Span(), t, kind)
	b.scope.locals[name.Name] = l
	return l
}

func (b *body) newLocal(name string, at diag.Span, t *tree.Type, kind tree.LocalKind) *tree.Local {
	l := &tree.Local{ID: len(b.fn.Locals), Name: name, Type: t, Kind: kind, Span: at}
	b.fn.Locals = append(b.fn.Locals, l)
	b.c.defineLocal(l)
	return l
}

// defineLocal records a local.
func (c *checker) defineLocal(l *tree.Local) {
	c.opts.Record.Define(record.Def{Name: l.Name, What: localText[l.Kind], Type: l.Type, At: l.Span})
}

// localText describes the kind of a local.
var localText = map[tree.LocalKind]string{
	tree.ParamLocal: "a parameter", tree.InOutLocal: "an inout parameter", tree.LetLocal: "a let", tree.VarLocal: "a variable",
	tree.StateLocal: "a state", tree.LoopLocal: "the variable of a loop",
}

// names returns the visible names, for "did you mean".
func (b *body) names() []string {
	if b.c.failed > maxHelped {
		return nil
	}
	var names []string
	for s := b.scope; s != nil; s = s.outer {
		for n := range s.locals {
			names = append(names, n)
		}
	}
	for _, d := range b.c.order {
		if d.pkg == "" {
			names = append(names, d.name.Name)
		}
	}
	if b.layout != nil {
		for _, f := range b.layout.def.Fields {
			names = append(names, f.Name)
		}
	}
	if b.env != nil {
		for n := range b.env.consts {
			names = append(names, n)
		}
	}
	return names
}

// trap makes a trap site: an operation of the program that may trap.
func (b *body) trap(code string, at diag.Span) int {
	id := len(b.c.prog.Traps)
	b.c.prog.Traps = append(b.c.prog.Traps, tree.TrapSite{ID: id, Code: code, Span: at})
	b.c.trapsOf = append(b.c.trapsOf, b.info)
	return id
}

// inTask reports whether the statement is in the body of a task.
func (b *body) inTask() bool { return b.fn.Task && b.test == nil }

// poison declares a name whose type is not known after an error, because uses of the name would
// otherwise cause further errors about an unknown name.
func (b *body) poison(name syntax.Ident) tree.Stmt {
	if !name.IsBlank() && b.scope.locals[name.Name] == nil {
		l := &tree.Local{Name: name.Name, Kind: tree.LetLocal, Span: name.Span()}
		b.scope.locals[name.Name] = l
		b.c.defineLocal(l)
	}
	return nil
}

// shadowed warns of a local that hides another local of the function.
func (b *body) shadowed(name syntax.Ident) {
	for s := b.scope.outer; s != nil; s = s.outer {
		if old := s.locals[name.Name]; old != nil {
			b.c.hold(diag.Warningf(codes.Shadowed, name.Span(), "this `%s` hides another one", name.Name).Note(old.Span, "the other one").
				Hint("give one of them another name"))
			return
		}
	}
}

// testInfo is the state of a test that is being checked.
type testInfo struct {
	tree   *tree.Test
	fakes  map[*tree.Local]int // index of the fake in tree.Devices
	epoch  *elab.Elaborator    // nil before the first start
	talked diag.Span           // first use of a device after that start
}

// layoutScope holds the names that expressions of a layout can use, namely the earlier fields.
type layoutScope struct {
	def   *tree.LayoutDef
	needs [][]int // paths of absent parts that the current expression goes through
}

// block checks a block in a new scope.
func (b *body) block(n *syntax.Block) *tree.Block {
	if n == nil {
		return &tree.Block{}
	}
	b.push()
	defer b.pop()
	return &tree.Block{Stmt0: tree.Stmt0{At: n.Span()}, Stmts: b.stmts(n.Stmts)}
}

// stmts checks statements in order. Unreachable statements are checked too. They cause a warning
// and are not in the tree.
func (b *body) stmts(list []syntax.Stmt) []tree.Stmt {
	var out []tree.Stmt
	for i, n := range list {
		if b.facts == nil {
			b.unreachable(list[i:])
			break
		}
		if s := b.stmt(n); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (b *body) unreachable(list []syntax.Stmt) {
	b.c.warn(warnUnreachable(list[0]))
	b.facts = facts.New(&b.c.effort)
	b.stmts(list)
	b.facts = nil
}

func warnUnreachable(n syntax.Stmt) *diag.Error {
	return diag.Warningf(codes.Unreachable, n.Span(), "this is never reached").Labelf("and left out")
}
