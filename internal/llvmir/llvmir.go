// Package llvmir writes the program IR as LLVM IR.
//
// The input is a module after ir/pass/tasks: plain functions, among them Main. Words become iN.
// Objects become globals, and small locals become stack slots. Tokens vanish, because the order
// of instructions is already a schedule. Operations of the system become calls of a dozen
// functions. The back end supplies these functions in another object file or as LLVM text
// (Options.Support):
//
//	i32  sn_status()                       void sn_log_begin(i32 task, i32 site)
//	i32  sn_wait(i32 mask)                 void sn_log_text(i8* p, i32 n)
//	i32  sn_take(i32 dev, i8* buf, i32 n)  void sn_log_u(i64) sn_log_i(i64) sn_log_hex(i64) sn_log_bool(i64)
//	void sn_send(i32 dev, i8* buf)         void sn_log_bytes(i8* buf)
//	                                       void sn_log_fix(i64, i32 frac) sn_log_float(i64, i32 width)
//	i64  sn_now()                          void sn_log_end()
//	void sn_mark(i32 task, i32 mark)       void sn_trap(i32 task, i32 site)  does not return
//	void sn_halt()                         void sn_log_word(i32)
//	i32  sn_hold(i32 ch, i32 what)         void sn_pass(i32 ch, i32 what)
//
// A log event is written piece by piece. With Options.LogWords it is passed as the words of a
// core's log port: begin, then word and bytes. A buffer is a bytes<N> object: its length as
// i32, then its bytes.
//
// Cases that LLVM leaves undefined (division by zero, long shifts, unwritten bytes) are guarded
// as the program IR demands. Functions get no target features, because these would override the
// command line. A timed kernel is a weak symbol, so that LLVM neither inlines the kernel nor
// uses knowledge about its result. The package runs no tool and does not depend on a target.
// Start reading at Emit.
package llvmir

import (
	"fmt"
	"strings"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/par"
	sir "github.com/sinter-lang/sinter/ir"
)

// maxStackObject is the size in bytes up to which a local object becomes a stack slot,
// which LLVM can keep in registers. Larger objects are static, so that the stack stays
// small. This is possible because there is no recursion.
const maxStackObject = sir.LargestOnStack

// Debug is the kind of line numbers in the debug information.
type Debug uint8

// The kinds of debug information.
const (
	NoDebug Debug = iota
	Lines         // lines of the source files
	Values        // numbers that are 1 + index into Output.Places, to find the IR value of an address
)

// Options are the options of a back end.
type Options struct {
	Triple   string // target triple, empty for none
	Asm      string // module-level assembly, empty for none
	Debug    Debug
	Narrow   bool   // addresses have 32 bits instead of 64
	Vectors  bool   // objects are aligned for vectors
	LogWords bool   // log events are passed as words of a log port
	Bytewise bool   // streams use sn_take_bytes and sn_send_bytes, which have the types of sn_take and sn_send
	Watched  bool   // channels, frames of tasks and counters of stacks stay in memory for outside readers
	Contexts bool   // there may be several contexts: sn_main, sn_context1, sn_context2 and so on
	Compact  bool   // network stacks are made small
	Support  string // LLVM text that defines functions that the back end supplies

	// Trap returns the inline assembly that ends the run at a failed check. If Trap is nil, a
	// call of sn_trap ends the run.
	Trap func(task, site int) string
}

// Output is an LLVM module.
type Output struct {
	Text   string
	Places []Place // with Debug Values: by line-1
}

// Place is the IR value or operation from which an LLVM instruction was made.
type Place struct {
	Func  *sir.Func
	Value int // first result that is a word; 0: there is none
	Span  diag.Span
}

// emitter is the state while a module is written.
type emitter struct {
	src     *sir.Module
	out     *ir.Module
	opts    Options
	size    *types.IntType // of addresses
	globals map[*sir.Object]value.Value
	funcs   map[*sir.Func]*ir.Func
	hooks   map[string]*ir.Func
	strings map[string]value.Value
	debug   *debugInfo
	canon   *canon
	looks   map[*sir.Func]*lookups
}

