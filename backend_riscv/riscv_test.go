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
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// env is the passes' information about a target.
func env(t *design.Target) pass.Env {
	return pass.Env{XLen: 32, Has: func(op word.Op) bool {
		switch op {
		case word.Mul:
			return t.Set.Computes(op)
		case word.Divu, word.Remu, word.Divs, word.Rems:
			return t.Set.Computes(op)
		}
		return true
	}}
}

// reference runs a module on the program IR.
func reference(t *testing.T, m *ir.Module, s *world.Script) *trace.Trace {
	t.Helper()
	mc, err := program.New(m, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 100000)
	require.NoError(t, err)
	return tr
}

// runImage runs an image on its instruction set.
func runImage(t *testing.T, im *image.Image, s *world.Script) (*iss.Machine, *trace.Trace) {
	t.Helper()
	mc, err := iss.New(im, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 10000)
	require.NoError(t, err, "%s", image.Print(im))
	return mc, tr
}

// differ compares a random module with its image after the given passes.
func differ(t *testing.T, seed uint64, passes []pass.Pass, target *design.Target) {
	t.Helper()
	m := irtest.Random(seed)
	want, text := trace.Print(reference(t, m, nil)), ir.Print(m)
	require.NoError(t, pass.Run(m, passes, pass.Options{Env: env(target)}))
	im, err := riscv.Compile(m, target)
	require.NoError(t, err, "seed %d\n%s", seed, text)
	_, got := runImage(t, im, nil)
	require.Equal(t, want, trace.Print(got), "seed %d\n%s", seed, text)
}

// TestRandom compares images with the program IR. The targets have register files of all sizes,
// with and without the multiplier, and the programs are plain or optimised. The machine sim/iss
// refuses an image that uses an instruction or a register that the target lacks.
func TestRandom(t *testing.T) {
	for _, set := range []*isa.Set{isa.RV32IM(), isa.RV32I()} {
		for _, regs := range []int{5, 6, 8, 12, 16, 32} {
			t.Run(fmt.Sprintf("%s-%d", set.Name, regs), func(t *testing.T) {
				target := design.NewTarget("t", set, regs)
				for seed := uint64(0); seed < 16; seed++ {
					differ(t, seed, pass.Stages(), target)
					differ(t, 100+seed, pass.List(), target)
				}
			})
		}
	}
}

// TestDeterministic compiles twice and compares byte for byte.
func TestDeterministic(t *testing.T) {
	for seed := uint64(0); seed < 20; seed++ {
		var texts [2]string
		for k := range texts {
			m := irtest.Random(seed)
			target := design.NewTarget("t", isa.RV32IM(), 8)
			require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
			im, err := riscv.Compile(m, target)
			require.NoError(t, err)
			texts[k] = image.Print(im)
		}
		require.Equal(t, texts[0], texts[1])
	}
}

const frames = `module echo
device 0 eth0 eth task 0 rx tx
log 0 "" bytes:20 " " u:64 ""
state %n 4 align 4
task 0 main @main

func @main(v1: tok, v2: tok %n) -> (tok, tok %n) {
  local %p 24 align 4
b0(v1, v2):
  v3: tok %p = local %p
  v15: tok %p = clear %p, v3, 24
  jump b1(v1, v2, v15)
b1(v4: tok, v5: tok %n, v6: tok %p):
  v7: tok, v8: tok %p = recv eth0 %p, v4, v6, 20 task 0
  v9: i32 = load4 %n, v5
  v10: i32 = const 1
  v11: i32 = add v9, v10
  v12: tok %n = store4 %n, v11, v5
  v13: i64 = zext v11
  v14: tok = log %p, v13, v7, v8 !0 task 0
  v16: tok = send eth0 %p, v14, v8 task 0
  jump b1(v16, v12, v8)
}
`

// TestFrames echoes frames of 1 to 21 bytes. The last one is too long.
func TestFrames(t *testing.T) {
	script := &world.Script{Devices: []string{"eth0"}}
	for n := 1; n <= 21; n++ {
		data := make([]byte, n)
		for k := range data {
			data[k] = byte(17*n + k)
		}
		script.Inputs = append(script.Inputs, world.Input{Time: uint64(10 * n), Data: data})
	}
	for _, regs := range []int{5, 16} {
		m := ir.MustParse("echo.sir", frames)
		want := reference(t, m, script)
		require.Equal(t, trace.Waiting, want.Status)
		target := design.NewTarget("t", isa.RV32I(), regs)
		require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
		im, err := riscv.Compile(m, target)
		require.NoError(t, err)
		_, got := runImage(t, im, script)
		want.Waits, got.Waits = nil, nil
		require.Equal(t, trace.Print(want), trace.Print(got))
		require.Len(t, im.Devices, 1)
	}
}

// single turns a legalised module of one task without blocking operations into the output of
// the tasks pass: a Main that runs the task and halts.
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
	m.Contexts = []ir.Context{{Func: f}}
	ir.Thread(m)
	return m
}
