package checks

import (
	"errors"
	"fmt"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/verify"
)

// netRows repeats the traces with a second build, which also contains the checks that were
// proved unnecessary. Without these checks a wrong proof causes a wrong number, or no
// visible error.
func (l *ladder) netRows() error {
	if !l.wants(verify.Net) || l.Form != flow.FromText {
		return nil // only source text has such proofs
	}
	net, err := l.WithNet()
	if err != nil {
		return err
	}
	if len(net.Tree.Traps) == len(l.Tree.Traps) {
		l.report.Add(verify.Row{Level: flow.Source, Check: verify.Net, Status: verify.Equal, N: l.ref.count, Detail: "no check was proved"})
		return nil
	}
	for _, on := range l.netMachines() {
		if err := l.netRow(net, on.level, on.core); err != nil {
			return err
		}
	}
	return nil
}

// netMachine is a machine, with a core or without one.
type netMachine struct{ level, core string }

// netMachines lists the machines for the second build, which are all machines of the ladder.
func (l *ladder) netMachines() []netMachine {
	var list, circuits []netMachine
	for _, level := range flow.Levels() {
		switch {
		case level.Form == flow.FromCircuit:
			circuits = append(circuits, netMachine{level: level.Name})
		case !l.opts.NoX86 || !flow.IsProduct(level):
			list = append(list, netMachine{level: level.Name})
		}
	}
	for _, core := range l.opts.Cores {
		for _, on := range circuits {
			list = append(list, netMachine{on.level, core})
		}
	}
	return list
}

// netRow runs the second build on one machine.
func (l *ladder) netRow(net *flow.Program, level, core string) error {
	l.progress("net of %s %s", level, core)
	known, err := flow.LevelOf(level)
	if err != nil {
		return err
	}
	c, err := l.ref.compare(l.ctx, net, level, core, l.opts.World, known.Compare)
	var fault *flow.MachineFault
	why, absent := flow.NotHere(err)
	switch {
	case errors.As(err, &fault):
		l.report.Add(verify.Row{Level: known.Shown, Core: core, Check: verify.Net, Status: verify.Different, Detail: fault.Error()})
		return nil
	case absent:
		l.report.Add(verify.Skipped(known.Shown, core, verify.Net, why))
		return nil
	case err != nil:
		return err
	}
	row := verify.Compared(known.Shown, core, c.events, c.status, c.diffs)
	row.Check = verify.Net
	if why := wrongProof(net, c.traps); why != "" {
		row.Status, row.Detail = verify.Different, why
	} else if row.Status == verify.Equal {
		row.Detail = fmt.Sprintf("%d proved checks are made, none fails", len(net.Tree.Traps)-len(l.Tree.Traps))
		if known.Inner {
			row.Detail += "; " + known.Note
		}
	}
	l.report.Add(row)
	return nil
}

// wrongProof names the proof that a trace disproves. The result is "" if there is no such proof.
func wrongProof(net *flow.Program, traps []trace.Event) string {
	for _, e := range traps {
		if e.Kind != trace.Trap || e.Site >= len(net.Tree.Traps) {
			continue
		}
		if s := net.Tree.Traps[e.Site]; s.Proof {
			return fmt.Sprintf("a wrong proof: the check `%s` at %s was proved, and fails in task %s", s.Code, s.Span, e.Task)
		}
	}
	return ""
}
