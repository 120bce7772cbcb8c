package types

import (
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Setting is -D Name=Value: the value of a config as text, a number or a bool.
type Setting struct {
	Name, Value string
}

// Options are what a check depends on besides the text.
type Options struct {
	Settings []Setting
	Package  string // of the library, whose tests are checked; empty: the files'
}

// Check checks a program that consists of files. The list holds errors and
// warnings in the order of the text; with an error the program is nil.
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
	c.checkBudgets()
	c.addServices()
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

// extent is how much of a program there is: declarations and sites.
type extent struct {
	decls, services, logs, traps, marks int
}

func (c *checker) extent() extent {
	return extent{len(c.order), len(c.services), len(c.prog.Logs), len(c.prog.Traps), len(c.prog.Marks)}
}

// checker is the state of one Check.
type checker struct {
	files  []*syntax.File
	opts   Options
	prog   *tree.Program
	errs   diag.List
	failed int // errors so far
	warned int // warnings so far
	effort int // steps of proofs so far
	decls  map[string]*decl
	order  []*decl
	used   map[*diag.File]map[string]bool // packages by file
	// packageOf is the package of a file of the library; loaded are the packages
	// whose files have been read. See packages.go.
	packageOf  map[*diag.File]string
	loaded     map[string]bool
	systems    []*syntax.SystemDecl
	tests      []*syntax.TestDecl
	receivers  map[int]*tree.Func // of chosen values, see receive.go
	asserts    []*syntax.AssertDecl
	marks      map[string]int // mark number by name
	consts     []*constUse    // functions that constants have called
	useOf      map[*tree.Local]devUse
	passed     []passing                   // channel ends and devices that functions are given
	loops      []diag.Span                 // a channel of each circle of tasks that may deadlock
	tries      map[*tree.Local][]diag.Span // where a parameter is used with try_send
	limits     eval.Limits                 // what is left of compile-time evaluation
	infos      map[*tree.Func]*fnInfo
	elaborated *elab.Elaborator // of the system, nil without one
	services   []*fnInfo        // tasks of the library that systems need, see service.go
	// instances counts those of all generic functions.
	instances int
	budgets   []*syntax.BudgetDecl
	held      diag.List            // warnings for the end, see warn.go
	read      map[*tree.Local]int  // how often the value of a local is used
	whole     map[*tree.Local]bool // see isWhole
	banks     map[*tree.Local]int  // hint @bank(n)
}

// devUse says what a task does with a device parameter, and how long the messages
// are at most.
type devUse struct {
	rx, tx          bool
	longIn, longOut int
}

// and is what two tasks do together.
func (u devUse) and(o devUse) devUse {
	return devUse{u.rx || o.rx, u.tx || o.tx, max(u.longIn, o.longIn), max(u.longOut, o.longOut)}
}

// constUse is a call of a function while a constant was evaluated.
type constUse struct {
	fn *fnInfo
	at diag.Span
}

func newChecker(files []*syntax.File, opts Options) *checker {
	return &checker{
		files: files, opts: opts, prog: &tree.Program{}, decls: map[string]*decl{},
		used: map[*diag.File]map[string]bool{}, packageOf: map[*diag.File]string{}, loaded: map[string]bool{}, marks: map[string]int{}, useOf: map[*tree.Local]devUse{},
		tries: map[*tree.Local][]diag.Span{},
		infos: map[*tree.Func]*fnInfo{}, read: map[*tree.Local]int{}, banks: map[*tree.Local]int{}, whole: map[*tree.Local]bool{},
		limits: eval.Limits{Statements: 1e8, Cells: tree.MaxCells},
	}
}

// stage says how far a declaration is resolved.
type stage uint8

const (
	stageNew stage = iota
	stageBusy
	stageDone
)

// decl is a name at the top level of the program.
type decl struct {
	name  syntax.Ident
	pkg   string // of the library, "" for the program's own
	node  syntax.Decl
	stage stage
	typ   *tree.Type     // of a struct, enum, layout or type
	konst *tree.ConstDef // of a const or config
	fn    *fnInfo        // of a fn or task
	// generic is set for a fn with parameters between < and >; then fn is nil.
	generic *generic
}

// fnInfo is a function or task while it is checked.
type fnInfo struct {
	decl  *decl
	tree  *tree.Func
	hints []syntax.Hint
	param []syntax.Param
	body  *syntax.Block
	stage stage // of the body
	bad   bool  // the body has errors
	acts  bool  // the body logs or has a timed region
	calls []call
	timed []diag.Span // calls of it directly inside timed
	// Of an instance of a generic function:
	env     *env
	generic *generic
	at      diag.Span // where it is needed first
}

// call is an edge of the call graph.
type call struct {
	to *fnInfo
	at diag.Span
}

// The bounds of one check. What lies beyond them is lost to nobody: only the
// first ten errors are shown.
const (
	maxErrors = 100 // errors that are kept
	maxHelped = 30  // errors up to which similar names are looked for
)

// errorf reports an error and returns it for notes and hints.
func (c *checker) errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Error {
	e := diag.Errorf(code, at, format, args...)
	c.failed++
	if c.failed <= maxErrors {
		c.errs.Add(e)
	}
	return e
}

// warn reports a warning.
func (c *checker) warn(e *diag.Error) {
	c.warned++
	if c.warned <= maxErrors {
		c.errs.Add(e)
	}
}

// notYet reports a part of the language that this version lacks.
func (c *checker) notYet(at diag.Span, what string) {
	c.errorf(codes.NotYet, at, "%s not yet supported", what)
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
		case n.Name == "net" || n.Name == "blk" || n.Name == "port" || inLibrary(n.Name) && n.Name != prelude:
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
	c.decls[full] = d
	if pkg == "" { // one of the library is added when it is asked for
		c.order = append(c.order, d)
	}
}

// resolveAll resolves each declaration that nobody has asked for yet.
func (c *checker) resolveAll() {
	for _, d := range c.order {
		c.resolve(d, d.name.Span())
	}
	for _, a := range c.asserts {
		c.constAssert(a)
	}
}

// resolve makes d ready for use at a place, except for the body of a function.
// It reports false when that failed.
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
	return d.ok()
}

