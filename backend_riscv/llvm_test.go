package riscv_test

import (
	"context"
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/testkit"
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

func llvmTools(t *testing.T) *llvm.Tools {
	t.Helper()
	testkit.Tool(t, "clang-19", "clang")
	tools, err := llvm.Find(exec.LookPath)
	require.NoError(t, err)
	return tools
}

func compileLLVM(t *testing.T, m *ir.Module, target *design.Target) *image.Image {
	t.Helper()
	im, err := riscv.CompileLLVM(context.Background(), m, target, llvmTools(t))
	require.NoError(t, err)
	return im
}

// llvmOptions omit operations for which LLVM would call a function of a C library. LLVM accepts
// words of all widths, legalised or not.
func llvmOptions(target *design.Target) irtest.Options {
	var o irtest.Options
	for op := word.Bad + 1; op < word.NumOps; op++ {
		switch op {
		case word.Divu, word.Remu, word.Divs, word.Rems:
			continue
		case word.Mul:
			if !target.Set.Computes(word.Mul) {
				continue
			}
		}
		o.Ops = append(o.Ops, op)
	}
	return o
}

// llvmMerge joins random modules that end, and one that traps, into one program.
func llvmMerge(t *testing.T, seed uint64, n int, o irtest.Options) *ir.Module {
	t.Helper()
	all := &ir.Module{Name: "merged"}
	f := &ir.Func{Name: "run"}
	b := ir.NewBuilder(f)
	for left := n; left > 0; seed++ {
		status := llvmStatus(t, irtest.RandomWith(seed, o))
		if (status == trace.Trapped) != (left == 1) {
			continue
		}
		left--
		m := irtest.RandomWith(seed, o)
		for _, obj := range m.Objects {
			obj.Name = fmt.Sprintf("m%d_%s", left, obj.Name)
		}
		for _, g := range m.Funcs {
			g.Name = fmt.Sprintf("m%d_%s", left, g.Name)
			shiftSites(g, len(all.Logs), len(all.Traps))
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
	all.Funcs = append(all.Funcs, f)
	all.Tasks = []ir.Task{{Name: "main", Func: f}}
	return single(all)
}

func shiftSites(f *ir.Func, logs, traps int) {
	for _, blk := range f.Blocks {
		for _, i := range blk.Instrs {
			switch i.Op {
			case ir.OpLog:
				i.Site += logs
			case ir.OpCheck:
				i.Site += traps
			}
		}
	}
}

func llvmStatus(t *testing.T, m *ir.Module) trace.Status {
	t.Helper()
	return interpretWith(t, m, nil).Status
}

func interpretWith(t *testing.T, m *ir.Module, s *world.Script) *trace.Trace {
	t.Helper()
	mc, err := program.New(m, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 1e6)
	require.NoError(t, err)
	return tr
}

func runWith(t *testing.T, im *image.Image, s *world.Script) (*trace.Trace, uint64) {
	t.Helper()
	mc, err := iss.New(im, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(mc, 1e5)
	require.NoError(t, err)
	return tr, mc.Instructions()
}

func TestLLVMRandom(t *testing.T) {
	im := isa.RV32IM()
	for _, target := range []*design.Target{
		design.NewTarget("rv32im", im, 32),
		design.Default(),
		design.NewTarget("rv32i", isa.RV32I(), 21),
		design.NewTarget("small", im, 14),
	} {
		t.Run(fmt.Sprintf("%s-%d", target.Name, target.Regs), func(t *testing.T) {
			m := llvmMerge(t, 500, 8, llvmOptions(target))
			require.NoError(t, ir.Verify(m))
			got, _ := runWith(t, compileLLVM(t, m, target), nil)
			require.Equal(t, trace.Print(interpretWith(t, m, nil)), trace.Print(got))
			require.Equal(t, trace.Trapped, got.Status)
		})
	}
}

const llvmEcho = `module echo
log 0 "got " u:32 " in " bytes:64 ""
trap 0 assert @echo.sn:2.7
mark 0 "work"
device 0 eth0 eth task 0 rx tx
state %count 4 align 4
state %copy 68 align 4
task 0 echo @main
main @main

func @main(v1: tok, v20: tok %count, v40: tok %copy) -> (tok, tok %count, tok %copy) {
  local %buf 68 align 4
b0(v1, v20, v40):
  v2: tok %buf = local %buf
  jump b1(v1, v2, v20, v40)
b1(v3: tok, v4: tok %buf, v21: tok %count, v41: tok %copy):
  v5: i32 = const 1
  v6: i32, v7: tok = wait v5, v3
  v8: i1, v9: tok, v10: tok %buf = take eth0 %buf, v7, v4, 64
  br v8, b2(v9, v10, v21, v41), b1(v9, v10, v21, v41)
b2(v11: tok, v12: tok %buf, v22: tok %count, v42: tok %copy):
  v13: i32 = load1 %buf[4], v12
  v14: i32 = const 9
  v15: i1 = ne v13, v14
  v16: tok = check v15, v11 !0 task 0 @echo.sn:2.7
  v31: tok, v32: tok %buf, v33: tok %count, v43: tok %copy = mark v16, v12, v22, v42, 0
  v23: i32 = load4 %count, v33
  v24: i32 = add v23, v13   @echo.sn:3.5
  v25: tok %count = store4 %count, v24, v33
  v44: tok %copy = copy %copy, %buf, v43, v32, 68
  v34: tok, v35: tok %buf, v36: tok %count, v45: tok %copy = mark v31, v32, v25, v44, 1
  v26: tok = log %copy, v24, v34, v45 !0 task 0
  v17: tok = send eth0 %copy, v26, v45
  jump b1(v17, v35, v36, v45)
}
`

// TestLLVMEcho compiles a program with LLVM and with cg: an echo that takes, logs, marks, copies
// and sends frames, and traps. Both images must behave the same.
func TestLLVMEcho(t *testing.T) {
	m := ir.MustParse("echo.sir", llvmEcho)
	script := &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{
		{Time: 0, Data: []byte{1, 2, 3}},
		{Time: 5, Data: make([]byte, 65)}, // longer than the buffer
		{Time: 9, Data: []byte{200, 0, 0, 0, 1, 2, 3}},
		{Time: 12, Data: []byte{9}},
	}}
	want := interpretWith(t, m, script)
	require.Equal(t, trace.Trapped, want.Status)
	im := compileLLVM(t, m, design.Default())
	got, n := runWith(t, im, script)
	require.Equal(t, trace.Print(want), trace.Print(got))
	cg, err := riscv.Compile(m, design.Default())
	require.NoError(t, err)
	other, k := runWith(t, cg, script)
	require.Equal(t, trace.Print(want), trace.Print(other))
	requirePlaces(t, im)
	t.Logf("instructions: llvm %d, cg %d; words: llvm %d, cg %d", n, k, len(im.Text), len(cg.Text))
}

// requirePlaces checks that the image maps its code to source positions of the program.
func requirePlaces(t *testing.T, im *image.Image) {
	t.Helper()
	added, names := 0, map[string]uint32{}
	for i, at := range im.Spans {
		if at.String() == "echo.sn:3.5" {
			require.Equal(t, 24, im.Values[i])
			added++
		}
	}
	require.Positive(t, added)
	require.Len(t, im.Traps, 1)
	require.Equal(t, "echo.sn:2.7", im.Spans[(im.Traps[0].PC-design.TextBase)/4].String())
	for _, s := range im.Symbols {
		names[s.Name] = s.Size
	}
	require.Equal(t, uint32(68), names["copy"])
	require.NotZero(t, names["main"])
}

func TestLLVMSaysWhatItCannotDo(t *testing.T) {
	partial := design.NewTarget("t", isa.RV32IM().Without("t", "bne"), 16)
	_, err := riscv.CompileLLVM(context.Background(), ir.MustParse("echo.sir", llvmEcho), partial, llvmTools(t))
	require.ErrorContains(t, err, "is not an instruction of t")

	old := &llvm.Tools{Version: 15}
	_, err = riscv.CompileLLVM(context.Background(), ir.MustParse("echo.sir", llvmEcho), partial, old)
	require.EqualError(t, err, "clang 15 is too old for RISC-V: 16 or later is needed")
}

const llvmSlide = `module slide
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

// TestLLVMOverlappingCopies checks that a copy within one object reads all bytes before it
// writes any.
func TestLLVMOverlappingCopies(t *testing.T) {
	m := ir.MustParse("slide.sir", llvmSlide)
	got, _ := runWith(t, compileLLVM(t, m, design.Default()), nil)
	require.Equal(t, trace.Print(interpretWith(t, m, nil)), trace.Print(got))
}
