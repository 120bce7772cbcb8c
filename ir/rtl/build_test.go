package rtl_test

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
)

const blink = `circuit blink
  input en 1
  reg count 8 reset 0
  %2 8 = const 1
  %3 8 = add count %2
  %4 8 = const 255
  full 1 = eq count %4
  if en {
    set count %3
  }
  output led 1 = full
end
`

func buildBlink(t *testing.T) *rtl.Circuit {
	b := rtl.NewBuilder("blink")
	en := b.Input("en", 1)
	count := b.Reg("count", 8, 0)
	b.If(en, func() { b.Set(count, b.Add(count.Q(), b.Const(8, 1))) })
	b.Output("led", b.Name("full", b.EqConst(count.Q(), 255)))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func TestBuilder(t *testing.T) { require.Equal(t, blink, buildBlink(t).String()) }

func TestBuilderSharesAndFolds(t *testing.T) {
	b := rtl.NewBuilder("t")
	x, y, bit := b.Input("x", 8), b.Input("y", 8), b.Input("bit", 1)
	require.Equal(t, b.Add(x, y), b.Add(y, x))
	require.Equal(t, b.Const(8, 7), b.Const(8, 0x107))
	require.Equal(t, x, b.Add(x, b.Const(8, 0)))
	require.Equal(t, b.Const(8, 12), b.Add(b.Const(8, 5), b.Const(8, 7)))
	require.NotEqual(t, b.Sub(x, y), b.Sub(y, x))
	require.Equal(t, bit, b.Mux(bit, b.Const(1, 1), b.Const(1, 0)))
	require.Equal(t, y, b.Bits(b.Cat(x, y), 7, 0))
	require.Equal(t, x, b.Fit(x, 8))
	require.Equal(t, b.Bits(x, 3, 0), b.Fit(x, 4))
	require.Equal(t, b.Zext(x, 12), b.Fit(x, 12))
	require.Equal(t, b.Any(x), b.Not(b.IsZero(x)))
	require.Equal(t, 24, b.Width(b.Cat(x, y, x)))
	require.Equal(t, b.Ne(x, y), b.Not(b.Eq(x, y)))
	v, ok := b.ConstOf(b.And(b.Const(8, 12), b.Const(8, 10)))
	require.True(t, ok)
	require.EqualValues(t, 8, v)
}

func TestBuilderSelects(t *testing.T) {
	b := rtl.NewBuilder("t")
	x, y, c, d := b.Input("x", 8), b.Input("y", 8), b.Input("c", 1), b.Input("d", 1)
	require.Equal(t, b.Mux(c, x, b.Mux(d, y, b.Const(8, 3))), b.Priority(b.Const(8, 3), rtl.Case{Cond: c, Value: x}, rtl.Case{Cond: d, Value: y}))
	require.Equal(t, b.Or(b.And(b.Repeat(c, 8), x), b.And(b.Repeat(d, 8), y)), b.OneHot(rtl.Case{Cond: c, Value: x}, rtl.Case{Cond: d, Value: y}))
}

func TestBuilderExpr(t *testing.T) {
	b := rtl.NewBuilder("t")
	in := map[string]rtl.ID{"x": b.Input("x", 8), "y": b.Input("y", 8)}
	sc := text.New(&diag.File{Name: "t", Text: "zext16((x + y)[3:0]) xor 5"})
	e, err := word.ParseExpr(sc, func(name string) (int, bool) { id, ok := in[name]; return b.Width(id), ok })
	require.NoError(t, err)
	id := b.Expr(e, func(name string) rtl.ID { return in[name] })
	require.Equal(t, b.Xor(b.Zext(b.Bits(b.Add(in["x"], in["y"]), 3, 0), 16), b.Const(16, 5)), id)
}

func TestBuilderPlaces(t *testing.T) {
	b := rtl.NewBuilder("t")
	f := &diag.File{Name: "t.sn", Text: "task"}
	span := diag.Span{File: f, Start: 0, End: 4}
	require.True(t, b.At(span).IsZero())
	x := b.Input("x", 8)
	require.Equal(t, span, b.At(diag.Span{}))
	b.Output("y", b.Not(x))
	c, err := b.Build()
	require.NoError(t, err)
	require.Equal(t, span, c.Nodes[0].Span)
	require.True(t, c.Nodes[1].Span.IsZero())
}

func TestBuilderRefusesWidths(t *testing.T) {
	b := rtl.NewBuilder("t")
	x, y := b.Input("x", 8), b.Input("y", 7)
	r := b.Reg("r", 8, 0)
	m := b.Mem("m", 8, 4, 1, nil)
	for name, f := range map[string]func(){
		"add":   func() { b.Add(x, y) },
		"set":   func() { b.Set(r, y) },
		"if":    func() { b.If(x, func() {}) },
		"read":  func() { b.ReadAsync(m, x) },
		"sync":  func() { b.ReadSync(m, b.Bits(x, 3, 0), x, rtl.Old) },
		"write": func() { b.WriteMem(m, b.Bits(x, 3, 0), y, rtl.None) },
		"lanes": func() { b.WriteMem(m, b.Bits(x, 3, 0), x, x) },
		"claim": func() { b.Assert("a", x) },
		"bits":  func() { b.Bits(x, 8, 1) },
	} {
		require.Panics(t, f, name)
	}
}

func TestBuilderMemories(t *testing.T) {
	b := rtl.NewBuilder("m")
	we, addr := b.Input("we", 4), b.Input("addr", 2)
	m := b.Mem("ram", 32, 2, 4, []uint64{1, 2})
	loop := b.SyncPort(m, rtl.Old)
	b.Drive(loop, b.Bits(loop.Q(), 1, 0), rtl.None) // an address that depends on the port's own value
	v := b.ReadSync(m, addr, b.Bit(we, 0), rtl.New)
	b.If(b.Bit(we, 1), func() {}, func() {
		b.WriteMem(m, addr, b.ReadAsync(m, addr), we)
	})
	b.Output("v", b.Or(v, loop.Q()))
	c, err := b.Build()
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(c, parse(t, c.String()), sameCircuit))
	require.Contains(t, c.String(), "drive %2 addr %3\n")

	b = rtl.NewBuilder("undriven")
	b.SyncPort(b.Mem("ram", 8, 2, 1, nil), rtl.Old)
	_, err = b.Build()
	require.ErrorContains(t, err, "memory ram: a synchronous read port has no address")
}

