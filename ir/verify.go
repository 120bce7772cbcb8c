package ir

import (
	"maps"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Verify reports the first violations of these rules, or nil if there is none.
//
//  1. Names are identifiers. Names of functions, tasks, devices, channels and
//     objects in one scope differ. Tables count from 0.
//  2. An object has alignment 1, 2 or 4, and its initial bytes fit its size.
//     Channels, devices and tasks refer to each other by valid indices.
//  3. Each function has an entry block that no jump enters. Each block is
//     reachable. IDs of values and blocks are unique, and value IDs are above 0.
//  4. A value has one definition, which dominates its uses.
//  5. Each operation has the operands, results, sizes and tables of its row (see
//     Op). Word operators follow their width rule. Constants fit their type.
//  6. Jumps give each block parameter an argument of its type (and object).
//  7. A call matches the signature of its callee. No function reaches itself. An
//     object that the call may write is bound only once.
//  8. A ref with a constant offset lies within its object. Constants and
//     read-only parameters are not written.
//  9. Tokens are linear. On every path, an operation takes the newest tokens of
//     the objects that it accesses. A return gives the newest token of each
//     changed object.
//  10. Blocking operations and channels occur only without Main. status, alarm, wait
//     and halt occur only with Main. An arm of a select names a channel, or a
//     device that receives.
//  11. Main takes and gives only the I/O token and tokens of state objects. Without
//     Main, the function of each task does the same.
//  12. A thread only computes, logs, sends and receives. The tasks at the other
//     ends of its channels are also threads.
func Verify(m *Module) error {
	return verify(m, func(any) diag.Span { return diag.Span{} })
}

// verify reports violations. The position of an error comes from `locate`, or else from the span
// of the violating part.
func verify(m *Module, locate func(any) diag.Span) error {
	v := &verifier{m: m, locate: locate}
	v.module()
	if len(v.errs) == 0 {
		for _, f := range m.Funcs {
			v.function(f)
		}
	}
	if len(v.errs) == 0 {
		v.stage()
	}
	return v.errs.Err()
}

type verifier struct {
	m      *Module
	locate func(any) diag.Span
	errs   diag.List

	f        *Func
	flow     *Flow
	node     map[*Block]int // the number of each block in flow
	position map[*Instr]int // the index of each instruction in its block
}

func (v *verifier) errorf(at any, span diag.Span, format string, args ...any) {
	if s := v.locate(at); !s.IsZero() {
		span = s
	}
	e := diag.Errorf("", span, format, args...)
	if v.f != nil {
		e.Message = "@" + v.f.Name + ": " + e.Message
	}
	v.errs.Add(e)
}

// name checks one identifier and adds it to its scope.
func (v *verifier) name(scope map[string]bool, what, name string, at any, span diag.Span) {
	if !isIdent(name) {
		v.errorf(at, span, "%s has the name %q, which is not an identifier", what, name)
	}
	if scope[name] {
		v.errorf(at, span, "two of %s have the name %s", what, name)
	}
	scope[name] = true
}

func (v *verifier) module() {
	m := v.m
	v.name(map[string]bool{}, "module", m.Name, m, diag.Span{})
	funcs, objs := map[string]bool{}, map[string]bool{}
	for _, f := range m.Funcs {
		v.name(funcs, "functions", f.Name, f, f.Span)
		v.signature(f)
	}
	for _, o := range m.Objects {
		v.name(objs, "objects", o.Name, o, o.Span)
		v.object(o, o.Kind == ConstObj || o.Kind == StateObj && !o.Boot)
	}
	for _, f := range m.Funcs {
		scope := map[string]bool{}
		for _, o := range f.Objs {
			v.name(scope, "objects", o.Name, o, o.Span)
			v.object(o, o.Kind == ParamObj && len(o.Init) == 0)
		}
		for _, o := range f.Locals {
			v.name(scope, "objects", o.Name, o, o.Span)
			v.object(o, o.Kind == LocalObj && len(o.Init) == 0)
		}
		for _, name := range slices.Sorted(maps.Keys(scope)) {
			if objs[name] {
				v.errorf(f, f.Span, "object %%%s of the module has the name of one of @%s", name, f.Name)
			}
		}
	}
	v.tables()
	if _, ok := CallOrder(m); !ok {
		v.errorf(m, diag.Span{}, "a function calls itself, directly or through others")
	}
}

func (v *verifier) object(o *Object, kind bool) {
	if !kind {
		v.errorf(o, o.Span, "object %%%s has a kind or contents that do not fit its place", o.Name)
	}
	if o.Align != 1 && o.Align != 2 && o.Align != 4 {
		v.errorf(o, o.Span, "object %%%s is aligned to 1, 2 or 4 bytes, got %d", o.Name, o.Align)
	}
	if o.Slot < 0 || o.Slot > 0 && o.Size%o.Slot != 0 {
		v.errorf(o, o.Span, "object %%%s of %d bytes has slots of %d", o.Name, o.Size, o.Slot)
	}
	if o.Size < 0 || o.Size > maxObject || len(o.Init) > o.Size {
		v.errorf(o, o.Span, "object %%%s has %d bytes and %d initial ones", o.Name, o.Size, len(o.Init))
	}
	for _, w := range o.Words {
		v.word(o, w)
	}
}

// word checks a word of the start: its value must lie inside the object, and its Kind must allow
// its Size.
func (v *verifier) word(o *Object, w Word) {
	fits := map[string]bool{
		"u": w.Lo <= w.Hi, "i": int64(w.Lo) <= int64(w.Hi), "time": int64(w.Lo) <= int64(w.Hi) && w.Size == 8, "bool": w.Size == 1, "bytes": w.Size > 4,
	}
	whole := w.Kind == "bytes" || w.Size == 1 || w.Size == 2 || w.Size == 4 || w.Size == 8
	if !o.Boot || !fits[w.Kind] || !whole || w.At < 0 || w.Size < 1 || w.At+w.Size > o.Size {
		v.errorf(o, o.Span, "object %%%s of %d bytes has a word %q that is %q of %d bytes at %d", o.Name, o.Size, w.Name, w.Kind, w.Size, w.At)
	}
	if w.Name == "" || strings.ContainsFunc(w.Name, func(r rune) bool { return r <= ' ' || r > '~' || r == '=' }) {
		v.errorf(o, o.Span, "object %%%s has a word %q, expected a name", o.Name, w.Name)
	}
}

func (v *verifier) signature(f *Func) {
	if len(f.Blocks) == 0 {
		v.errorf(f, f.Span, "function @%s has no block", f.Name)
	}
	seen := map[*Object]bool{}
	for _, r := range f.Results {
		if r.Type > 64 || r.Type != Token && r.Obj != nil {
			v.errorf(f, f.Span, "function @%s has a result of type %s", f.Name, typeOf(r.Type, r.Obj))
		}
		if r.Type == Token && seen[r.Obj] {
			v.errorf(f, f.Span, "function @%s returns the token %s twice", f.Name, typeOf(r.Type, r.Obj))
		}
		if r.Type == Token {
			seen[r.Obj] = true
		}
	}
}

func (v *verifier) tables() {
	m := v.m
	names := map[string]bool{}
	for i, d := range m.Devices {
		v.name(names, "devices", d.Name, m, diag.Span{})
		if d.Task < 0 || d.Task >= max(1, len(m.Tasks)) || i > 30 || !isIdent(d.Kind) {
			v.errorf(m, diag.Span{}, "device %s needs a kind, a task of the module, and a number of at most 30", d.Name)
		}
	}
	names = map[string]bool{}
	for k := range m.Chans {
		v.channel(names, &m.Chans[k])
	}
	names = map[string]bool{}
	for _, t := range m.Tasks {
		v.name(names, "tasks", t.Name, m, diag.Span{})
		if t.Func == nil {
			v.errorf(m, diag.Span{}, "task %s has no function", t.Name)
		}
	}
	for i, t := range m.Traps {
		if t.ID != i || !isIdent(t.Code) {
			v.errorf(m, t.Span, "trap site %d has number %d and code %q", i, t.ID, t.Code)
		}
	}
	for i, s := range m.Logs {
		if s.ID != i || len(s.Parts) != len(s.Args)+1 {
			v.errorf(m, diag.Span{}, "log site %d has number %d, %d parts and %d arguments", i, s.ID, len(s.Parts), len(s.Args))
		}
		for _, a := range s.Args {
			if !isIdent(a.Kind) || a.Width < 0 || a.Kind != "bytes" && (a.Width < 1 || a.Width > 64) {
				v.errorf(m, diag.Span{}, "log site %d has an argument %s", i, argType(a))
			}
		}
	}
}

func (v *verifier) channel(names map[string]bool, c *Chan) {
	v.name(names, "channels", c.Name, v.m, c.Span)
	n := max(1, len(v.m.Tasks))
	if c.Cap < 0 || c.Writer < 0 || c.Writer >= n || c.Reader < 0 || c.Reader >= n {
		v.errorf(v.m, c.Span, "channel %s needs a capacity of at least 0, a writer and a reader of the module", c.Name)
	}
	for _, t := range c.Words {
		if t == Token || t > 64 {
			v.errorf(v.m, c.Span, "channel %s has a word of type %s", c.Name, t)
		}
	}
	if len(c.Args) != len(c.From) {
		v.errorf(v.m, c.Span, "channel %s shows %d parts, but has the positions of %d", c.Name, len(c.Args), len(c.From))
		return
	}
	words := 0
	for k, a := range c.Args {
		from, n := c.From[k], 4
		if a.Kind != "bytes" {
			n = Type(a.Width).Bytes()
		}
		if from.Size > 0 {
			n = from.Size
		}
		ok := isIdent(a.Kind) && a.Width >= 0 && a.Width <= maxObject && (a.Kind == "bytes" || a.Width >= 1 && a.Width <= 64)
		if from.Obj < 0 {
			words += v.wordsShown(c, words, a.Width)
			ok = ok && from.Size == 0 && a.Kind != "bytes" && words <= len(c.Words)
		} else {
			ok = ok && v.leafSize(a, from.Size) && (from.Skip == 0 || a.Kind == "bytes" && from.Skip > 0) && from.Obj < len(c.Objs) && from.Off >= 0 && from.Off+n <= c.Objs[from.Obj]
		}
		if !ok {
			v.errorf(v.m, c.Span, "channel %s cannot show %s", c.Name, argType(a))
			return
		}
	}
}

// leafSize reports whether a part that events show may take `size` bytes of an object.
func (v *verifier) leafSize(a trace.ArgType, size int) bool {
	return size == 0 || a.Kind != "bytes" && (size == 1 || size == 2 || size == 4) && size < Type(a.Width).Bytes()
}

// wordsShown is the number of words of c that together hold `width` bits, starting at index `at`.
func (v *verifier) wordsShown(c *Chan, at, width int) int {
	if width > 32 && at < len(c.Words) && c.Words[at] == 32 {
		return 2
	}
	return 1
}

// stage checks the rules that depend on whether the tasks pass has run.
func (v *verifier) stage() {
	v.f = nil
	seen := map[*Func]bool{}
	for _, c := range v.m.Contexts {
		if c.Func == nil || seen[c.Func] {
			v.errorf(v.m, diag.Span{}, "each context has a function of its own")
			return
		}
		seen[c.Func] = true
		v.taskSignature(c.Func)
	}
	if len(v.m.Contexts) == 0 {
		for k, t := range v.m.Tasks {
			v.taskSignature(t.Func)
			if t.Thread {
				v.thread(k, t.Func, map[*Func]bool{})
			}
		}
	}
	for _, f := range v.m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				switch s := i.Op.Row(); {
				case s.Early && len(v.m.Contexts) > 0:
					v.errorf(i, i.Span, "@%s: %s in a module with Main", f.Name, opcode(i))
				case s.Late && len(v.m.Contexts) == 0:
					v.errorf(i, i.Span, "@%s: %s in a module without Main", f.Name, opcode(i))
				}
			}
		}
	}
}

