package x86_test

import (
	"fmt"
	"strings"
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

// merge joins several modules, each with one task, into one program. The program runs the tasks
// one after the other, so one start of the compiler is enough.
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

// TestRandomModules compares native code with the interpreter of the IR.
func TestRandomModules(t *testing.T) {
	t.Parallel()
	randomModules(t, irtest.Options{})
}

// TestRandomFloats does the same with float operations.
func TestRandomFloats(t *testing.T) {
	t.Parallel()
	randomModules(t, irtest.Options{Floats: true})
}

// A module that traps ends its group of modules.
func randomModules(t *testing.T, o irtest.Options) {
	var group []*ir.Module
	traps := 0
	for seed := uint64(1000); traps < 4; seed++ {
		trapped := interpret(t, irtest.RandomWith(seed, o)).Status == trace.Trapped
		if trapped && len(group) < 12 {
			continue
		}
		group = append(group, irtest.RandomWith(seed, o))
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

const slide = `module slide
log 0 "" bytes:128 ""
state %s 132 align 4 = $80000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f
task 0 main @main
main @main

func @main(v1: tok, v2: tok %s) -> (tok, tok %s) {
b0(v1, v2):
  v3: i32, v4: tok = status v1
  v5: tok %s = copy %s[7], %s[4], v2, v2, 100
  v6: tok = log %s, v4, v5 !0 task 0
  v7: tok %s = copy %s[8], %s[24], v5, v5, 96
  v8: tok = log %s, v6, v7 !0 task 0
  v9: tok %s = copy %s[v3 + 40], %s[v3 + 4], v7, v7, 80
  v10: tok %s = clear %s[13], v9, 70
  v11: tok = log %s, v8, v10 !0 task 0
  v12: tok = halt v11
  ret v12, v10
}
`

// TestOverlappingCopies checks that a copy within one object reads all bytes before it writes
// any.
func TestOverlappingCopies(t *testing.T) {
	t.Parallel()
	m := parse(t, slide)
	for _, p := range products() {
		require.Empty(t, trace.Compare(interpret(t, m), run(t, m, p, world.New(nil)), trace.Options{Console: true}))
	}
}

const doubled = `module doubled
log 0 "" float:32 " " float:64 " " fix8:16 " " fix63:64 ""
task 0 main @main
main @main

func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32, v3: tok = status v1
  v4: i32 = ffromu v2
  v5: i32 = const 1069547520
  v6: i32 = fadd v4, v5
  v7: i32 = fadd v6, v6
  v8: i64 = fconv v4
  v9: i64 = fdiv v8, v8
  v10: i16 = const 65534
  v11: i64 = const 1
  v12: tok = log v7, v9, v10, v11, v3 !0 task 0
  v13: tok = halt v12
  ret v13
}
`

// TestFloatsSwitchOnSSE checks that a program with floats boots with the CPU's floating point
// enabled. A program without floats does not contain the code that enables floating point.
func TestFloatsSwitchOnSSE(t *testing.T) {
	t.Parallel()
	m := parse(t, doubled)
	for _, p := range products() {
		got := run(t, m, p, world.New(nil))
		require.Empty(t, trace.Compare(interpret(t, m), got, trace.Options{Console: true}))
		require.Equal(t, "0x1.8p+1 nan -0.0078125 0.000000000000000000108420217248550443400745280086994171142578125", got.Events[0].Text)
	}
	for text, want := range map[string]bool{doubled: true, slide: false} {
		ll, err := x86.Emit(parse(t, text), x86.PVH)
		require.NoError(t, err)
		require.Equal(t, want, strings.Contains(ll, "ldmxcsr"))
	}
}