// ok reports whether a declaration was resolved without error.
func (d *decl) ok() bool { return d.typ != nil || d.konst != nil || d.fn != nil || d.generic != nil }

// cycle reports a declaration that needs itself.
func (c *checker) cycle(d *decl, at diag.Span) {
	switch d.node.(type) {
	case *syntax.StructDecl, *syntax.EnumDecl, *syntax.LayoutDecl, *syntax.TypeDecl:
		c.errorf(codes.OwnPart, d.name.Span(), "`%s` contains itself, so it would have no end", d.name.Name).Note(at, "it is a part of itself here").
			Hint("keep the parts in an array and name them by their index")
	default:
		c.errorf(codes.Cycle, d.name.Span(), "`%s` is declared in terms of itself", d.name.Name).Note(at, "it is needed here")
	}
}

// checkBodies checks the bodies that no constant has needed.
func (c *checker) checkBodies() {
	for seen := -1; seen != len(c.order)+c.instances; { // bodies ask for more of the library, and for instances
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

// finish fills the lists of the program in the order of the text. What only its
// tests use is not part of it.
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
}

// fill lists declarations and services.
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

// unknown reports a name that is not declared, with the nearest known one.
func (c *checker) unknown(name syntax.Ident, what string, known []string) *diag.Error {
	e := c.errorf(codes.UnknownName, name.Span(), "there is no %s `%s`", what, name.Name)
	c.suggest(e, name.Name, known)
	return e
}

// suggest adds the nearest known name.
func (c *checker) suggest(e *diag.Error, name string, known []string) {
	if c.failed > maxHelped {
		return
	}
	if best := nearest(name, known); best != "" {
		e.Hint("did you mean `%s`?", best)
	}
}

// nearest returns the known name with the fewest edits, at most a third of its
// letters, or "".
func nearest(name string, known []string) string {
	sort.Strings(known)
	best, least := "", len(name)/3+2
	for _, k := range known {
		if d := edits(name, k); d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
