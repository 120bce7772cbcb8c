package x86

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
)

const silent = `module silent
task 0 main @main
main @main

func @main(v1: tok) -> (tok) {
b0(v1):
  v2: tok = halt v1
  ret v2
}
`

func toolsOf(t *testing.T) *llvm.Tools {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	tools, err := llvm.Find(exec.LookPath)
	require.NoError(t, err)
	return tools
}

func start(t *testing.T, o Options) (code int, said string) {
	t.Helper()
	img, err := o.Build(context.Background(), ir.MustParse("silent.sir", silent), Linux, toolsOf(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o700))
	for range 100 {
		cmd := exec.Command(path)
		out, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.ETXTBSY) { // another test is starting a process
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if err != nil {
			require.ErrorAs(t, err, new(*exec.ExitError))
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	require.Fail(t, "the executable stays busy")
	return 0, ""
}

// A process names at its start the features that the CPU lacks, and ends with the exit code for
// a user's mistake. The planted features are in a CPUID leaf that no CPU has, and in a bit that
// reads as 0.
func TestOlderProcessorIsRefused(t *testing.T) {
	t.Parallel()
	for _, f := range []feature{{leaf: 0x8fffff00, reg: ecx, bit: 1, name: "FUTURE"}, {leaf: 0x80000000, reg: 0, bit: 30, name: "FUTURE"}} {
		code, said := start(t, Options{more: []feature{f}})
		require.Equal(t, 1, code)
		require.Equal(t, "FUTURE is not there on this processor; make the program for it with --cpu x86-64\n", said)
	}
	code, said := start(t, Options{CPU: Native}) // this CPU built it
	require.Zero(t, code, said)
	code, said = start(t, Options{CPU: V1, more: []feature{{leaf: 0x8fffff00, name: "FUTURE"}}})
	require.Zero(t, code, said)
}

// The start checks every feature that clang reports for x86-64-v3.
func TestFeaturesOfV3AreAllLookedFor(t *testing.T) {
	tools := toolsOf(t)
	known := map[string]bool{}
	for _, f := range features {
		require.False(t, known[f.macro], f.macro)
		known[f.macro] = true
	}
	old, err := tools.Macros(context.Background(), "--target=x86_64-unknown-linux-gnu", "-march=x86-64")
	require.NoError(t, err)
	v3, err := tools.Macros(context.Background(), "--target=x86_64-unknown-linux-gnu", "-march=x86-64-v3")
	require.NoError(t, err)
	had := map[string]bool{"__LAHF_SAHF__": true} // in 64-bit mode since 2006; clang does not use it
	for _, name := range old {
		had[name] = true
	}
	var missing []string
	for _, name := range v3 {
		level := strings.HasPrefix(name, "__GCC_") || strings.HasPrefix(name, "__clang") || strings.HasPrefix(name, "__x86_64_v") || strings.HasPrefix(name, "__FP_FAST")
		if !had[name] && !known[name] && !level {
			missing = append(missing, name)
		}
	}
	require.Empty(t, missing)
	c, err := Options{}.targetOf(context.Background(), ir.MustParse("silent.sir", silent), Linux, tools)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(c.needs), 12)
	ranks, err := Options{}.targetOf(context.Background(), ir.MustParse("silent.sir", silent), MPI, tools)
	require.NoError(t, err)
	require.Equal(t, c, ranks, "ranks are as fast as threads")
}

// The name of a CPU is checked, and a guest uses SSE2 at most.
func TestTargets(t *testing.T) {
	tools, m := toolsOf(t), ir.MustParse("silent.sir", silent)
	_, err := Options{CPU: "z80"}.targetOf(context.Background(), m, Linux, tools)
	require.EqualError(t, err, `no processor "z80"; there are native, x86-64 and x86-64-v3`)
	c, err := Options{}.targetOf(context.Background(), m, PVH, tools)
	require.NoError(t, err)
	require.Equal(t, target{flags: generalRegs}, c)
	for _, cpu := range []CPU{V1, V3, Native} {
		c, err := Options{CPU: cpu}.targetOf(context.Background(), m, PVH, tools)
		require.NoError(t, err)
		require.Equal(t, target{flags: floatRegs}, c)
	}
}
