package equiv

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
)

// Machines tries to prove that two circuits with the same ports, registers and memories behave
// the same in every run from reset. Outputs and memory accesses must be equal in every cycle,
// for all inputs. Circuits compares all states, but Machines considers only states that a run
// can reach. A memory without writes holds its initial contents, and a read gives any of its
// words. The contents of other memories are unknown.
//
// The proof is by induction over one cycle. In addition to the equality of outputs and
// accesses, the proof uses the largest inductive set of supporting claims (van Eijk,
// "Sequential equivalence checking based on structural similarities", 2000). There are two
// kinds of supporting claims. The first: a register is equal on both sides, always or while
// some one-bit register (such as a valid bit) is 1, or is 0. The second: within one side, a
// one-bit register is constant or follows from another one-bit register. Claims that cannot be
// proved this way are undecided. For circuits that differ only in reset values, Machines first
// unrolls both circuits over the cycles in which this difference may disappear (converge.go).
func Machines(x, y *rtl.Circuit, opt Options) (*Report, error) {
	rep := &Report{Solver: SolverName + ", induction"}
	for _, item := range shapes(x, y) {
		if item.Status != Proved {
			rep.Items = append(rep.Items, item)
			return rep, nil
		}
	}
	if same, err := converge(x, y, opt); err != nil || same {
		rep.Items = append(rep.Items, Item{Name: "state after reset", Bits: 1})
		return rep, err
	}
	base, _, err := twins(x, y, 1, true, opt)
	if err != nil {
		return nil, err
	}
	step, items, err := twins(x, y, 2, false, opt)
	if err != nil {
		return nil, err
	}
	rep.Items = append(rep.Items, items...)
	rep.induct(base, step, 1)
	kept := rep.Items[:0]
	for _, item := range rep.Items {
		if !strings.HasPrefix(item.Name, support) {
			kept = append(kept, item)
		}
	}
	rep.Items = kept
	return rep, nil
}

// support is the prefix in the names of claims that only support other claims.
const support = "register "

// shapes compares the data of two circuits, except reset values.
func shapes(x, y *rtl.Circuit) []Item {
	var sides [2]data
	for i, c := range []*rtl.Circuit{x, y} {
		s, err := circuitSide(newLeaves(), c)
		if err != nil {
			return []Item{{Name: "circuit", Status: Different, Reason: err.Error()}}
		}
		for _, d := range s.data {
			if !strings.HasPrefix(d.name, "reset ") {
				sides[i] = append(sides[i], d)
			}
		}
	}
	return compareData(sides[0], sides[1])
}

// twins unrolls two circuits together, with the same inputs and the same words read from
// memories. The result has the claims as items.
func twins(x, y *rtl.Circuit, frames int, fromReset bool, opt Options) (*unrolled, []Item, error) {
	l := newLeaves()
	u := &unrolled{}
	var items []Item
	pair := [2]*rtl.Circuit{x, y}
	var regs [2]map[string][]blast.Lit
	for i, c := range pair {
		regs[i] = map[string][]blast.Lit{}
		for _, r := range c.Regs {
			regs[i][r.Name] = firstValue(l, r, fromReset)
		}
	}
	for t := range frames {
		var cones [2][]blast.Cone
		for i, c := range pair {
			var err error
			cones[i], err = blast.Circuit(l.g, c, l.at(t, constants(c), regs[i]))
			if err != nil {
				return nil, nil, err
			}
		}
		p := &parallel{g: l.g}
		next := p.cones(cones)
		p.registers(x.Regs, regs)
		for i, c := range pair {
			p.flags(fmt.Sprintf("%sside %d ", support, i+1), c.Regs, regs[i])
		}
		u.claims, items = append(u.claims, p.claims), p.items
		regs = next
	}
	u.sweeper = newSweeper(l, opt)
	u.sweep()
	return u, items, nil
}

// at returns the leaves of a circuit in cycle t: the circuit's registers, and the inputs and
// read words that all circuits share. A read of a memory in the list `known` gives one of the
// words of that memory.
func (l *leaves) at(t int, known []*rtl.Mem, regs map[string][]blast.Lit) func(blast.Place, int) []blast.Lit {
	return func(p blast.Place, width int) []blast.Lit {
		if p.Kind == blast.Register {
			return regs[p.Name]
		}
		name := p.Name
		p.Name = fmt.Sprintf("%s@%d", name, t)
		if p.Kind == blast.ReadData {
			for _, m := range known {
				if m.Name == name {
					return l.word(p, m)
				}
			}
		}
		return l.of(p, width)
	}
}

// constants lists the memories that are never written.
func constants(c *rtl.Circuit) (known []*rtl.Mem) {
	for i := range c.Mems {
		if m := &c.Mems[i]; len(m.Writes) == 0 {
			known = append(known, m)
		}
	}
	return known
}

