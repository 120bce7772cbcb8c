package interval

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/word"
)

// wordRules are the rules of operators whose operands and result have one width.
var wordRules = map[word.Op]func(a, b Word, width int) Word{
	word.Add:  func(a, b Word, width int) Word { return a.Arith(Add, b, width) },
	word.Sub:  func(a, b Word, width int) Word { return a.Arith(Sub, b, width) },
	word.Mul:  func(a, b Word, width int) Word { return a.Arith(Mul, b, width) },
	word.Divu: Word.Divu,
	word.Remu: Word.Remu,
	word.And:  Word.And,
	word.Or:   Word.Or,
	word.Xor:  Word.Xor,
	word.Shl:  Word.Shl,
	word.Shru: Word.Shru,
	word.Shrs: Word.Shrs,
	word.Minu: Word.Minu,
	word.Maxu: Word.Maxu,
	word.Mins: Word.Mins,
	word.Maxs: Word.Maxs,
}

// known lists all different bounds of words of a width, except empty bounds.
func known(width int) []Word {
	seen := map[Word]bool{}
	var out []Word
	n := uint64(1) << width
	for lo := range n {
		for hi := lo; hi < n; hi++ {
			for slo := -int64(n / 2); slo < int64(n/2); slo++ {
				for shi := slo; shi < int64(n/2); shi++ {
					w := Word{lo, hi, slo, shi}.Sharpen(width)
					if !w.Empty() && !seen[w] {
						seen[w] = true
						out = append(out, w)
					}
				}
			}
		}
	}
	return out
}

// TestWordsOfSmallWidths compares each rule with all words of up to three bits, for all
// combinations of unsigned and signed bounds.
func TestWordsOfSmallWidths(t *testing.T) {
	for width := 1; width <= 3; width++ {
		bounds := known(width)
		for op, rule := range wordRules {
			table := tableOf(op, width)
			for _, a := range bounds {
				for _, b := range bounds {
					got := rule(a, b, width)
					if x, y, v, ok := outside(got, a, b, width, table); ok {
						t.Fatalf("%s of %d and %d of width %d is %d, not in %+v (from %+v and %+v)", op, x, y, width, v, got, a, b)
					}
				}
			}
		}
	}
}

// view is a numbering of the words of a width: unsigned or signed.
type view struct{ width, from int }

// views lists both views.
func views(width int) []view { return []view{{width, 0}, {width, -(1 << (width - 1))}} }

// word is the word with number i in a view.
func (v view) word(i int) uint64 { return uint64(v.from+i) & mask(v.width) }

// bound is the bound of a word that has one of the numbers i to j in the view.
func (v view) bound(i, j int) Word {
	if v.from == 0 {
		return Unsigned(v.width, uint64(i), uint64(j))
	}
	w := Full(v.width)
	w.SLo, w.SHi = int64(v.from+i), int64(v.from+j)
	return w.Sharpen(v.width)
}

// TestWordsOfEachView compares each rule with all words in all intervals of four and five bits.
// Each operand has either unsigned or signed intervals. A rule bounds the result separately as an
// unsigned and as a signed number. TestSharpen checks that Sharpen may combine these two bounds.
func TestWordsOfEachView(t *testing.T) {
	t.Parallel()
	for op, rule := range wordRules {
		for width := 4; width <= 5; width++ {
			table := tableOf(op, width)
			for _, l := range views(width) {
				for _, r := range views(width) {
					eachPair(l, r, table, func(a, b, want Word) {
						if got := rule(a, b, width); got.Join(want) != got {
							t.Fatalf("%s of width %d is in %+v, not %+v (from %+v and %+v)", op, width, want, got, a, b)
						}
					})
				}
			}
		}
	}
}

