// Package checks compares machines with each other. It takes a program from internal/flow and
// runs it on many machines:
//
//	Verify   the ladder: every machine, lock-step, proofs, removal, outside simulators
//	Mutants  faults planted in the circuit of a core, which the ladder must notice
//	Test     the tests in a program, on any machine
//	Fuzz     random programs on several machines
//	Doctor   the outside tools that the checks can use
//
// The package returns reports and prints nothing. For each machine, the table flow.Levels
// gives the limit of a run and the parts of a trace that the machine shows. Start reading
// at Verify.
package checks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/facts"
	"github.com/sinter-lang/sinter/verify/lockstep"
	"github.com/sinter-lang/sinter/verify/mutate"
	"github.com/sinter-lang/sinter/verify/removal"
)

// VerifyOptions are the options of Verify.
type VerifyOptions struct {
	World    flow.World
	Cores    []string
	Checks   []string // names of verify.Check; empty: all
	NoX86    bool
	Random   int                  // random instructions of each core's lock-step
	Mutants  int                  // random faults in each core's circuit, 0: none
	Campaign *CampaignOptions     // the campaign that tries the mutants; nil: this process tries them in order
	Progress func(message string) // may be nil
}

// gapSeed is the default seed for the second run of each circuit, which has random gaps on its
// ports.
const gapSeed = 1

// ladder is one verification of a program.
type ladder struct {
	*flow.Program
	ctx    context.Context
	opts   VerifyOptions
	report *verify.Report
	ref    *baseline
	cycles map[string]uint64        // by core: cycles of runs that checked the claims
	proved map[string]*equiv.Report // by core: the report about its invariants
}

// Verify runs and proves the ladder of a program. Differences are rows of the report. An error
// means a fault of the tool.
func Verify(ctx context.Context, p *flow.Program, o VerifyOptions) (*verify.Report, error) {
	if p.Tree.System == nil {
		return nil, flow.UserErrorf("%s declares no system: there is nothing to verify", p.Name)
	}
	if p.Form > flow.FromImage {
		return nil, flow.UserErrorf("%s is %s: there is nothing above it to verify it with", p.Path, p.Form)
	}
	for _, c := range o.Checks {
		if !slices.Contains(checks(), verify.Check(c)) {
			return nil, flow.UserErrorf("there is no check %q; there are %v", c, checks())
		}
	}
	l := &ladder{Program: p, ctx: ctx, opts: o, cycles: map[string]uint64{}, proved: map[string]*equiv.Report{}, report: &verify.Report{Program: p.Name, Rows: []verify.Row{}, Figures: map[string]float64{}}}
	if err := l.hasInput(); err != nil {
		return nil, err
	}
	defer l.progress("")
	steps := []func() error{l.reference, l.software, l.x86Rows, l.isaRows, l.netRows}
	if p.Form == flow.FromImage {
		steps = []func() error{l.beginsAtImage, l.isaRows}
	}
	for _, core := range o.Cores {
		steps = append(steps, func() error { return l.coreRows(core) })
	}
	steps = append(steps, l.mutantCampaign)
	for _, step := range steps {
		if err := step(); errors.Is(err, errNoReference) {
			break
		} else if err != nil {
			return nil, err
		}
		if ctx.Err() != nil { // the output of an interrupted tool is not a result
			return nil, ctx.Err()
		}
	}
	return l.report, nil
}

// errNoReference ends the ladder if the run of the source shows that a proof of the checker
// is wrong. Then there is no reference for comparisons.
var errNoReference = errors.New("no reference")

func checks() []verify.Check {
	return []verify.Check{verify.Trace, verify.Net, verify.Lockstep, verify.Proof, verify.Removal, verify.Facts, verify.Circuit, verify.Verilog, verify.Witness, verify.Netlist, verify.Mutation}
}

