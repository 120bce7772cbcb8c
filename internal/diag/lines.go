package diag

import "sort"

// Lines finds many positions in one file. Span.Position searches the text at each call, but
// Lines searches the text only once.
type Lines struct {
	starts []int // offset of each line
	size   int
}

// LinesOf records where the lines of f begin.
func LinesOf(f *File) *Lines {
	l := &Lines{starts: []int{0}, size: len(f.Text)}
	for i := range len(f.Text) {
		if f.Text[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// Position is the same as Span.Position, for a span that begins at an offset.
func (l *Lines) Position(at int) (line, col int) {
	at = min(max(at, 0), l.size)
	line = sort.SearchInts(l.starts, at+1)
	return line, at - l.starts[line-1] + 1
}