// inputsOf makes random input values.
func inputsOf(r *rand.Rand, c *rtl.Circuit) []uint64 {
	out := make([]uint64, len(c.Inputs))
	for i, id := range c.Inputs {
		out[i] = r.Uint64() & word.Mask(c.Nodes[id].Width)
	}
	return out
}

// outputsOver runs a circuit with its own small evaluator and returns the outputs of each
// cycle.
func outputsOver(c *rtl.Circuit, seed int64, cycles int) (out []uint64) {
	s := newState(c)
	r := rand.New(rand.NewSource(seed))
	for range cycles {
		s.cycle(inputsOf(r, c))
		for _, o := range c.Outputs {
			out = append(out, s.value[o.Node])
		}
		for _, a := range c.Asserts[:min(1, len(c.Asserts))] {
			out = append(out, s.value[a.Node])
		}
	}
	return out
}

// TestTransformationsKeepTheMeaning compares random circuits with their flat,
// expanded and pruned forms.
func TestTransformationsKeepTheMeaning(t *testing.T) {
	for seed := range int64(250) {
		c := rtltest.Random(seed, 50)
		want := outputsOver(c, seed, 12)
		flat := c.Flat()
		packed, to := c.Pack()
		for name, d := range map[string]*rtl.Circuit{
			"flat": flat.Circuit, "expanded": c.Expand(), "pruned": c.Prune(), "packed": packed, "all": c.Expand().Prune().Flat().Circuit,
		} {
			require.NoError(t, d.Verify(), "%s, seed %d\n%s", name, seed, d)
			require.Equal(t, want, outputsOver(d, seed, 12), "%s, seed %d\n%s\nbecame\n%s", name, seed, c, d)
			require.Empty(t, cmp.Diff(d, parse(t, d.String()), sameCircuit))
		}
		for i := range c.Nodes {
			require.Equal(t, c.Nodes[i].Width, packed.Nodes[to[i]].Width)
			require.Equal(t, c.Nodes[i].Name, flat.Circuit.Nodes[i].Name, "Flat keeps the IDs")
		}
	}
}

func TestExpandLeavesCoreRows(t *testing.T) {
	for seed := range int64(50) {
		for _, n := range rtltest.Random(seed, 60).Expand().Nodes {
			require.True(t, n.Kind != rtl.KOp || word.Table(n.Op).Core)
		}
	}
}

