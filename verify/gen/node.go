package gen

import (
	"strings"
)

// kind says what a node is to the shrinker.
type kind uint8

const (
	exprNode kind = iota
	stmtNode      // removed whole, or replaced by its blocks
	listNode      // statements or declarations, one a line
	declNode
)

// node is a piece of text with pieces in it: each `$` of the form stands for the
// next of kids.
type node struct {
	kind    kind
	typ     *typ // of an expression
	form    string
	kids    []*node
	link    *link // the channel or device that it is about, nil for none
	gone    bool
	instead *node
}

func expr(t *typ, form string, kids ...*node) *node {
	return &node{kind: exprNode, typ: t, form: form, kids: kids}
}

func stmt(form string, kids ...*node) *node { return &node{kind: stmtNode, form: form, kids: kids} }

func list(kids ...*node) *node { return &node{kind: listNode, kids: kids} }

// text writes a node. What the shrinker took away leaves nothing behind, or a
// zero where a value must stand.
func (n *node) text(b *strings.Builder) {
	for n.instead != nil {
		n = n.instead
	}
	switch {
	case n.gone:
	case n.link != nil && n.link.gone:
		if n.kind == exprNode {
			b.WriteString(n.typ.zero())
		}
	case n.kind == listNode:
		for _, k := range n.kids {
			if !k.silent() {
				k.text(b)
				b.WriteByte('\n')
			}
		}
	default:
		n.fill(b)
	}
}

func (n *node) fill(b *strings.Builder) {
	rest := n.form
	for _, k := range n.kids {
		before, after, _ := strings.Cut(rest, "$")
		b.WriteString(before)
		k.text(b)
		rest = after
	}
	b.WriteString(rest)
}

// silent reports a statement that leaves nothing.
func (n *node) silent() bool {
	return n.gone || n.kind == stmtNode && n.link != nil && n.link.gone
}

func (n *node) String() string {
	var b strings.Builder
	n.text(&b)
	return b.String()
}

// walk visits a node and what stands in it, outside first; what was replaced is
// not visited.
func (n *node) walk(visit func(*node)) {
	if n.gone || n.link != nil && n.link.gone {
		return
	}
	if n.instead != nil {
		n.instead.walk(visit)
		return
	}
	visit(n)
	for _, k := range n.kids {
		k.walk(visit)
	}
}

// count is the number of nodes, the shrinker's measure.
func (n *node) count() int {
	total := 0
	n.walk(func(*node) { total++ })
	return total
}