// word returns bits that take one of the words of a memory that is never written. The bits may
// also be 0, which a synchronous port shows before its first read.
func (l *leaves) word(p blast.Place, m *rtl.Mem) []blast.Lit {
	which := l.of(p, m.AddrBits+1)
	words := make([][]blast.Lit, 0, len(m.Init)+1)
	for _, v := range append([]uint64{0}, m.Init...) {
		bits := make([]blast.Lit, m.Width)
		for k := range bits {
			bits[k] = blast.Const(v>>k&1 == 1)
		}
		words = append(words, bits)
	}
	for _, choice := range which {
		var half [][]blast.Lit
		for k := 0; k < len(words); k += 2 {
			if k+1 == len(words) {
				half = append(half, words[k])
				continue
			}
			bits := make([]blast.Lit, m.Width)
			for i := range bits {
				bits[i] = l.g.Ite(choice, words[k+1][i], words[k][i])
			}
			half = append(half, bits)
		}
		words = half
	}
	return words[0]
}

// parallel collects the claims about two circuits in one cycle.
type parallel struct {
	g      *blast.Graph
	items  []Item
	claims []blast.Lit
}

// claim adds a claim. If from lists items, each of them implies the claim.
func (p *parallel) claim(name string, l blast.Lit, from ...int) {
	p.items, p.claims = append(p.items, Item{Name: name, Bits: 1, from: from}), append(p.claims, l)
}

func (p *parallel) equal(a, b []blast.Lit) blast.Lit {
	all := blast.True
	for i := range a {
		all = p.g.And(all, p.g.Xor(a[i], b[i]).Not())
	}
	return all
}

// cones adds the claims that outputs and memory ports are equal. It returns the values of the
// registers in the next cycle.
func (p *parallel) cones(sides [2][]blast.Cone) (next [2]map[string][]blast.Lit) {
	other := map[blast.Place][]blast.Lit{}
	for i, cones := range sides {
		next[i] = map[string][]blast.Lit{}
		for _, c := range cones {
			if c.Place.Kind == blast.Next {
				next[i][c.Place.Name] = c.Bits
			} else if i == 1 {
				other[c.Place] = c.Bits
			}
		}
	}
	enables := map[blast.Place]blast.Lit{}
	for _, c := range sides[0] {
		if c.Place.Kind == blast.ReadEnable || c.Place.Kind == blast.WriteEnable {
			enables[c.Place] = c.Bits[0]
		}
	}
	for _, c := range sides[0] {
		if c.Place.Kind != blast.Next && !optional(c.Place.Kind) {
			same := p.equal(c.Bits, other[c.Place])
			if en, ok := enables[enableOf(c.Place)]; ok && c.Place != enableOf(c.Place) { // if the port is not enabled, the word has no effect
				same = p.g.Or(en.Not(), same)
			}
			p.claim(c.Place.String(), same)
		}
	}
	return next
}

// enableOf returns the place of the enable of the port that a word belongs to. For other words,
// the result is a place that is not an enable.
func enableOf(p blast.Place) blast.Place {
	switch p.Kind {
	case blast.ReadAddr:
		p.Kind = blast.ReadEnable
	case blast.WriteAddr, blast.WriteData, blast.WriteLanes:
		p.Kind = blast.WriteEnable
	}
	if p.Kind != blast.ReadEnable && p.Kind != blast.WriteEnable {
		return blast.Place{}
	}
	return p
}

// registers adds the supporting claims about registers.
func (p *parallel) registers(list []rtl.Reg, sides [2]map[string][]blast.Lit) {
	for _, r := range list {
		same := p.equal(sides[0][r.Name], sides[1][r.Name])
		whole := len(p.claims)
		p.claim(support+r.Name, same)
		for _, v := range list {
			if v.Width != 1 || v.Name == r.Name {
				continue
			}
			on := sides[0][v.Name][0]
			p.claim(fmt.Sprintf("%s%s while %s", support, r.Name, v.Name), p.g.Or(on.Not(), same), whole)
			p.claim(fmt.Sprintf("%s%s while not %s", support, r.Name, v.Name), p.g.Or(on, same), whole)
		}
	}
}

// flags adds claims about one-bit registers: a register is constant, or two registers never
// have some combination of values.
func (p *parallel) flags(prefix string, list []rtl.Reg, values map[string][]blast.Lit) {
	var names []string
	var bits []blast.Lit
	for _, r := range list {
		if r.Width == 1 {
			names, bits = append(names, r.Name), append(bits, values[r.Name][0])
		}
	}
	value := map[bool]string{false: "1", true: "0"}
	constant := make([][2]int, len(bits)) // the claims that a bit is always 1, and always 0
	for i, bit := range bits {
		for k, l := range []blast.Lit{bit, bit.Not()} {
			constant[i][k] = len(p.claims)
			p.claim(fmt.Sprintf("%s%s %s", prefix, names[i], value[k == 1]), l)
		}
		for j := range i {
			for _, flip := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
				a, b := bit^blast.Lit(flip[0]), bits[j]^blast.Lit(flip[1])
				p.claim(fmt.Sprintf("%s%s %s or %s %s", prefix, names[i], value[flip[0] == 1], names[j], value[flip[1] == 1]),
					p.g.Or(a, b), constant[i][flip[0]], constant[j][flip[1]])
			}
		}
	}
}