// eachPair yields all pairs of intervals with the smallest bound of their results. The bound of a
// pair is computed from the bound of a smaller pair, by adding a row or a column of the table.
func eachPair(l, r view, table [][]uint64, yield func(a, b, want Word)) {
	n := 1 << l.width
	for i := range n {
		columns := make([]Word, n)
		for j := i; j < n; j++ {
			for k := range columns {
				c := Const(l.width, table[l.word(j)][r.word(k)])
				if j > i {
					c = columns[k].Join(c)
				}
				columns[k] = c
			}
			a := l.bound(i, j)
			for from := range columns {
				want := columns[from]
				for to := from; to < n; to++ {
					want = want.Join(columns[to])
					yield(a, r.bound(from, to), want)
				}
			}
		}
	}
}

// TestSharpen checks for words of up to five bits that Sharpen excludes no word that both bounds
// allow.
func TestSharpen(t *testing.T) {
	for width := 1; width <= 5; width++ {
		n := 1 << width
		for lo := range n {
			for hi := lo; hi < n; hi++ {
				for slo := -n / 2; slo < n/2; slo++ {
					for shi := slo; shi < n/2; shi++ {
						w := Word{uint64(lo), uint64(hi), int64(slo), int64(shi)}
						sharp := w.Sharpen(width)
						for x := w.Lo; x <= w.Hi; x++ {
							if w.Has(x, width) && !sharp.Has(x, width) {
								t.Fatalf("%+v of width %d loses %d: %+v", w, width, x, sharp)
							}
						}
					}
				}
			}
		}
	}
}

func tableOf(op word.Op, width int) [][]uint64 {
	n := uint64(1) << width
	out := make([][]uint64, n)
	for x := range n {
		for y := range n {
			out[x] = append(out[x], word.Eval(op, width, [3]uint64{x, y}, [3]int{width, width}, 0))
		}
	}
	return out
}

// outside finds words of a and b whose result is not in got.
func outside(got, a, b Word, width int, table [][]uint64) (x, y, v uint64, found bool) {
	for x = a.Lo; x <= a.Hi; x++ {
		if !a.Has(x, width) {
			continue
		}
		for y = b.Lo; y <= b.Hi; y++ {
			if v = table[x][y]; b.Has(y, width) && !got.Has(v, width) {
				return x, y, v, true
			}
		}
	}
	return 0, 0, 0, false
}

// TestWordsAtCorners picks words from wide bounds.
func TestWordsAtCorners(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		width := []int{5, 8, 31, 32, 33, 63, 64}[rng.IntN(7)]
		a, x := pickWord(rng, width)
		b, y := pickWord(rng, width)
		for op, rule := range wordRules {
			v := word.Eval(op, width, [3]uint64{x, y}, [3]int{width, width}, 0)
			require.True(t, rule(a, b, width).Has(v, width), "%s of %d and %d of width %d is %d: %+v %+v", op, x, y, width, v, a, b)
		}
	}
}

// pickWord makes bounds and a word within them.
func pickWord(rng *rand.Rand, width int) (Word, uint64) {
	w, x := Full(width), rng.Uint64()>>rng.UintN(64)
	if rng.IntN(2) == 0 {
		x = -x
	}
	x &= mask(width)
	gap := func() uint64 { return rng.Uint64() >> rng.UintN(64) }
	if g := gap(); rng.IntN(4) > 0 && g <= x {
		w.Lo = x - g
	}
	if g := gap(); rng.IntN(4) > 0 && g <= w.Hi-x {
		w.Hi = x + g
	}
	s := Signed(x, width)
	if g := gap() >> 1; rng.IntN(4) > 0 && s-w.SLo >= 0 && int64(g) <= s-w.SLo {
		w.SLo = s - int64(g)
	}
	if g := gap() >> 1; rng.IntN(4) > 0 && w.SHi-s >= 0 && int64(g) <= w.SHi-s {
		w.SHi = s + int64(g)
	}
	return w.Sharpen(width), x
}

