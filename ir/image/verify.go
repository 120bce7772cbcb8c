package image

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Verify checks an image:
//
//  1. It has a name and a target that verifies. Spans and Values are as long
//     as Text. Data and memory fit below design.TextBase.
//  2. Each word of text is an instruction of the target's set. The target has its
//     registers, and branches go to words of the text.
//  3. Traps are in order of PC. An instruction that traps has exactly one, and
//     other instructions have none. A trap site occurs at most once in a task.
//  4. Devices are numbered in order, at most 32, with unique names. Log sites
//     are unique, with one more part than arguments. All tasks exist.
//  5. There are 1 to 32 contexts. Names and entries are unique, and each entry is
//     a word of the text.
//  6. Channels have unique names, and tasks that write and read them. Their
//     elements have words of 1 to 64 bits and objects of at least one byte.
func (im *Image) Verify() error {
	v := verifier{im: im, places: im.Spans}
	return v.verify()
}

type verifier struct {
	im     *Image
	places []diag.Span // position of each word of text
	errs   diag.List
}

func (v *verifier) verify() error {
	v.shape()
	if len(v.errs) == 0 {
		v.text()
		v.traps()
		v.contexts()
	}
	v.channels()
	v.tables()
	return v.errs.Err()
}

func (v *verifier) faultf(at diag.Span, format string, args ...any) {
	v.errs.Add(diag.Errorf("", at, "image %s: %s", v.im.Name, fmt.Sprintf(format, args...)))
}

func (v *verifier) shape() {
	im := v.im
	switch {
	case im.Name == "":
		v.faultf(diag.Span{}, "expected a name")
	case im.Target == nil:
		v.faultf(diag.Span{}, "expected a target")
	case len(im.Text) == 0:
		v.faultf(diag.Span{}, "expected at least one word of text")
	case len(im.Text) > 1<<20:
		v.faultf(diag.Span{}, "expected at most 2^20 words of text, got %d", len(im.Text))
	case len(im.Spans) != len(im.Text) || len(im.Values) != len(im.Text):
		v.faultf(diag.Span{}, "expected %d spans and values, one per word, got %d and %d", len(im.Text), len(im.Spans), len(im.Values))
	case im.DataEnd > design.TextBase || uint64(len(im.Data)) > uint64(im.DataEnd):
		v.faultf(diag.Span{}, "expected data (%d bytes) within memory (%d) below %#x", len(im.Data), im.DataEnd, design.TextBase)
	default:
		v.errs = append(v.errs, diag.AsList(im.Target.Verify())...)
	}
}

func (v *verifier) text() {
	dec := isa.NewDecoder(v.im.Target.Set)
	for i, w := range v.im.Text {
		in, ops, ok := dec.Decode(w)
		if !ok {
			v.faultf(v.places[i], "text %#x: word %#08x is not an instruction of %s", PC(i), w, v.im.Target.Set.Name)
			continue
		}
		for _, r := range in.Regs(ops) {
			if int(r) >= v.im.Target.Regs {
				v.faultf(v.places[i], "text %#x: `%s` uses x%d of %d registers", PC(i), in.Disassemble(ops), r, v.im.Target.Regs)
			}
		}
		if in.Format != isa.B && in.Format != isa.J {
			continue
		}
		if to := uint32(i)*4 + uint32(ops.Imm); to%4 != 0 || to/4 >= uint32(len(v.im.Text)) {
			v.faultf(v.places[i], "text %#x: `%s` leaves the text", PC(i), in.Disassemble(ops))
		}
	}
}

