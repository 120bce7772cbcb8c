package x86_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// merge makes one program that runs several modules of one task one after the
// other: one start of the compiler for all.
func merge(mods []*ir.Module) *ir.Module {
	all := &ir.Module{Name: "merged"}
	main := &ir.Func{Name: "main"}
	b := ir.NewBuilder(main)
	for k, m := range mods {
		name := func(s string) string { return fmt.Sprintf("m%d_%s", k, s) }
		for _, o := range m.Objects {
			o.Name = name(o.Name)
		}
		for _, f := range m.Funcs {
			f.Name = name(f.Name)
			renumber(f, len(all.Logs), len(all.Traps))
		}
		for _, s := range m.Logs {
			s.ID = len(all.Logs)
			all.Logs = append(all.Logs, s)
		}
		for _, s := range m.Traps {
			s.ID = len(all.Traps)
			all.Traps = append(all.Traps, s)
		}
		all.Objects, all.Funcs = append(all.Objects, m.Objects...), append(all.Funcs, m.Funcs...)
		b.Call(m.Tasks[0].Func, nil, nil)
	}
	b.Ret()
	all.Funcs = append(all.Funcs, main)
	all.Tasks = []ir.Task{{Name: "main", Func: main}}
	finish(all)
	return all
}

func renumber(f *ir.Func, logs, traps int) {
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			switch in.Op {
			case ir.OpLog:
				in.Site += logs
			case ir.OpCheck:
				in.Site += traps
			}
		}
	}
}

func interpret(t *testing.T, m *ir.Module) *trace.Trace {
	t.Helper()
	mc, err := program.New(m, world.New(nil))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 1e6)
	require.NoError(t, err)
	return tr
}

// TestRandomModules compares native code with the interpreter of the IR. A
// module that traps ends its group.
func TestRandomModules(t *testing.T) {
	var group []*ir.Module
	traps := 0
	for seed := uint64(1000); traps < 4; seed++ {
		trapped := interpret(t, irtest.Random(seed)).Status == trace.Trapped
		if trapped && len(group) < 12 {
			continue
		}
		group = append(group, irtest.Random(seed))
		if !trapped {
			continue
		}
		traps++
		m := merge(group)
		require.NoError(t, ir.Verify(m))
		want, got := interpret(t, m), run(t, m, x86.Linux, world.New(nil))
		require.Empty(t, trace.Compare(want, got, trace.Options{Console: true}), "seeds up to %d", seed)
		require.Equal(t, trace.Trapped, got.Status)
		require.Greater(t, len(got.Events), 100)
		group = nil
	}
}
