package source_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// gen writes random programs about the subjects of facts: indices, lengths, conditions, loops.
// The machine checks each proof of the checker during the run.
type gen struct {
	r     *rand.Rand
	out   strings.Builder
	loops int
	depth int
}

func (g *gen) pick(list ...string) string { return list[g.r.Intn(len(list))] }

// number is an index-like expression of any type.
func (g *gen) number() string {
	k := g.r.Intn(7)
	switch g.r.Intn(9) {
	case 0:
		return fmt.Sprint(k)
	case 1:
		return fmt.Sprintf("(i + %d)", k)
	case 2:
		return fmt.Sprintf("(j - %d)", k)
	case 3:
		return fmt.Sprintf("(i %s %d)", g.pick("%", "&", ">>", "/"), k+1)
	case 4:
		if g.loops > 0 {
			return fmt.Sprintf("(k%d %s %d)", g.r.Intn(g.loops), g.pick("+", "-", "*"), g.r.Intn(3))
		}
		return "s"
	case 5:
		return "b.len"
	case 6:
		return g.pick("u32(s)", "i32(i)", "i64(j)", "u8(i)", "u16(j)", "clamp(j, 0, 4)")
	}
	return g.pick("i", "j", "s")
}

func (g *gen) variable() string {
	if g.loops > 0 && g.r.Intn(3) == 0 {
		return fmt.Sprintf("k%d", g.r.Intn(g.loops))
	}
	return g.pick("i", "j", "s", "b.len")
}

func (g *gen) condition() string {
	op := g.pick("<", "<=", ">", ">=", "==", "!=")
	c := fmt.Sprintf("%s %s %d", g.variable(), op, g.r.Intn(8))
	if g.r.Intn(3) == 0 {
		c = fmt.Sprintf("i64(%s) %s i64(%s)", g.variable(), op, g.number())
	}
	switch g.r.Intn(5) {
	case 0:
		return c + " and " + g.condition()
	case 1:
		return "not (" + c + ")"
	case 2:
		return "(" + c + ") or " + g.pick("i < 3", "j > 2", "s == 1")
	}
	return c
}

func (g *gen) block() {
	g.depth++
	for range 1 + g.r.Intn(3) {
		g.stmt()
	}
	g.depth--
}

func (g *gen) stmt() {
	w := func(format string, args ...any) { fmt.Fprintf(&g.out, format, args...) }
	n := g.r.Intn(14)
	if g.depth > 3 && n > 8 {
		n = g.r.Intn(9)
	}
	switch n {
	case 0, 1:
		w("s = a[%s]\n", g.number())
	case 2:
		w("a[%s] = s\n", g.number())
	case 3:
		w("s = b[%s]\n", g.number())
	case 4:
		w("%s\n", g.pick("i = u32("+g.number()+")", "j = i32("+g.number()+")", "s = u8("+g.number()+")", "bump(i)"))
	case 5:
		w("%s\n", g.pick("b.resize(3)", "b.resize(0)", "b.append(s)", `b = "abcd"`, "b.resize(i & 7)"))
	case 6:
		w("s = total(a[%s..%s])\n", g.number(), g.number())
	case 7:
		w("let x%d = %s\ns = a[x%d]\n", g.out.Len(), g.number(), g.out.Len())
	case 8:
		w("%s\n", g.pick("s = total(b)", "if let q = j within 0..5 { s = a[q] }", "let z = i; if z < 5 { s = a[z] }"))
	case 9, 10:
		w("if %s {\n", g.condition())
		g.block()
		if g.r.Intn(2) == 0 {
			w("} else {\n")
			g.block()
		}
		w("}\n")
	case 11, 12:
		w("for k%d in %s..%s%s {\n", g.loops, g.pick("0", "1", "i & 3", "0"), g.pick("=", ""), g.pick("5", "4", "b.len", "i & 7", "a.len"))
		g.loops++
		g.block()
		g.loops--
		w("}\n")
	default:
		w("while %s max 5 {\n", g.condition())
		g.block()
		w("}\n")
	}
}

func (g *gen) program() string {
	g.block()
	g.block()
	return mainOf(`fn bump(n: inout u32) { n = n + 1 }
fn total(v: []u8) -> u8 {
  var t: u8 = 0
  for i in 0..v.len { t = t + v[i] }
  return t
}`, "var a: [5]u8\nvar b: bytes<6> = \"ab\"\nvar i: u32 = 2\nvar j: i32 = -1\nvar s: u8 = 3\n"+g.out.String()+`log.print("{i} {j} {s}")`)
}

// TestProofs runs random programs. Programs that the checker refuses do not count. If a proof
// does not hold, the machine reports a fault.
func TestProofs(t *testing.T) {
	ran, proved := 0, 0
	for seed := range int64(2000) {
		text := (&gen{r: rand.New(rand.NewSource(seed))}).program()
		f, errs := syntax.Parse(&diag.File{Name: "t.sn", Text: text})
		if errs.Err() != nil {
			t.Fatalf("seed %d:\n%s%s", seed, text, diag.Render(errs))
		}
		p, _ := types.Check([]*syntax.File{f}, types.Options{})
		if p == nil {
			continue
		}
		m, err := source.New(p, world.New(nil))
		if err != nil {
			t.Fatal(err)
		}
		tr, err := sim.Run(m, 1000)
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, text)
		}
		ran++
		if tr.Status == trace.Ended {
			proved++
		}
	}
	if ran < 1000 || proved < 200 {
		t.Errorf("only %d programs ran, %d to their end", ran, proved)
	}
}