func (v *verifier) traps() {
	dec := isa.NewDecoder(v.im.Target.Set)
	type check struct{ task, site int } // two tasks may share a site
	seen := map[check]bool{}
	next := 0
	for i, w := range v.im.Text {
		in, _, ok := dec.Decode(w)
		has := next < len(v.im.Traps) && v.im.Traps[next].PC == PC(i)
		if ok && in.Meaning.Trap != has {
			v.faultf(v.places[i], "text %#x: `%s` has %d entries in the trap table, expected %d", PC(i), in.Name, count(has), count(!has))
		}
		if has {
			t := v.im.Traps[next]
			if seen[check{t.Task, t.Site}] {
				v.faultf(v.places[i], "text %#x: expected one instruction of trap site %d in task %d, found a second", PC(i), t.Site, t.Task)
			}
			seen[check{t.Task, t.Site}] = true
			v.task("trap", t.Task)
			next++
		}
	}
	if next < len(v.im.Traps) {
		v.faultf(diag.Span{}, "trap at %#x: expected traps in order of their addresses in the text", v.im.Traps[next].PC)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (v *verifier) task(what string, task int) {
	if task < 0 || task >= len(v.im.Tasks) {
		v.faultf(diag.Span{}, "%s: expected one of %d tasks, got %d", what, len(v.im.Tasks), task)
	}
}

// maxContexts is the largest number of contexts in an image.
const maxContexts = 32

func (v *verifier) contexts() {
	im := v.im
	if n := len(im.Contexts); n < 1 || n > maxContexts {
		v.faultf(diag.Span{}, "expected 1 to %d contexts, got %d", maxContexts, n)
	}
	names, entries := map[string]bool{}, map[uint32]string{}
	for _, c := range im.Contexts {
		at, twice := entries[c.Entry]
		switch {
		case c.Name == "":
			v.faultf(diag.Span{}, "context: expected a name")
		case names[c.Name]:
			v.faultf(diag.Span{}, "context %s: expected unique names", c.Name)
		case twice:
			v.faultf(diag.Span{}, "context %s: entry %#x is that of context %s", c.Name, c.Entry, at)
		case c.Entry%4 != 0 || c.Entry < design.TextBase || c.Entry-design.TextBase >= 4*uint32(len(im.Text)):
			v.faultf(diag.Span{}, "context %s: entry %#x is not a word of the text", c.Name, c.Entry)
		}
		names[c.Name], entries[c.Entry] = true, c.Name
	}
}

func (v *verifier) channels() {
	names := map[string]bool{}
	for _, c := range v.im.Channels {
		if c.Name == "" || names[c.Name] {
			v.faultf(diag.Span{}, "channel %q: expected unique names", c.Name)
		}
		names[c.Name] = true
		v.task("writer of channel "+c.Name, c.Writer)
		v.task("reader of channel "+c.Name, c.Reader)
		if c.Cap < 0 {
			v.faultf(diag.Span{}, "channel %s: expected a capacity of at least 0, got %d", c.Name, c.Cap)
		}
		for _, w := range c.Words {
			if w < 1 || w > 64 {
				v.faultf(diag.Span{}, "channel %s: expected words of 1 to 64 bits, got %d", c.Name, w)
			}
		}
		for _, n := range c.Objects {
			if n < 1 {
				v.faultf(diag.Span{}, "channel %s: expected objects of at least one byte, got %d", c.Name, n)
			}
		}
	}
}

func (v *verifier) tables() {
	names := map[string]bool{}
	for i, d := range v.im.Devices {
		if d.Index != i || i >= 32 {
			v.faultf(diag.Span{}, "device %s: expected devices numbered in order from 0 to at most 31, got %d", d.Name, d.Index)
		}
		if names[d.Name] {
			v.faultf(diag.Span{}, "device %s: expected unique names", d.Name)
		}
		names[d.Name] = true
		v.task("device "+d.Name, d.Task)
	}
	for _, m := range v.im.Marks {
		v.task("mark "+m.Name, m.Task)
	}
	sites := map[int]bool{}
	for _, s := range v.im.Logs {
		if sites[s.ID] || s.ID < 0 || s.ID > 0xffff {
			v.faultf(diag.Span{}, "log site %d: expected unique numbers of 16 bits", s.ID)
		}
		sites[s.ID] = true
		v.site(s)
	}
}

func (v *verifier) site(s trace.Site) {
	if len(s.Parts) != len(s.Args)+1 {
		v.faultf(diag.Span{}, "log site %d: expected %d parts around %d arguments, got %d", s.ID, len(s.Args)+1, len(s.Args), len(s.Parts))
	}
	for _, a := range s.Args {
		scalar := a.IsScalar()
		if !scalar && a.Kind != "bytes" || scalar && (a.Width < 1 || a.Width > 64) {
			v.faultf(diag.Span{}, "log site %d: expected an argument u, i, hex, bool, float or fix of 1 to 64 bits, or bytes, got %s of %d", s.ID, a.Kind, a.Width)
		}
	}
}