func TestFlat(t *testing.T) {
	c := parse(t, `circuit t
mem m 8 addr 2 lanes 1
input a 1
input b 1
input v 8
input at 2
reg r 8 reset 0
reg same 8 reset 0
q 8 = read m sync never
drive q addr at enable b
set r v
if a {
  set r 8'1
  if b {
    write m addr at data v
  } else {
    set r r
  }
} else {
  write m addr at data r
}
output o 8 = q
end
`)
	f := c.Flat()
	require.NotEqual(t, c.Regs[0].Node, f.Next[0])
	require.Equal(t, c.Regs[1].Node, f.Next[1], "a register that is never set holds")
	require.Len(t, f.Enable[0], 2)
	require.Equal(t, []string{"m.read0.write0.never", "m.read0.write1.never"}, []string{f.Circuit.Asserts[0].Name, f.Circuit.Asserts[1].Name})
	text := f.Circuit.String()
	require.Contains(t, text, "and a b")
	require.Contains(t, text, "not a")
	require.NotContains(t, c.String(), "never =", "the original is untouched")
	require.Equal(t, text, f.Circuit.Flat().Circuit.String(), "flat stays flat")
}

func TestPack(t *testing.T) {
	c := parse(t, `circuit t
input x 8
input y 8
input c 1
reg r 8 reset 0
a0 1 = slice x 0
b0 1 = and c a0
y0 1 = slice y 2
o0 1 = or b0 y0
a1 1 = slice x 1
b1 1 = and a1 c
y1 1 = slice y 3
o1 1 = or y1 b1
a2 1 = slice x 2
n2 1 = not a2
low 2 = cat o1 o0
mid 3 = cat n2 low
all 8 = zext mid
rest 5 = slice x 3
nrest 5 = not rest
twin 8 = cat nrest mid
set r twin
output o 8 = all
output t 8 = twin
end
`)
	p, _ := c.Pack()
	require.NoError(t, p.Verify())
	want := `circuit t
  input x 8
  input y 8
  input c 1
  a2 1 = slice x 2
  n2 1 = not a2
  %5 2 = sext c
  %6 2 = slice x 0
  %7 2 = and %5 %6
  %8 2 = slice y 2
  low 2 = or %7 %8
  mid 3 = cat n2 low
  all 8 = zext mid
  %12 6 = slice x 2
  %13 6 = not %12
  twin 8 = cat %13 low
  output o 8 = all
  output t 8 = twin
end
`
	require.Equal(t, want, p.Prune().String())
}

// bus makes a word in the same way as a generator that saves gates. The parts of the word have
// random widths and are ors of selected fields.
func bus(b *rtl.Builder, r *rand.Rand, values, conds []rtl.ID) rtl.ID {
	word, at := rtl.None, 0
	shifts := []int{r.Intn(6) - 3, r.Intn(6) - 3}
	for at < 16 {
		w := min(1+r.Intn(5), 16-at)
		part := b.Const(w, uint64(r.Intn(3)/2))
		for i, v := range values {
			lo := at + shifts[r.Intn(8)/7]
			if r.Intn(3) == 0 || lo < 0 || lo+w > 16 {
				continue
			}
			f := b.Bits(v, lo+w-1, lo)
			if i > 0 {
				f = b.And(f, b.Repeat(conds[i%len(conds)], w))
			}
			part = b.Or(part, f)
		}
		if w == 1 && r.Intn(2) == 0 {
			part = b.Or(part, conds[0])
		}
		if word == rtl.None {
			word = part
		} else {
			word = b.Cat(part, word)
		}
		at += w
	}
	return word
}

func TestPackGathersFields(t *testing.T) {
	gathered := 0
	for seed := range int64(300) {
		r := rand.New(rand.NewSource(seed))
		b := rtl.NewBuilder("bus")
		var values, conds []rtl.ID
		for _, name := range []string{"v", "w", "x"} {
			values = append(values, b.Input(name, 16))
			conds = append(conds, b.Input(name+"_on", 1))
		}
		x := bus(b, r, values[:1+r.Intn(3)], conds)
		b.Output("bus", b.Not(x))
		b.Output("sum", b.Add(x, bus(b, r, values, conds)))
		c, err := b.Build()
		require.NoError(t, err)
		p, _ := c.Pack()
		require.NoError(t, p.Verify())
		require.Equal(t, outputsOver(c, seed, 40), outputsOver(p, seed, 40), "seed %d\n%s\nbecame\n%s", seed, c, p)
		if 3*len(p.Prune().Nodes) < 2*len(c.Prune().Nodes) {
			gathered++
		}
	}
	require.Greater(t, gathered, 20, "hardly any bus became words")
}

