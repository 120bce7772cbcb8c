package word

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// operands are the leaves of the texts below.
func operands(name string) (int, bool) {
	w, ok := map[string]int{"rs1": 32, "rs2": 32, "imm": 12, "bit": 1, "x": 8, "y": 8, "wide": 64, "a.b": 4, "and": 8}[name]
	return w, ok
}

func parseText(src string) (*Expr, error) {
	sc := text.New(&diag.File{Name: "t", Text: src})
	e, err := ParseExpr(sc, operands)
	if err == nil {
		err = sc.EndLine()
	}
	return e, err
}

// goodTexts are texts with their printed forms. An empty form means the text itself.
var goodTexts = []struct{ src, want string }{
	{"rs1 + rs2", ""},
	{"rs1 ltu rs2", ""},
	{"x[7:0]", ""},
	{"x[3]", ""},
	{"x[3:3]", "x[3]"},
	{"(rs1 + rs2)[7:0]", ""},
	{"zext32(rs1 lts sext32(imm))", ""},
	{"mux(bit, x, y)", ""},
	{"mux(bit, 1, y)", "mux(bit, 8'1, y)"},
	{"mux(bit, y, 0xff)", "mux(bit, y, 8'255)"},
	{"cat(x, y)[12:4][3:0]", ""},
	{"cat(8'255, a.b)", ""},
	{"rs1 + 4096", "rs1 + 32'0x1000"},
	{"1 + rs1", "32'1 + rs1"},
	{"x shl 3", "x shl 8'3"},
	{"x shl a.b", ""},
	{"rs1 + rs2 - rs1 + 1", "((rs1 + rs2) - rs1) + 32'1"},
	{"x and y and x", "(x and y) and x"},
	{"x xor (y and x)", ""},
	{"not(x)", ""},
	{"not(redor(x))", ""},
	{"(x)", "x"},
	{"rs1\t+\trs2 // sum", "rs1 + rs2"},
	{"and and and", ""},
	{"minu(x, 9)", "minu(x, 8'9)"},
	{"neg(x) rotl 64'3", ""},
	{"64'0xffffffffffffffff", ""},
	{"x eq 7", "x eq 8'7"},
	{"x divs y", ""},
	{"rs1 * rs2 * rs1", "(rs1 * rs2) * rs1"},
}

func TestParse(t *testing.T) {
	for _, c := range goodTexts {
		e, err := parseText(c.src)
		require.NoError(t, err, c.src)
		want := c.want
		if want == "" {
			want = c.src
		}
		require.Equal(t, want, e.String(), c.src)
		back, err := parseText(e.String())
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(e, back), c.src)
	}
}

func TestChainsGroupLeft(t *testing.T) {
	e, err := parseText("x - y - 1")
	require.NoError(t, err)
	require.EqualValues(t, 2, e.Eval(func(name string) uint64 { return map[string]uint64{"x": 9, "y": 6}[name] }))
}

// badTexts are texts with their errors.
var badTexts = []struct{ src, want string }{
	{"", "t:1:1: error: expected an expression, found end of text"},
	{"x +", "t:1:4: error: expected an expression, found end of text"},
	{"x + y and x", "t:1:7: error: expected parentheses: `+` and `and` have no order"},
	{"x shl y shl x", "t:1:9: error: expected parentheses: `shl` and `shl` have no order"},
	{"x eq y eq bit", "t:1:8: error: expected parentheses: `eq` and `eq` have no order"},
	{"x + rs1", "t:1:1: error: add: widths [8 32] do not give width 8"},
	{"q + x", "t:1:1: error: expected the name of an operand, found `q`"},
	{"foo(x)", "t:1:1: error: expected an operator, found `foo`"},
	{"slice(x)", "t:1:1: error: expected an operator, found `slice`"},
	{"zext(x)", "t:1:1: error: expected an operator, found `zext`"},
	{"zext032(x)", "t:1:1: error: expected an operator, found `zext032`"},
	{"zext4(x)", "t:1:1: error: zext: widths [8] do not give width 4"},
	{"zext99(x)", "t:1:1: error: zext: width 99 is not in 1..64"},
	{"not(x, y)", "t:1:1: error: not takes 1 operands, got 2"},
	{"not(x", "t:1:6: error: expected `)`, found end of text"},
	{"(x", "t:1:3: error: expected `)`, found end of text"},
	{"x[8]", "t:1:3: error: expected bits within 7:0, got 8:8"},
	{"x[1:2]", "t:1:3: error: expected bits within 7:0, got 1:2"},
	{"x[a]", "t:1:3: error: expected high bit, found `a`"},
	{"x[3:]", "t:1:5: error: expected low bit, found `]`"},
	{"x[3", "t:1:4: error: expected `]`, found end of text"},
	{"x[65:1]", "t:1:3: error: high bit is at most 63, got 65"},
	{"5", "t:1:1: error: expected a constant with a width here, such as `8'5`"},
	{"not(5)", "t:1:5: error: expected a constant with a width here, such as `8'5`"},
	{"1 + 2", "t:1:1: error: expected a constant with a width here, such as `8'1`"},
	{"5[1]", "t:1:1: error: expected a constant with a width here, such as `8'5`"},
	{"3 shl x", "t:1:1: error: expected a constant with a width here, such as `8'3`"},
	{"mux(1, x, y)", "t:1:5: error: expected a constant with a width here, such as `8'1`"},
	{"mux(bit, 1, 2)", "t:1:10: error: expected a constant with a width here, such as `8'1`"},
	{"x + 256", "t:1:5: error: expected a number of 8 bits, got 256"},
	{"0'1", "t:1:1: error: a width is in 1..64, got 0"},
	{"65'1", "t:1:1: error: a width is in 1..64, got 65"},
	{"4'16", "t:1:3: error: value of 4 bits is at most 15, got 16"},
	{"cat(wide, x)", "t:1:1: error: cat: width 72 is not in 1..64"},
	{"mux(x, x, y)", "t:1:1: error: mux: widths [8 8 8] do not give width 8"},
	{"x y", "t:1:3: error: expected the end of the line, found `y`"},
	{strings.Repeat("(", 300), "t:1:202: error: expected an expression of at most 200 levels"},
}

