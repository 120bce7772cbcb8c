package tree_test

import (
	"math/big"
	"testing"

	"github.com/sinter-lang/sinter/lang/tree"
)

var (
	u8   = tree.IntType(8, false)
	i16  = tree.IntType(16, true)
	flag = &tree.Type{Kind: tree.Bool}
)

func array(n int, t *tree.Type) *tree.Type { return &tree.Type{Kind: tree.Array, Len: n, Elem: t} }

// sample returns two types: a struct of 1 + 6 + 4 cells (64-bit slots), and an enum whose payload
// takes 3 cells.
func sample() (s, e *tree.Type) {
	s = &tree.Type{Kind: tree.Struct, Struct: &tree.StructDef{Name: "S", Cells: 11, Fields: []tree.Field{
		{Name: "a", Type: i16},
		{Name: "b", Type: array(2, tree.BytesType(2)), Offset: 1},
		{Name: "c", Type: tree.OptionOf(array(3, u8)), Offset: 7},
	}}}
	e = &tree.Type{Kind: tree.Enum, Enum: &tree.EnumDef{Name: "E", Room: 3, Variants: []tree.Variant{
		{Name: "none"}, {Name: "two", Payload: []tree.Field{{Name: "x", Type: flag}, {Name: "y", Type: tree.BytesType(1), Offset: 1}}},
	}}}
	return s, e
}

func TestCells(t *testing.T) {
	s, e := sample()
	for _, c := range []struct {
		t    *tree.Type
		want int
	}{
		{&tree.Type{}, 0},
		{flag, 1},
		{u8, 1},
		{tree.SmallRange(0, 9), 1},
		{tree.BytesType(7), 8},
		{array(3, array(2, u8)), 6},
		{s, 11},
		{e, 4},
		{tree.OptionOf(e), 5},
		{&tree.Type{Kind: tree.Slice, Elem: s}, 2},
		{&tree.Type{Kind: tree.Chan, Elem: s}, 1},
		{&tree.Type{Kind: tree.Device, Name: "net.Eth"}, 1},
	} {
		if got := tree.Cells(c.t); got != c.want {
			t.Errorf("%s has %d cells, want %d", c.t, got, c.want)
		}
	}
}

func TestWord(t *testing.T) {
	huge := new(big.Int).Lsh(big.NewInt(1), 32)
	for _, c := range []struct {
		t      *tree.Type
		bits   int
		signed bool
	}{
		{flag, 1, false},
		{i16, 16, true},
		{tree.SmallRange(0, 1), 32, false},
		{tree.SmallRange(-1, 5), 32, true},
		{tree.RangeType(new(big.Int), huge), 64, false},
		{tree.SmallRange(-1, 1<<31), 64, true},
		{tree.SmallRange(0, 1<<32-1), 32, false},
		{tree.SmallRange(-1<<31, 1<<31-1), 32, true},
	} {
		if bits, signed := c.t.Word(); bits != c.bits || signed != c.signed {
			t.Errorf("%s has word %d %v", c.t, bits, signed)
		}
	}
}

func TestInterval(t *testing.T) {
	for _, c := range []struct {
		t      *tree.Type
		lo, hi string
	}{
		{u8, "0", "255"},
		{i16, "-32768", "32767"},
		{tree.IntType(1, true), "-1", "0"},
		{tree.IntType(64, false), "0", "18446744073709551615"},
		{tree.SmallRange(-3, 4), "-3", "4"},
	} {
		lo, hi := c.t.Interval()
		if lo.String() != c.lo || hi.String() != c.hi || !c.t.Holds(lo, hi) || c.t.Holds(lo, hi.Add(hi, big.NewInt(1))) {
			t.Errorf("%s is %s to %s", c.t, lo, hi)
		}
	}
	r := tree.SmallRange(1, 2)
	lo, _ := r.Interval()
	lo.SetInt64(9)
	if r.Lo.Int64() != 1 {
		t.Error("the interval is not the caller's own")
	}
}

func TestSameAndString(t *testing.T) {
	s, e := sample()
	other, _ := sample()
	list := []*tree.Type{
		{},
		flag, u8, i16, tree.IntType(8, true), tree.SmallRange(0, 3), tree.SmallRange(0, 4), tree.BytesType(3), tree.BytesType(4),
		array(2, u8), array(3, u8), array(2, i16), s, other, e, tree.OptionOf(u8), tree.OptionOf(e),
		{Kind: tree.Slice, Elem: u8},
		{Kind: tree.Chan, Elem: u8},
		{Kind: tree.Chan, Elem: u8, Out: true},
		{Kind: tree.Device, Name: "net.Eth"},
	}
	want := []string{
		"nothing", "bool", "u8", "i16", "i8", "0..=3", "0..=4", "bytes<3>", "bytes<4>", "[2]u8", "[3]u8", "[2]i16", "S", "S", "E", "u8?", "E?",
		"[]u8", "in chan<u8>", "out chan<u8>", "net.Eth",
	}
	for i, a := range list {
		if a.String() != want[i] {
			t.Errorf("got %s, want %s", a, want[i])
		}
		for j, b := range list {
			if tree.Same(a, b) != (i == j) {
				t.Errorf("Same(%s, %s) is %v", a, b, i != j)
			}
		}
	}
}

func TestLeaves(t *testing.T) {
	s, e := sample()
	for _, c := range []struct {
		t    *tree.Type
		want string
	}{
		{u8, "u8"},
		{array(2, array(1, flag)), "bool bool"},
		{s, "i16 bytes<2> bytes<2> bool u8 u8 u8"},
		{e, "u8 bool bytes<1>"},
		{tree.OptionOf(e), "bool u8 bool bytes<1>"},
	} {
		got := ""
		for _, l := range tree.Leaves(c.t) {
			got += " " + l.String()
		}
		if got != " "+c.want {
			t.Errorf("%s has leaves%s, want %s", c.t, got, c.want)
		}
	}
}

func TestHasZero(t *testing.T) {
	s, e := sample()
	die := tree.SmallRange(1, 6)
	for _, c := range []struct {
		t    *tree.Type
		want bool
	}{
		{u8, true},
		{die, false},
		{tree.SmallRange(-1, 1), true},
		{array(1, die), false},
		{s, true},
		{e, true},
		{tree.OptionOf(die), true},
		{tree.BytesType(0), true},
		{&tree.Type{Kind: tree.Layout, Layout: &tree.LayoutDef{}}, false},
		{&tree.Type{Kind: tree.Slice, Elem: u8}, false},
	} {
		if c.t.Kind != tree.Layout && c.t.HasZero() != c.want || c.t.Kind == tree.Layout && c.t.HasZero() {
			t.Errorf("HasZero of %s is not %v", c.t, c.want)
		}
	}
}
