package riscv_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/irtest"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// single makes the module of one task without blocking operations what the
// tasks pass makes of it: a Main that runs it and halts.
func single(m *ir.Module) *ir.Module {
	f := &ir.Func{Name: "_start"}
	b := ir.NewBuilder(f)
	b.Call(m.Tasks[0].Func, nil, nil)
	b.Task = 0
	b.Emit(&ir.Instr{Op: ir.OpHalt})
	b.Ret()
	m.Funcs = append(m.Funcs, f)
	for _, g := range m.Funcs {
		for _, blk := range g.Blocks {
			for _, i := range blk.Instrs {
				i.Task = 0
			}
		}
	}
	m.Main = f
	ir.Thread(m)
	return m
}

// words are the widths and operators of a legalised program.
func words(mul bool) irtest.Options {
	o := irtest.Options{Widths: []ir.Type{1, 32, 32, 32, 32}}
	for op := word.Bad + 1; op < word.NumOps; op++ {
		switch op {
		case word.Cat, word.Redxor, word.Rotl:
			continue
		case word.Mul, word.Divu, word.Remu, word.Divs, word.Rems:
			if !mul {
				continue
			}
		}
		o.Ops = append(o.Ops, op)
	}
	return o
}

func reference(t *testing.T, m *ir.Module) *trace.Trace {
	t.Helper()
	mc, err := program.New(m, world.New(nil))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 100000)
	require.NoError(t, err)
	return tr
}

func runImage(t *testing.T, im *image.Image) (*iss.Machine, *trace.Trace) {
	t.Helper()
	mc, err := iss.New(im, world.New(nil))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 10000)
	require.NoError(t, err, "%s", image.Print(im))
	return mc, tr
}

func TestRandom(t *testing.T) {
	for _, regs := range []int{5, 6, 8, 12, 16, 32} {
		t.Run(fmt.Sprint(regs), func(t *testing.T) {
			for seed := uint64(0); seed < 60; seed++ {
				differ(t, seed, words(true), design.NewTarget("t", isa.RV32IM(), regs))
			}
		})
	}
}

func differ(t *testing.T, seed uint64, o irtest.Options, target *design.Target) {
	t.Helper()
	m := irtest.RandomWith(seed, o)
	if wide(m) {
		return
	}
	single(m)
	require.NoError(t, ir.Verify(m))
	want := reference(t, m)
	im, err := riscv.Compile(m, target)
	require.NoError(t, err, "seed %d\n%s", seed, ir.Print(m))
	_, got := runImage(t, im)
	require.Equal(t, trace.Print(want), trace.Print(got), "seed %d\n%s", seed, ir.Print(m))
}

func wide(m *ir.Module) bool {
	for _, l := range m.Logs {
		for _, a := range l.Args {
			if a.Kind != "bytes" && a.Width > 32 {
				return true
			}
		}
	}
	return false
}
