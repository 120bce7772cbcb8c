package interval

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
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

// known lists each different bound of words of a width that is not empty.
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

// TestWordsOfSmallWidths compares each rule with all words of all bounds.
func TestWordsOfSmallWidths(t *testing.T) {
	widths := []int{1, 2, 3}
	if testkit.Campaign() {
		widths = append(widths, 4)
	}
	for _, width := range widths {
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

// outside finds words of a and b whose result got does not hold.
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

// TestWordsAtCorners picks words of wide bounds.
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

// pickWord makes bounds with a word between them.
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

// TestWidthChanges compares slices and extensions with all words.
func TestWidthChanges(t *testing.T) {
	const width = 4
	for _, a := range known(width) {
		for x := a.Lo; x <= a.Hi; x++ {
			if !a.Has(x, width) {
				continue
			}
			for out := 1; out <= 6; out++ {
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
	}
}

// relations are the comparisons as ir/word has them.
var relations = map[Relation]word.Op{Eq: word.Eq, Ne: word.Ne, Lt: word.Ltu, Ge: word.Geu, SLt: word.Lts, SGe: word.Ges}

// TestRelations: what is decided is so for all words; what is assumed drops no pair
// for which it holds.
func TestRelations(t *testing.T) {
	const width = 3
	bounds := known(width)
	for r, op := range relations {
		inv, ok := word.Inverse(op)
		require.True(t, ok)
		require.Equal(t, inv, relations[r.Inverse()])
		table := tableOf1(op, width)
		for _, a := range bounds {
			for _, b := range bounds {
				holds, fails := false, false
				na, nb := r.Assume(a, b, width)
				for x := a.Lo; x <= a.Hi; x++ {
					for y := b.Lo; y <= b.Hi; y++ {
						if !a.Has(x, width) || !b.Has(y, width) {
							continue
						}
						if !table[x][y] {
							fails = true
							continue
						}
						holds = true
						if !na.Has(x, width) || !nb.Has(y, width) {
							t.Fatalf("assuming %s drops %d and %d of %+v and %+v", op, x, y, a, b)
						}
					}
				}
				if result, known := r.Decide(a, b); known && (result && fails || !result && holds) {
					t.Fatalf("%s of %+v and %+v is not always %v", op, a, b, result)
				}
			}
		}
	}
}

func tableOf1(op word.Op, width int) [][]bool {
	n := uint64(1) << width
	out := make([][]bool, n)
	for x := range n {
		for y := range n {
			out[x] = append(out[x], word.Eval(op, 1, [3]uint64{x, y}, [3]int{width, width}, 0) == 1)
		}
	}
	return out
}
