package riscv_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
)

// example lowers a program of examples and runs all passes for a target.
func example(t *testing.T, name string, target *design.Target) *ir.Module {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "examples", name, name+".sn"))
	require.NoError(t, err)
	f, errs := syntax.Parse(&diag.File{Name: name + ".sn", Text: string(src)})
	require.NoError(t, errs.Err())
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	require.NoError(t, errs.Err())
	m, err := lower.Lower(p)
	require.NoError(t, err)
	require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: env(target)}))
	return m
}

// kernels lists C programs that do the same work as our programs. Each row has the log of a C
// program and the number of instructions between the marks of this program. clang 19 -O2
// -march=rv32im compiles the C programs, which check no index.
var kernels = []struct {
	name  string
	logs  []string
	clang float64
}{
	{"crc32", []string{"result 696138f0"}, 39959},
	{"crc32t", []string{"result 696138f0"}, 11277},
	{"sha256", []string{
		"result d282e9c9", "result 7b74f8fc", "result 63dbda17", "result 8fe65a36",
		"result 4f5e6e45", "result d02c9c92", "result 8898c629", "result 97772fa3",
	}, 85953},
	{"matmul", []string{"result b34985b9"}, 13543},
	{"firewall", []string{"result 1a0407", "result 91486878"}, 7788},
	{"sort", []string{"result 6f719f60", "result 0"}, 20379},
	{"fir", []string{"result c4c01672"}, 8629},
}

// TestKernels compares the logs with the logs of the C programs. In the geometric mean, our
// programs execute at most 1.6 times as many instructions between the marks as clang's
// programs.
func TestKernels(t *testing.T) {
	for _, regs := range []int{32, 16} {
		product := 1.0
		for _, k := range kernels {
			target := design.NewTarget("t", isa.RV32IM(), regs)
			im, err := riscv.Compile(example(t, k.name, target), target)
			require.NoError(t, err)
			mc, tr := runImage(t, im, nil)
			var logs []string
			for _, e := range tr.Events {
				if e.Kind == trace.Log {
					logs = append(logs, e.Text)
				}
			}
			require.Equal(t, k.logs, logs, k.name)
			n := float64(mc.Marks()[0].Instructions)
			t.Logf("%d registers: %s %.0f instructions, %.2f of clang, %d bytes of text", regs, k.name, n, n/k.clang, 4*len(im.Text))
			product *= n / k.clang
		}
		mean := math.Pow(product, 1/float64(len(kernels)))
		t.Logf("geometric mean %.3f", mean)
		require.Less(t, mean, 1.6)
	}
}

// TestKernelsWithoutMultiplier runs the kernels on the smallest target.
func TestKernelsWithoutMultiplier(t *testing.T) {
	for _, k := range kernels {
		target := design.NewTarget("t", isa.RV32I(), 6)
		im, err := riscv.Compile(example(t, k.name, target), target)
		require.NoError(t, err)
		_, tr := runImage(t, im, nil)
		require.Equal(t, trace.Ended, tr.Status)
		var logs []string
		for _, e := range tr.Events {
			if e.Kind == trace.Log {
				logs = append(logs, e.Text)
			}
		}
		require.Equal(t, k.logs, logs, k.name)
	}
}
