// Package lower turns the typed tree into program IR.
//
//	fn sum(v: []u32) -> u32 {     func @sum[%v 64 align 4 ro](start, len) -> (i32) {
//	  var s: u32 = 0              b0(v1, v2):
//	  for i in 0..v.len {           ...
//	    s = s + v[i]              b1(v5: i32, v6: i32):           i and s
//	  }                             v9: i32 = load4 %v[v8]
//	  return s                      v10: i32 = add v6, v9
//
// The package splits each value of the typed tree into a sequence of leaves. Structs, options,
// enums and layouts are split into scalars, arrays and bytes. Scalars become SSA values. Arrays
// and bytes stay objects in memory. The scalars of a local are SSA variables (ssa.go). An
// element of an array of structs is loaded leaf by leaf.
//
// Functions take the leaves of their parameters: a word for each scalar, and an object for each
// array or bytes. The scalars of an inout parameter become results of the function. A function
// writes an array in its result into an object of the caller. The package lowers a function once
// for each combination of sizes of the function's object parameters. It lowers a task once for
// each run (each start of the task in the system), with the devices, channels and constants of
// this run.
//
// The parsing of a layout becomes control flow, and loads at byte offsets of the buffer
// (layout.go). Tokens are the values that order effects. The package makes no tokens: ir.Thread
// adds them at the end.
//
// The package depends on the typed tree and the IR, but not on source text or a machine.
// docs/glossary.md explains the terms. Start reading at Lower.
package lower

