package equiv

import (
	"reflect"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/sat"
)

// converging is the number of cycles after reset within which two circuits must become equal.
// The number covers fetch, decode and execute, plus one cycle.
const converging = 4

// converge compares two circuits that differ only in reset values. It reports whether both
// circuits reach the same state some cycles after reset, and have equal outputs until then, for
// all inputs. From then on, both sides are the same circuit in the same state. Usually a
// register's reset value does not matter because the circuit writes the register before it
// reads the register. This proof covers such registers at little cost. Machines tries the other
// cases.
func converge(x, y *rtl.Circuit, opt Options) (bool, error) {
	if !sameButResets(x, y) {
		return false, nil
	}
	l := newLeaves()
	pair := [2]*rtl.Circuit{x, y}
	var regs [2]map[string][]blast.Lit
	for i, c := range pair {
		regs[i] = map[string][]blast.Lit{}
		for _, r := range c.Regs {
			regs[i][r.Name] = firstValue(l, r, true)
		}
	}
	p := &parallel{g: l.g}
	for t := range converging {
		var cones [2][]blast.Cone
		for i, c := range pair {
			var err error
			if cones[i], err = blast.Circuit(l.g, c, l.at(t, constants(c), regs[i])); err != nil {
				return false, err
			}
		}
		regs = p.cones(cones)
	}
	for _, r := range x.Regs {
		p.claim(support+r.Name, p.equal(regs[0][r.Name], regs[1][r.Name]))
	}
	u := &unrolled{sweeper: newSweeper(l, opt)}
	u.sweep()
	for _, claim := range p.claims {
		if u.fails(claim) || u.ask(claim.Not()) != sat.Unsat {
			return false, nil
		}
	}
	return true, nil
}

// sameButResets reports whether two circuits are equal except for the reset values of their
// registers.
func sameButResets(x, y *rtl.Circuit) bool {
	without := func(c *rtl.Circuit) *rtl.Circuit {
		d := *c
		d.Regs = append([]rtl.Reg(nil), c.Regs...)
		for i := range d.Regs {
			d.Regs[i].Reset = 0
		}
		return &d
	}
	return reflect.DeepEqual(without(x), without(y))
}
