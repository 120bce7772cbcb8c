package design

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

func file(src string) *diag.File { return &diag.File{Name: "t.design", Text: src} }

const sample = `point filter
  core pipe3
  keep slli   Sh  0000000 001 0010011  rd = rs1 shl imm "filter.sn:41"
  keep lw     I           010 0000011  rd = mem32[rs1 + imm]
  keep sw     S           010 0100011  mem32[rs1 + imm] = rs2
  keep andn   R   0100000 111 0110011  rd = rs1 and not(rs2) "mined"
  shifts constant "2 constant shifts"
  amounts slli 2 8 "all in the image"
  text 4 "9 words of text"
  data 9 "1768 bytes of data"
  regs 13 "highest register in the image is x12"
  pc 4
  pointer 9
  length 11
  load wait "filter.sn:42"
  store wait
  store go
  device inside 0 rx "a binding of the system"
  device "out side" 3 rx tx
end
`

func TestSample(t *testing.T) {
	p, err := Parse(file(sample))
	require.NoError(t, err)
	require.Equal(t, sample, Print(p))
	require.NoError(t, p.Verify())
	require.Equal(t, 13, p.Regs.N)
	require.Equal(t, []int{2, 8}, p.Line("slli").Amounts)
	require.Nil(t, p.Line("luck"))
	require.Equal(t, []Port{{Reg: port.Wait, Load: Use{true, "filter.sn:42"}, Store: Use{true, ""}}, {Reg: port.Go, Store: Use{true, ""}}}, p.Ports)
	require.Equal(t, Device{Name: "out side", Index: 3, Rx: true, Tx: true}, p.Devices[1])
	require.Len(t, p.PortsOf(p.Line("lw").Inst), 1)
	require.Len(t, p.PortsOf(p.Line("sw").Inst), 2)
	require.Equal(t, uint64(TextBase/4&15), p.FirstPC())
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", "t.design:1:1: error: expected `point`, found end of text"},
		{"point a\nregs 3", "t.design:2:1: error: expected `core`, found `regs`"},
		{"point a\ncore multi\nregs\nend", "t.design:3:5: error: expected the number of regs, found end of line"},
		{"point a\ncore multi\nregs 3 4\nend", "t.design:3:8: error: expected the end of the line, found `4`"},
		{"point a\ncore multi\nregs 40\nend", "t.design:3:6: error: the number of regs is in 2..32, got 40"},
		{"point a\ncore multi\nregs 3\nregs 4\nend", "t.design:4:1: error: expected one choice of regs, found a second"},
		{"point a\ncore multi\nkeep add R 1\nend", "t.design:3:12: error: expected funct7 of 7 binary digits, found `1`"},
		{"point a\ncore multi\namounts slli 3\nend", "t.design:3:9: error: expected a line that is kept above, found `slli`"},
		{"point a\ncore multi\nluck 3\nend", "t.design:3:1: error: expected keep, shifts, amounts, text, data, regs, pc, pointer, length, load, store, device or `end`, found `luck`"},
		{"point a\ncore multi", "t.design:2:11: error: expected keep, shifts, amounts, text, data, regs, pc, pointer, length, load, store, device or `end`, found end of text"},
		{"point a\ncore multi\nend end", "t.design:3:5: error: expected the end of the line, found `end`"},
	} {
		_, err := Parse(file(c.src))
		require.ErrorContains(t, err, c.want)
	}
}

// TestContradictions changes one choice of a valid point at a time. The error must name the
// choice and its position.
func TestContradictions(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"core pipe3", "core fast", `2:8: error: core: expected multi, pipe3, serial1, serial2 or serial4, found "fast"`},
		{"keep lw     I           010 0000011", "keep lw     I           001 0010011", "4:3: error: keep lw: `lw` and `slli` share encodings"},
		{"keep lw ", "keep sw ", "5:3: error: expected one choice of keep sw, found a second"},
		{"  shifts constant \"2 constant shifts\"\n", "", "1:1: error: shifts: expected none, constant or barrel, found \"\""},
		{"shifts constant", "shifts luck", "7:3: error: shifts: expected none, constant or barrel, found \"luck\""},
		{"shifts constant", "shifts barrel", "7:3: error: shifts: barrel, but a line has amounts"},
		{"  amounts slli 2 8 \"all in the image\"\n", "", "7:3: error: shifts: constant, but no line has amounts"},
		{"amounts slli", "amounts andn", "8:3: error: amounts andn: expected a line with a shift amount, format Sh, this one has format R"},
		{"amounts slli 2 8", "amounts slli 8 2", "8:3: error: amounts slli: expected ascending amounts in 0..31, found 8 2"},
		{"amounts slli 2 8", "amounts slli 8 8", "8:3: error: amounts slli: expected each amount once, found 8 8"},
		{"  regs 13 \"highest register in the image is x12\"\n", "", "1:1: error: regs: expected 2 to 32, got 0"},
		{"  pc 4", "  pc 3", "12:3: error: pc: 3 bits do not reach the text, which has 4 address bits"},
		{"  data 9", "  data 0", "10:3: error: data: 0, but frames need a data memory"},
		{"  pointer 9", "  pointer 8", "13:3: error: pointer: 8 bits do not reach the data, which has 9 address bits"},
		{"  length 11\n", "", "1:1: error: length: frames need 3 bits or more, got 0"},
		{"store go", "store door", "17:9: error: expected a port register, found `door`"},
		{"store go", "load go", "17:3: error: load go: the register is only written"},
		{"store go", "store now", "17:3: error: store now: the register is only read"},
		{"  keep lw     I           010 0000011  rd = mem32[rs1 + imm]\n", "", "14:3: error: load wait: no kept line loads a word"},
		{"  keep sw     S           010 0100011  mem32[rs1 + imm] = rs2\n", "", "15:3: error: store wait: no kept line stores a word"},
		{"\"out side\" 3", "\"out side\" 0", "19:3: error: device out side: number 0 is that of inside"},
	} {
		require.Contains(t, sample, c.old)
		_, err := Parse(file(strings.Replace(sample, c.old, c.new, 1)))
		require.ErrorContains(t, err, "t.design:"+c.want)
	}
	p, err := Parse(file(sample))
	require.NoError(t, err)
	p.Devices[1].Name = "inside"
	require.EqualError(t, p.Verify(), "error: design point filter: device inside: expected one device of that name, found a second")
}