import (
	"fmt"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Lower makes the module of a checked program. A program without a system
// becomes a module without tasks.
func Lower(p *tree.Program) (*ir.Module, error) {
	l := newLowerer(p)
	l.tables()
	if p.System != nil {
		l.system(p.System)
	}
	alignParams(l.m)
	ir.Thread(l.m)
	if err := ir.Verify(l.m); err != nil {
		return nil, fmt.Errorf("lower: %w", err)
	}
	return l.m, nil
}

// Library lowers the functions of a program that take and return only words. The functions keep
// their names, and other modules can link to them.
func Library(p *tree.Program) (*ir.Module, error) {
	l := newLowerer(p)
	for _, f := range p.Funcs {
		words := !hasObject(f.Result)
		for _, v := range f.Params {
			words = words && v.Type.IsScalar() && v.Kind != tree.InOutLocal
		}
		if words {
			l.function(f, nil, nil)
		}
	}
	alignParams(l.m)
	ir.Thread(l.m)
	if err := ir.Verify(l.m); err != nil {
		return nil, fmt.Errorf("lower: %w", err)
	}
	return l.m, nil
}

func newLowerer(p *tree.Program) *lowerer {
	return &lowerer{p: p, m: &ir.Module{Name: identifier(p.Name), Marks: p.Marks}, consts: map[*tree.ConstDef]*ir.Object{}, instances: map[string]*ir.Func{}, losses: map[*tree.SocketDef]*ir.Object{}, ports: map[*tree.SocketDef]*ir.Object{}, helpers: map[string]*ir.Func{}, funcNames: map[string]int{}, objNames: map[string]bool{}}
}

type lowerer struct {
	p         *tree.Program
	m         *ir.Module
	consts    map[*tree.ConstDef]*ir.Object
	instances map[string]*ir.Func // by the name of a function and the sizes of its object parameters
	losses    map[*tree.SocketDef]*ir.Object
	ports     map[*tree.SocketDef]*ir.Object // objects with the port numbers that words of the start may set
	helpers   map[string]*ir.Func            // functions of real.sir that are in the module

	// funcNames counts the names of the first `named` functions of the module. A key NAME counts the
	// functions that are called NAME or NAME.k. objNames holds the names of the objects.
	funcNames map[string]int
	named     int
	objNames  map[string]bool
	objsNamed int
}

// identifier makes an IR name from any text.
func identifier(s string) string {
	out := strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
	out = strings.Trim(strings.ReplaceAll(out, "..", "_"), ".")
	if out == "" || '0' <= out[0] && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

// tables copies the log sites and trap sites of the program.
func (l *lowerer) tables() {
	for _, s := range l.p.Logs {
		site := trace.Site{ID: s.ID, Parts: s.Parts}
		for _, a := range s.Args {
			site.Args = append(site.Args, trace.ArgType{Kind: a.Kind, Width: a.Width})
		}
		l.m.Logs = append(l.m.Logs, site)
	}
	for _, t := range l.p.Traps {
		l.m.Traps = append(l.m.Traps, ir.TrapSite{ID: t.ID, Code: t.Code, Span: t.Span})
	}
}

func (l *lowerer) system(s *tree.System) {
	for _, d := range s.Devices {
		l.m.Devices = append(l.m.Devices, ir.Device{Name: identifier(d.Name), Kind: identifier(d.Kind), Task: d.Run, Rx: d.Rx, Tx: d.Tx})
	}
	for _, c := range s.Chans {
		l.m.Chans = append(l.m.Chans, channel(c))
	}
	for k := range s.Runs {
		l.m.Tasks = append(l.m.Tasks, ir.Task{Name: identifier(s.Runs[k].Name), Service: s.Runs[k].Service, Thread: s.Runs[k].Thread})
	}
	for k := range s.Runs {
		l.m.Tasks[k].Func = l.task(k, &s.Runs[k])
	}
}

// channel describes the elements of a channel by their leaves: words and objects in order.
func channel(c tree.ChanDef) ir.Chan {
	out := ir.Chan{Name: identifier(c.Name), Cap: c.Cap, Writer: c.Writer, Reader: c.Reader, Span: c.Span}
	for _, leaf := range leavesOf(c.Elem) {
		if leaf.object {
			n, _ := sizeOf(leaf.t)
			show(&out, leaf.t, len(out.Objs), 0)
			if c.Frames {
				out.From[0].Skip = tree.MessageAt
			}
			out.Objs = append(out.Objs, n)
			continue
		}
		out.Words = append(out.Words, wordOf(leaf.t))
		show(&out, leaf.t, -1, 0)
	}
	return out
}

// show adds the positions of the scalars and bytes of a value that an event shows. The value is a
// word, or it is in object obj at offset off.
func show(c *ir.Chan, t *tree.Type, obj, off int) {
	switch {
	case t.Kind == tree.Array:
		stride, _ := sizeOf(t.Elem)
		for k := range t.Len {
			offsets := leafOffsets(t.Elem)
			for j, leaf := range leavesOf(t.Elem) {
				show(c, leaf.t, obj, off+k*stride+offsets[j])
			}
		}
		return
	case t.Kind == tree.Bytes:
		c.Args = append(c.Args, trace.ArgType{Kind: "bytes", Width: t.Len})
	default:
		c.Args = append(c.Args, scalarArg(t))
	}
	from := ir.ChanLeaf{Obj: obj, Off: off}
	if obj >= 0 && t.IsScalar() && scalarSize(t) < wordOf(t).Bytes() {
		from.Size = scalarSize(t)
	}
	c.From = append(c.From, from)
}

// scalarArg returns how an event shows a scalar.
func scalarArg(t *tree.Type) trace.ArgType {
	bits, signed := t.Word()
	switch {
	case t.Kind == tree.Bool:
		return trace.ArgType{Kind: "bool", Width: 1}
	case t.Kind == tree.Fix:
		return trace.ArgType{Kind: fmt.Sprintf("fix%d", t.Frac), Width: bits}
	case t.Kind == tree.Float:
		return trace.ArgType{Kind: "float", Width: bits}
	case signed:
		return trace.ArgType{Kind: "i", Width: bits}
	}
	return trace.ArgType{Kind: "u", Width: bits}
}

// constant makes the object of a constant that has leaves in memory.
func (l *lowerer) constant(c *tree.ConstDef) *ir.Object {
	o := l.consts[c]
	if o == nil {
		o = l.data("const."+c.Name, c.Type, c.Cells, c.Span)
		l.consts[c] = o
	}
	return o
}

// data makes a constant object from the cells of a value.
func (l *lowerer) data(name string, t *tree.Type, cells []uint64, at diag.Span) *ir.Object {
	size, align := sizeOf(t)
	mem := make([]byte, size)
	encode(t, cells, mem)
	return l.object(name, mem, size, align, at)
}

func (l *lowerer) object(name string, mem []byte, size, align int, at diag.Span) *ir.Object {
	for len(mem) > 0 && mem[len(mem)-1] == 0 {
		mem = mem[:len(mem)-1]
	}
	o := &ir.Object{Name: identifier(name), Kind: ir.ConstObj, Size: size, Align: align, Init: mem, Span: at}
	for _, x := range l.m.Objects[l.objsNamed:] {
		l.objNames[x.Name] = true
	}
	l.objsNamed = len(l.m.Objects)
	if l.objNames[o.Name] {
		o.Name = fmt.Sprintf("%s.%d", o.Name, len(l.m.Objects))
	}
	l.m.Objects = append(l.m.Objects, o)
	return o
}

func sortByID(vs []*ir.Value) {
	sort.Slice(vs, func(i, j int) bool { return vs[i].ID < vs[j].ID })
}
