package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Setting is -D Name=Value: the value of a config as text, a number or a bool.
type Setting struct {
	Name, Value string
}

// Options are the inputs of a check besides the source files.
type Options struct {
	Settings []Setting
	// Net keeps a run-time check for each check that was proved, with a separate trap site. These
	// checks test the proofs at run time. The tests of the program get no such checks.
	Net     bool
	Record  *record.Record // filled with definitions, uses and types; may be nil
	Package string         // library package whose tests are checked; empty for the program's own tests
}

// checker is the state of one Check.
type checker struct {
	files  []*syntax.File
	opts   Options
	prog   *tree.Program
	errs   diag.List
	failed int // errors so far
	warned int // warnings so far
	effort int // proof steps spent so far
	decls  map[string]*decl
	order  []*decl
	used   map[*diag.File]map[string]bool // packages that each file uses
	// packageOf gives the package of a library file, and loaded holds the packages whose files have
	// been read (see packages.go).
	packageOf map[*diag.File]string
	loaded    map[string]bool
	systems   []*syntax.SystemDecl
	tests     []*syntax.TestDecl
	receivers map[int]*tree.Func // functions that receive chosen values, see receive.go
	asserts   []*syntax.AssertDecl
	proofs    []proof        // see net.go
	trapsOf   []*fnInfo      // the function that contains each trap site; nil in a constant
	marks     map[string]int // mark number by name
	consts    []*constUse    // functions that constants have called
	useOf     map[*tree.Local]devUse
	passed    []passing                   // channel ends and devices that are passed to functions
	loops     []diag.Span                 // one channel for each circle of tasks that may deadlock
	tries     map[*tree.Local][]diag.Span // positions of try_send by channel parameter
	limits    eval.Limits                 // what remains of the limits for compile-time evaluation
	infos     map[*tree.Func]*fnInfo
	mentioned map[*tree.ConstDef]*mentions // the source positions that mention each config
	// elaborated holds the elaborator that made the system, or nil. services are the library tasks
	// that systems need (see service.go).
	elaborated *elab.Elaborator
	services   []*fnInfo
	// instances counts the instances of all generic functions.
	instances int
	budgets   []*syntax.BudgetDecl
	held      diag.List            // warnings kept for the end, see report.go
	read      map[*tree.Local]int  // how often the value of a local is used
	whole     map[*tree.Local]bool // see isWhole
	banks     map[*tree.Local]int  // banks of an array from the hint @bank(n)
}

// devUse describes how a task uses a device parameter, including the lengths of the longest
// messages.
type devUse struct {
	rx, tx          bool
	longIn, longOut int
}

// and returns the combined use of two tasks.
func (u devUse) and(o devUse) devUse {
	return devUse{u.rx || o.rx, u.tx || o.tx, max(u.longIn, o.longIn), max(u.longOut, o.longOut)}
}

// constUse is a function call made while a constant was evaluated.
type constUse struct {
	fn *fnInfo
	at diag.Span
}

func newChecker(files []*syntax.File, opts Options) *checker {
	return &checker{
		files: files, opts: opts, prog: &tree.Program{}, decls: map[string]*decl{},
		used: map[*diag.File]map[string]bool{}, packageOf: map[*diag.File]string{}, loaded: map[string]bool{}, marks: map[string]int{}, useOf: map[*tree.Local]devUse{},
		tries: map[*tree.Local][]diag.Span{},
		infos: map[*tree.Func]*fnInfo{}, mentioned: map[*tree.ConstDef]*mentions{}, read: map[*tree.Local]int{}, banks: map[*tree.Local]int{}, whole: map[*tree.Local]bool{},
		limits: eval.Limits{Statements: 3e7, Cells: tree.MaxCells},
	}
}

// stage is the progress of resolving a declaration.
type stage uint8

const (
	stageNew stage = iota
	stageBusy
	stageDone
)

// decl is a name at the top level of the program.
type decl struct {
	name  syntax.Ident
	pkg   string // package of the library, "" for the program's own
	node  syntax.Decl
	stage stage
	typ   *tree.Type     // set for a struct, enum, layout or type
	konst *tree.ConstDef // set for a const or config
	fn    *fnInfo        // set for a fn or task
	// generic is set for a fn with parameters between < and >. In this case the field fn is nil.
	generic *generic
}

