package lockstep

import (
	"errors"
	"fmt"
	"math/rand"
	"strings"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim"
)

// Options control Random.
type Options struct {
	Instructions int   // the smallest number of instructions to compare
	Seed         int64 // seed of programs and gaps
}

// Result states how much was compared.
type Result struct {
	Programs     int
	Instructions int
	Cycles       uint64
	Received     int            // frames that the random programs received
	Sent         int            // frames that the random programs sent
	Lines        map[string]int // how often each kept instruction line retired
}

// Difference is the first record that differs between core and reference.
type Difference struct {
	Program int      // number of the random program, from 0
	Cycle   uint64   // cycle of the circuit
	What    string   // what differs
	Before  []string // the last instructions, disassembled; the last one differs
}

// Error describes the difference in a few lines of text.
func (d *Difference) Error() string {
	return fmt.Sprintf("program %d, cycle %d: %s\n  %s", d.Program, d.Cycle, d.What, strings.Join(d.Before, "\n  "))
}

// ErrNone means that the kept instructions are not enough for a random program, for example on
// a core whose only instruction stops it.
var ErrNone = errors.New("no instruction of the subset can be the first of a program")

// Random compares a core with the instruction set by running random programs of the kept
// subset. An error is a *Difference, ErrNone, or a failure of the comparison itself.
func Random(c *rtl.Circuit, sub *Subset, o Options) (*Result, error) {
	words, data, err := sizes(c)
	if err != nil {
		return nil, err
	}
	on, err := newRunner(c, sub)
	if err != nil {
		return nil, err
	}
	r := &Result{Lines: map[string]int{}}
	empty := 0 // number of consecutive programs without an instruction
	for r.Instructions < o.Instructions {
		seed := o.Seed*1_000_000 + int64(r.Programs)
		rng := rand.New(rand.NewSource(seed))
		f := &frames{seed}
		m, p, err := newMaker(sub, words, data, rng, f)
		if err != nil {
			return r, err
		}
		if err := m.make(p, 4*words+32); err != nil {
			return r, err
		}
		if empty++; len(p.records) > 0 {
			empty = 0
		}
		if empty > 100 {
			return r, ErrNone
		}
		on.start(p.text, p.data)
		if err := r.run(on, sub, p, &environment{frames: f, rng: rng, sub: sub}); err != nil {
			return r, err
		}
		r.Programs++
		r.Sent += len(p.out)
		for _, n := range m.ports.taken {
			r.Received += n
		}
	}
	return r, nil
}

// run executes one program on the circuit and compares it.
func (r *Result) run(run *runner, sub *Subset, p *program, env *environment) error {
	limit := uint64(len(p.records))*400 + 1000
	for n := 0; n < len(p.records); {
		got, retired, err := run.step(env)
		fail := func(what string) error {
			return &Difference{r.Programs, run.cycle, what, history(sub.Set, p.records, n)}
		}
		switch {
		case err != nil:
			return fail(err.Error())
		case retired:
			want := p.records[n]
			if text := differs(got, want); text != "" {
				return fail(text)
			}
			if in, _, ok := isa.Decode(sub.Set, want.Insn); ok {
				r.Lines[in.Name]++
			}
			n++
			r.Instructions++
		case run.cycle > limit:
			return fail("the core retires nothing more")
		}
	}
	err := run.end(p, env)
	if err == nil {
		run.e.Eval()
		env.pins(run) // a pin shows the effect of a store in the last cycle
		err = env.check(p)
	}
	if err != nil {
		return &Difference{r.Programs, run.cycle, err.Error(), history(sub.Set, p.records, len(p.records))}
	}
	r.Cycles += run.cycle
	return nil
}

// differs names the fields in which two records differ.
func differs(got sim.Retire, want sim.Retire) string {
	var out []string
	field := func(name string, g, w uint32) {
		if g != w {
			out = append(out, fmt.Sprintf("%s: expected %#x, got %#x", name, w, g))
		}
	}
	field("context", uint32(got.Context), uint32(want.Context))
	field("pc", got.PC, want.PC)
	field("insn", got.Insn, want.Insn)
	field("rd", uint32(got.Rd), uint32(want.Rd))
	field("value", got.Value, want.Value)
	field("address", got.Addr, want.Addr)
	field("mask", uint32(got.Mask), uint32(want.Mask))
	field("data", got.Data, want.Data)
	return strings.Join(out, ", ")
}

// history disassembles the last records up to record n.
func history(set *isa.Set, records []sim.Retire, n int) []string {
	var out []string
	for _, r := range records[max(0, n-6):min(n+1, len(records))] {
		out = append(out, fmt.Sprintf("%#x  %-24s x%d = %#x", r.PC, isa.Disassemble(set, r.Insn), r.Rd, r.Value))
	}
	return out
}
