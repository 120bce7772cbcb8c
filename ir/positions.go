package ir

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

const (
	maxLine = 1 << 18
	maxCol  = 1 << 12
	maxText = 1 << 22 // bytes of all placeholder files
)

// positions collects the source positions in a text, and makes placeholder files with these lines
// and columns, which contain only blanks.
type positions struct {
	files map[string]*positionFile
	order []*positionFile
	todo  []position
	total int
}

type positionFile struct {
	file  *diag.File
	cols  []int // for each line, the number of columns in use
	start []int
}

type position struct {
	set       func(diag.Span)
	in        *positionFile
	line, col int
}

func newPositions() *positions { return &positions{files: map[string]*positionFile{}} }

// add requests a span for a source position. Later, the function `set` receives the span. `from`
// is the position of the request in the text.
func (p *positions) add(set func(diag.Span), name string, line, col int, from diag.Span) error {
	f := p.files[name]
	if f == nil {
		f = &positionFile{file: &diag.File{Name: name}}
		p.files[name] = f
		p.order = append(p.order, f)
	}
	if grow := line - len(f.cols); grow > 0 {
		p.total += grow
		f.cols = append(f.cols, make([]int, grow)...)
	}
	if grow := col - f.cols[line-1]; grow > 0 {
		p.total += grow
		f.cols[line-1] = col
	}
	if p.total > maxText {
		return diag.Errorf("", from, "the places of this text need files of more than %d bytes", maxText)
	}
	p.todo = append(p.todo, position{set, f, line, col})
	return nil
}

// resolve makes the placeholder files and calls `set` with each span.
func (p *positions) resolve() {
	for _, f := range p.order {
		var sb strings.Builder
		for _, n := range f.cols {
			f.start = append(f.start, sb.Len())
			sb.WriteString(strings.Repeat(" ", n))
			sb.WriteByte('\n')
		}
		f.file.Text = sb.String()
	}
	for _, t := range p.todo {
		at := t.in.start[t.line-1] + t.col - 1
		t.set(diag.Span{File: t.in.file, Start: at, End: at + 1})
	}
}
