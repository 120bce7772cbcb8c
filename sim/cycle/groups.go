package cycle

import (
	"fmt"
	"io"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// WriteGroups writes a save file of the viewer GTKWave for a Wave of a circuit. The file groups
// the signals by purpose. `choice` returns the name of the group for a source position. A
// signal for which `choice` gives no name goes into the group of the signal's scope. The groups
// of the ports and of the retire record come first.
func WriteGroups(w io.Writer, c *rtl.Circuit, dump string, choice func(diag.Span) string) error {
	g := &groups{c: c, of: map[string][]string{}, seen: map[string]bool{}}
	for _, o := range c.Outputs {
		g.add("ports", o.Name, o.Node)
	}
	for _, id := range c.Inputs {
		g.add("ports", c.Nodes[id].Name, id)
	}
	for _, p := range c.Probes {
		g.add("what retires", p.Name, p.Node)
	}
	for i := range c.Nodes {
		n := &c.Nodes[i]
		name := choice(n.Span)
		if scope, _, ok := strings.Cut(n.Name, "."); name == "" && ok {
			name = scope
		}
		g.add(name, n.Name, rtl.ID(i))
	}
	text := fmt.Sprintf("[dumpfile] %q\n[timestart] 0\n@28\n%s.clk\n", dump, c.Name)
	for _, name := range g.names {
		text += fmt.Sprintf("@800200\n-%s\n%s@1000200\n-%s\n", name, strings.Join(g.of[name], ""), name)
	}
	_, err := io.WriteString(w, text)
	return err
}

// groups are named lists of signals, in the order of their creation.
type groups struct {
	c     *rtl.Circuit
	names []string
	of    map[string][]string
	seen  map[string]bool
}

// add puts a signal into a group, unless the signal already has a group.
func (g *groups) add(group, name string, id rtl.ID) {
	if name == "" || g.seen[name] {
		return
	}
	g.seen[name] = true
	if group == "" {
		group = "other"
	}
	if g.of[group] == nil {
		g.names = append(g.names, group)
	}
	line := fmt.Sprintf("@28\n%s.%s\n", g.c.Name, name)
	if n := g.c.Nodes[id].Width; n > 1 {
		line = fmt.Sprintf("@22\n%s.%s[%d:0]\n", g.c.Name, name, n-1)
	}
	g.of[group] = append(g.of[group], line)
}
