package isa_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

const shared = "x R 0000000 000 0001011 a = rs1 xor rs2 ; b = a + 1 ; rd = (a shl 3) xor (b - a)\n"

// TestNamesOfParts checks that all uses of a named part refer to one shared part of the meaning.
func TestNamesOfParts(t *testing.T) {
	in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: shared})
	require.NoError(t, err)
	parts := 0
	in.Meaning.EachNode(func(e *word.Expr) {
		if e.Op == word.Xor && e.Args[0].Leaf == "rs1" {
			parts++
		}
	})
	require.Equal(t, 1, parts)
	in.Text = "" // the printed form is made of the meaning
	require.Equal(t, "t1 = rs1 xor rs2 ; rd = (t1 shl 32'3) xor ((t1 + 32'1) - t1)", in.Meaning.String())
	again, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: in.String() + "\n"})
	require.NoError(t, err)
	require.Equal(t, in.Meaning.String(), again.Meaning.String())
	s := &isa.State{}
	s.X[1], s.X[2] = 0x1234, 0xffff0000
	a := uint32(0x1234 ^ 0xffff0000)
	require.EqualValues(t, a<<3^1, in.Bind(isa.Ops{Rd: 3, Rs1: 1, Rs2: 2}).Rd(s))
}

// TestNamesThatAreRefused checks that each mistake is reported with its position.
func TestNamesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ meaning, want string }{
		{"a = rs1 ; rd = rs2", "1:25: error: expected the name `a` to be used"},
		{"a = rs1 ; a = rs2 ; rd = a", "1:35: error: expected a name that is free, found `a`"},
		{"rs1 = rs2 ; rd = rs1", "1:25: error: expected a name that is free, found `rs1`"},
		{"rd = a ; a = rs1", "1:30: error: expected the name of an operand, found `a`"},
		{"a rs1", "1:25: error: expected an effect (rd = , pc = , if, mem8[] = , trap) or a name with its value, found `a`"},
		{"a = 5 ; rd = a", "1:29: error: expected a constant with a width here, such as `8'5`"},
	} {
		_, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: "x R 0000000 000 0001011 " + c.meaning + "\n"})
		require.ErrorContains(t, err, c.want, c.meaning)
	}
}
