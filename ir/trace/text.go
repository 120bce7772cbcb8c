package trace

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// The grammar of the text form. Newlines are significant:
//
//	trace  = "trace" name newline { event newline } [ "status" status newline ]
//	         { "waits" string newline } "end"
//	event  = task what
//	what   = "in" port bytes | "out" port "@" time bytes
//	       | "log" site { arg } string | "mark" ( "begin" | "end" ) name
//	       | "trap" site code | "send" chan { arg } | "recv" chan { arg }
//	arg    = number | "bytes" bytes
//	bytes  = length [ hex digits ]
//
// Names that are not identifiers are written as strings.

// Print returns the text form of t, which Parse reads.
func Print(t *Trace) string {
	var b strings.Builder
	p := NewPrinter(&b, t.Program)
	for i := range t.Events {
		p.Event(&t.Events[i]) //nolint:errcheck // a strings.Builder takes everything
	}
	p.End(t) //nolint:errcheck // as above
	return b.String()
}

// Printer writes the text form of a trace while the run continues.
type Printer struct {
	w   io.Writer
	err error
}

// NewPrinter begins the trace of a program.
func NewPrinter(w io.Writer, program string) *Printer {
	p := &Printer{w: w}
	p.print("trace %s\n", name(program))
	return p
}

// print writes a text, unless an earlier write has failed.
func (p *Printer) print(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// Event writes the next event.
func (p *Printer) Event(e *Event) error {
	p.print("  %s %s\n", name(e.Task), e.line())
	return p.err
}

// End writes the end of the run.
func (p *Printer) End(t *Trace) error {
	if t.Status != "" {
		p.print("  status %s\n", t.Status)
	}
	for _, w := range t.Waits {
		p.print("  waits %s\n", strconv.Quote(w))
	}
	p.print("end\n")
	return p.err
}

// name prints a name. It quotes a name that could be confused with the start of another line.
func name(s string) string { return text.QuoteName(s, "status", "waits", "end") }

// line prints an event without its task.
func (e *Event) line() string {
	switch e.Kind {
	case In:
		return "in " + name(e.Port) + printBytes(e.Data)
	case Out:
		return fmt.Sprintf("out %s @%d%s", name(e.Port), e.Time, printBytes(e.Data))
	case Log:
		return fmt.Sprintf("log %d%s %s", e.Site, printArgs(e.Args), strconv.Quote(e.Text))
	case MarkBegin:
		return "mark begin " + name(e.Name)
	case MarkEnd:
		return "mark end " + name(e.Name)
	case Trap:
		return fmt.Sprintf("trap %d %s", e.Site, name(e.Code))
	case Send:
		return "send " + name(e.Port) + printArgs(e.Args)
	case Recv:
		return "recv " + name(e.Port) + printArgs(e.Args)
	}
	return "?"
}

func printBytes(data []byte) string {
	if len(data) == 0 {
		return " 0"
	}
	return fmt.Sprintf(" %d %x", len(data), data)
}

func printArgs(args []Arg) string {
	var b strings.Builder
	for _, a := range args {
		if a.IsBytes {
			b.WriteString(" bytes" + printBytes(a.Bytes))
		} else {
			fmt.Fprintf(&b, " %d", a.Bits)
		}
	}
	return b.String()
}

// Parse reads a trace and verifies it.
func Parse(f *diag.File) (*Trace, error) {
	p := &parser{sc: text.New(f)}
	p.sc.SkipNewlines()
	if err := p.sc.Expect("trace"); err != nil {
		return nil, err
	}
	program, err := p.name("the program's name")
	if err != nil {
		return nil, err
	}
	t := &Trace{Program: program}
	if err := p.sc.EndLine(); err != nil {
		return nil, err
	}
	var spans []diag.Span // positions of the events, then of `end`
	for !p.sc.Peek().Is("end") {
		spans = append(spans[:len(t.Events)], p.sc.Peek().Span)
		if err := p.line(t); err != nil {
			return nil, err
		}
		if err := p.sc.EndLine(); err != nil {
			return nil, err
		}
	}
	spans = append(spans[:len(t.Events)], p.sc.Next().Span)
	if err := p.sc.EndLine(); err != nil {
		return nil, err
	}
	if !p.sc.AtEnd() {
		return nil, p.sc.Errorf("expected nothing after `end`, found %s", p.sc.Peek())
	}
	if i, problem := check(t); problem != "" {
		return nil, diag.Errorf("", spans[i], "%s", problem)
	}
	return t, nil
}

type parser struct{ sc *text.Scanner }

// name reads an identifier or a string.
func (p *parser) name(what string) (string, error) {
	t, err := p.sc.Name(what)
	return t.Str, err
}

func (p *parser) line(t *Trace) error {
	switch {
	case p.sc.Accept("status"):
		at := p.sc.Peek()
		word, err := p.sc.Ident("a status")
		if err == nil && !Status(word.Text).known() {
			err = diag.Errorf("", at.Span, "expected a status ended, waiting, stuck, trap or limit, found %s", at)
		}
		t.Status = Status(word.Text)
		return err
	case p.sc.Accept("waits"):
		w, err := p.sc.Quoted("what a task waits for, in quotes")
		t.Waits = append(t.Waits, w.Str)
		return err
	}
	task, err := p.name("a task, `status`, `waits` or `end`")
	if err != nil {
		return err
	}
	e, err := p.event()
	e.Task = task
	t.Events = append(t.Events, e)
	return err
}

func (p *parser) event() (Event, error) {
	at := p.sc.Peek()
	word, err := p.sc.Ident("what happened")
	if err != nil {
		return Event{}, err
	}
	switch word.Text {
	case "in":
		return p.frame(Event{Kind: In})
	case "out":
		return p.frame(Event{Kind: Out})
	case "log":
		return p.log()
	case "mark":
		return p.mark()
	case "trap":
		e := Event{Kind: Trap}
		if e.Site, err = p.site(); err == nil {
			e.Code, err = p.name("a trap code")
		}
		return e, err
	case "send":
		return p.channel(Send)
	case "recv":
		return p.channel(Recv)
	}
	return Event{}, diag.Errorf("", at.Span, "expected in, out, log, mark, trap, send or recv, found %s", at)
}

func (p *parser) site() (int, error) {
	v, err := p.sc.Int("the site", 0, 1<<31-1)
	return int(v), err
}

// frame reads the port, the time of an output, and the bytes.
func (p *parser) frame(e Event) (Event, error) {
	var err error
	if e.Port, err = p.name("a device"); err != nil {
		return e, err
	}
	if e.Kind == Out {
		at := p.sc.Peek()
		if e.Time, err = strconv.ParseUint(strings.TrimPrefix(at.Text, "@"), 10, 64); err != nil || at.Text[0] != '@' {
			return e, p.sc.Errorf("expected the clock such as @1200, found %s", at)
		}
		p.sc.Next()
	}
	e.Data, err = p.bytes()
	return e, err
}

// bytes reads a length and as many bytes in hexadecimal. A length of 0 has no digits.
func (p *parser) bytes() ([]byte, error) {
	n, err := p.sc.Int("the number of bytes", 0, 1<<31-1)
	if err != nil || n == 0 {
		return nil, err
	}
	t, err := p.sc.Word("bytes in hexadecimal")
	if err != nil {
		return nil, err
	}
	data, err := hex.DecodeString(t.Text)
	if err != nil || int64(len(data)) != n {
		return nil, diag.Errorf("", t.Span, "expected %d bytes in hexadecimal, found %d characters", n, len(t.Text))
	}
	return data, nil
}

func (p *parser) log() (Event, error) {
	e := Event{Kind: Log}
	var err error
	if e.Site, err = p.site(); err != nil {
		return e, err
	}
	if e.Args, err = p.args(); err != nil {
		return e, err
	}
	s, err := p.sc.Quoted("the text of the log in quotes")
	e.Text = s.Str
	return e, err
}

// args reads all arguments that follow.
func (p *parser) args() ([]Arg, error) {
	var out []Arg
	for {
		switch {
		case p.sc.Peek().Kind == text.Number:
			out = append(out, Arg{Bits: p.sc.Next().Value})
		case p.sc.Accept("bytes"):
			data, err := p.bytes()
			if err != nil {
				return nil, err
			}
			out = append(out, Arg{Bytes: data, IsBytes: true})
		default:
			return out, nil
		}
	}
}

func (p *parser) mark() (Event, error) {
	e := Event{Kind: MarkBegin}
	if !p.sc.Accept("begin") {
		if err := p.sc.Expect("end"); err != nil {
			return e, p.sc.Errorf("expected `begin` or `end`, found %s", p.sc.Peek())
		}
		e.Kind = MarkEnd
	}
	var err error
	e.Name, err = p.name("the name of a mark")
	return e, err
}

func (p *parser) channel(k Kind) (Event, error) {
	e := Event{Kind: k}
	var err error
	if e.Port, err = p.name("a channel"); err != nil {
		return e, err
	}
	e.Args, err = p.args()
	return e, err
}

func (s Status) known() bool {
	switch s {
	case Ended, Waiting, Stuck, Trapped, Limit:
		return true
	}
	return false
}

// Verify checks a trace. A trap is the last event of its task. The status is `trap` exactly if
// a task trapped. A mark of a task begins before it ends. A trace without status belongs to an
// unfinished run.
func Verify(t *Trace) error {
	if i, problem := check(t); problem != "" {
		return diag.Errorf("", diag.Span{}, "trace of %s, event %d: %s", t.Program, i, problem)
	}
	return nil
}

// check returns the first problem and the index of its event. If the problem concerns the whole
// trace, the index is the number of events.
func check(t *Trace) (int, string) {
	trapped := map[string]bool{}
	open := map[[2]string]int{}
	for i, e := range t.Events {
		if trapped[e.Task] {
			return i, fmt.Sprintf("expected nothing after the trap of task %s, found %s", e.Task, e.line())
		}
		mark := [2]string{e.Task, e.Name}
		switch e.Kind {
		case Trap:
			trapped[e.Task] = true
		case MarkBegin:
			open[mark]++
		case MarkEnd:
			if open[mark]--; open[mark] < 0 {
				return i, fmt.Sprintf("expected mark %s of task %s to begin before it ends", e.Name, e.Task)
			}
		}
	}
	return len(t.Events), checkStatus(t.Status, len(trapped) > 0)
}

func checkStatus(s Status, trapped bool) string {
	switch {
	case s != "" && !s.known():
		return fmt.Sprintf("expected a status ended, waiting, stuck, trap or limit, found %q", s)
	case s == Trapped && !trapped:
		return "expected a trap event with status trap"
	case trapped && s != Trapped && s != Limit && s != "":
		return fmt.Sprintf("expected status trap when a task trapped, found %s", s)
	}
	return ""
}
