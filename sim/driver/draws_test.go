package driver_test

import (
	"slices"
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/driver"
)

// TestReplay checks that recorded choices give the same values again.
func TestReplay(t *testing.T) {
	p, test := check(t, `let a = any.u8()
let b = any.i16()
let c = any.range(-3, 12)
let d = any.bytes(any.range(0, 5))
var s: [4]bool = [true, false, true, true]
s = any.subset(s)
let f = any.u64()
expect a == 0 and b == 0 and not s[0] and f == 0 and d.len == c`)
	for seed := range uint64(200) {
		c := driver.Random(seed, 7)
		first := run(t, p, test, c)
		again := driver.Replay(c.Drawn())
		second := run(t, p, test, again)
		if !slices.Equal(c.Drawn(), again.Drawn()) {
			t.Fatalf("drew %v, then %v", c.Drawn(), again.Drawn())
		}
		if text(first) != text(second) {
			t.Fatalf("first\n%s\nthen\n%s", text(first), text(second))
		}
		other := driver.Random(seed, 7)
		if run(t, p, test, other); !slices.Equal(c.Drawn(), other.Drawn()) {
			t.Fatalf("seed %d drew %v, then %v", seed, c.Drawn(), other.Drawn())
		}
	}
}

func text(o *driver.Outcome) string {
	if o.Failure == nil {
		return ""
	}
	return diag.Render(o.Failure.Error)
}

// TestBounds checks that every value is in its type, and that the corner values occur.
func TestBounds(t *testing.T) {
	p, test := check(t, `let a = any.i3()
let b = any.range(-2, 2)
let c = any.bytes(any.range(0, 3))
let d = any.u1()
if a == -4 and b == -2 and c.len == 0 { fail "low" }
if a == 3 and b == 2 and c.len == 3 and d == 1 { fail "high" }
if a < -4 or a > 3 or b < -2 or b > 2 { fail "outside" }`)
	seen := map[string]int{}
	for seed := range uint64(4000) {
		if out := run(t, p, test, driver.Random(1, seed)); out.Failure != nil {
			seen[out.Failure.Error.Message]++
		}
	}
	if seen[`test "x": low`] == 0 || seen[`test "x": high`] == 0 || len(seen) != 2 {
		t.Errorf("seen %v", seen)
	}
}

// TestShrink checks that Shrink finds the smallest draws that fail, and that all its results fail.
func TestShrink(t *testing.T) {
	for _, c := range []struct {
		name   string
		fails  func([]uint64) bool
		from   []uint64
		want   []uint64
		budget int
	}{
		{"a sum", func(c []uint64) bool { return sum(c) >= 1000 }, []uint64{700, 3, 900, 12, 88}, []uint64{100, 900}, 1000},
		{"a pair", func(c []uint64) bool { return len(c) >= 2 && c[0] > c[1] }, []uint64{9, 4, 77, 1 << 63}, []uint64{1, 0}, 1000},
		{"a length", func(c []uint64) bool { return len(c) >= 3 }, []uint64{5, 5, 5, 5, 5, 5, 5}, []uint64{0, 0, 0}, 1000},
		{"one among many", func(c []uint64) bool { return slices.Contains(c, 7) }, append(make([]uint64, 500), 7, 3), []uint64{7}, 3000},
		{"a length and its contents", func(c []uint64) bool {
			return len(c) > 0 && c[0] < 100 && len(c) > int(c[0])+1 && c[c[0]+1] == 1
		}, append(append([]uint64{40}, make([]uint64, 40)...), 1), []uint64{0, 1}, 1000},
		{"no budget", func([]uint64) bool { return true }, []uint64{5, 5}, []uint64{5, 5}, 0},
		{"all fail", func([]uint64) bool { return true }, []uint64{5, 5}, []uint64{}, 100},
	} {
		runs := 0
		got := driver.Shrink(c.from, c.budget, func(given []uint64) ([]uint64, bool) {
			runs++
			return given, c.fails(given)
		})
		if !slices.Equal(got, c.want) || !c.fails(got) || runs > c.budget {
			t.Errorf("%s: got %v after %d runs, want %v", c.name, got, runs, c.want)
		}
	}
}

func sum(c []uint64) (s uint64) {
	for _, v := range c {
		s += v
	}
	return s
}

