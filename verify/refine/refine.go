// Package refine proves that a core executes the instruction lines of its design point
// correctly. The proof starts from any state in which the invariants of the core hold. The
// proof covers each kept line with all encodings and all operands.
//
// There is one proof for each line. The instruction word in the decode stage is the line, with
// free operand fields. The state in the cycle in which the instruction leaves the decode stage
// is arbitrary, so any instruction may precede it. The meaning of the line is given as formulas
// of verify/blast. The proof claims:
//
//	operands   the executing instruction reads the register file after the previous instruction
//	record     pc, word, rd, value, address, lanes and data of the retire record
//	effects    registers, data memory and outputs do this and nothing else
//	held       until it retires, it stays unchanged in execution
//	next       the next executing instruction is the one that the line names
//
// Two more claims complete the proof. While no instruction executes, no register and no memory
// of the program changes, and no output shows an action. The first instruction after reset is
// the first word. Each run of the core therefore executes lines of the design point, with any
// stalls, forwarding and squashes. The claims rely on facts about the program, for example that
// addresses are aligned and inside data memory, and that branch targets are in the text.
// verify/removal and the runs check these facts. The frame engine is modelled cycle by cycle
// (engine.go): the inputs, outputs, reads, writes and counters during a store to GO. wait.go
// models masks, the deadline and pins in the same way.
//
// docs/glossary.md explains the terms. The package does not depend on the generator of the
// circuits. Start reading at Check, then lines.go, engine.go and wait.go.
package refine

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/sat"
)

// Item is one claim about one line, or about all states.
type Item struct {
	Name   string // such as "add: value"
	Status equiv.Status
	Reason string // why the claim is not proved
}

// Report is the result of Check.
type Report struct {
	Items     []Item
	Lines     int // number of cases; each shift amount and port register of a line is a separate case
	Conflicts int
}

// First returns the first item with a status, or nil if there is none.
func (r *Report) First(s equiv.Status) *Item {
	for i := range r.Items {
		if r.Items[i].Status == s {
			return &r.Items[i]
		}
	}
	return nil
}

// Count returns the number of items with a status.
func (r *Report) Count(s equiv.Status) int {
	n := 0
	for i := range r.Items {
		if r.Items[i].Status == s {
			n++
		}
	}
	return n
}

// Status is the worst status of all items.
func (r *Report) Status() equiv.Status {
	worst := equiv.Proved
	for i := range r.Items {
		worst = max(worst, r.Items[i].Status)
	}
	return worst
}

// Options control Check. The zero value is the default.
type Options struct {
	Conflicts int  // conflict limit for one query; 0: 20000
	Stop      bool // stop at the first difference
}

const (
	defaultConflicts = 20000
	serialConflicts  = 2000 // a serial core has many claims, and a claim that holds needs few conflicts
)

// checker proves the lines of one core.
type checker struct {
	p    *design.Point
	m    *machine
	hold map[string]bool // asserts that are already proved
	opt  Options
	rep  *Report
}

