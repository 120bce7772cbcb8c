package gen

import (
	"strings"
)

// kind states how the shrinker treats a node.
type kind uint8

const (
	exprNode kind = iota
	stmtNode      // removed completely, or replaced by its blocks
	listNode      // statements or declarations, one per line
	declNode
)

// node is a piece of text with nested pieces. Each `$` in its form stands for the next child.
type node struct {
	kind    kind
	typ     *typ // type of an expression
	form    string
	kids    []*node
	link    *link // the channel or device that it uses, or nil
	gone    bool
	instead *node
}

func expr(t *typ, form string, kids ...*node) *node {
	return &node{kind: exprNode, typ: t, form: form, kids: kids}
}

func stmt(form string, kids ...*node) *node { return &node{kind: stmtNode, form: form, kids: kids} }

func list(kids ...*node) *node { return &node{kind: listNode, kids: kids} }

// text writes a node. A removed node gives no text, or a zero if a value is needed.
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

// silent reports whether a statement gives no text.
func (n *node) silent() bool {
	return n.gone || n.kind == stmtNode && n.link != nil && n.link.gone
}

// walk visits a node and its children, outer nodes first. It does not visit replaced nodes.
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

// count is the number of nodes. The shrinker reduces it.
func (n *node) count() int {
	total := 0
	n.walk(func(*node) { total++ })
	return total
}