// TestShrinkKeepsFailing checks that the result is one of the failing runs, whatever runs fail.
func TestShrinkKeepsFailing(t *testing.T) {
	for seed := range uint64(300) {
		failing := map[string]bool{}
		from := []uint64{seed, 3, seed * 77, 1, 0, 200, seed % 5}
		key := func(c []uint64) string { return string(show(c)) }
		failing[key(from)] = true
		got := driver.Shrink(from, 200, func(given []uint64) ([]uint64, bool) {
			fails := sum(given)*2654435761>>7%3 == 1 // never for an empty list
			if fails {
				failing[key(given)] = true
			}
			return given, fails
		})
		if !failing[key(got)] {
			t.Fatalf("seed %d: %v does not fail", seed, got)
		}
	}
}

func show(c []uint64) (out []byte) {
	for _, v := range c {
		for k := range 8 {
			out = append(out, byte(v>>(8*k)))
		}
	}
	return out
}

// TestShrinkOfTest finds the smallest input of a test.
func TestShrinkOfTest(t *testing.T) {
	p, test := check(t, `let e = fake.eth()
start echo(e)
for i in 0..3 {
  let p = any.bytes(any.range(1, 8))
  e.put(p)
  let q = e.take(within: 1ms)
  if q.len > 2 and q[2] > 40 { fail "found" }
}`)
	for seed := range uint64(20) {
		c := driver.Random(seed, 0)
		if run(t, p, test, c).Failure == nil {
			continue
		}
		small := driver.Shrink(c.Drawn(), 1000, func(given []uint64) ([]uint64, bool) {
			r := driver.Replay(given)
			out := run(t, p, test, r)
			return r.Drawn(), out.Failure != nil
		})
		if want := []uint64{2, 0, 0, 41}; !slices.Equal(small, want) {
			t.Errorf("seed %d: got %v, want %v", seed, small, want)
		}
	}
}

func TestShow(t *testing.T) {
	u8, option := tree.IntType(8, false), tree.OptionOf(tree.IntType(16, true))
	point := &tree.StructDef{Name: "P", Cells: 2, Fields: []tree.Field{{Name: "x", Type: u8}, {Name: "y", Type: tree.IntType(4, true), Offset: 1}}}
	color := &tree.EnumDef{Name: "C", Room: 1, Variants: []tree.Variant{{Name: "red"}, {Name: "gray", Payload: []tree.Field{{Name: "v", Type: u8}}}}}
	minus := ^uint64(2)
	for _, c := range []struct {
		t     *tree.Type
		cells []uint64
		want  string
	}{
		{u8, []uint64{200}, "200"},
		{tree.IntType(64, true), []uint64{minus}, "-3"},
		{tree.SmallRange(-5, 5), []uint64{minus}, "-3"},
		{&tree.Type{Kind: tree.Bool}, []uint64{1}, "true"},
		{option, []uint64{0, 9}, "none"},
		{option, []uint64{1, minus}, "-3"},
		{tree.FloatType(32), []uint64{0x3fc00000}, "1.5 (0x1.8p+00)"},
		{tree.FloatType(64), []uint64{0x7ff8000000000000}, "nan"},
		{tree.DurationType(), []uint64{5000}, "5ms"},
		{tree.DurationType(), []uint64{minus}, "-3us"},
		{tree.TimeType(), []uint64{2000000}, "time.start + 2s"},
		{tree.FixType(8, 2), []uint64{^uint64(5)}, "-1.50"},
		{tree.BytesType(4), []uint64{3, 'a', '"', 0}, `"a\"\x00"`},
		{&tree.Type{Kind: tree.Array, Len: 2, Elem: u8}, []uint64{1, 2}, "[1, 2]"},
		{&tree.Type{Kind: tree.Struct, Struct: point}, []uint64{7, minus}, "P(x: 7, y: -3)"},
		{&tree.Type{Kind: tree.Enum, Enum: color}, []uint64{0, 0}, "C.red"},
		{&tree.Type{Kind: tree.Enum, Enum: color}, []uint64{1, 5}, "C.gray(v: 5)"},
	} {
		if got := driver.Show(c.t, c.cells); got != c.want {
			t.Errorf("%s: got %s, want %s", c.t, got, c.want)
		}
	}
	flags := make([]uint64, 20)
	set := &tree.Type{Kind: tree.Array, Len: 20, Elem: &tree.Type{Kind: tree.Bool}}
	for _, want := range []string{"none of 20", "3 of 20", "3, 19 of 20"} {
		if got := driver.Show(set, flags); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if flags[3] == 1 {
			flags[19] = 1
		}
		flags[3] = 1
	}
	long := driver.Show(tree.BytesType(5000), append([]uint64{5000}, make([]uint64, 5000)...))
	if len(long) > 1000 {
		t.Errorf("%d bytes are shown", len(long))
	}
}
