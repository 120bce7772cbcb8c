package checks

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/equiv"
)

// compareText compares a text with a circuit by proof. change alters the text.
func compareText(t *testing.T, c *rtl.Circuit, text, dir string) (equiv.Status, string) {
	t.Helper()
	w, err := (&ladder{ctx: context.Background()}).readBack(c, text, dir)
	require.NoError(t, err)
	if w.said != "" { // yosys complains only about texts that we never write
		return equiv.Different, w.said
	}
	rep, err := w.compare()
	if err != nil { // the state differs
		return equiv.Different, err.Error()
	}
	return rep.Status(), rep.String()
}

// small is a circuit with everything that a core's file has: registers under conditions, a
// memory with lanes, a memory with initial words, and several operators.
func small(t *testing.T) *rtl.Circuit {
	t.Helper()
	b := rtl.NewBuilder("small")
	in, go1 := b.Input("in", 16), b.Input("go", 1)
	pc, started, acc := b.Reg("pc", 3, 5), b.Reg("started", 1, 0), b.Reg("acc", 16, 0)
	text := b.SyncPort(b.Mem("text", 16, 3, 1, []uint64{3, 1, 4, 1, 5, 9, 2, 6}), rtl.Old)
	fetched := b.Name("fetched", text.Q())
	mem := b.Mem("data", 16, 4, 2, nil)
	at := b.Bits(fetched, 3, 0)
	loaded := b.Name("loaded", b.ReadSync(mem, at, b.Bit(fetched, 5), rtl.Old))
	advance := b.Name("advance", b.And(go1, b.Not(b.Bit(fetched, 4))))
	same := b.Eq(acc.Q(), loaded)
	sum := b.Name("sum", b.Add(acc.Q(), b.Mux(same, in, loaded)))
	b.Drive(text, pc.Q(), b.Or(go1, b.Not(started.Q())))
	b.If(advance, func() {
		b.Set(pc, b.Add(pc.Q(), b.Const(3, 1)))
		b.Set(started, b.Const(1, 1))
		b.If(started.Q(), func() { b.Set(acc, b.Xor(sum, b.Zext(at, 16))) })
		b.WriteMem(mem, at, sum, b.Bits(in, 3, 2))
	})
	b.Output("halted", b.And(started.Q(), same))
	b.Output("product", b.Op(word.Mul, 16, 0, acc.Q(), loaded))
	b.Probe("seen", b.Add(pc.Q(), pc.Q()))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// TestFlipsInWrittenVerilogAreNoticed makes one change of each kind in the written file, at the
// first possible position. The comparison must notice every change.
func TestFlipsInWrittenVerilogAreNoticed(t *testing.T) {
	testkit.Tool(t, "yosys")
	c := small(t)
	text := verilog.Write(c, verilog.Options{})
	status, said := compareText(t, c, text, t.TempDir())
	require.Equal(t, equiv.Proved, status, said)
	for _, flip := range []struct{ name, find, replace string }{
		{"a sum is a difference", `(wire .* = \w+) \+ (\w+;)`, "${1} - ${2}"},
		{"and is or", `(wire .* = \w+) & (\w+;)`, "${1} | ${2}"},
		{"a complement is none", `(wire .* = )~(\w+;)`, "${1}${2}"},
		{"the arms of a choice are exchanged", `(wire .* = \w+) \? (\w+) : (\w+);`, "${1} ? ${3} : ${2};"},
		{"equal is unequal", `(wire .* = \w+) == `, "${1} != "},
		{"a slice begins one bit higher", `(wire \[3:0\] \w+ = \w+)\[3:0\];`, "${1}[4:1];"},
		{"a product is a sum", `(wire .* = \w+) \* `, "${1} + "},
		{"a register resets to another value", `(    pc <= 3'h)5;`, "${1}2;"},
		{"a condition is inverted", `    if \(advance\) begin`, "    if (!advance) begin"},
		{"a register is not set", `\n +started <= 1'h1;`, ""},
		{"a memory is written during reset", `  if \(!reset\) begin`, "  if (1'b1) begin"},
		{"a lane takes another lane's bits", `(\[15:8\] <= \w+)\[15:8\]`, "${1}[7:0]"},
		{"a lane is always written", `if \(\w+\[1\]\) (data\[\w+\]\[15)`, "${1}"},
		{"a word is always read", `  if \(\w+\) (fetched <= )`, "  ${1}"},
		{"a memory has half its words", `(reg \[15:0\] data \[0:)\d+\]`, "${1}7]"},
		{"an output shows another net", `assign halted = \w+;`, "assign halted = started;"},
		{"a register has a clock edge of its own", `always @\(posedge clk\)\n  if`, "always @(negedge clk)\n  if"},
	} {
		at := regexp.MustCompile(flip.find).FindStringSubmatchIndex(text)
		require.NotNil(t, at, flip.name)
		changed := text[:at[0]] + string(regexp.MustCompile(flip.find).ExpandString(nil, flip.replace, text, at)) + text[at[1]:]
		require.NotEqual(t, text, changed, flip.name)
		status, said := compareText(t, c, changed, t.TempDir())
		require.Equal(t, equiv.Different, status, "%s: %s", flip.name, said)
	}
}

// TestFlipsInMemoryFilesAreNoticed changes a word of each file beside the module.
func TestFlipsInMemoryFilesAreNoticed(t *testing.T) {
	testkit.Tool(t, "yosys")
	p, err := flow.Load("../../examples/hello", flow.Options{})
	require.NoError(t, err)
	made, err := p.Core(context.Background(), flow.Multi)
	require.NoError(t, err)
	c := made.Circuit
	changed := *c
	changed.Mems = append([]rtl.Mem(nil), c.Mems...)
	flipped := 0
	for i := range changed.Mems {
		m := &changed.Mems[i]
		if len(m.Init) == 0 {
			continue
		}
		was := m.Init
		m.Init = append([]uint64(nil), was...)
		m.Init[len(was)-1] ^= 1 << 30
		status, said := compareAgainst(t, &changed, c, t.TempDir())
		require.Equal(t, equiv.Different, status)
		require.Contains(t, said, "contents "+m.Name)
		m.Init = was
		flipped++
	}
	require.NotZero(t, flipped)
}

// compareAgainst proves the written form of one circuit against another circuit.
func compareAgainst(t *testing.T, written, c *rtl.Circuit, dir string) (equiv.Status, string) {
	t.Helper()
	w, err := (&ladder{ctx: context.Background()}).readBack(written, verilog.Write(written, verilog.Options{}), dir)
	require.NoError(t, err)
	rep, err := equiv.Verilog(c, w.module, w.names, equiv.Options{})
	if err != nil {
		return equiv.Different, err.Error()
	}
	return rep.Status(), rep.String()
}

// TestVerilogRows checks that the file of each core is proved by our solver and by abc.
func TestVerilogRows(t *testing.T) {
	testkit.Tool(t, "yosys")
	testkit.Tool(t, "yosys-abc")
	p, err := flow.Load("../../examples/hello", flow.Options{})
	require.NoError(t, err)
	r, err := Verify(context.Background(), p, VerifyOptions{Cores: flow.Cores(), Checks: []string{"verilog"}, NoX86: true})
	require.NoError(t, err)
	proved := 0
	for _, row := range r.Rows {
		if row.Check == verify.Verilog {
			require.Equal(t, verify.Proved, row.Status, row.Detail)
			require.Greater(t, row.N, 15)
			proved++
		}
	}
	require.Equal(t, 4, proved)
}

var netDeclared = regexp.MustCompile(`(?m)^(?:\(\*.*?\*\) )*(?:wire|reg) (?:\[[0-9:]+\] )?(\w+)`)

// TestNetsHaveNames checks that each net in a core's written module has the name of a register,
// a memory, a port or a named value. A number distinguishes nets with the same name.
func TestNetsHaveNames(t *testing.T) {
	var ops []string
	for op := word.Bad + 1; op < word.NumOps; op++ {
		ops = append(ops, op.String())
	}
	numbered := regexp.MustCompile("_(" + strings.Join(ops, "|") + ")_[0-9]+$")
	p, err := flow.Load("../../examples/filter", flow.Options{})
	require.NoError(t, err)
	for _, kind := range flow.Cores() {
		c, err := p.Core(context.Background(), kind)
		require.NoError(t, err)
		names := verilog.NamesOf(c.Circuit)
		known := slices.Concat(slices.Collect(maps.Values(names.Ports)), slices.Collect(maps.Values(names.Regs)), slices.Collect(maps.Values(names.Mems)))
		for _, n := range c.Circuit.Nodes {
			if n.Name != "" {
				known = append(known, strings.ReplaceAll(n.Name, ".", "_"))
			}
		}
		all, bare, again := 0, 0, 0
		for _, m := range netDeclared.FindAllStringSubmatch(verilog.Write(c.Circuit, verilog.Options{}), -1) {
			all++
			if says := func(k string) bool { return strings.Contains("_"+m[1]+"_", "_"+k+"_") }; m[1] != "unused" && !slices.ContainsFunc(known, says) {
				bare++
				t.Logf("%s says nothing", m[1])
			}
			if numbered.MatchString(m[1]) {
				again++
			}
		}
		t.Logf("%s: %d declarations, %d not called after anything, %d told apart by a number only", kind, all, bare, again)
		require.Greater(t, all, 400)
		require.Zero(t, bare)
		require.Less(t, 4*again, all)
	}
}
