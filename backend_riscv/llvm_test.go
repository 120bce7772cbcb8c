package riscv_test

import (
	"context"
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
)

func compileLLVM(t *testing.T, m *ir.Module, target *design.Target) *image.Image {
	t.Helper()
	testkit.Tool(t, "clang-19", "clang")
	tools, err := llvm.Find(exec.LookPath)
	require.NoError(t, err)
	im, err := riscv.CompileLLVM(context.Background(), m, target, tools)
	require.NoError(t, err)
	return im
}

func TestLLVMRandom(t *testing.T) {
	target := design.NewTarget("rv32im", isa.RV32IM(), 32)
	for seed := uint64(0); seed < 10; seed++ {
		m := irtest.RandomWith(seed, words(true))
		if wide(m) {
			continue
		}
		single(m)
		im := compileLLVM(t, m, target)
		mc, got := runImage(t, im)
		require.Equal(t, trace.Print(reference(t, m)), trace.Print(got), "seed %d", seed)
		cg, err := riscv.Compile(m, target)
		require.NoError(t, err)
		mg, _ := runImage(t, cg)
		t.Logf("seed %d: llvm %d words %d instructions, cg %d words %d instructions", seed, len(im.Text), mc.Instructions(), len(cg.Text), mg.Instructions())
	}
}