// valueType is the type that a declaration defines or has, nil for functions.
func (d *decl) valueType() *tree.Type {
	if d.konst != nil {
		return d.konst.Type
	}
	return d.typ
}

// ok reports whether a declaration was resolved without error.
func (d *decl) ok() bool { return d.typ != nil || d.konst != nil || d.fn != nil || d.generic != nil }

// fnInfo is a function or task while it is checked.
type fnInfo struct {
	decl  *decl
	tree  *tree.Func
	hints []syntax.Hint
	param []syntax.Param
	body  *syntax.Block
	stage stage // stage of the body
	bad   bool  // the body has errors
	acts  bool  // the body logs or has a timed region
	calls []call
	timed []diag.Span // calls of this function directly inside timed
	// Set for an instance of a generic function:
	env     *env
	generic *generic
	at      diag.Span // position of the first use
}

// call is an edge of the call graph: the callee and the position of the call.
type call struct {
	to *fnInfo
	at diag.Span
}

// passing is a channel end or device passed as an argument. Each use of the callee's
// parameter is also a use of the caller's parameter.
type passing struct {
	from, to *tree.Local
}

// what describes the kind of a declaration in words.
func (d *decl) what() string {
	switch n := d.node.(type) {
	case *syntax.ConstDecl:
		if n.Config {
			return "a config"
		}
		return "a constant"
	case *syntax.FnDecl:
		return "a function"
	case *syntax.TaskDecl:
		return "a task"
	}
	return "a type"
}

// generic is a function with type and constant parameters. The checker checks its body once with
// opaque types, which allow only the operations that their constraints promise. Each instance is a
// separate function, and the checker checks its body again with the arguments of the instance.
type generic struct {
	decl      *decl
	node      *syntax.FnDecl
	params    []typeParam
	instances []*fnInfo
	byName    map[string]*fnInfo
	checked   bool // the body was checked with opaque types
	bad       bool // and had errors
}

// typeParam is a type parameter `T` or `T: eq`. If the field `of` is set, the parameter is a
// constant parameter `N: u32`.
type typeParam struct {
	name syntax.Ident
	can  tree.Ability
	of   *tree.Type
}

// env maps the parameters of a generic function to types and constants.
type env struct {
	at     map[string]diag.Span // positions of the parameters' declarations
	types  map[string]*tree.Type
	consts map[string]*tree.ConstDef
}

func (g *generic) newEnv() *env {
	v := &env{map[string]diag.Span{}, map[string]*tree.Type{}, map[string]*tree.ConstDef{}}
	for _, p := range g.params {
		v.at[p.name.Name] = p.name.Span()
	}
	return v
}

// has reports whether a parameter is bound.
func (v *env) has(name string) bool {
	return v != nil && (v.types[name] != nil || v.consts[name] != nil)
}

// bind sets the value of a constant parameter.
func (v *env) bind(name string, n *big.Int) {
	v.consts[name] = &tree.ConstDef{Name: name, Type: tree.RangeType(n, n), Cells: []uint64{tree.CellOf(n)}}
}

// functions lists all functions and tasks. Instances of a generic function come in the order of
// their first uses. Services come last.
func (c *checker) functions() []*fnInfo {
	var list []*fnInfo
	for _, d := range c.order {
		if d.fn != nil {
			list = append(list, d.fn)
		}
		if d.generic != nil {
			list = append(list, d.generic.instances...)
		}
	}
	return append(list, c.services...)
}

// fewMembers checks that a number of fields, variants or parameters is within maxMembers.
func (c *checker) fewMembers(n int, name syntax.Ident) bool {
	if n > maxMembers {
		c.errorf(codes.TooLarge, name.Span(), "`%s` has %d members, at most %d are possible", name.Name, n, maxMembers)
	}
	return n <= maxMembers
}

// maxMembers bounds the fields of a struct or layout, the variants of an enum,
// the parameters of a function and the cases of a match.
const maxMembers = 4096
