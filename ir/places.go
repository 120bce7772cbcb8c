package ir

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

const (
	maxLine = 1 << 18
	maxCol  = 1 << 12
	maxText = 1 << 22 // bytes of all made-up files together
)

// places collects the places of a text and makes files that have these lines
// and columns. The contents of the files are blanks.
type places struct {
	files map[string]*placeFile
	order []*placeFile
	todo  []place
	total int
}

type placeFile struct {
	file  *diag.File
	cols  []int // of each line the number of columns in use
	start []int
}

type place struct {
	set       func(diag.Span)
	in        *placeFile
	line, col int
}

func newPlaces() *places { return &places{files: map[string]*placeFile{}} }

// add notes that set wants the place; from is where the text says so.
func (p *places) add(set func(diag.Span), name string, line, col int, from diag.Span) error {
	f := p.files[name]
	if f == nil {
		f = &placeFile{file: &diag.File{Name: name}}
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
	p.todo = append(p.todo, place{set, f, line, col})
	return nil
}

// resolve makes the files and sets the spans.
func (p *places) resolve() {
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
