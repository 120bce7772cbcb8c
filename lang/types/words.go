package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Words of the start. A system may pass a config unchanged to tasks and sockets. If no other part
// of the program needs the config, the checked program treats the config as a variable. No proof,
// size or omitted block then depends on its value. A start of the program can therefore give the
// config a different value, as a setting NAME=VALUE: a word of the start.

// mentions holds the source positions that name a config.
type mentions struct {
	all    []diag.Span
	handed map[diag.Span]bool // handed unchanged to a task or a socket
}

// mention records a source position that names a constant.
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

// Config records that the system passes a config on unchanged.
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

// nameWords gives a word of the start to each config that systems only pass on. For any other
// config, it records a source position that needs the value at compile time. Uses in tests are
// ignored.
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
