package flow

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/verify/lockstep"
)

// TestWrittenTracePort checks the trace port in the written Verilog. Icarus runs the core under its
// test bench, and an added module prints the trace port. Each printed line must equal the line that
// the instruction set gives. The program has mined lines (instructions made for this program).
func TestWrittenTracePort(t *testing.T) {
	icarus, vvp := testkit.Tool(t, "iverilog"), testkit.Tool(t, "vvp")
	p, err := Load("../../examples/uart-echo", Options{Mine: MineWherePays})
	require.NoError(t, err)
	world := World{Bytes: []string{"serial=../../examples/uart-echo/typed.bytes"}, Until: "21ms"}
	dir := t.TempDir()
	h, err := p.Hardware(context.Background(), HardwareOptions{Dir: dir, Core: Pipe3, World: world, RVFI: true, Wrappers: true})
	require.NoError(t, err)
	require.NotEmpty(t, h.Mined)
	var formats, fields []string
	for _, name := range lockstep.FormalFields() {
		if !strings.HasPrefix(name, "rs3") {
			formats, fields = append(formats, "%0h"), append(fields, "uart_echo_tb.core.rvfi_"+name)
		}
	}
	watch := fmt.Sprintf("module watch;\nalways @(negedge uart_echo_tb.clk) if (!uart_echo_tb.reset && uart_echo_tb.core.rvfi_valid)\n  $display(\"rvfi %s\", %s);\nendmodule\n",
		strings.Join(formats, " "), strings.Join(fields, ", "))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "watch.v"), []byte(watch), 0o644))
	var out []byte
	for _, args := range [][]string{{icarus, "-g2005", "-s", "uart_echo_tb", "-s", "watch", "-o", "tb", "uart_echo.v", "uart_echo_tb.v", "watch.v"}, {vvp, "-n", "tb"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		out, err = cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	im, err := p.Image(context.Background())
	require.NoError(t, err)
	script, err := p.Script(world)
	require.NoError(t, err)
	var want, got []string
	require.NoError(t, lockstep.Formals(im, script, func(f lockstep.Formal) {
		require.Zero(t, f.Rs3)
		all := strings.Fields(f.String())
		want = append(want, strings.Join(append(all[:11:11], all[13:]...), " "))
	}))
	for _, line := range strings.Split(string(out), "\n") {
		if row, ok := strings.CutPrefix(line, "rvfi "); ok {
			got = append(got, row)
		}
	}
	require.Greater(t, len(want), 500)
	require.Equal(t, want, got[:min(len(got), len(want))])
	require.LessOrEqual(t, len(got)-len(want), 1, "the bench may let the core take a last look at its ports")
	page, err := os.ReadFile(filepath.Join(dir, "uart_echo.md"))
	require.NoError(t, err)
	require.NotRegexp(t, `rvfi_\w+ \| out \| \d+ \| a pin`, string(page))
}