// TestWidthChanges compares the rules of slices and extensions with all words. For four bits it
// uses all combinations of unsigned and signed bounds. For five bits it uses all unsigned and all
// signed intervals.
func TestWidthChanges(t *testing.T) {
	for width, bounds := range map[int][]Word{4: known(4), 5: intervals(5)} {
		for _, a := range bounds {
			for x := a.Lo; x <= a.Hi; x++ {
				if a.Has(x, width) {
					checkWidths(t, a, x, width)
				}
			}
		}
	}
}

// checkWidths compares the rules for a bound with the results for one of its words.
func checkWidths(t *testing.T, a Word, x uint64, width int) {
	for out := 1; out <= width+2; out++ {
		eval := func(op word.Op, imm uint64) uint64 {
			return word.Eval(op, out, [3]uint64{x}, [3]int{width}, imm)
		}
		for n := 0; n+out <= width; n++ {
			require.True(t, a.Slice(uint(n), out).Has(eval(word.Slice, uint64(n)), out), "%+v [%d] %d", a, n, out)
		}
		if out >= width {
			require.True(t, a.Zext(out).Has(eval(word.Zext, 0), out))
			require.True(t, a.Sext(out).Has(eval(word.Sext, 0), out))
		}
	}
}

// relations maps each relation to the comparison of ir/word.
var relations = map[Relation]word.Op{Eq: word.Eq, Ne: word.Ne, Lt: word.Ltu, Ge: word.Geu, SLt: word.Lts, SGe: word.Ges}

// TestRelations checks two rules. A relation that Decide decides must hold for all words. Assume
// must keep each pair of words for which the relation holds. The test uses all combinations of
// unsigned and signed bounds of up to three bits, and all unsigned or all signed intervals of five
// bits.
func TestRelations(t *testing.T) {
	t.Parallel()
	for r, op := range relations {
		inv, ok := word.Inverse(op)
		require.True(t, ok)
		require.Equal(t, inv, relations[r.Inverse()])
		for width, bounds := range map[int][]Word{1: known(1), 2: known(2), 3: known(3), 4: intervals(4), 5: intervals(5)} {
			holds := tableOf1(op, width)
			for _, a := range bounds {
				for _, b := range bounds {
					checkRelation(t, r, a, b, width, holds)
				}
			}
		}
	}
}

// intervals lists each different interval in either view.
func intervals(width int) (list []Word) {
	seen := map[Word]bool{}
	for _, v := range views(width) {
		for i := range 1 << width {
			for j := i; j < 1<<width; j++ {
				if w := v.bound(i, j); !seen[w] {
					seen[w] = true
					list = append(list, w)
				}
			}
		}
	}
	return list
}

// members is the set of words of w.
func members(w Word, width int) (set uint32) {
	for x := w.Lo; x <= w.Hi; x++ {
		if w.Has(x, width) {
			set |= 1 << x
		}
	}
	return set
}

// checkRelation tries all pairs. For each left operand, `holds` has the set of right operands for
// which r holds.
func checkRelation(t *testing.T, r Relation, a, b Word, width int, holds []uint32) {
	na, nb := r.Assume(a, b, width)
	result, known := r.Decide(a, b)
	left, right := members(na, width), members(nb, width)
	of := members(b, width)
	for x := a.Lo; x <= a.Hi; x++ {
		if !a.Has(x, width) {
			continue
		}
		yes := holds[x] & of
		if yes != 0 && left>>x&1 == 0 || yes&^right != 0 {
			t.Fatalf("assuming relation %d of %d drops words of %+v and %+v", r, x, a, b)
		}
		if known && (result && yes != of || !result && yes != 0) {
			t.Fatalf("relation %d of %+v and %+v is not always %v", r, a, b, result)
		}
	}
}

// tableOf1 gives, for each left operand, the set of right operands for which a comparison holds.
func tableOf1(op word.Op, width int) []uint32 {
	n := uint64(1) << width
	out := make([]uint32, n)
	for x := range n {
		for y := range n {
			out[x] |= uint32(word.Eval(op, 1, [3]uint64{x, y}, [3]int{width, width}, 0)) << y
		}
	}
	return out
}