// Emit writes m, which must have a Main, as an LLVM module whose entry is `sn_main`.
func Emit(m *sir.Module, opts Options) (*Output, error) {
	if m.Main() == nil {
		return nil, fmt.Errorf("llvmir: module %s has no main function; run the tasks pass first", m.Name)
	}
	if n := len(m.Contexts); n > 1 && !opts.Contexts {
		return nil, fmt.Errorf("llvmir: module %s has %d contexts, this back end makes one", m.Name, n)
	}
	e := newEmitter(m, opts)
	e.canon = newCanon(m)
	for _, o := range m.Objects {
		e.globals[o] = e.global("obj."+o.Name, o)
	}
	for _, f := range m.Funcs {
		e.declare(f)
	}
	for _, f := range m.Funcs {
		if err := e.define(f); err != nil {
			return nil, fmt.Errorf("llvmir: function %s: %w", f.Name, err)
		}
	}
	e.dropSupported()
	out := &Output{Text: textOf(e.out) + opts.Support}
	if e.debug != nil {
		out.Places = e.debug.places
	}
	return out, nil
}

// textOf is m.String() with the functions at the end. Functions are written in parallel,
// because in large modules they are nearly all of the work.
func textOf(m *ir.Module) string {
	funcs := m.Funcs
	texts := make([]string, len(funcs)+1)
	if err := m.AssignGlobalIDs(); err != nil {
		panic(fmt.Sprintf("llvmir: %v", err))
	}
	if err := m.AssignMetadataIDs(); err != nil {
		panic(fmt.Sprintf("llvmir: %v", err))
	}
	par.Each(len(funcs), func(k int) { texts[k+1] = "\n" + funcs[k].LLString() + "\n" })
	m.Funcs = nil
	texts[0] = m.String()
	m.Funcs = funcs
	return strings.Join(texts, "")
}

func newEmitter(m *sir.Module, opts Options) *emitter {
	e := &emitter{
		src: m, out: ir.NewModule(), opts: opts, size: types.I64,
		globals: map[*sir.Object]value.Value{}, funcs: map[*sir.Func]*ir.Func{},
		looks: map[*sir.Func]*lookups{}, hooks: map[string]*ir.Func{}, strings: map[string]value.Value{},
	}
	if opts.Narrow {
		e.size = types.I32
	}
	e.out.TargetTriple = opts.Triple
	if opts.Asm != "" {
		e.out.ModuleAsms = strings.Split(opts.Asm, "\n")
	}
	if opts.Debug != NoDebug {
		e.debug = newDebugInfo(e.out, opts.Debug)
	}
	return e
}

// dropSupported removes the declarations of functions that the back end defines in the same
// text. LLVM does not accept a declaration beside a definition.
func (e *emitter) dropSupported() {
	kept := e.out.Funcs[:0]
	for _, f := range e.out.Funcs {
		if len(f.Blocks) > 0 || !strings.Contains(e.opts.Support, "@"+f.Name()+"(") {
			kept = append(kept, f)
		}
	}
	e.out.Funcs = kept
}

// global makes the storage of an object as an array of bytes.
func (e *emitter) global(name string, o *sir.Object) value.Value {
	data := make([]byte, o.Size)
	copy(data, o.Init)
	var init constant.Constant = constant.NewZeroInitializer(types.NewArray(uint64(o.Size), types.I8))
	if strings.Trim(string(data), "\x00") != "" {
		init = constant.NewCharArray(data)
	}
	g := e.out.NewGlobalDef(name, init)
	g.Linkage = enum.LinkageInternal
	g.Align = ir.Align(e.alignment(o))
	g.Immutable = o.Kind == sir.ConstObj && !o.Boot
	if o.Boot || e.opts.Watched && watched(o) || e.opts.Contexts && strings.HasPrefix(o.Name, sir.RingPrefix) { // code outside this module writes or reads the object
		g.Linkage, g.Preemption = enum.LinkageNone, enum.PreemptionDSOLocal
	}
	return constant.NewBitCast(g, types.I8Ptr)
}

