package design

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
)

func file(src string) *diag.File { return &diag.File{Name: "t.design", Text: src} }

const sample = `point filter
  core pipe3
  keep sltu "filter.sn:41"
  regs 13 "highest register in the image is x13"
  shifts "l2 l8 r16"
  pc 0x10
end
`

func TestSample(t *testing.T) {
	p, err := Parse(file(sample))
	require.NoError(t, err)
	require.Equal(t, sample, Print(p))
	require.NoError(t, p.Verify())
	v, ok := p.Choice("regs")
	require.True(t, ok)
	require.Equal(t, "13", v)
	_, ok = p.Choice("luck")
	require.False(t, ok)
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", "t.design:1:1: error: expected `point`, found end of text"},
		{"point a\nregs 3", "t.design:2:1: error: expected `core`, found `regs`"},
		{"point a\ncore fast\nend", "t.design:2:6: error: expected a core multi or pipe3, found `fast`"},
		{"point a\ncore multi\nregs\nend", "t.design:3:5: error: expected the value of regs, found end of line"},
		{"point a\ncore multi\nregs 3 4\nend", "t.design:3:8: error: expected the end of the line, found `4`"},
		{"point a\ncore multi\nkeep add\nkeep add \"x\"\nend", "t.design:4:1: error: expected one choice of keep add, found a second"},
		{"point a\ncore multi\ncore multi\nend", "t.design:3:1: error: expected the key to be a name, found \"core\""},
		{"point a\ncore multi", "t.design:2:11: error: expected a choice or `end`, found end of text"},
		{"point a\ncore multi\nend end", "t.design:3:5: error: expected the end of the line, found `end`"},
	} {
		_, err := Parse(file(c.src))
		require.EqualError(t, err, c.want)
	}
}

func TestVerify(t *testing.T) {
	for _, p := range []*Point{
		{Core: "fast"},
		{Core: "multi", Choices: []Choice{{Key: "a b"}}},
		{Core: "multi", Choices: []Choice{{Key: "end"}}},
		{Core: "multi", Choices: []Choice{{Key: ""}}},
		{Core: "multi", Choices: []Choice{{Key: "keep", Value: "add"}, {Key: "keep", Value: "add"}}},
	} {
		require.Error(t, p.Verify(), "%+v", p)
	}
	require.NoError(t, (&Point{Core: "multi", Choices: []Choice{{Key: "keep", Value: "add"}, {Key: "keep", Value: "sub"}}}).Verify())
}

func TestRoundTrip(t *testing.T) {
	key := rapid.SampledFrom([]string{"keep", "regs", "a.b", "$x"})
	rapid.Check(t, func(t *rapid.T) {
		p := &Point{Program: rapid.String().Draw(t, "program"), Core: rapid.SampledFrom(Cores()).Draw(t, "core")}
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			p.Choices = append(p.Choices, Choice{key.Draw(t, "key"), rapid.String().Draw(t, "value"), rapid.String().Draw(t, "reason")})
		}
		if p.Verify() != nil { // the same choice twice
			return
		}
		again, err := Parse(file(Print(p)))
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func TestTarget(t *testing.T) {
	for _, want := range []*Target{Default(), NewTarget("rv32im", isa.RV32IM(), 32), NewTarget("rv32e", isa.RV32I(), 16)} {
		require.NoError(t, want.Verify())
		got, err := ParseTarget(file(PrintTarget(want)))
		require.NoError(t, err)
		require.Equal(t, PrintTarget(want), PrintTarget(got))
		require.Equal(t, [4]any{want.Name, want.Regs, want.Mul, want.Div}, [4]any{got.Name, got.Regs, got.Mul, got.Div})
	}
	require.True(t, Default().Mul)
	require.False(t, Default().Div)
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
		func(t *Target) { t.Mul = false },
		func(t *Target) { t.Div = true },
		func(t *Target) { t.Set.Insts[0].Name = t.Set.Insts[1].Name },
	} {
		bad := Default()
		change(bad)
		require.Error(t, bad.Verify())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("point a\ncore multi\nkeep \"\\x00\" \"\"\nend")
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Parse(file(src))
		if err != nil {
			require.Regexp(t, `^t\.design:\d+:\d+: `, err.Error())
			return
		}
		again, err := Parse(file(Print(p)))
		require.NoError(t, err)
		require.Equal(t, p, again)
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