func TestParseErrors(t *testing.T) {
	for _, c := range badTexts {
		_, err := parseText(c.src)
		require.EqualError(t, err, c.want, "%q", c.src)
	}
}

// randomExpr makes an expression of a width over the operands.
func randomExpr(r *rand.Rand, w, depth int) *Expr {
	var b Builder
	if depth == 0 || r.Intn(6) == 0 {
		for _, name := range []string{"rs1", "imm", "bit", "x", "wide", "a.b"} {
			if lw, _ := operands(name); lw == w && r.Intn(2) == 0 {
				return b.LeafOf(name, w)
			}
		}
		return b.Const(w, corner(r, w))
	}
	op := Op(1 + r.Intn(int(NumOps)-1))
	sub := func(w int) *Expr { return randomExpr(r, w, depth-1) }
	some := func() int { return []int{1, 4, 8, 12, 32, 64}[r.Intn(6)] }
	switch Table(op).Widths {
	case Same:
		if Table(op).Args == 1 {
			return b.Make(op, w, 0, sub(w))
		}
		return b.Make(op, w, 0, sub(w), sub(w))
	case Compare:
		if w == 1 {
			aw := some()
			return b.Make(op, 1, 0, sub(aw), sub(aw))
		}
	case Reduce:
		if w == 1 {
			return b.Make(op, 1, 0, sub(some()))
		}
	case Shift:
		return b.Make(op, w, 0, sub(w), sub(some()))
	case Select:
		return b.Mux(sub(1), sub(w), sub(w))
	case Concat:
		if w > 1 {
			lo := 1 + r.Intn(w-1)
			return b.Cat(sub(w-lo), sub(lo))
		}
	case Part:
		aw := w + r.Intn(65-w)
		return b.Slice(sub(aw), r.Intn(aw-w+1), w)
	case Extend:
		return b.Make(op, w, 0, sub(1+r.Intn(w)))
	}
	return sub(w)
}

func TestRoundTripAndSimplify(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 3000 {
		e := randomExpr(r, 1+r.Intn(64), 1+r.Intn(5))
		back, err := parseText(e.String())
		require.NoError(t, err, e)
		require.Empty(t, cmp.Diff(e, back), e)
		simple, core := Simplify(e), e.Expand()
		require.Equal(t, e.Width, simple.Width)
		for range 8 {
			values := map[string]uint64{}
			leaf := func(name string) uint64 {
				if _, ok := values[name]; !ok {
					w, _ := operands(name)
					values[name] = corner(r, w)
				}
				return values[name]
			}
			want := e.Eval(leaf)
			require.Equal(t, want, simple.Eval(leaf), "%s\nbecame\n%s", e, simple)
			require.Equal(t, want, core.Eval(leaf), e)
		}
	}
}

