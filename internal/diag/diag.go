// Package diag holds the parts of a diagnostic: files, spans and error values. The package
// also has the only code that renders a diagnostic with carets.
//
// An error is a value. It has a kind (Code), one sentence, the span that it concerns, and notes
// with additional spans. Only Render formats a position for the reader. The command line calls
// Render:
//
//	error[E0301]: channel capacity must be at least 1, got 0
//	  --> pipeline.sn:12:17
//	   |
//	12 |   chan a: u32 cap 0
//	   |                   ^ capacity
//	   = hint: write `cap 1`
//
// diag imports no other package of the module. Start reading at Error.
package diag

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// File is one text that spans refer to. Name is the path that the user typed, never an
// absolute path made up by the tool.
type File struct {
	Name string
	Text string
}

// Span is the half-open byte range [Start, End) of a file. The zero Span means that there
// is no position.
type Span struct {
	File       *File
	Start, End int
}

// IsZero reports whether the span has no position.
func (s Span) IsZero() bool { return s.File == nil }

// Position returns the 1-based line and byte column of the span's start.
func (s Span) Position() (line, col int) {
	if s.File == nil {
		return 0, 0
	}
	start := min(max(s.Start, 0), len(s.File.Text))
	before := s.File.Text[:start]
	return strings.Count(before, "\n") + 1, start - strings.LastIndexByte(before, '\n')
}

// String prints "file:line.col", or "-" for the zero Span. The text forms of the IR and
// attributes in Verilog use it.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	line, col := s.Position()
	return fmt.Sprintf("%s:%d.%d", s.File.Name, line, col)
}

// To returns the smallest span that covers s and end.
func (s Span) To(end Span) Span {
	if s.File == nil {
		return end
	}
	if end.File != s.File {
		return s
	}
	return Span{s.File, min(s.Start, end.Start), max(s.End, end.End)}
}

// Code is the stable name of a kind of error, such as "E0301". Errors in text forms that
// only tools write have no code.
type Code string

// Severity determines whether a diagnostic stops the work.
type Severity uint8

// The severities.
const (
	SevError Severity = iota
	SevWarning
)

// Note is an additional sentence of an Error, with or without a position.
type Note struct {
	Span Span
	Text string
}

// Error is one diagnostic. It is an error value: packages return it or a List.
type Error struct {
	Code     Code
	Severity Severity
	Span     Span
	Message  string // what is wrong and what was expected, one sentence, no full stop
	Label    string // a few words under the caret, may be empty
	Notes    []Note
	Hints    []string // how to fix it
}

// Errorf makes an error of a kind at a position.
func Errorf(code Code, at Span, format string, args ...any) *Error {
	return &Error{Code: code, Span: at, Message: fmt.Sprintf(format, args...)}
}

// Warningf makes a warning of a kind at a position.
func Warningf(code Code, at Span, format string, args ...any) *Error {
	e := Errorf(code, at, format, args...)
	e.Severity = SevWarning
	return e
}

// Labelf sets the words under the caret and returns e.
func (e *Error) Labelf(format string, args ...any) *Error {
	e.Label = fmt.Sprintf(format, args...)
	return e
}

// Note adds a sentence about another position and returns e.
func (e *Error) Note(at Span, format string, args ...any) *Error {
	e.Notes = append(e.Notes, Note{at, fmt.Sprintf(format, args...)})
	return e
}

// Hint adds advice and returns e.
func (e *Error) Hint(format string, args ...any) *Error {
	e.Hints = append(e.Hints, fmt.Sprintf(format, args...))
	return e
}

// Error gives one line: position, code and message.
func (e *Error) Error() string {
	code := ""
	if e.Code != "" {
		code = "[" + string(e.Code) + "]"
	}
	word := "error"
	if e.Severity == SevWarning {
		word = "warning"
	}
	if e.Span.IsZero() {
		return fmt.Sprintf("%s%s: %s", word, code, e.Message)
	}
	line, col := e.Span.Position()
	return fmt.Sprintf("%s:%d:%d: %s%s: %s", e.Span.File.Name, line, col, word, code, e.Message)
}

// List is several diagnostics. A nil or empty List is not an error. Return a List through Err,
// never directly as an error value.
type List []*Error

// Add appends e.
func (l *List) Add(e *Error) { *l = append(*l, e) }

// Err returns l if l holds an error, and nil otherwise. Warnings do not count.
func (l List) Err() error {
	for _, e := range l {
		if e.Severity == SevError {
			return l
		}
	}
	return nil
}

// Error joins the lines of all members.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns l by file name, position and text, without duplicates.
func (l List) Sorted() List {
	out := append(List(nil), l...)
	sort.SliceStable(out, func(i, j int) bool { return less(out[i], out[j]) })
	kept := out[:0]
	for i, e := range out {
		if i == 0 || e.Error() != out[i-1].Error() {
			kept = append(kept, e)
		}
	}
	return kept
}

func less(a, b *Error) bool {
	an, bn := "", ""
	if a.Span.File != nil {
		an = a.Span.File.Name
	}
	if b.Span.File != nil {
		bn = b.Span.File.Name
	}
	if an != bn {
		return an < bn
	}
	if a.Span.Start != b.Span.Start {
		return a.Span.Start < b.Span.Start
	}
	return a.Message < b.Message
}

// AsList turns any error into a List. A List or an *Error inside err keeps its members. Any
// other error becomes one member without a position.
func AsList(err error) List {
	var list List
	var one *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		return list
	case errors.As(err, &one):
		return List{one}
	}
	return List{Errorf("", Span{}, "%s", err.Error())}
}
