package blast

import (
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/word"
	"github.com/stretchr/testify/require"
)

// widthsOf lists operand and result widths for a row at base width n.
func widthsOf(row *word.Row, n int) (aw [][]int, w []int, imm []uint64) {
	add := func(result int, i uint64, operands ...int) {
		aw, w, imm = append(aw, operands), append(w, result), append(imm, i)
	}
	switch row.Widths {
	case word.Same:
		if row.Args == 1 {
			add(n, 0, n)
		} else {
			add(n, 0, n, n)
		}
	case word.Compare:
		add(1, 0, n, n)
	case word.Shift:
		for _, m := range []int{1, 3, n, n + 2} {
			add(n, 0, n, min(m, 64))
		}
	case word.Select:
		add(n, 0, 1, n, n)
	case word.Concat:
		add(n+1, 0, 1, n)
		add(n+1, 0, n, 1)
	case word.Part:
		add(n, 0, n)
		add(1, uint64(n-1), n)
		add(n-n/2, uint64(n/2), n)
	case word.Extend:
		add(n, 0, n)
		add(min(64, n+2), 0, n)
	default:
		add(1, 0, n)
	}
	return aw, w, imm
}

// pack spreads up to 64 values of width w over the patterns of literals.
func pack(values []uint64, w int) []uint64 {
	out := make([]uint64, w)
	for p, v := range values {
		for i := range out {
			out[i] |= (v >> i & 1) << p
		}
	}
	return out
}

// check compares an operator's formula with its row on up to 64 operand tuples.
func check(t *testing.T, op word.Op, w int, aw []int, imm uint64, points [][3]uint64) {
	checkIn(t, NewGraph(), op, w, aw, imm, points)
	if op == word.Mul {
		checkIn(t, &Graph{Nodes: []Node{{}}, made: map[Node]Lit{}, Digits: true}, op, w, aw, imm, points)
	}
}

// checkIn compares an operator in a graph.
func checkIn(t *testing.T, g *Graph, op word.Op, w int, aw []int, imm uint64, points [][3]uint64) {
	free := map[int]uint64{}
	var args [][]Lit
	var widths [3]int
	for k, n := range aw {
		widths[k] = n
		var values []uint64
		for _, p := range points {
			values = append(values, p[k])
		}
		patterns, bits := pack(values, n), make([]Lit, n)
		for i := range bits {
			bits[i] = g.Free()
			free[bits[i].Node()] = patterns[i]
		}
		args = append(args, bits)
	}
	bits, err := g.Word(op, w, args, imm)
	require.NoError(t, err)
	require.Len(t, bits, w, op.String())
	v := g.Eval(func(node int) uint64 { return free[node] })
	for p, point := range points {
		var got uint64
		for i, b := range bits {
			got |= (ValueOf(v, b) >> p & 1) << i
		}
		require.Equal(t, word.Eval(op, w, point, widths, imm), got, "%v%v %v imm %d", op, aw, point, imm)
	}
}

func TestWordsExhaustive(t *testing.T) {
	for op := word.Bad + 1; op < word.NumOps; op++ {
		for n := 1; n <= 5; n++ {
			aws, ws, imms := widthsOf(word.Table(op), n)
			for k, aw := range aws {
				exhaust(t, op, ws[k], aw, imms[k])
			}
		}
	}
}

func exhaust(t *testing.T, op word.Op, w int, aw []int, imm uint64) {
	total := 0
	for _, n := range aw {
		total += n
	}
	var points [][3]uint64
	for v := uint64(0); v < 1<<total; v++ {
		var p [3]uint64
		rest := v
		for k, n := range aw {
			p[k] = rest & word.Mask(n)
			rest >>= n
		}
		if points = append(points, p); len(points) == 64 || v == 1<<total-1 {
			check(t, op, w, aw, imm, points)
			points = nil
		}
	}
}

func randomPoints(r *rand.Rand, aw []int) [][3]uint64 {
	points := make([][3]uint64, 64)
	for i := range points {
		for k, n := range aw {
			v := r.Uint64() >> r.UintN(64)
			switch r.IntN(8) {
			case 0:
				v = 0
			case 1:
				v = ^uint64(0)
			case 2:
				v = 1 << (n - 1)
			}
			points[i][k] = v & word.Mask(n)
		}
	}
	return points
}

func TestWordsRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for op := word.Bad + 1; op < word.NumOps; op++ {
		for _, n := range []int{6, 8, 11, 16, 23, 31, 32, 33, 63, 64} {
			aws, ws, imms := widthsOf(word.Table(op), n)
			for k, aw := range aws {
				if ws[k] <= 64 {
					check(t, op, ws[k], aw, imms[k], randomPoints(r, aw))
				}
			}
		}
	}
}

// TestMultiplierRows multiplies exhaustively up to 8x8 bits. Proofs cut a product at its rows,
// so the test also checks that the sum of these rows is the product.
func TestMultiplierRows(t *testing.T) {
	for n := 6; n <= 8; n++ {
		exhaust(t, word.Mul, n, []int{n, n}, 0)
	}
}

func TestExpressionsAndExpansions(t *testing.T) {
	b := &word.Builder{}
	x := b.LeafOf("x", 6)
	e := b.Mux(b.Ltu(x, b.Const(6, 20)), b.Make(word.Mul, 6, 0, x, x), b.Not(x))
	g := NewGraph()
	bits := make([]Lit, 6)
	for i := range bits {
		bits[i] = g.Free()
	}
	got, err := g.Expr(e, func(string) []Lit { return bits })
	require.NoError(t, err)
	for value := range uint64(64) {
		v := g.Eval(func(node int) uint64 { return -(value >> (node - 1) & 1) })
		var n uint64
		for i, l := range got {
			n |= (ValueOf(v, l) & 1) << i
		}
		require.Equal(t, e.Eval(func(string) uint64 { return value }), n)
	}
}
