package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Words of the start. A config that a system hands to tasks and sockets as it stands, and
// that nothing else needs, is a value like any other to the code that is checked: nothing
// was proved, sized or left out by it. So who starts the program may give it another one.

// mentions are the places of a config in the text.
type mentions struct {
	all    []diag.Span
	handed map[diag.Span]bool // to a task or a socket, as it stands
}

// mention notes a place that names a constant.
func (c *checker) mention(k *tree.ConstDef, at diag.Span) tree.Expr {
	if k.Config {
		m := c.mentioned[k]
		if m == nil {
			m = &mentions{handed: map[diag.Span]bool{}}
			c.mentioned[k] = m
		}
		m.all = append(m.all, at)
	}
	return constRef(k, at)
}

// Config notes that a config is handed on as it stands.
func (h host) Config(x syntax.Expr) *tree.ConstDef {
	n, ok := x.(*syntax.Name)
	if !ok || h.b.bound[n.Name] != nil {
		return nil
	}
	d := h.c.find(n.Ident)
	if d == nil || d.konst == nil || !d.konst.Config || h.c.mentioned[d.konst] == nil {
		return nil
	}
	h.c.mentioned[d.konst].handed[x.Span()] = true
	return d.konst
}

// nameWords gives each config that is only handed on its word, and the others the place
// that needs them before. Tests are not part of the program.
func (c *checker) nameWords() {
	for _, d := range c.order {
		k := d.konst
		if k == nil || c.mentioned[k] == nil {
			continue
		}
		k.Word = qualified(d.pkg, d.name.Name)
		for _, at := range c.mentioned[k].all {
			if !c.mentioned[k].handed[at] {
				k.Word, k.Fixed = "", at
				break
			}
		}
	}
}
