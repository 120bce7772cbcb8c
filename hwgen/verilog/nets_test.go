package verilog_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

var declared = regexp.MustCompile(`(?m)^(?:\(\*.*?\*\) )*(?:wire|reg) (?:\[[0-9:]+\] )?(\w+)`)

// netsOf lists the nets that a module declares.
func netsOf(text string) []string {
	var out []string
	for _, m := range declared.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// paths is a circuit whose nets have no names. Some of its inputs are not used.
func paths(t *testing.T, more int) *rtl.Circuit {
	b := rtl.NewBuilder("paths")
	for i := range more {
		b.Input("more"+strings.Repeat("x", i), 3)
	}
	go1, in := b.Input("go", 1), b.Input("in", 8)
	acc, busy := b.Reg("acc", 8, 0), b.Reg("busy", 1, 0)
	m := b.Mem("ram", 8, 3, 1, nil)
	read := b.ReadSync(m, b.Bits(in, 4, 2), b.And(go1, b.Not(busy.Q())), rtl.Old)
	high := b.Xor(b.Bits(in, 7, 4), b.Bits(b.Add(acc.Q(), read), 3, 0))
	low := b.Op(word.Mux, 4, 0, b.Ltu(acc.Q(), in), b.Bits(read, 3, 0), b.Sub(b.Bits(acc.Q(), 5, 2), b.Bits(in, 3, 0)))
	b.If(b.Or(busy.Q(), b.EqConst(in, 5)), func() { b.Set(acc, b.Cat(high, low)) })
	b.Set(busy, go1)
	b.WriteMem(m, b.Bits(b.Add(acc.Q(), in), 2, 0), acc.Q(), rtl.None)
	b.Output("odd", b.Bit(read, 0))
	b.Output("out", b.Op(word.Sub, 8, 0, b.Const(8, 3), acc.Q()))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// TestNets checks that the name of a net depends on its meaning, not on its position in the
// circuit.
func TestNets(t *testing.T) {
	text := verilog.Write(paths(t, 0), verilog.Options{})
	require.Equal(t, []string{
		"acc", "busy", "ram", "ram_read", "in_4_2", "not_busy", "ram_read_enable", "in_7_4", "acc_add_ram_read", "acc_add_ram_read_3_0",
		"in_7_4_xor_acc_add_ram_read_3_0", "acc_ltu_in", "ram_read_3_0", "acc_5_2", "in_3_0", "acc_5_2_sub_in_3_0", "acc_next_3_0_mux", "in_eq_5",
		"acc_when", "acc_next", "in_add_acc", "in_add_acc_2_0", "ram_read_0", "out_value", "unused",
	}, netsOf(text))
	more := verilog.Write(paths(t, 3), verilog.Options{})
	require.Equal(t, netsOf(text), netsOf(more), "other numbers of nodes")
}

// TestPartsInsideParts checks that a concatenation with one reader, which is a concatenation too,
// is no net. A part with another reader stays one.
func TestPartsInsideParts(t *testing.T) {
	b := rtl.NewBuilder("parts")
	x, y := b.Input("x", 3), b.Input("y", 3)
	inner := b.Cat(b.Xor(x, y), b.And(x, y))
	shared := b.Cat(y, x)
	b.Output("all", b.Cat(b.Cat(inner, b.Or(x, y)), shared))
	b.Output("some", shared)
	c, err := b.Build()
	require.NoError(t, err)
	text := verilog.Write(c, verilog.Options{})
	require.Contains(t, text, "wire [14:0] all_value = {x_xor_y, x_and_y, x_or_y, some_value};\n")
	require.NotContains(t, text, "_cat")
	planted := verilog.Write(c, verilog.Options{Templates: map[word.Op]string{word.Cat: "{$1, $0}"}})
	require.Contains(t, planted, "{some_value, all_value_14_6_cat}", "each concatenation has its template")
}
