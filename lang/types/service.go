package types

import (
	"fmt"
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// addServices adds the library tasks that the system needs. This happens after the checks for
// deadlock and budgets, because these checks are about the program's own tasks.
func (c *checker) addServices() {
	if c.elaborated != nil && c.failed == 0 {
		c.elaborated.AddServices()
		c.checkBodies()
	}
}

// Stack returns an instance of the library task net._stack for a number of sockets and a
// message size. These numbers replace the constants of the declaration.
func (h host) Stack(s elab.Stack, at diag.Span) *tree.Func {
	c := h.c
	name := fmt.Sprintf("net._stack<%d, %d, %d>", s.Sockets, s.Room, s.Frame)
	for _, f := range c.services {
		if f.tree.Name == name {
			return f.tree
		}
	}
	c.load("net")
	d := c.decls["net._stack"]
	n, ok := d.node.(*syntax.TaskDecl)
	if !ok {
		panic("types: net._stack is not a task")
	}
	env := &env{map[string]diag.Span{}, map[string]*tree.Type{}, map[string]*tree.ConstDef{}}
	for name, n := range map[string]int{"_sockets": s.Sockets, "_room": s.Room, "_frame": s.Frame} {
		env.bind(name, big.NewInt(int64(n)))
		env.at[name] = c.decls["net."+name].name.Span()
	}
	f := &fnInfo{decl: d, param: n.Params, body: n.Body, env: env, at: at}
	f.tree = &tree.Func{Name: name, Task: true, Result: &tree.Type{}, Span: n.Name.Span()}
	if !c.params(f, n.Params) {
		return nil
	}
	c.infos[f.tree] = f
	c.services = append(c.services, f)
	return f.tree
}