// TestRoundTrip makes random points. Parse must read back the text form of each point that
// verifies.
func TestRoundTrip(t *testing.T) {
	reason := rapid.OneOf(rapid.Just(""), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		number := func(what string, lo, hi int) Number {
			return Number{rapid.IntRange(lo, hi).Draw(t, what), reason.Draw(t, what+" reason")}
		}
		p := &Point{
			Program: rapid.String().Draw(t, "program"), Core: rapid.SampledFrom(Cores()).Draw(t, "core"), Shifts: Shifts{ShiftBarrel, reason.Draw(t, "shifts")},
			Text: number("text", 1, 9), Data: number("data", 0, 20), Regs: number("regs", 2, 32), PC: number("pc", 9, 30), Pointer: number("pointer", 0, 30), Length: number("length", 0, 32),
		}
		for _, in := range isa.RV32IM().Insts {
			if rapid.Bool().Draw(t, in.Name) {
				p.Lines = append(p.Lines, Line{Inst: in, Reason: reason.Draw(t, "line")})
			}
		}
		for _, r := range port.Registers()[:14] {
			use := func(has bool) (u Use) {
				if has && rapid.Bool().Draw(t, r.Name) {
					u = Use{true, reason.Draw(t, "port")}
				}
				return u
			}
			if q := (Port{r.Reg, use(r.Load), use(r.Store)}); q.Load.Has || q.Store.Has {
				p.Ports = append(p.Ports, q)
			}
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "devices") {
			p.Devices = append(p.Devices, Device{rapid.String().Draw(t, "device"), i, rapid.Bool().Draw(t, "rx"), rapid.Bool().Draw(t, "tx"), rapid.IntRange(0, 3).Draw(t, "bits"), rapid.Bool().Draw(t, "stream"), reason.Draw(t, "reason")})
		}
		if p.Verify() != nil {
			return
		}
		again, err := Parse(file(Print(p)))
		require.NoError(t, err, Print(p))
		require.Equal(t, Print(p), Print(again))
		p.Lines, again.Lines = nil, nil
		require.Equal(t, p, again)
	})
}

func TestTarget(t *testing.T) {
	for _, want := range []*Target{Default(), NewTarget("rv32im", isa.RV32IM(), 32), NewTarget("rv32e", isa.RV32I(), 16)} {
		require.NoError(t, want.Verify())
		got, err := ParseTarget(file(PrintTarget(want)))
		require.NoError(t, err)
		require.Equal(t, PrintTarget(want), PrintTarget(got))
		require.Equal(t, [2]any{want.Name, want.Regs}, [2]any{got.Name, got.Regs})
	}
	require.True(t, Default().Set.Computes(word.Mul))
	require.False(t, Default().Set.Computes(word.Divs))
}

func TestTargetErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"target a\nregs 4\n", "t.design:2:6: error: the number of registers is in 5..32, got 4"},
		{"target a\nregs 8\nisa b\nend", "t.design:4:4: error: expected `end`, found end of text"},
		{"target a\nregs 8\nisa b\nx R 1\nend", "t.design:4:5: error: expected funct7 of 7 binary digits, found `1`"},
		{"target a\nregs 8\nisa b\nend\nend\nx", "t.design:6:1: error: expected nothing after `end`, found `x`"},
	} {
		_, err := ParseTarget(file(c.src))
		require.EqualError(t, err, c.want)
	}
	for _, change := range []func(*Target){
		func(t *Target) { t.Name = "" },
		func(t *Target) { t.Set = nil },
		func(t *Target) { t.Regs = 33 },
		func(t *Target) { t.Set.Insts[0].Name = t.Set.Insts[1].Name },
	} {
		bad := Default()
		change(bad)
		require.Error(t, bad.Verify())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("point \"\\x00\"\ncore multi\nkeep a J 1101111 rd = pc \"x\" # y\nshifts none\ntext 1\nregs 2\npc 1\nend")
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Parse(file(src))
		if err != nil {
			require.Regexp(t, `^t\.design:\d+:\d+: `, err.Error())
			return
		}
		again, err := Parse(file(Print(p)))
		require.NoError(t, err)
		require.Equal(t, Print(p), Print(again))
	})
}

func FuzzParseTarget(f *testing.F) {
	f.Add(PrintTarget(Default()))
	f.Add("target a\nregs 8\nisa b\nx R 1\nend")
	f.Fuzz(func(t *testing.T, src string) {
		tg, err := ParseTarget(file(src))
		if err != nil {
			require.Regexp(t, `^t\.design:\d+:\d+: `, err.Error())
			return
		}
		again, err := ParseTarget(file(PrintTarget(tg)))
		require.NoError(t, err, PrintTarget(tg))
		require.Equal(t, PrintTarget(tg), PrintTarget(again))
	})
}
