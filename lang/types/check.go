package types

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Check checks a program that consists of files. The returned list holds errors and warnings in
// source order. If there is an error, the program is nil.
func Check(files []*syntax.File, opts Options) (*tree.Program, diag.List) {
	c := newChecker(files, opts)
	c.collect()
	c.resolveAll()
	c.checkSettings()
	c.checkBodies()
	c.checkRecursion()
	c.spreadUse()
	c.checkSystem()
	c.checkDeadlock()
	c.markConstTraps()
	c.checkParallel()
	c.checkBudgets()
	c.addServices()
	c.nameWords()
	main := c.extent()
	c.checkTests()
	c.checkBodies()
	c.checkTimed()
	c.checkMemory()
	c.release()
	list := c.errs.Sorted()
	if list.Err() != nil {
		return nil, list
	}
	c.finish(main)
	return c.prog, list
}

// extent is the size of a program: the numbers of its declarations and trap sites.
type extent struct {
	decls, services, logs, traps, marks, proofs int
}

func (c *checker) extent() extent {
	return extent{len(c.order), len(c.services), len(c.prog.Logs), len(c.prog.Traps), len(c.prog.Marks), len(c.proofs)}
}

// collect finds the names of all declarations.
func (c *checker) collect() {
	for _, f := range c.files {
		c.collectFile(f)
	}
	if c.opts.Package != "" {
		c.load(c.opts.Package)
	}
	c.prog.Name = c.programName()
}

func (c *checker) collectFile(f *syntax.File) {
	if f.Source != nil {
		c.prog.Files = append(c.prog.Files, f.Source)
	}
	c.used[f.Source] = map[string]bool{}
	for _, d := range f.Decls {
		c.collectDecl(f, d)
	}
}

func (c *checker) programName() string {
	if len(c.systems) > 0 {
		return c.systems[0].Name.Name
	}
	if len(c.prog.Files) == 0 {
		return ""
	}
	name := c.prog.Files[0].Name
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".sn")
}

func (c *checker) collectDecl(f *syntax.File, d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.UseDecl:
		c.collectUse(f, d)
	case *syntax.ConstDecl:
		c.declare(d.Name, d)
	case *syntax.TypeDecl:
		c.declare(d.Name, d)
	case *syntax.StructDecl:
		c.declare(d.Name, d)
	case *syntax.EnumDecl:
		c.declare(d.Name, d)
	case *syntax.LayoutDecl:
		c.declare(d.Name, d)
	case *syntax.FnDecl:
		c.declare(d.Name, d)
	case *syntax.TaskDecl:
		c.declare(d.Name, d)
	case *syntax.SystemDecl:
		c.systems = append(c.systems, d)
		c.opts.Record.Define(record.Def{Name: d.Name.Name, What: "a system", At: d.Name.Span()})
	case *syntax.AssertDecl:
		c.asserts = append(c.asserts, d)
	case *syntax.TestDecl:
		if c.packageOf[f.Source] != c.opts.Package {
			return // a test of the library is not part of the program
		}
		c.tests = append(c.tests, d)
	case *syntax.BudgetDecl:
		c.budgets = append(c.budgets, d)
	}
}

func (c *checker) collectUse(f *syntax.File, d *syntax.UseDecl) {
	for _, n := range d.Names {
		switch {
		case len(elab.Constructors(n.Name)) > 0 || inLibrary(n.Name) && n.Name != prelude:
			c.used[f.Source][n.Name] = true
		case elab.IsLater(n.Name):
			c.notYet(n.Span(), "the package "+n.Name+" is")
		default:
			c.unknown(n, "package", packageNames())
		}
	}
}

func (c *checker) declare(name syntax.Ident, node syntax.Decl) {
	if name.Name == "" || name.IsBlank() {
		c.errorf(codes.DuplicateName, node.Span(), "a declaration needs a name, `_` is none")
		return
	}
	pkg := c.packageOf[name.Span().File]
	if pkg == "" && (predeclared[name.Name] || isIntName(name.Name)) {
		c.errorf(codes.DuplicateName, name.Span(), "`%s` is a word of the language and cannot be declared again", name.Name)
		return
	}
	full := qualified(pkg, name.Name)
	if old := c.decls[full]; old != nil {
		c.errorf(codes.DuplicateName, name.Span(), "`%s` is declared twice", name.Name).Note(old.name.Span(), "the other declaration")
		return
	}
	d := &decl{name: name, pkg: pkg, node: node}
	c.opts.Record.Define(record.Def{Name: name.Name, What: d.what(), At: name.Span()})
	c.decls[full] = d
	if pkg == "" { // a task of the library is added when it is first used
		c.order = append(c.order, d)
	}
}