// thread checks the operations of thread k in f and its callees. The operations may depend only on
// channels. The tasks at the other ends of these channels must also be threads.
func (v *verifier) thread(k int, f *Func, seen map[*Func]bool) {
	if seen[f] {
		return
	}
	seen[f] = true
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			switch i.Op {
			case OpSelect, OpChReady, OpChGet, OpChPut, OpNow, OpRecv, OpTake, OpSend, OpAsk, OpGet, OpPut:
				v.errorf(i, i.Span, "@%s: task %s is a thread and has a %s", f.Name, v.m.Tasks[k].Name, opcode(i))
			case OpChSend, OpChRecv:
				if c := v.m.Chans[i.Chan]; !v.m.Tasks[c.Writer].Thread || !v.m.Tasks[c.Reader].Thread {
					v.errorf(i, i.Span, "@%s: task %s is a thread, but the task at the other end of %s is not", f.Name, v.m.Tasks[k].Name, c.Name)
				}
			}
		}
	}
	for _, g := range Callees(f) {
		v.thread(k, g, seen)
	}
}

func (v *verifier) taskSignature(f *Func) {
	ok := len(f.Objs) == 0
	for _, p := range f.Params() {
		ok = ok && p.Type == Token && (p.Obj == nil || p.Obj.Kind == StateObj)
	}
	for _, r := range f.Results {
		ok = ok && r.Type == Token
	}
	if !ok {
		v.errorf(f, f.Span, "@%s runs as a task and takes and gives tokens of I/O and state only", f.Name)
	}
}