func TestPackComparesUnderAMask(t *testing.T) {
	b := rtl.NewBuilder("t")
	x, y := b.Input("x", 8), b.Input("y", 8)
	gathered := b.Cat(b.Bit(x, 1), b.Const(1, 1), b.Bits(x, 7, 5), b.Bit(x, 3))
	b.Output("same", b.EqConst(gathered, 0b11_010_1))
	b.Output("never", b.EqConst(gathered, 0))
	b.Output("mixed", b.EqConst(b.Cat(b.Bit(x, 1), b.Bit(y, 1)), 3))
	b.Output("twice", b.EqConst(b.Cat(b.Bit(x, 1), b.Bit(x, 0), b.Bit(x, 1)), 3))
	c, err := b.Build()
	require.NoError(t, err)
	p, _ := c.Pack()
	text := p.String()
	require.Contains(t, text, "const 234\n") // bits 7, 6, 5, 3 and 1
	require.Contains(t, text, "and x ")
	require.Equal(t, outputsOver(c, 1, 300), outputsOver(p, 1, 300))
	v := p.Nodes[p.Outputs[1].Node]
	require.Equal(t, rtl.KConst, v.Kind)
}

func TestPrune(t *testing.T) {
	c := parse(t, `circuit t
mem dead 8 addr 1 lanes 1
mem live 8 addr 1 lanes 1
input i 8
input unused 1
reg deadReg 8 reset 0
reg liveReg 8 reset 0
bit 1 = slice i 0
d 8 = read dead async bit
l 8 = read live async bit
junk 8 = add d deadReg
use 8 = add l liveReg
if unused {
  set deadReg junk
  write dead addr bit data junk
}
if bit {
  set deadReg junk
  set liveReg use
}
write live addr bit data i
output o 8 = l
probe seen = use
end
`)
	p := c.Prune()
	require.NoError(t, p.Verify())
	text := p.String()
	for _, gone := range []string{"dead", "junk", "if unused"} {
		require.NotContains(t, text, gone)
	}
	for _, there := range []string{"input unused 1", "reg liveReg", "if bit {\n    set liveReg use\n  }", "probe seen = use", "write live"} {
		require.Contains(t, text, there)
	}
	require.Equal(t, text, p.Prune().String())
}

func TestPortNames(t *testing.T) {
	require.Equal(t, rtl.StreamPorts{Valid: "eth0_rx_valid", Ready: "eth0_rx_ready", Data: "eth0_rx_data", Last: "eth0_rx_last", Bytes: "eth0_rx_bytes"}, rtl.RxPorts("eth0"))
	require.Equal(t, "eth0_tx_valid", rtl.TxPorts("eth0").Valid)
	require.Equal(t, "eth0_oversize", rtl.PortOversize("eth0"))
}

func TestNamesInText(t *testing.T) {
	require.Equal(t, "%3", buildBlink(t).Ref(3))
	require.Equal(t, "full", buildBlink(t).Ref(5))
	require.Equal(t, "never", rtl.Never.String())
	require.True(t, strings.HasPrefix(rtl.Policy(9).String(), "policy"))
}

// TestPackReverses checks words whose bits are in reverse order. Such words become slices
// of one reversed word. The test has three cases: the whole word, a part of it, and a
// part between other bits.
func TestPackReverses(t *testing.T) {
	for _, w := range []int{8, 12, 32, 33, 64} {
		for _, run := range [][2]int{{0, w}, {0, 8}, {w - 8, w}, {1, w}} {
			b := rtl.NewBuilder("t")
			x, y := b.Input("x", w), b.Input("y", 3)
			v := b.Bits(y, 1, 0)
			if run[1]-run[0] > 60 {
				v = b.Bit(x, run[0])
				run[0]++
			}
			for i := run[1] - 1; i >= run[0]; i-- {
				v = b.Cat(b.Bit(x, i), v)
			}
			b.Output("o", b.Not(v))
			c, err := b.Build()
			require.NoError(t, err)
			p, _ := c.Pack()
			require.NoError(t, p.Verify())
			require.Equal(t, outputsOver(c, 1, 60), outputsOver(p, 1, 60), "%d bits of %d", run, w)
		}
	}
}
