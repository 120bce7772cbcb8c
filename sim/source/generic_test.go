package source_test

import (
	"testing"

	"github.com/sinter-lang/sinter/lang/tree"
)

// names lists the functions of a program.
func names(p *tree.Program) (list []string) {
	for _, f := range p.Funcs {
		list = append(list, f.Name)
	}
	return list
}

// TestInstances checks that the program has one function for each needed instance of a generic
// function, in the order of need. A function that is never called is checked and left out.
func TestInstances(t *testing.T) {
	p := check(t, mainOf(`fn id<T>(x: T) -> T { return x }
fn pair<T, N: u32>(v: [N]T) -> T { return id(v[N - 1]) }
fn nobody<T>(x: T) { }`, `
  let a: u8 = id(3 + u8(1))
  let b = id(true)
  let c = pair([u16(1), 2])
  let d = pair<u16, 2>([3, 4])
  let e = pair<u16, 3>([3, 4, 5])
  log.print("{a} {b} {c} {d} {e}")`))
	want := []string{"id<u8>", "id<bool>", "id<u16>", "pair<u16, 2>", "pair<u16, 3>"}
	if got := names(p); len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i, n := range names(p) {
		if n != want[i] {
			t.Errorf("function %d is %s, want %s", i, n, want[i])
		}
	}
}

// TestGenericMeaning runs instances. Each instance has its own traps and constants.
func TestGenericMeaning(t *testing.T) {
	for _, c := range []struct{ name, decls, body, want string }{
		{"widths", "fn inc<T: num>(x: T) -> T { return x + 1 }", `
  log.print("{inc(u8(255))} {inc(u16(255))} {inc(i8(127))} {inc<u1>(1)}")`, "0 256 -128 0"},
		{"order", "fn less<T: num>(a: T, b: T) -> bool { return a < b }", `
  log.print("{less(u8(255), 1)} {less(i8(-1), 1)} {less<i64>(5, 4)}")`, "false true false"},
		{"constants", "fn last<N: u32>(v: [N]u8) -> u32 { return N * 2 + u32(v[N - 1]) }", `
  log.print("{last([1, 2, 3])} {last([9])}")`, "9 11"},
		{"fractions", "fn mean<T: num>(a: T, b: T) -> T { return (a + b) / 2 }\nfn top<T: num>(a: T, b: T) -> T { if a > b { return a }; return b }", `
  let x = mean<f32>(1.5, 2)
  let y = mean(fix<8, 8>(1), 2)
  log.print("{x == 1.75} {y == 1.5} {top<f64>(-1, -2) == -1.0} {mean<u8>(250, 10)}")`, "true true true 2"},
		{"equality", "fn same<T: eq>(a: T, b: T) -> bool { return a == b }\nstruct P { x: u8; y: bytes<3> }", `
  let p = P(x: 1, y: "ab")
  log.print("{same(p, P(x: 1, y: p.y))} {same(p, P(x: 2, y: p.y))} {same<u8?>(none, 3)}")`, "true false false"},
		{"inout", "fn push<T, N: u32>(v: inout [N]T, n: inout u32, x: T) { v[n] = x; n = n + 1 }", `
  var v: [2]u16
  var n: u32 = 0
  push(v, n, 7)
  push(v, n, 8)
  log.print("{v[0]} {v[1]} {n}")
  push(v, n, 9)`, "7 8 2 trap index"},
		{"zero", "struct P { x: u8; y: u8? }\nfn zero<T>() -> T { var x: T; return x }", `
  let p = zero<P>()
  let v = zero<[2]u8>()
  log.print("{p.x} {p.y == none} {v[1]}")`, "0 true 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := logs(t, c.decls, c.body); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestWrap compares wrap with the definition for every number around its bounds.
func TestWrap(t *testing.T) {
	got := logs(t, "", `
  var bad: u32 = 0
  for i in -40..40 {
    let a = wrap(i, -3, 4)
    let b = wrap(i64(i), 5, 7)
    let c = wrap(i8(i), 0, 0)
    if (i - a) % 8 != 0 or i64(b) < 5 or (i64(i) - i64(b)) % 3 != 0 or c != 0 { bad = bad + 1 }
  }
  let top: u64 = 18446744073709551615
  log.print("{bad} {wrap(top, 0, 9)} {wrap(top, -9, 0)} {wrap(i64(-1), 1, 6)}")`)
	if want := "0 5 -5 5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
