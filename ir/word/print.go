package word

import (
	"fmt"
	"strconv"
	"strings"
)

// String prints e in the form that ParseExpr reads. Nested infix applications always get
// parentheses, so precedence does not matter.
func (e *Expr) String() string {
	var sb strings.Builder
	e.print(&sb, false)
	return sb.String()
}

func (e *Expr) print(sb *strings.Builder, nested bool) {
	switch {
	case e.IsConst():
		sb.WriteString(Literal(e.Width, e.Imm))
	case e.Op == Bad:
		sb.WriteString(e.Leaf)
	case e.Op == Slice:
		e.Args[0].print(sb, true)
		sb.WriteString(sliceBounds(e.Imm, e.Width))
	case Table(e.Op).Infix != "":
		e.printInfix(sb, nested)
	default:
		e.printCall(sb)
	}
}

func (e *Expr) printInfix(sb *strings.Builder, nested bool) {
	if nested {
		sb.WriteByte('(')
	}
	e.Args[0].print(sb, true)
	sb.WriteString(" " + Table(e.Op).Infix + " ")
	e.Args[1].print(sb, true)
	if nested {
		sb.WriteByte(')')
	}
}

// printCall prints name(args). The name of an extension includes its width.
func (e *Expr) printCall(sb *strings.Builder) {
	row := Table(e.Op)
	sb.WriteString(row.Name)
	if row.Widths == Extend {
		sb.WriteString(strconv.Itoa(e.Width))
	}
	sep := "("
	for _, a := range e.Args {
		sb.WriteString(sep)
		a.print(sb, false)
		sep = ", "
	}
	sb.WriteByte(')')
}

// Literal prints a constant with its width: 8'255, 32'0x80000000.
func Literal(w int, v uint64) string {
	if v < 1<<12 {
		return fmt.Sprintf("%d'%d", w, v)
	}
	return fmt.Sprintf("%d'%#x", w, v)
}

func sliceBounds(lo uint64, w int) string {
	if w == 1 {
		return fmt.Sprintf("[%d]", lo)
	}
	return fmt.Sprintf("[%d:%d]", int(lo)+w-1, lo)
}
