package gate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/word"
	"github.com/stretchr/testify/require"
)

// shape is one application of an operator: result width, operand widths, immediate.
type shape struct {
	w   int
	aw  []int
	imm uint64
}

// shapes lists applications of a row at base width n.
func shapes(row *word.Row, n int) []shape {
	switch row.Widths {
	case word.Same:
		aw := make([]int, row.Args)
		for i := range aw {
			aw[i] = n
		}
		return []shape{{n, aw, 0}}
	case word.Compare:
		return []shape{{1, []int{n, n}, 0}}
	case word.Shift:
		var out []shape
		for _, m := range []int{1, 2, 3, n, n + 2} {
			out = append(out, shape{n, []int{n, min(m, 64)}, 0})
		}
		return out
	case word.Select:
		return []shape{{n, []int{1, n, n}, 0}}
	case word.Concat:
		if n == 1 {
			return []shape{{2, []int{1, 1}, 0}}
		}
		return []shape{{n, []int{n / 2, n - n/2}, 0}, {n, []int{n - 1, 1}, 0}}
	case word.Part:
		var out []shape
		for lo := range n {
			out = append(out, shape{n - lo, []int{n}, uint64(lo)}, shape{1, []int{n}, uint64(lo)})
		}
		return out
	case word.Extend:
		return []shape{{n, []int{n}, 0}, {min(n+3, 64), []int{n}, 0}}
	default:
		return []shape{{1, []int{n}, 0}}
	}
}

func bools(v uint64, w int) []bool { return constBits(Bools{}, w, v) }

func number(bits []bool) uint64 {
	var v uint64
	for i, b := range bits {
		if b {
			v |= 1 << i
		}
	}
	return v
}

// checkRule compares the gate rule of an operator with the meaning in its table row, for one tuple
// of operands.
func checkRule(t *testing.T, rules Rules[bool], op word.Op, s shape, v [3]uint64) bool {
	var args [][]bool
	var aw [3]int
	for i, w := range s.aw {
		v[i] &= word.Mask(w)
		args = append(args, bools(v[i], w))
		aw[i] = w
	}
	bits, err := rules.Apply(Bools{}, op, s.w, args, s.imm)
	require.NoError(t, err)
	want := word.Eval(op, s.w, v, aw, s.imm)
	if len(bits) != s.w || number(bits) != want {
		t.Errorf("%v width %d operands %v imm %d: gates give %d bits %x, the row %x", op, s.w, v, s.imm, len(bits), number(bits), want)
		return false
	}
	return true
}

// allValues calls f with every operand tuple. It stops if f returns false.
func allValues(aw []int, f func(v [3]uint64) bool) {
	total := 0
	for _, w := range aw {
		total += w
	}
	for n := uint64(0); n < 1<<total; n++ {
		var v [3]uint64
		rest := n
		for i, w := range aw {
			v[i] = rest & word.Mask(w)
			rest >>= w
		}
		if !f(v) {
			return
		}
	}
}

func TestRuleIsWordMeaningExhaustive(t *testing.T) {
	rules := CoreRules[bool]()
	for op := word.Bad + 1; op < word.NumOps; op++ {
		t.Run(op.String(), func(t *testing.T) {
			for n := 1; n <= 5; n++ {
				for _, s := range shapes(word.Table(op), n) {
					require.NoError(t, word.Check(op, s.w, s.aw, s.imm))
					allValues(s.aw, func(v [3]uint64) bool { return checkRule(t, rules, op, s, v) })
				}
			}
		})
	}
}

// corner returns a random value, often a special value such as 0 or all ones.
func corner(r *rand.Rand, w int) uint64 {
	switch r.IntN(6) {
	case 0:
		return 0
	case 1:
		return word.Mask(w)
	case 2:
		return 1 << (w - 1)
	case 3:
		return uint64(r.IntN(2 * w))
	default:
		return r.Uint64()
	}
}

func TestRuleIsWordMeaningRandom(t *testing.T) {
	rules := CoreRules[bool]()
	r := rand.New(rand.NewPCG(1, 2))
	for op := word.Bad + 1; op < word.NumOps; op++ {
		for n := 6; n <= 64; n++ {
			all := shapes(word.Table(op), n)
			for range 6 {
				s := all[r.IntN(len(all))]
				v := [3]uint64{corner(r, n), corner(r, n), corner(r, n)}
				if !checkRule(t, rules, op, s, v) {
					return
				}
			}
		}
	}
}

func TestEveryCoreRowHasARule(t *testing.T) {
	rules := CoreRules[bool]()
	for op := word.Bad + 1; op < word.NumOps; op++ {
		_, ok := rules[op]
		require.Equal(t, word.Table(op).Core, ok, op.String())
	}
}

// TestDummyOperator adds one operator with only a table row that has an expansion, and another
// operator with only a gate rule. No other code changes.
func TestDummyOperator(t *testing.T) {
	row := &word.Row{Name: "avgu", Args: 2, Expand: func(b *word.Builder, w int, x []*word.Expr, _ uint64) *word.Expr {
		sum := b.Add(b.Zext(x[0], w+1), b.Zext(x[1], w+1))
		return b.Slice(sum, 1, w)
	}}
	rules := CoreRules[bool]()
	const dummy = word.NumOps + 1
	rules[dummy] = func(l Logic[bool], _ int, a [][]bool, _ uint64) []bool {
		sum, top := addBits(l, a[0], a[1], l.Lit(false))
		return append(sum[1:], top)
	}
	allValues([]int{4, 4}, func(v [3]uint64) bool {
		args := [][]bool{bools(v[0], 4), bools(v[1], 4)}
		byRow, err := rules.Row(Bools{}, row, 4, args, 0)
		require.NoError(t, err)
		byRule, err := rules.Apply(Bools{}, dummy, 4, args, 0)
		require.NoError(t, err)
		want := (v[0] + v[1]) / 2
		require.Equal(t, want, number(byRow), "by row: %v", v)
		require.Equal(t, want, number(byRule), "by rule: %v", v)
		return true
	})
}

func TestRowWithoutRuleOrExpansionIsAnError(t *testing.T) {
	_, err := CoreRules[bool]().Row(Bools{}, &word.Row{Name: "lost"}, 4, nil, 0)
	require.ErrorContains(t, err, "lost has neither")
}

// TestWrongRuleIsSeen plants a wrong rule, which checkRule must notice.
func TestWrongRuleIsSeen(t *testing.T) {
	rules := CoreRules[bool]()
	rules[word.Shrs] = rules[word.Shru]
	bits, err := rules.Apply(Bools{}, word.Shrs, 4, [][]bool{bools(8, 4), bools(1, 2)}, 0)
	require.NoError(t, err)
	require.NotEqual(t, uint64(12), number(bits), fmt.Sprint(bits))
}