// wants reports whether a check was requested. By default all checks run except `netlist`,
// because only some users need a netlist.
func (l *ladder) wants(c verify.Check) bool {
	return len(l.opts.Checks) == 0 && c != verify.Netlist || slices.Contains(l.opts.Checks, string(c))
}

func (l *ladder) progress(format string, args ...any) {
	if l.opts.Progress != nil {
		l.opts.Progress(fmt.Sprintf(format, args...))
	}
}

// hasInput requires input for each device that the program reads, unless the user has asked for
// none. Without input the traces would have no events, and would always be equal.
func (l *ladder) hasInput() error {
	if !l.wants(verify.Trace) && !l.wants(verify.Lockstep) && !l.wants(verify.Witness) {
		return nil
	}
	for _, way := range []struct {
		shape        port.Shape
		what, option string
	}{{port.Message, "a capture", "--pcap-in"}, {port.Stream, "a file of bytes", "--bytes-in"}} {
		silent, err := l.Silent(l.opts.World, way.shape)
		if err == nil && len(silent) > 0 {
			err = flow.UserErrorf("nothing arrives at %s, so there is nothing to compare: name %s with %s %s=FILE, or %s %s=none when that is meant",
				strings.Join(silent, ", "), way.what, way.option, silent[0], way.option, silent[0])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reference runs the source. All other runs are compared with this run.
func (l *ladder) reference() error {
	l.progress("source")
	ref, _, seconds, err := refer(l.ctx, l.Program, l.Reference(), l.opts.World, keptEvents)
	if wrong := new(eval.Fault); errors.As(err, &wrong) {
		l.report.Add(verify.Row{Level: flow.Source, Check: verify.Net, Status: verify.Different, Detail: err.Error()})
		return errNoReference
	}
	if err != nil {
		return err
	}
	l.ref = ref
	l.report.Figures["seconds.source"] = seconds
	return l.referenceRow(l.Reference())
}

// referenceRow is the row of the reference machine.
func (l *ladder) referenceRow(level string) error {
	row := verify.Row{Level: level, Check: verify.Trace, Status: verify.Equal, N: l.ref.count, Detail: "the reference, ends " + string(l.ref.status)}
	if l.ref.status == trace.Limit {
		row.Status, row.Detail = verify.Different, "stopped at its limit, after so many events"
	} else if row.N == 0 {
		row.Status, row.Detail = verify.Empty, "the reference shows no event, ends "+string(l.ref.status)
	}
	l.report.Add(row)
	return nil
}

// beginsAtImage starts a ladder without a source. It adds a row that says so, and takes the
// image's run on the instruction table as the reference.
func (l *ladder) beginsAtImage() error {
	l.report.Add(verify.Skipped(flow.Source, "", verify.Trace, "begins at the image "+l.Path+": no rows of source, ir and x86-64; the reference is isa"))
	l.progress(flow.ISA)
	ref, m, seconds, err := refer(l.ctx, l.Program, flow.ISA, l.opts.World, keptEvents)
	if err != nil {
		return err
	}
	l.ref = ref
	l.figures(flow.ISA, "", l.opts.World, flow.Figures(m), seconds)
	return nil
}

// software compares the lowered program IR, and the program IR after its passes, with the
// reference.
func (l *ladder) software() error {
	if !l.wants(verify.Trace) {
		return nil
	}
	for _, level := range []string{flow.IR, flow.LowIR, flow.X86IR} {
		if err := l.compare(level, "", l.opts.World, ""); err != nil {
			return err
		}
	}
	return nil
}

// compare runs a machine and adds the row for its trace. If the traces are equal, the row
// shows `detail`, or the machine's note if `detail` is empty.
func (l *ladder) compare(level, core string, w flow.World, detail string) error {
	l.progress("%s %s", level, core)
	known, err := flow.LevelOf(level)
	if err != nil {
		return err
	}
	c, err := l.ref.compare(l.ctx, l.Program, level, core, w, known.Compare)
	var fault *flow.MachineFault
	if errors.As(err, &fault) {
		l.report.Add(verify.Row{Level: known.Shown, Core: core, Check: verify.Trace, Status: verify.Different, Detail: fault.Error()})
		return nil
	}
	if err != nil {
		return err
	}
	row := verify.Compared(known.Shown, core, c.events, c.status, c.diffs)
	if row.Status == verify.Equal {
		row.Detail = cmp.Or(detail, known.Note)
	}
	l.report.Add(row)
	counts := flow.Figures(c.machine)
	if level == flow.Cycle {
		l.cycles[core] += uint64(counts["cycles"])
	}
	l.figures(level, core, w, counts, c.seconds)
	return nil
}

// figures records a machine's counts under the keys of docs/verify.md. A run with random gaps
// has no figures, because its cycles depend on the seed.
func (l *ladder) figures(level, core string, w flow.World, counts map[string]float64, seconds float64) {
	if w.Seed != l.opts.World.Seed {
		return
	}
	suffix := ""
	if core != "" {
		suffix = "." + core
	}
	l.report.Figures["seconds."+level+suffix] = seconds
	for k, v := range counts {
		name, mark := splitKey(k)
		switch level {
		case flow.ISA:
			l.report.Figures["isa."+name+mark] = v
		case flow.Cycle:
			l.report.Figures[name+suffix+mark] = v
		}
	}
}

// splitKey separates the name of a count from the mark: "cycles.kernel" becomes "cycles"
// and ".kernel".
func splitKey(k string) (name, mark string) {
	for i := range k {
		if k[i] == '.' {
			return k[:i], k[i:]
		}
	}
	return k, ""
}

// x86Rows compares the products for x86-64.
func (l *ladder) x86Rows() error {
	if !l.wants(verify.Trace) || l.opts.NoX86 {
		return nil
	}
	for _, level := range flow.Names(flow.IsProduct) {
		err := l.compare(level, "", l.opts.World, "")
		if why, ok := flow.NotHere(err); ok {
			l.report.Add(verify.Skipped(level, "", verify.Trace, why))
		} else if err != nil {
			return err
		}
	}
	return nil
}

// isaRows compares the image on the instruction table.
func (l *ladder) isaRows() error {
	im, err := l.Image(l.ctx)
	if err != nil {
		return err
	}
	l.report.Figures["text_bytes"] = float64(4 * len(im.Text))
	l.report.Figures["data_bytes"] = float64(im.DataEnd)
	switch {
	case !l.wants(verify.Trace):
	case l.Form == flow.FromImage:
		err = l.referenceRow(flow.ISA)
	default:
		err = l.compare(flow.ISA, "", l.opts.World, fmt.Sprintf("%d instructions of text", len(im.Text)))
	}
	if err != nil || !l.wants(verify.Facts) {
		return err
	}
	return l.facts(im)
}

// facts checks in a run that registers hold at most the bits that the image's narrowed lines
// read. A comparison of traces would not find such an error, because all machines below the
// image treat these lines alike.
func (l *ladder) facts(im *image.Image) error {
	w := facts.Watch(im)
	if w == nil {
		return nil
	}
	script, err := l.Script(l.opts.World)
	if err != nil {
		return err
	}
	m, err := iss.New(im, world.New(script))
	if err != nil {
		return err
	}
	m.Retire(w.Retire)
	row := verify.Row{Level: flow.ISA, Check: verify.Facts, Status: verify.Tested, Detail: "operands have the bits that " + strings.Join(w.Lines, ", ") + " reads"}
	if _, err := sim.Run(m, l.opts.World.Steps); err != nil {
		return err
	}
	row.N = w.N
	if len(w.Wrong) > 0 {
		row.Status, row.Detail = verify.Different, w.Wrong[0]
	}
	l.report.Add(row)
	return nil
}

// coreRows checks one generated core.
func (l *ladder) coreRows(kind string) error {
	c, err := l.Core(l.ctx, kind)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		check verify.Check
		run   func(*flow.Core) error
	}{
		{verify.Removal, l.removal},
		{verify.Trace, l.circuitTraces},
		{verify.Lockstep, l.lockstep},
		{verify.Proof, l.proof},
		{verify.Circuit, l.circuit},
		{verify.Verilog, l.written},
		{verify.Witness, l.witness},
		{verify.Netlist, l.netlist},
	} {
		if !l.wants(step.check) {
			continue
		}
		if err := step.run(c); err != nil {
			return err
		}
		if l.ctx.Err() != nil {
			return l.ctx.Err()
		}
	}
	if l.opts.Mutants > 0 && l.opts.Campaign == nil {
		if err := l.mutants(c); err != nil {
			return err
		}
	}
	return l.prices(c)
}

// mutants measures how many faults in the core the checks would notice.
func (l *ladder) mutants(c *flow.Core) error {
	l.progress("mutants of %s", c.Kind)
	score, err := Mutants(l.ctx, l.Program, c.Kind, l.opts.Mutants, l.opts.Random, l.opts.World)
	if err == nil {
		l.mutantRow(c.Kind, score)
	}
	return err
}

// mutantCampaign tries the mutants of all cores as one campaign.
func (l *ladder) mutantCampaign() error {
	if l.opts.Mutants == 0 || l.opts.Campaign == nil {
		return nil
	}
	scores, n, err := MutantCampaign(l.ctx, l.Program, l.opts.Cores, l.opts.Mutants, l.opts.Random, l.opts.World, *l.opts.Campaign)
	if err != nil {
		return err
	}
	for _, s := range scores {
		l.mutantRow(s.Core, s.Score)
	}
	l.opts.Campaign.notice("%d units of mutants: %d from the folder, %d made", n.Units, n.Kept, n.Made)
	return nil
}

func (l *ladder) mutantRow(core string, score *mutate.Score) {
	l.report.Add(verify.Row{Level: flow.Cycle, Core: core, Check: verify.Mutation, Status: verify.Tested, N: score.Mutants, Detail: score.String()})
	l.report.Figures["mutation."+core] = score.Percent()
	for _, m := range score.Missed {
		l.report.Survivors = append(l.report.Survivors, verify.Survivor{Core: core, Mutant: m.Name, Why: m.Why})
	}
}

// removal checks that everything the core lacks is never needed.
func (l *ladder) removal(c *flow.Core) error {
	im, err := l.Image(l.ctx)
	if err != nil {
		return err
	}
	r := removal.Check(im, c.Point)
	row := verify.Row{
		Level: flow.ISA, Core: c.Kind, Check: verify.Removal, Status: verify.Proved, N: r.Words,
		Detail: "lines, registers, amounts, targets, absolute addresses and port registers of all text words; memories, program counter, counters and devices",
	}
	switch left := r.Computed - r.Bounded; {
	case left > 0:
		row.Status = verify.Tested
		row.Detail = fmt.Sprintf("proved for every choice and all text words but %d of %d computed addresses, which the runs tested; the others are aligned and in data by intervals of the registers", left, r.Computed)
	case r.Computed > 0:
		row.Detail += fmt.Sprintf("; %d computed addresses are aligned and in data by intervals of the registers", r.Computed)
	}
	if len(r.Wrong) > 0 {
		row.Status, row.Detail = verify.Different, r.Wrong[0]
	}
	l.report.Add(row)
	return nil
}

// circuitTraces compares circuit and gates with the reference. It also runs the circuit with
// gaps.
func (l *ladder) circuitTraces(c *flow.Core) error {
	if err := l.compare(flow.Cycle, c.Kind, l.opts.World, "ports always ready"); err != nil {
		return err
	}
	gaps := l.opts.World
	gaps.Seed = l.opts.World.Seed + gapSeed
	if err := l.compare(flow.Cycle, c.Kind, gaps, fmt.Sprintf("random gaps at the ports, seed %d", gaps.Seed)); err != nil {
		return err
	}
	if err := l.compare(flow.Gates, c.Kind, l.opts.World, "mapped gates"); err != nil {
		return err
	}
	return l.laneTraces(c)
}

// gapLanes is the number of runs with gaps that the gates of a core do at once.
const gapLanes = 4

// laneTraces compares runs of the gates with the reference. The gaps at the ports have another
// seed in each run. One machine makes all runs, in less time than one after the other.
func (l *ladder) laneTraces(c *flow.Core) error {
	first := l.opts.World.Seed + 1
	row := verify.Row{
		Level: flow.Gates, Core: c.Kind, Check: verify.Trace,
		Detail: fmt.Sprintf("random gaps at the ports, %d lanes of seeds %d to %d", gapLanes, first, first+gapLanes-1),
	}
	if l.ref.count > l.ref.keep {
		l.report.Add(verify.Skipped(row.Level, row.Core, row.Check,
			fmt.Sprintf("lanes keep whole traces, and the reference has more than %d events; run --on gates --lanes %d runs them", l.ref.keep, gapLanes)))
		return nil
	}
	l.progress("%s %s, %d lanes", row.Level, row.Core, gapLanes)
	all, err := l.LaneTraces(l.ctx, c.Kind, l.opts.World, gapLanes)
	var fault *flow.MachineFault
	if errors.As(err, &fault) {
		row.Status, row.Detail = verify.Different, fault.Error()
		l.report.Add(row)
		return nil
	}
	if err != nil {
		return err
	}
	want := &trace.Trace{Events: l.ref.kept, Status: l.ref.status}
	l.report.Add(lanesRow(row, want, all, first))
	return nil
}

// lanesRow completes the row of several lanes. The first lane that differs from the reference
// gives the row its status, and the row names the seed of that lane.
func lanesRow(row verify.Row, want *trace.Trace, all []*trace.Trace, first int64) verify.Row {
	for k, tr := range all {
		done := verify.Compared(row.Level, row.Core, len(tr.Events), tr.Status, trace.Compare(want, tr, trace.Options{}))
		switch done.Status {
		case verify.Equal:
			continue
		case verify.Different:
			done.Detail = fmt.Sprintf("with gaps of seed %d: %s", first+int64(k), done.Detail)
		}
		return done
	}
	row.Status, row.N = verify.Equal, len(all[0].Events)
	return row
}

// lockstep compares the retire records of the core with the instruction table, for the program and
// for random programs.
func (l *ladder) lockstep(c *flow.Core) error {
	l.progress("lock-step of %s", c.Kind)
	im, err := l.Image(l.ctx)
	if err != nil {
		return err
	}
	script, err := l.Script(l.opts.World)
	if err != nil {
		return err
	}
	run, err := lockstep.Run(im, c.Circuit, iss.CoreOf(im), script, l.opts.World.Seed)
	if err = l.lockstepRow(c, run, err, "every instruction of the program's run"); err != nil {
		return err
	}
	sub := lockstep.SubsetOf(c.Point)
	r, err := lockstep.Random(c.Circuit, sub, lockstep.Options{Instructions: l.opts.Random, Seed: 1})
	if errors.Is(err, lockstep.ErrNone) {
		l.report.Add(verify.Skipped(flow.Cycle, c.Kind, verify.Lockstep, err.Error()))
		return nil
	}
	detail := ""
	if r != nil {
		detail = fmt.Sprintf("%d random programs of the %d kept instructions, random gaps", r.Programs, len(sub.Set.Insts))
	}
	return l.lockstepRow(c, r, err, detail)
}

func (l *ladder) lockstepRow(c *flow.Core, r *lockstep.Result, err error, detail string) error {
	row := verify.Row{Level: flow.Cycle, Core: c.Kind, Check: verify.Lockstep, Status: verify.Tested, Detail: detail}
	if r != nil {
		row.N = r.Instructions
		l.cycles[c.Kind] += r.Cycles
	}
	var d *lockstep.Difference
	if errors.As(err, &d) {
		row.Status, row.Detail = verify.Different, d.Error()
	} else if err != nil {
		return err
	}
	l.report.Add(row)
	return nil
}

// proof proves that the circuit and its mapped gates are equivalent.
func (l *ladder) proof(c *flow.Core) error {
	if err := l.claims(c); err != nil {
		return err
	}
	l.progress("proof of %s", c.Kind)
	n, err := c.Netlist()
	if err != nil {
		return err
	}
	rep, err := equiv.Check(c.Circuit, n, equiv.Options{})
	if err != nil {
		return err
	}
	l.report.Add(proofRow(c.Kind, rep))
	return nil
}

// proofRow is the row for a proof. A cone on which the prover gave up counts neither as
// proved nor as tested.
func proofRow(core string, rep *equiv.Report) verify.Row {
	row := verify.Row{
		Level: flow.Gates, Core: core, Check: verify.Proof, Status: verify.Proved, N: len(rep.Items) - rep.Data(), Data: rep.Data(),
		Detail: fmt.Sprintf("cones and %d rows of data, circuit = gates, both in memory: combinational, all states, memories as shared arrays; %s", rep.Data(), rep.Solver),
	}
	settle(&row, rep)
	return row
}

// settle records the results of a proof in its row.
func settle(row *verify.Row, rep *equiv.Report) {
	switch rep.Status() {
	case equiv.Different:
		item := rep.First(equiv.Different)
		row.Status, row.Detail = verify.Different, item.Name+": "+item.Reason
	case equiv.Undecided:
		item := rep.First(equiv.Undecided)
		row.Status = verify.Undecided
		row.Detail = fmt.Sprintf("%d of %d cones undecided, first %s: %s", rep.Count(equiv.Undecided), row.N, item.Name, item.Reason)
	}
}

// claimFrames is the number of cycles over which induction proves the claims of a circuit.
const claimFrames = 2

// claims proves the asserts of the circuit. One assert says that a read port with policy
// Never does not read a word in the cycle that writes the word. The runs have checked
// claims without a proof in each cycle: lock-step fails on a false claim.
func (l *ladder) claims(c *flow.Core) error {
	rep, err := l.invariants(c)
	if err != nil {
		return err
	}
	var proved, open []string
	for _, item := range rep.Items {
		name := strings.TrimPrefix(item.Name, "assert ")
		if item.Status == equiv.Proved {
			proved = append(proved, name)
		} else {
			open = append(open, name)
		}
	}
	if len(proved) > 0 {
		l.report.Add(verify.Row{
			Level: flow.Cycle, Core: c.Kind, Check: verify.Proof, Status: verify.Proved, N: len(proved),
			Detail: "claims of the circuit, in every cycle from reset, by induction: " + strings.Join(proved, ", "),
		})
	}
	if len(open) > 0 {
		l.report.Add(l.openClaims(c.Kind, open))
	}
	return nil
}

// openClaims is the row for claims without a proof.
func (l *ladder) openClaims(core string, open []string) verify.Row {
	names := strings.Join(open, ", ")
	if l.cycles[core] == 0 {
		return verify.Skipped(flow.Cycle, core, verify.Proof, "claims not proved, and no run of these checks: "+names)
	}
	return verify.Row{
		Level: flow.Cycle, Core: core, Check: verify.Proof, Status: verify.Tested, N: len(open),
		Detail: fmt.Sprintf("claims not proved, but checked in %d cycles of trace and lockstep: %s", l.cycles[core], names),
	}
}

// prices records the cost of the core by our own mapper.
func (l *ladder) prices(c *flow.Core) error {
	price, err := l.Price(c)
	if err != nil {
		return err
	}
	for key, v := range map[string]int{"luts": price.LUTs, "ffs": price.FFs, "cells": price.Cells, "depth": price.Depth} {
		l.report.Figures[key+"."+c.Kind] = float64(v)
	}
	return nil
}
