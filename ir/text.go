package ir

import (
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Print returns the text form of m. Parse reads this form.
func Print(m *Module) string {
	p := &printer{m: m, lines: map[*diag.File][]int{}}
	p.module()
	return p.sb.String()
}

type printer struct {
	m     *Module
	sb    strings.Builder
	lines map[*diag.File][]int // for each file, the offsets at which its lines start
}

func (p *printer) f(format string, args ...any) { fmt.Fprintf(&p.sb, format, args...) }

func (p *printer) module() {
	p.f("module %s\n", p.m.Name)
	for i, d := range p.m.Devices {
		p.f("device %d %s %s task %d%s%s\n", i, d.Name, d.Kind, d.Task, flag(" rx", d.Rx), flag(" tx", d.Tx))
	}
	for i := range p.m.Chans {
		p.channel(i, &p.m.Chans[i])
	}
	for i, name := range p.m.Marks {
		p.f("mark %d %s\n", i, strconv.Quote(name))
	}
	for i, t := range p.m.Traps {
		p.f("trap %d %s%s\n", i, t.Code, p.at(t.Span))
	}
	for i, s := range p.m.Logs {
		p.f("log %d", i)
		for k, part := range s.Parts {
			p.f(" %s", strconv.Quote(part))
			if k < len(s.Args) {
				p.f(" %s", argType(s.Args[k]))
			}
		}
		p.f("\n")
	}
	for _, o := range p.m.Objects {
		p.object(o)
	}
	for i, t := range p.m.Tasks {
		p.f("task %d %s @%s%s%s", i, t.Name, t.Func.Name, flag(" service", t.Service)+flag(" thread", t.Thread), flag(" waits", len(t.Waits) > 0))
		for _, s := range t.Waits {
			p.f("%s", p.at(s))
		}
		p.f("\n")
	}
	for _, c := range p.m.Contexts {
		p.f("main @%s\n", c.Func.Name)
	}
	for _, f := range p.m.Funcs {
		p.f("\n")
		p.function(f)
	}
}

func flag(s string, on bool) string {
	if on {
		return s
	}
	return ""
}

func argType(a trace.ArgType) string { return a.Kind + ":" + strconv.Itoa(a.Width) }

func (p *printer) channel(i int, c *Chan) {
	words := make([]string, len(c.Words))
	for k, t := range c.Words {
		words[k] = t.String()
	}
	objs := make([]string, len(c.Objs))
	for k, n := range c.Objs {
		objs[k] = strconv.Itoa(n)
	}
	p.f("chan %d %s cap %d (%s) [%s] writer %d reader %d", i, c.Name, c.Cap, strings.Join(words, ", "), strings.Join(objs, ", "), c.Writer, c.Reader)
	for k, a := range c.Args {
		p.f("%s %s", flag(" as", k == 0), argType(a))
		if k < len(c.From) && c.From[k].Obj >= 0 {
			p.f(" in %d at %d", c.From[k].Obj, c.From[k].Off)
			if c.From[k].Size > 0 {
				p.f(" size %d", c.From[k].Size)
			}
			if c.From[k].Skip > 0 {
				p.f(" skip %d", c.From[k].Skip)
			}
		}
	}
	p.f("%s\n", p.at(c.Span))
}

func (p *printer) object(o *Object) {
	word := map[ObjKind]string{ConstObj: "const", StateObj: "state", LocalObj: "  local", ParamObj: "param"}[o.Kind]
	p.f("%s %%%s %d align %d", word, o.Name, o.Size, o.Align)
	if len(o.Init) > 0 {
		p.f(" = $%s", hex.EncodeToString(o.Init))
	}
	if o.Slot > 0 {
		p.f(" slots %d", o.Slot)
	}
	p.f("%s", flag(" boot", o.Boot))
	for _, w := range o.Words {
		p.f(" word %s %s %d %d at %d size %d", strconv.Quote(w.Name), w.Kind, w.Lo, w.Hi, w.At, w.Size)
	}
	p.f("%s\n", p.at(o.Span))
}

func (p *printer) function(f *Func) {
	p.f("func @%s", f.Name)
	if len(f.Objs) > 0 {
		p.f("[")
		for k, o := range f.Objs {
			p.f("%s%%%s %d align %d%s%s", flag(", ", k > 0), o.Name, o.Size, o.Align, flag(" ro", o.ReadOnly), p.at(o.Span))
		}
		p.f("]")
	}
	p.f("(%s)", p.typed(f.Params()))
	if len(f.Results) > 0 {
		p.f(" -> (")
		for k, r := range f.Results {
			p.f("%s%s", flag(", ", k > 0), typeOf(r.Type, r.Obj))
		}
		p.f(")")
	}
	p.f("%s%s {\n", flag(" noinline", f.NoInline), p.at(f.Span))
	for _, o := range f.Locals {
		p.object(o)
	}
	for k, b := range f.Blocks {
		p.block(b, k == 0)
	}
	p.f("}\n")
}

func (p *printer) block(b *Block, entry bool) {
	p.f("b%d", b.ID)
	if len(b.Params) > 0 {
		if entry {
			p.f("(%s)", names(b.Params))
		} else {
			p.f("(%s)", p.typed(b.Params))
		}
	}
	p.f(":\n")
	for _, i := range b.Instrs {
		p.f("  ")
		p.instr(i)
		p.f("\n")
	}
	p.f("  ")
	p.term(&b.Term)
	p.f("\n")
}

// typed prints definitions with their types and source positions.
func (p *printer) typed(vs []*Value) string {
	out := make([]string, len(vs))
	for k, v := range vs {
		out[k] = fmt.Sprintf("%s: %s%s", v, typeOf(v.Type, v.Obj), p.at(v.Span))
	}
	return strings.Join(out, ", ")
}

func names(vs []*Value) string {
	out := make([]string, len(vs))
	for k, v := range vs {
		out[k] = v.String()
	}
	return strings.Join(out, ", ")
}

// String returns the name of a value: v12 if its ID is 12.
func (v *Value) String() string {
	if v == nil {
		return "v?"
	}
	return "v" + strconv.Itoa(v.ID)
}

// String returns the text form of a type, such as "tok" or "i32".
func (t Type) String() string {
	if t == Token {
		return "tok"
	}
	return "i" + strconv.Itoa(int(t))
}

func typeOf(t Type, o *Object) string {
	if o == nil {
		return t.String()
	}
	return t.String() + " %" + o.Name
}

func (p *printer) instr(i *Instr) {
	for k, r := range i.Results {
		p.f("%s%s: %s", flag(", ", k > 0), r, typeOf(r.Type, r.Obj))
	}
	p.f("%s", flag(" = ", len(i.Results) > 0))
	p.f("%s", opcode(i))
	if i.Op < NumOps && i.Op.Row().Select != nil {
		p.f("%s", i.Op.Row().Select.print(p, i))
	}
	sep := " "
	next := func(s string) { p.f("%s%s", sep, s); sep = ", " }
	for _, r := range i.Refs {
		next(r.String())
	}
	for _, a := range i.Args {
		next(a.String())
	}
	if hasImm(i) {
		next(strconv.FormatUint(i.Imm, 10))
	}
	if i.Op < NumOps && i.Op.Row().Site != NoTable {
		p.f(" !%d", i.Site)
	}
	if i.Op < NumOps && i.Op.Row().IO && i.Task >= 0 {
		p.f(" task %d", i.Task)
	}
	p.f("%s", p.at(i.Span))
}

// String prints a ref: %hits, %hits[8], %hits[v3], %hits[v3 + 8].
func (r Ref) String() string {
	s := "%" + r.Obj.Name
	switch {
	case r.Off == nil && r.Disp == 0:
		return s
	case r.Off == nil:
		return fmt.Sprintf("%s[%d]", s, r.Disp)
	case r.Disp == 0:
		return fmt.Sprintf("%s[%s]", s, r.Off)
	case r.Disp < 0:
		return fmt.Sprintf("%s[%s - %d]", s, r.Off, -r.Disp)
	}
	if r.NoWrap {
		return fmt.Sprintf("%s[%s ++ %d]", s, r.Off, r.Disp)
	}
	return fmt.Sprintf("%s[%s + %d]", s, r.Off, r.Disp)
}

func (p *printer) term(t *Term) {
	switch t.Op {
	case Jump:
		p.f("jump %s", edges(t.Succs))
	case Branch:
		p.f("br %s, %s", t.Cond, edges(t.Succs))
	default:
		p.f("ret%s%s", flag(" ", len(t.Args) > 0), names(t.Args))
	}
	p.f("%s", p.at(t.Span))
}

func edges(es []Edge) string {
	out := make([]string, len(es))
	for k, e := range es {
		out[k] = "b" + strconv.Itoa(e.To.ID)
		if len(e.Args) > 0 {
			out[k] += "(" + names(e.Args) + ")"
		}
	}
	return strings.Join(out, ", ")
}

// at prints ` @file:line.col`. File names that are not identifiers are quoted.
func (p *printer) at(s diag.Span) string {
	if s.IsZero() {
		return ""
	}
	line, col := p.position(s)
	name := s.File.Name
	if !isIdent(name) {
		name = strconv.Quote(name)
	}
	return fmt.Sprintf(" @%s:%d.%d", name, line, col)
}

// position computes the same result as Span.Position, but with an index of the lines. It must be
// fast, because a printed module has a position on each line.
func (p *printer) position(s diag.Span) (line, col int) {
	starts := p.lines[s.File]
	if starts == nil {
		starts = []int{0}
		for i := 0; i < len(s.File.Text); i++ {
			if s.File.Text[i] == '\n' {
				starts = append(starts, i+1)
			}
		}
		p.lines[s.File] = starts
	}
	at := min(max(s.Start, 0), len(s.File.Text))
	line = sort.SearchInts(starts, at+1)
	return line, at - starts[line-1] + 1
}

// isIdent reports whether s is one identifier of the text form. An identifier starts with a
// letter, `_` or `$`. Letters, digits, `_`, `$` and dots follow, but a dot is never last and never
// followed by another dot.
func isIdent(s string) bool {
	for k := 0; k < len(s); k++ {
		c := s[k]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$'
		digit := '0' <= c && c <= '9'
		dot := c == '.' && k+1 < len(s) && s[k+1] != '.'
		if !letter && (k == 0 || !digit && !dot) {
			return false
		}
	}
	return s != ""
}
