package core

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// times makes a circuit that multiplies two inputs. Each input has a given number of bits and
// is extended to w bits.
func times(t *testing.T, w int, bits [2]int, signed [2]bool) *rtl.Circuit {
	b := rtl.NewBuilder("t")
	g := wires{b}
	var v [2]vec
	for k := range v {
		in := g.vec(b.Input(fmt.Sprint("i", k), bits[k]))
		v[k] = in.zext(w)
		if signed[k] {
			v[k] = in.extended(w, in[bits[k]-1])
		}
	}
	b.Output("p", g.pack(g.product(v[0], v[1], w)))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// TestEveryProduct multiplies all numbers of few bits, and corner values of many bits.
func TestEveryProduct(t *testing.T) {
	for _, w := range []int{5, 8, 32} {
		for p := 1; p <= min(w, 5); p++ {
			for q := 1; q <= min(w, 5); q++ {
				for s := range 4 {
					checkProduct(t, w, [2]int{p, q}, [2]bool{s&1 == 1, s&2 == 2}, allPairs(p, q))
				}
			}
		}
	}
	for _, bits := range [][2]int{{32, 32}, {32, 7}, {18, 14}, {13, 16}, {8, 8}, {31, 2}, {17, 17}} {
		for s := range 4 {
			checkProduct(t, 32, bits, [2]bool{s&1 == 1, s&2 == 2}, corners(bits))
		}
	}
}

func allPairs(p, q int) (out [][2]uint64) {
	for x := range uint64(1) << p {
		for y := range uint64(1) << q {
			out = append(out, [2]uint64{x, y})
		}
	}
	return out
}

func corners(bits [2]int) (out [][2]uint64) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) uint64 {
		m := word.Mask(n)
		return []uint64{0, 1, m, m >> 1, m>>1 + 1, 0x5555555555555555 & m, 0xaaaaaaaaaaaaaaaa & m, r.Uint64() & m, r.Uint64() & m, r.Uint64() >> r.IntN(60) & m}[r.IntN(10)]
	}
	for range 200 {
		out = append(out, [2]uint64{draw(bits[0]), draw(bits[1])})
	}
	return out
}

func checkProduct(t *testing.T, w int, bits [2]int, signed [2]bool, pairs [][2]uint64) {
	c := times(t, w, bits, signed)
	for _, p := range pairs {
		want := uint64(1)
		for k := range p {
			if signed[k] {
				want *= uint64(word.Signed(p[k], bits[k]))
			} else {
				want *= p[k]
			}
		}
		require.Equal(t, want&word.Mask(w), evaluate(c, p), "%d bits of %d x %d of %v bits, signed %v", w, p[0], p[1], bits, signed)
	}
}

// evaluate gives the output of a circuit of gates.
func evaluate(c *rtl.Circuit, inputs [2]uint64) uint64 {
	v := make([]uint64, len(c.Nodes))
	for k, id := range c.Inputs {
		v[id] = inputs[k]
	}
	for id, n := range c.Nodes {
		switch n.Kind {
		case rtl.KConst:
			v[id] = n.Imm
		case rtl.KOp:
			var args [3]uint64
			var widths [3]int
			for k, a := range n.Args {
				args[k], widths[k] = v[a], c.Nodes[a].Width
			}
			v[id] = word.Eval(n.Op, n.Width, args, widths, n.Imm)
		}
	}
	return v[c.Outputs[0].Node]
}