// TestSimplifyExhaustive compares every two-operator expression over small leaves and constants
// with its simplified form.
func TestSimplifyExhaustive(t *testing.T) {
	var b Builder
	const w = 2
	inner := []*Expr{b.LeafOf("x", w), b.LeafOf("y", w), b.Const(w, 0), b.Const(w, 1), b.Const(w, 2), b.Const(w, 3)}
	atoms := len(inner)
	for op := Bad + 1; op < NumOps; op++ {
		row := Table(op)
		for i := range atoms {
			for j := range atoms {
				switch {
				case row.Args == 2 && (row.Widths == Same || row.Widths == Shift):
					inner = append(inner, b.Make(op, w, 0, inner[i], inner[j]))
				case row.Args == 1 && row.Widths == Same && j == 0:
					inner = append(inner, b.Make(op, w, 0, inner[i]))
				case op == Mux:
					inner = append(inner, b.Mux(b.Slice(inner[0], 0, 1), inner[i], inner[j]))
				}
			}
		}
	}
	for _, in := range inner {
		for op := Bad + 1; op < NumOps; op++ {
			for _, s := range shapes(op, w) {
				if s.aw[Table(op).Args-1] != w && s.aw[0] != w {
					continue
				}
				for side := range Table(op).Args {
					checkSimplify(t, surround(op, s, side, in))
				}
			}
		}
	}
}

// surround puts e into operand `side` of an application of op. The other operands are a leaf
// if side is 0, or else a constant. If an operand must have another width than e, it is one
// bit of a leaf.
func surround(op Op, s shape, side int, e *Expr) *Expr {
	var b Builder
	var args []*Expr
	for i := range Table(op).Args {
		switch {
		case s.aw[i] == e.Width && i == side:
			args = append(args, e)
		case s.aw[i] == e.Width && side == 0:
			args = append(args, b.LeafOf("x", s.aw[i]))
		case s.aw[i] == e.Width:
			args = append(args, b.Const(s.aw[i], uint64(side)))
		default:
			args = append(args, b.Slice(b.LeafOf("y", 2), 0, 1))
		}
	}
	return b.Make(op, s.w, s.imm, args...)
}

func checkSimplify(t *testing.T, e *Expr) {
	t.Helper()
	simple := Simplify(e)
	for v := range uint64(16) {
		leaf := env([3]uint64{v & 3, v >> 2})
		if want, got := e.Eval(leaf), simple.Eval(leaf); got != want || simple.Width != e.Width {
			t.Fatalf("%s became %s: %d, want %d", e, simple, got, want)
		}
	}
}

// TestSimplifyGoals lists the expressions for which the identities exist.
func TestSimplifyGoals(t *testing.T) {
	for src, want := range map[string]string{
		"x + 0":                          "x",
		"0 + x":                          "x",
		"x - x":                          "8'0",
		"x and 255":                      "x",
		"x and 0":                        "8'0",
		"x or 255":                       "8'255",
		"x xor 255":                      "not(x)",
		"not(not(x))":                    "x",
		"x * 8":                          "x shl 8'3",
		"x divu 4":                       "x shru 8'2",
		"x remu 4":                       "x and 8'3",
		"mux(bit, x, x)":                 "x",
		"mux(not(bit), x, y)":            "mux(bit, y, x)",
		"mux(bit, 1'1, 1'0)":             "bit",
		"mux(bit, 1'0, 1'1)":             "not(bit)",
		"mux(x eq y, bit, 1'0)":          "(x eq y) and bit",
		"mux(bit, mux(bit, x, y), 9)":    "mux(bit, x, 8'9)",
		"cat(x, y)[7:0]":                 "y",
		"cat(x, y)[15:8]":                "x",
		"zext32(x)[7:4]":                 "x[7:4]",
		"zext32(x)[31:8]":                "24'0",
		"sext32(zext16(x))":              "zext32(x)",
		"zext64(zext32(x))":              "zext64(x)",
		"cat(x[7:4], x[3:1])":            "x[7:1]",
		"cat(4'0, x)":                    "zext12(x)",
		"(8'3 + 8'4) eq 7":               "1'1",
		"bit eq 1":                       "bit",
		"bit ne 1":                       "not(bit)",
		"(x + y) eq (x + y)":             "1'1",
		"x ltu 0":                        "1'0",
		"mux(8'1 ltu 8'2, rs1, rs2) + 0": "rs1",
		"x[7:2][3:1]":                    "x[5:3]",
	} {
		e, err := parseText(src)
		require.NoError(t, err, src)
		require.Equal(t, want, Simplify(e).String(), src)
	}
}

func FuzzParseExpr(f *testing.F) {
	for _, c := range goodTexts {
		f.Add(c.src)
	}
	for _, c := range badTexts {
		f.Add(c.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := parseText(src)
		if err != nil {
			de, ok := err.(*diag.Error)
			require.True(t, ok, "%T", err)
			require.False(t, de.Span.IsZero(), "an error without a place: %v", err)
			return
		}
		back, err := parseText(e.String())
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(e, back))
	})
}