// resolveAll resolves each declaration that is not resolved yet.
func (c *checker) resolveAll() {
	for _, d := range c.order {
		c.resolve(d, d.name.Span())
	}
	for _, a := range c.asserts {
		c.constAssert(a)
	}
}

// resolve makes the declaration d usable at a source position. The body of a function stays
// unchecked. After an error, resolve returns false.
func (c *checker) resolve(d *decl, at diag.Span) bool {
	switch d.stage {
	case stageDone:
		return d.ok()
	case stageBusy:
		c.cycle(d, at)
		return false
	}
	d.stage = stageBusy
	if d.pkg != "" {
		c.order = append(c.order, d)
	}
	switch n := d.node.(type) {
	case *syntax.ConstDecl:
		d.konst = c.constDecl(n)
	case *syntax.TypeDecl:
		d.typ = c.newScratch().typeOf(n.Type)
	case *syntax.StructDecl:
		d.typ = c.structDecl(n)
	case *syntax.EnumDecl:
		d.typ = c.enumDecl(n)
	case *syntax.LayoutDecl:
		d.typ = c.layoutDecl(n)
	case *syntax.FnDecl:
		d.fn = c.fnDecl(d, n)
	case *syntax.TaskDecl:
		d.fn = c.taskDecl(d, n)
	}
	d.stage = stageDone
	c.opts.Record.Define(record.Def{Name: d.name.Name, What: d.what(), Type: d.valueType(), At: d.name.Span()})
	return d.ok()
}

// cycle reports a declaration that depends on itself.
func (c *checker) cycle(d *decl, at diag.Span) {
	switch d.node.(type) {
	case *syntax.StructDecl, *syntax.EnumDecl, *syntax.LayoutDecl, *syntax.TypeDecl:
		c.errorf(codes.OwnPart, d.name.Span(), "`%s` contains itself, so it would have no end", d.name.Name).Note(at, "it is a part of itself here").
			Hint("keep the parts in an array and name them by their index")
	default:
		c.errorf(codes.Cycle, d.name.Span(), "`%s` is declared in terms of itself", d.name.Name).Note(at, "it is needed here")
	}
}

// checkBodies checks all bodies that are not checked yet. The evaluation of constants may have
// checked some bodies earlier.
func (c *checker) checkBodies() {
	for seen := -1; seen != len(c.order)+c.instances; { // a body can need more library declarations and more instances
		seen = len(c.order) + c.instances
		for _, f := range c.functions() {
			c.checkBody(f)
		}
	}
	for i := 0; i < len(c.order); i++ {
		if g := c.order[i].generic; g != nil {
			c.checkUnused(g)
		}
	}
}

// finish fills the lists of the program in source order. Declarations that only tests use are left
// out.
func (c *checker) finish(main extent) {
	p := c.prog
	if len(p.Tests) > 0 {
		all := *p
		all.System, all.Tests = nil, nil
		fill(&all, c.order, c.services)
		p.Bench = &all
		p.Logs, p.Traps, p.Marks = p.Logs[:main.logs], p.Traps[:main.traps], p.Marks[:main.marks]
	}
	fill(p, c.order[:main.decls], c.services[:main.services])
	if c.opts.Net {
		c.spread(c.proofs[:main.proofs])
	}
}

// fill copies declarations and services into the lists of a program.
func fill(p *tree.Program, order []*decl, services []*fnInfo) {
	for _, f := range services {
		p.Tasks = append(p.Tasks, f.tree)
	}
	for _, d := range order {
		switch {
		case d.konst != nil:
			p.Consts = append(p.Consts, d.konst)
		case d.fn != nil && d.fn.tree.Task:
			p.Tasks = append(p.Tasks, d.fn.tree)
		case d.fn != nil:
			p.Funcs = append(p.Funcs, d.fn.tree)
		case d.generic != nil:
			for _, f := range d.generic.instances {
				p.Funcs = append(p.Funcs, f.tree)
			}
		}
		switch d.node.(type) {
		case *syntax.StructDecl:
			p.Structs = append(p.Structs, d.typ.Struct)
		case *syntax.EnumDecl:
			p.Enums = append(p.Enums, d.typ.Enum)
		case *syntax.LayoutDecl:
			p.Layouts = append(p.Layouts, d.typ.Layout)
		}
	}
}
