package types

import (
	"errors"
	"math/big"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// constDecl resolves a const or config.
func (c *checker) constDecl(n *syntax.ConstDecl) *tree.ConstDef {
	b := c.newScratch()
	var want *tree.Type
	if n.Type != nil {
		if want = b.typeOf(n.Type); want == nil {
			return nil
		}
	}
	x := b.expr(n.Value, want)
	if s, ok := c.setting(n); ok && x != nil {
		t := x.Type()
		if want != nil && want.IsReal() {
			t = want
		}
		x = c.settingValue(s, n, t)
	}
	if x != nil && want != nil {
		x = b.convert(x, want, n.Value.Span())
	}
	if x == nil {
		return nil
	}
	cells, ok := b.evaluate(x, n.Value.Span())
	if !ok {
		return nil
	}
	t := x.Type()
	if t.IsNumber() && want == nil {
		v := tree.CellValue(cells[0], t)
		t = tree.RangeType(v, v)
	}
	return &tree.ConstDef{Name: n.Name.Name, Config: n.Config, Bare: want == nil, Type: t, Cells: cells, Span: n.Name.Span()}
}

// evaluate computes an expression at compile time.
func (b *body) evaluate(x tree.Expr, at diag.Span) ([]uint64, bool) {
	if k, ok := x.(*tree.Const); ok {
		return []uint64{k.Cell}, true
	}
	if !b.c.evaluable(x, at) {
		return nil, false
	}
	cells, err := eval.Constant(x, b.fn.Locals, &b.c.limits)
	if err == nil {
		return cells, true
	}
	e := b.c.errorf(codes.ConstFails, at, "%s", err)
	var trap *eval.Trap
	if errors.As(err, &trap) {
		e.Message = "the value of this constant cannot be computed: trap `" + trap.Code + "`"
		e.Note(b.c.prog.Traps[trap.Site].Span, "it traps here")
	}
	return nil, false
}

// evaluable checks the bodies of all functions that x calls, so that lang/eval can evaluate x.
func (c *checker) evaluable(x tree.Expr, at diag.Span) bool {
	seen := map[*fnInfo]stage{}
	for _, f := range c.calledBy(x) {
		if !c.evaluableFunc(f, at, seen) {
			return false
		}
	}
	return true
}

// evaluableFunc checks the body of f and of the functions that f calls. Recursion is not reported
// here but in checkRecursion.
func (c *checker) evaluableFunc(f *fnInfo, at diag.Span, seen map[*fnInfo]stage) bool {
	if seen[f] != stageNew {
		return seen[f] == stageDone
	}
	seen[f] = stageBusy
	if !c.checkBody(f) {
		c.errorf(codes.Cycle, at, "the constant needs `%s`, and `%s` needs the constant", f.tree.Name, f.tree.Name).
			Note(f.tree.Span, "the function")
		return false
	}
	if f.bad {
		return false
	}
	if f.acts {
		c.errorf(codes.NotConstant, at, "`%s` logs, is timed or reads the clock, so it is not evaluated at compile time", f.tree.Name).
			Note(f.tree.Span, "the function")
		return false
	}
	for _, k := range f.calls {
		if !c.evaluableFunc(k.to, at, seen) {
			return false
		}
	}
	seen[f] = stageDone
	c.consts = append(c.consts, &constUse{f, at})
	return true
}

// calledBy returns the functions that x calls.
func (c *checker) calledBy(x tree.Expr) []*fnInfo {
	var list []*fnInfo
	tree.Walk(x, func(e tree.Expr) {
		if k, ok := e.(*tree.Call); ok {
			if f := c.infos[k.Func]; f != nil {
				list = append(list, f)
			}
		}
	})
	return list
}

// constInt evaluates an integer that must be known at compile time.
func (b *body) constInt(e syntax.Expr) (*big.Int, bool) {
	x := b.expr(e, nil)
	if x == nil {
		return nil, false
	}
	if !x.Type().IsNumber() {
		b.c.errorf(codes.Mismatch, e.Span(), "expected a number, found %s", describe(x.Type()))
		return nil, false
	}
	return b.constNumber(x, e.Span())
}

func (b *body) constNumber(x tree.Expr, at diag.Span) (*big.Int, bool) {
	if name := variable(x); name != "" {
		b.c.errorf(codes.NotConstant, at, "expected a value that is known at compile time, but `%s` is a variable", name)
		return nil, false
	}
	cells, ok := b.evaluate(x, at)
	if !ok {
		return nil, false
	}
	return tree.CellValue(cells[0], x.Type()), true
}

// variable returns the name of a local that x reads but does not itself declare, or "" if there is
// none.
func variable(x tree.Expr) string {
	name := ""
	bound := map[*tree.Local]bool{}
	tree.Walk(x, func(e tree.Expr) {
		switch e := e.(type) {
		case *tree.Search:
			bound[e.Var] = true
		case *tree.LocalRef:
			if name == "" && !bound[e.Local] {
				name = e.Local.Name
			}
		case *tree.ChanRecv, *tree.HeadRecv, *tree.Asked, *tree.TryRecv, *tree.TrySend, *tree.LevelGet, *tree.Lost:
			name = "a received value"
		case *tree.Now:
			name = "now()"
		case *tree.Take, *tree.Choose, *tree.ChooseBytes, *tree.ChooseSubset, *tree.Unflushed, *tree.Sector:
			name = "a value of the test's run"
		}
	})
	return name
}

// constAssert checks `const assert c`.
func (c *checker) constAssert(n *syntax.AssertDecl) {
	b := c.newScratch()
	x := b.condition(n.Cond)
	if x == nil {
		return
	}
	if cells, ok := b.evaluate(x, n.Cond.Span()); ok && cells[0] == 0 {
		c.errorf(codes.ConstAssert, n.Cond.Span(), "this does not hold").Labelf("false")
	}
}

// setting returns the -D value for a config.
func (c *checker) setting(n *syntax.ConstDecl) (Setting, bool) {
	for i := len(c.opts.Settings) - 1; i >= 0; i-- {
		if s := c.opts.Settings[i]; n.Config && s.Name == qualified(c.packageOf[n.Span().File], n.Name.Name) {
			return s, true
		}
	}
	return Setting{}, false
}

// settingValue reads the text of a -D value for a config whose default has a type.
func (c *checker) settingValue(s Setting, n *syntax.ConstDecl, t *tree.Type) tree.Expr {
	base := tree.Expr0{At: n.Value.Span()}
	switch {
	case t.Kind == tree.Bool && (s.Value == "true" || s.Value == "false"):
		base.T = t
		cell := uint64(0)
		if s.Value == "true" {
			cell = 1
		}
		return &tree.Const{Expr0: base, Cell: cell}
	case t.Kind == tree.Duration:
		if ticks, ok := ParseDuration(s.Value); ok {
			base.T = t
			return &tree.Const{Expr0: base, Cell: uint64(ticks)}
		}
	case t.IsNumber():
		v, ok := new(big.Int).SetString(strings.TrimSpace(s.Value), 0)
		if ok && fits64(v) {
			return number(v, base.At)
		}
	case t.Kind == tree.Bytes:
		return &tree.BytesLit{Expr0: tree.Expr0{At: base.At, T: tree.BytesType(len(s.Value))}, Data: []byte(s.Value)}
	case t.IsReal() || t.Kind == tree.Fraction:
		if l := syntax.Fraction(strings.TrimSpace(s.Value)); l != nil {
			return fraction(l, base.At)
		}
	}
	want := "a number of at most 64 bits"
	if t.IsNumber() && strings.Count(s.Value, ".") == 3 {
		want = "a number, or an address of four numbers from 0 to 255 such as 10.0.2.15"
	} else if t.Kind == tree.Bool {
		want = "true or false"
	} else if t.Kind == tree.Duration {
		want = "a duration such as 5ms"
	} else if t.IsReal() || t.Kind == tree.Fraction {
		want = "a number such as 1.5"
	} else if !t.IsNumber() {
		want = "no setting: only numbers, bools, durations and texts can be set"
	}
	c.errorf(codes.BadSetting, n.Name.Span(), "-D %s=%s does not fit this config, expected %s", s.Name, s.Value, want)
	return nil
}

// checkSettings reports -D settings that name no config.
func (c *checker) checkSettings() {
	for _, s := range c.opts.Settings {
		if pkg, _, ok := strings.Cut(s.Name, "."); ok {
			c.load(pkg) // a setting such as -D net.host=...
		}
	}
	var known []string
	for _, d := range c.order {
		if n, ok := d.node.(*syntax.ConstDecl); ok && n.Config {
			known = append(known, qualified(d.pkg, d.name.Name))
		}
	}
	for _, s := range c.opts.Settings {
		d := c.decls[s.Name]
		if d != nil && d.what() == "a config" {
			continue
		}
		e := c.errorf(codes.BadSetting, diag.Span{}, "-D %s=%s: the program has no config `%s`", s.Name, s.Value, s.Name)
		c.suggest(e, s.Name, known)
	}
}

// markConstTraps marks the trap sites in constants, and in functions that only constants call.
func (c *checker) markConstTraps() {
	folded, runs := map[*fnInfo]bool{}, map[*fnInfo]bool{}
	for _, use := range c.consts {
		folded[use.fn] = true
	}
	var reach func(f *fnInfo)
	reach = func(f *fnInfo) {
		if runs[f] {
			return
		}
		runs[f] = true
		for _, k := range f.calls {
			reach(k.to)
		}
	}
	for _, f := range c.functions() {
		if !folded[f] {
			reach(f)
		}
	}
	for i, f := range c.trapsOf {
		c.prog.Traps[i].Const = !runs[f]
	}
}
