package removal

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// holds reports whether a span contains a word.
func (s span) holds(v uint64) bool { return v >= s.lo && v <= s.hi && v&(1<<s.zeros-1) == 0 }

// spans lists all spans of words of a width.
func spans(width int) (out []span) {
	for lo := range uint64(1) << width {
		for hi := lo; hi < 1<<width; hi++ {
			for zeros := range aligned + 1 {
				out = append(out, span{lo, hi, zeros})
			}
		}
	}
	return out
}

// TestRules compares each rule with all words of all spans at a width of three bits.
func TestRules(t *testing.T) {
	const width = 3
	all := spans(width)
	leaf := func(name string) *word.Expr { return &word.Expr{Width: width, Leaf: name} }
	b := &word.Builder{}
	x, y := leaf("x"), leaf("y")
	for _, e := range []*word.Expr{
		b.Add(x, y), b.Sub(x, y), b.Make(word.Mul, width, 0, x, y), b.Divu(x, y), b.Remu(x, y), b.And(x, y), b.Or(x, y), b.Xor(x, y),
		b.Not(x), b.Shl(x, y), b.Shru(x, y), b.Make(word.Shrs, width, 0, x, y), b.Eq(x, y), b.Ltu(x, y), b.Lts(x, y), b.Mux(b.Ltu(x, y), x, y),
		b.Cat(x, y), b.Slice(x, 0, 2), b.Slice(x, 1, 2), b.Zext(x, 5), b.Sext(x, 5), b.Add(x, b.Const(width, 6)), b.Make(word.Mul, 5, 0, b.Zext(x, 5), b.Zext(y, 5)),
		b.Shl(x, b.Const(width, 1)), b.Shru(x, b.Const(width, 1)), b.Make(word.Shrs, width, 0, x, b.Const(width, 2)),
	} {
		e = e.Expand()
		for _, p := range all {
			for _, q := range all {
				s := spanOf(e, func(l *word.Expr) span { return map[string]span{"x": p, "y": q}[l.Leaf] })
				for v := p.lo; v <= p.hi; v++ {
					for w := q.lo; w <= q.hi; w++ {
						if !p.holds(v) || !q.holds(w) {
							continue
						}
						got := e.Eval(func(name string) uint64 { return map[string]uint64{"x": v, "y": w}[name] })
						if !s.holds(got) {
							t.Fatalf("%v of %v and %v is %v, but %d and %d give %d", e, p, q, s, v, w, got)
						}
					}
				}
			}
		}
	}
}

// corner makes a random word, often near an edge.
func corner(r *rand.Rand) uint64 {
	edges := []uint64{0, 4, 1<<31 - 4, 1 << 31, 1<<32 - 4}
	v := edges[r.IntN(len(edges))] + uint64(r.IntN(8)) - 4
	if r.IntN(2) == 0 {
		v = uint64(r.Uint32())
	}
	return v & (1<<32 - 1)
}

// around is a span that contains a word.
func around(r *rand.Rand, v uint64) span {
	s := point(v)
	if w := corner(r); r.IntN(2) == 0 {
		s = s.join(point(w))
	}
	s.zeros = r.IntN(s.zeros + 1)
	return s
}

// TestLines checks that the results of instructions and branches are in the computed spans.
func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, in := range isa.RV32IM().Insts {
		for range 2000 {
			a, b, imm := corner(r), corner(r), corner(r)
			values := map[string]uint64{"rs1": a, "rs2": b, "imm": imm, "pc": 0x100000, "mem": corner(r)}
			leaf := func(name string) uint64 { return values[name] }
			known := map[string]span{"rs1": around(r, a), "rs2": around(r, b), "imm": point(imm), "pc": point(0x100000), "mem": anything(32)}
			if e := in.Meaning.Rd; e != nil {
				s := spanOf(e.Expand(), func(l *word.Expr) span {
					if l.Leaf == "mem" {
						return anything(l.Width)
					}
					return known[l.Leaf]
				})
				require.True(t, s.holds(e.Eval(leaf)), "%s of %v: %v", in.Name, values, s)
			}
			if e := in.Meaning.Cond; e != nil {
				var regs [32]span
				regs[1], regs[2] = known["rs1"], known["rs2"]
				for _, taken := range []bool{false, true} {
					narrowed, ok := decided(regs, e, isa.Ops{Rs1: 1, Rs2: 2}, taken)
					if (e.Eval(leaf) == 1) == taken {
						require.True(t, ok && narrowed[1].holds(a) && narrowed[2].holds(b), "%s of %v: %v", in.Name, values, narrowed[1:3])
					}
				}
			}
		}
	}
}