// watched reports whether an object holds readable state of a program: the fill of its
// channels, the waiting positions of its tasks, or the drops of its stacks.
func watched(o *sir.Object) bool {
	if o.Kind != sir.StateObj {
		return false
	}
	return strings.HasPrefix(o.Name, "chan.") || strings.HasPrefix(o.Name, "frame.") || strings.HasSuffix(o.Name, ".drops")
}

// longVector is the longest vector of x86-64-v3 in bytes.
const longVector = 32

// alignment returns the alignment of an object. The vectors of a large object must lie within cache
// lines.
func (e *emitter) alignment(o *sir.Object) int {
	if e.opts.Vectors && o.Size >= longVector {
		return longVector
	}
	return max(o.Align, 4)
}

// declare makes the signature of f: a pointer for each object parameter, then
// the word parameters.
func (e *emitter) declare(f *sir.Func) {
	var params []*ir.Param
	for i, o := range f.Objs {
		p := ir.NewParam(fmt.Sprintf("o%d", i), types.I8Ptr)
		p.Attrs = append(p.Attrs, enum.ParamAttrNoAlias, enum.ParamAttrNoCapture)
		if o.Align > 1 {
			p.Attrs = append(p.Attrs, ir.Align(o.Align))
		}
		if o.ReadOnly {
			p.Attrs = append(p.Attrs, enum.ParamAttrReadOnly)
		}
		params = append(params, p)
	}
	for _, v := range f.Blocks[0].Params {
		if v.Type != sir.Token {
			params = append(params, ir.NewParam(valueName(v), intType(v.Type)))
		}
	}
	name, entry := e.symbol(f)
	fn := e.out.NewFunc(name, resultType(f), params...)
	if !entry {
		fn.Linkage = enum.LinkageInternal
	}
	fn.FuncAttrs = append(fn.FuncAttrs, enum.FuncAttrNoUnwind, ir.AttrString("no-builtins"))
	if f.NoInline {
		fn.Linkage = enum.LinkageWeak
		fn.FuncAttrs = append(fn.FuncAttrs, enum.FuncAttrNoInline)
	}
	e.compact(f, fn)
	e.funcs[f] = fn
}

// symbol is the name of a function. entry means that a context begins with the function.
func (e *emitter) symbol(f *sir.Func) (name string, entry bool) {
	for k, c := range e.src.Contexts {
		switch {
		case c.Func != f:
		case k == 0:
			return "sn_main", true
		default:
			return fmt.Sprintf("sn_context%d", k), true
		}
	}
	return "fn." + f.Name, false
}

// resultType is void, the one word, or a struct of the words that f returns.
func resultType(f *sir.Func) types.Type {
	var words []types.Type
	for _, r := range f.Results {
		if r.Type != sir.Token {
			words = append(words, intType(r.Type))
		}
	}
	switch len(words) {
	case 0:
		return types.Void
	case 1:
		return words[0]
	}
	return types.NewStruct(words...)
}

func valueName(v *sir.Value) string { return fmt.Sprintf("v%d", v.ID) }

func intType(t sir.Type) *types.IntType { return types.NewInt(uint64(t)) }

// hook declares a function that the back end supplies.
func (e *emitter) hook(name string, result types.Type, params ...types.Type) *ir.Func {
	if f, ok := e.hooks[name]; ok {
		return f
	}
	ps := make([]*ir.Param, len(params))
	for i, t := range params {
		ps[i] = ir.NewParam("", t)
	}
	f := e.out.NewFunc(name, result, ps...)
	f.FuncAttrs = append(f.FuncAttrs, enum.FuncAttrNoUnwind)
	e.hooks[name] = f
	return f
}

// text makes a constant string and returns its address.
func (e *emitter) text(s string) value.Value {
	if p, ok := e.strings[s]; ok {
		return p
	}
	g := e.out.NewGlobalDef(fmt.Sprintf("text.%d", len(e.strings)), constant.NewCharArrayFromString(s))
	g.Linkage, g.Immutable = enum.LinkageInternal, true
	p := constant.NewBitCast(g, types.I8Ptr)
	e.strings[s] = p
	return p
}
