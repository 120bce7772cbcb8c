package flow

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
)

// This file handles values of configs that a program gets at its start, as NAME=VALUE. As with
// addresses, a product for x86-64 is not rebuilt: it receives words such as `sn.NAME=VALUE` when
// it starts. For all other machines the values are built into the program.

// begin gives p the values from the options. It also keeps the program without these values.
func (p *Program) begin(parsed []*syntax.File) error {
	if len(p.opts.Words) == 0 {
		return nil
	}
	o := p.opts
	o.Settings = nil
	for _, w := range p.opts.Words {
		name, value, ok := strings.Cut(w, "=")
		if !ok || name == "" || value == "" {
			return UserErrorf("--word wants NAME=VALUE, got %q", w)
		}
		if err := p.settable(name); err != nil {
			return err
		}
		for _, s := range o.Settings {
			if s.Name == name {
				return UserErrorf("--word sets %s twice, to %s and to %s", name, s.Value, value)
			}
		}
		o.Settings = append(o.Settings, types.Setting{Name: name, Value: number(value)})
		p.words = append(p.words, "sn."+w)
	}
	t, list := types.Check(parsed, types.Options{Settings: append(p.opts.settings(), o.Settings...), Net: o.Net})
	if err := list.Err(); err != nil {
		return err
	}
	bare := *p
	bare.opts.Words = nil
	p.Tree, p.bare = t, &bare
	return nil
}

// settable returns the reason why a config cannot be set at the start. The result is nil if it can
// be set.
func (p *Program) settable(name string) error {
	var can []string
	var fixed *tree.ConstDef
	for _, k := range p.Tree.Consts {
		switch {
		case k.Word == name && k.Word != "":
			return nil
		case k.Word != "":
			can = append(can, "`"+k.Word+"`")
		case k.Config && k.Name == name[strings.LastIndex(name, ".")+1:] && p.isOwn(k) != strings.Contains(name, "."):
			fixed = k
		}
	}
	hint := "the program has no config that the start may set"
	if len(can) > 0 {
		hint = "the start may set " + strings.Join(can, ", ")
	}
	switch {
	case fixed == nil:
		return UserErrorf("--word %s: there is no config `%s`; %s", name, name, hint)
	case fixed.Fixed == (diag.Span{}):
		return UserErrorf("--word %s: nothing in the program uses `%s`; %s", name, name, hint)
	}
	return UserErrorf("--word %s: the program is built with the value of `%s`, which %s needs; set it with -D %s=... when it is built, or let the system hand it to tasks", name, name, fixed.Fixed, name)
}

// isOwn reports whether a constant is declared in the program's own files.
func (p *Program) isOwn(k *tree.ConstDef) bool {
	for _, f := range p.Files {
		if k.Span.File != nil && k.Span.File.Name == f.Name {
			return true
		}
	}
	return false
}
