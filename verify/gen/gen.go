package gen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Options restrict the programs.
type Options struct {
	Size    int  // approximate number of statements in a task; 0: 24
	Small   bool // few small tasks, for slow machines
	NoTraps bool // nothing in the program may trap
	Ports   bool // datagrams arrive through separate ports, never over a network stack
}

// Program is a random program with the inputs of its devices.
type Program struct {
	Seed    uint64
	Used    map[string]int // number of uses of each production
	decls   *node
	tasks   []*task
	links   []*link // channels and devices, in the order of the system
	arrives []*arrival
	edges   []edgeOf
	answers []answerOf
	ticks   bool // the program has timers
	library bool // the program compares library results with known answers
}

// gen is the state while a program is made.
type gen struct {
	r      *rand.Rand
	pins   *rand.Rand // random source for pins
	serial *rand.Rand // random source for serial lines
	buses  *rand.Rand // random source for buses
	worn   *rand.Rand // random source for the commands that devices cannot do
	o      Options
	p      *Program
	traps  bool // this program may trap
	names  int
	exprs  []exprRow
	exacts []exactRow
	stmts  []stmtRow

	palette                []*typ // integers that the program uses most
	ranges, structs, enums []*typ
	layouts                []*layout
	reals, maps            []*typ
	consts                 []*variable
	generic                []generic
	funcs                  []*function
	b                      *body
}

// New makes the program for a seed.
func New(seed uint64, o Options) *Program {
	if o.Size == 0 {
		o.Size = 24
	}
	if o.Small {
		o.Size = min(o.Size, 10)
	}
	g := &gen{
		r: rand.New(rand.NewPCG(seed, 7)), pins: rand.New(rand.NewPCG(seed, 8)), serial: rand.New(rand.NewPCG(seed, 9)), worn: rand.New(rand.NewPCG(seed, 10)), buses: rand.New(rand.NewPCG(seed, 11)), o: o, p: &Program{Seed: seed, Used: map[string]int{}, decls: list()},
		exprs: exprRows(), exacts: exactRows(), stmts: stmtRows(),
	}
	g.traps = !o.NoTraps && g.oneIn(3)
	g.realTypes()
	g.types()
	g.mapTypes()
	g.generics()
	g.constants()
	g.functions()
	g.system()
	return g.p
}

// Productions lists the names of the rows of all tables.
func Productions() []string {
	var out []string
	for _, r := range exprRows() {
		out = append(out, "expression "+r.name)
	}
	for _, r := range exactRows() {
		out = append(out, "exact "+r.name)
	}
	for _, r := range stmtRows() {
		out = append(out, "statement "+r.name)
	}
	for _, r := range genericRows() {
		out = append(out, "generic "+r.name)
	}
	for _, r := range boundRows() {
		out = append(out, "bound "+r.name)
	}
	return append(out, "statement send", "statement send a frame", "statement receive a frame",
		"statement select", "statement every", "statement after", "statement poll", "statement offer", "statement fan", "statement else of a command")
}

// Source returns the text of the program.
func (p *Program) Source() string {
	var b strings.Builder
	b.WriteString(p.uses())
	p.decls.text(&b)
	for _, t := range p.tasks {
		t.text(&b)
	}
	hint := ""
	if p.Seed%4 == 0 { // not a random choice, so that the programs for all seeds stay the same
		hint = "@parallel "
	}
	fmt.Fprintf(&b, "system generated %s{\n", hint)
	p.systemText(&b)
	b.WriteString("}\n")
	return b.String()
}

// Random choices.

func (g *gen) oneIn(n int) bool { return g.r.IntN(n) == 0 }

// between returns a random number in lo..=hi.
func (g *gen) between(lo, hi int) int { return lo + g.r.IntN(hi-lo+1) }

func pick[T any](g *gen, list []T) T { return list[g.r.IntN(len(list))] }

// name returns a new unique name.
func (g *gen) name(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

func (g *gen) declare(form string, kids ...*node) {
	g.p.decls.kids = append(g.p.decls.kids, &node{kind: declNode, form: form, kids: kids})
}

// row has the common fields of all tables.
type row struct {
	name   string
	weight int
}

// choose returns the index of a row by weight, or -1 if no row is possible.
func (g *gen) choose(n int, weight func(i int) int) int {
	total := 0
	for i := range n {
		total += weight(i)
	}
	if total == 0 {
		return -1
	}
	at := g.r.IntN(total)
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return -1
}
