package verilog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// blink is a counter with regions, a memory with lanes, and a port that has a source position.
func blink(t *testing.T) *rtl.Circuit {
	b := rtl.NewBuilder("blink")
	en, data := b.Input("en", 1), b.Input("data", 16)
	b.At(diag.Span{File: &diag.File{Name: "blink.sn", Text: "task main {\n  toggle(led)\n}\n"}, Start: 14, End: 20})
	count := b.Reg("main.count", 4, 9)
	full := b.EqConst(count.Q(), 15)
	b.If(en, func() {
		b.If(full, func() { b.Set(count, b.Const(4, 0)) }, func() { b.Set(count, b.Add(count.Q(), b.Const(4, 1))) })
	})
	b.At(diag.Span{})
	m := b.Mem("log", 16, 2, 2, []uint64{1, 0xbeef})
	at := b.Bits(count.Q(), 1, 0)
	b.If(full, func() { b.WriteMem(m, at, data, at) })
	b.Output("led", full)
	b.Output("last", b.Bits(b.ReadSync(m, at, en, rtl.Never), 7, 0))
	b.Probe("count", count.Q())
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func TestGolden(t *testing.T) {
	c := blink(t)
	testkit.Golden(t, "testdata/blink.v", verilog.Write(c, verilog.Options{}))
	_, files := verilog.Memories(c)
	require.Equal(t, map[string]string{"blink_log.hex": "0001\nbeef\n0000\n0000\n"}, files)
}

func TestOptions(t *testing.T) {
	c := blink(t)
	text := verilog.Write(c, verilog.Options{Probes: true, Proved: true})
	require.Contains(t, text, "output wire [3:0] probe_count")
	require.Contains(t, text, "(* no_rw_check *)")
	require.Equal(t, text, verilog.Write(c, verilog.Options{Probes: true, Proved: true}))
}