// Check proves a circuit against its design point. `invariants` lists the asserts of the
// circuit that hold in every cycle from reset on. The proof relies on no other asserts.
func Check(c *rtl.Circuit, p *design.Point, invariants []string, opt Options) (*Report, error) {
	for _, name := range []string{rtl.ProbeDecode, rtl.ProbeExecute, rtl.ProbeRetireValid} {
		if !has(c, name) {
			return nil, fmt.Errorf("circuit %s has no probe %s", c.Name, name)
		}
	}
	k := &checker{p: p, m: newMachine(c), hold: map[string]bool{}, opt: opt, rep: &Report{}}
	switch {
	case opt.Conflicts != 0:
	case k.serial():
		k.opt.Conflicts = serialConflicts
	default:
		k.opt.Conflicts = defaultConflicts
	}
	for _, name := range invariants {
		k.hold[name] = true
	}
	steps := []func() error{k.start, k.quiet}
	if k.serial() {
		steps = append(steps, k.rest)
	}
	for _, one := range k.cases() {
		steps = append(steps, func() error { return k.line(one) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
		if opt.Stop && k.rep.First(equiv.Different) != nil {
			break
		}
	}
	return k.rep, nil
}

func has(c *rtl.Circuit, probe string) bool {
	for _, p := range c.Probes {
		if p.Name == probe {
			return true
		}
	}
	return false
}

// invariants assumes the invariants in the first cycle of a run.
func (k *checker) invariants(r *run, first *cycle) {
	for _, a := range k.m.c.Asserts {
		if k.hold[a.Name] {
			r.assume = append(r.assume, first.cones[blast.Place{Kind: blast.Assert, Name: a.Name}][0])
		}
	}
}

// claim is a named literal that must be 1.
type claim struct {
	name string
	lit  lit
}

// prove checks for each claim whether it can fail under the assumptions of the run. prove also
// checks that the assumptions can hold together, because otherwise every claim would be proved.
func (k *checker) prove(r *run, what string, word bits, claims []claim) {
	roots := append(bits{}, r.assume...)
	for _, c := range claims {
		roots = append(roots, c.lit)
	}
	g, moved := cones(r.g, append(roots, word...))
	assume, rest := moved[:len(r.assume)], moved[len(r.assume):]
	w := rest[len(claims):]
	p := newProver(g, k.opt)
	if st := p.Ask(assume...); st != sat.Sat {
		k.rep.Items = append(k.rep.Items, Item{what + ": reached", equiv.Different, "no state in which the core decodes it: " + [...]string{"unknown", "sat", "unsat"}[st]})
		return
	}
	for i, c := range claims {
		item := Item{Name: what + ": " + c.name}
		switch p.Ask(append(assume[:len(assume):len(assume)], rest[i].Not())...) {
		case sat.Sat:
			item.Status = equiv.Different
			item.Reason = "the core differs"
			if len(w) == 32 {
				item.Reason += " for " + k.disassembled(p, w)
			}
		case sat.Unknown:
			item.Status, item.Reason = equiv.Undecided, fmt.Sprintf("no answer within %d conflicts", k.opt.Conflicts)
		}
		k.rep.Items = append(k.rep.Items, item)
	}
	k.rep.Conflicts += p.Conflicts()
}

func (k *checker) disassembled(p *equiv.Prover, w bits) string {
	var v uint32
	for i, l := range w {
		if p.Value(l) {
			v |= 1 << i
		}
	}
	return isa.Disassemble(k.p.Set(), v)
}

// patience is the largest number of cycles between a retired instruction and the execution of
// the next one. These cycles cover fetch, decode and execute, which overlap in a pipeline.
func (k *checker) patience() int {
	if k.p.Core == design.Pipe3 || k.serial() {
		return 2
	}
	return 3
}

// arrives is the probe that is 1 when the next instruction has arrived: in execution, or in decode of
// a serial core, whose stages take many cycles.
func (k *checker) arrives() string {
	if k.serial() {
		return rtl.ProbeDecode
	}
	return rtl.ProbeExecute
}

// start adds the claim that the first instruction after reset is the first word of text.
func (k *checker) start() error {
	r := newRun(k.m, true)
	first := constant(32, design.TextBase)
	return k.follows(r, "reset", nil, first, blast.True, nil, k.patience()+1)
}

// follows adds two claims: some instruction executes next, and this instruction is the word at
// the given address. The claims hold if the literal `on` is 1.
func (k *checker) follows(r *run, what string, word, pc bits, on lit, claims []claim, cycles int) error {
	want := r.arrays[textMemory].read(pc[2:min(len(pc), 2+k.p.Text.N)])
	none := on
	for range cycles {
		y, err := r.step(nil)
		if err != nil {
			return err
		}
		here := y.probe(k.arrives())[0]
		first := r.g.And(none, here)
		claims = append(claims,
			claim{"next pc", r.implies(first, r.same(y.probe(rtl.ProbeRetirePC), pc))},
			claim{"next word", r.implies(first, r.same(y.probe(rtl.ProbeRetireInsn), want))})
		none = r.g.And(none, here.Not())
	}
	claims = append(claims, claim{"goes on", none.Not()})
	k.prove(r, what, word, merged(r, claims))
	return nil
}

// merged combines the claims that have the same name.
func merged(r *run, claims []claim) []claim {
	var out []claim
	at := map[string]int{}
	for _, c := range claims {
		if i, ok := at[c.name]; ok {
			out[i].lit = r.g.And(out[i].lit, c.lit)
			continue
		}
		at[c.name] = len(out)
		out = append(out, c)
	}
	return out
}

// quiet adds the claim that no output acts in a cycle in which no instruction executes.
func (k *checker) quiet() error {
	r := newRun(k.m, false)
	before := clone(r.regs)
	y, err := r.step(nil)
	if err != nil {
		return err
	}
	k.invariants(r, y)
	idle := y.probe(rtl.ProbeExecute)[0].Not()
	nothing := idle
	if k.serial() { // only one of its stages acts, and it writes registers and retires in another one
		idle = before[stageAct][0].Not()
		nothing = r.g.And(idle, before[stagePost][0].Not())
	}
	claims := []claim{{"nothing retires", r.implies(nothing, y.probe(rtl.ProbeRetireValid)[0].Not())}}
	for _, mem := range []string{regsMemory, dataMemory} {
		when := idle
		if mem == regsMemory {
			when = nothing
		}
		if en := y.write(blast.WriteEnable, mem); en != nil {
			claims = append(claims, claim{"writes no " + mem, r.implies(when, en[0].Not())})
		}
	}
	for _, o := range k.acts() {
		claims = append(claims, claim{"output " + o, r.implies(idle, y.output(o)[0].Not())})
	}
	claims = append(claims, k.resting(r, idle, before)...)
	k.prove(r, "no instruction", nil, claims)
	return nil
}

// acts lists the one-bit outputs that show an action of an instruction.
func (k *checker) acts() []string {
	var out []string
	for _, o := range k.m.c.Outputs {
		if k.m.c.Nodes[o.Node].Width == 1 && !levelOutput(o.Name) && !ofBeat(o.Name) {
			out = append(out, o.Name)
		}
	}
	return out
}

func newProver(g *blast.Graph, opt Options) *equiv.Prover {
	return equiv.NewProver(g, equiv.Options{Conflicts: opt.Conflicts})
}
