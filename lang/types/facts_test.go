package types_test

import (
	"testing"

	"github.com/sinter-lang/sinter/lang/types"
)

// TestFacts counts the index checks that remain when facts have proved all other index checks.
func TestFacts(t *testing.T) {
	for _, c := range []struct {
		name, params, body string
		traps              int
	}{
		{"constant", "a: [4]u8", "s = a[3]", 0},
		{"any index", "a: [4]u8, i: u32", "s = a[i]", 1},
		{"type of the index", "a: [4]u8, i: u2", "s = a[i]", 0},
		{"range type", "a: [4]u8, i: 1..=3", "s = a[i]", 0},
		{"mask", "a: [256]u8, x: u32, y: u8", "s = a[(x ^ u32(y)) & 255]", 0},
		{"mask too wide", "a: [256]u8, x: u32", "s = a[x & 256]", 1},
		{"remainder", "a: [10]u8, x: u32", "s = a[x % 10]", 0},
		{"remainder by a variable", "a: [10]u8, x: u32, n: u32", "s = a[x % n]", 1},
		{"shift", "a: [16]u8, x: u32", "s = a[x >> 28]", 0},
		{"negative remainder", "a: [10]u8, x: i32", "s = a[x % 10]", 1},
		{"condition", "a: [4]u8, i: u32", "if i < 4 { s = a[i] }", 0},
		{"condition too weak", "a: [4]u8, i: u32", "if i <= 4 { s = a[i] }", 1},
		{"signed needs both ends", "a: [4]u8, i: i32", "if i < 4 { s = a[i] }", 1},
		{"signed with both ends", "a: [4]u8, i: i32", "if i < 4 and i >= 0 { s = a[i] }", 0},
		{"or", "a: [4]u8, i: u32", "if i < 4 or i == 9 { s = a[i] }", 1},
		{"not", "a: [4]u8, i: u32", "if not (i >= 4) { s = a[i] }", 0},
		{"right of and", "a: [4]u8, i: u32", "if i < 4 and a[i] == 1 { s = 1 }", 0},
		{"right of or", "a: [4]u8, i: u32", "if i >= 4 or a[i] == 1 { s = 1 }", 0},
		{"else", "a: [4]u8, i: u32", "if i >= 4 { s = 0 } else { s = a[i] }", 0},
		{"early return", "a: [4]u8, i: u32", "if i >= 4 { return 0 }; s = a[i]", 0},
		{"after the if", "a: [4]u8, i: u32", "if i < 4 { s = 1 }; s = a[i]", 1},
		{"assert", "a: [4]u8, i: u32", "assert i < 4; s = a[i]", 1},
		{"equality", "a: [4]u8, i: u32", "if i == 2 { s = a[i] }", 0},
		{"assignment kills", "a: [4]u8, i: u32", "var k = i; if k < 4 { k = k + 1; s = a[k] }", 1},
		{"assignment teaches", "a: [4]u8, i: u32", "var k = i; k = 3; s = a[k]", 0},
		{"step up", "a: [4]u8, i: u32", "if i < 3 { s = a[i + 1] }", 0},
		{"step down", "a: [4]u8, i: u32", "if i > 0 { if i < 5 { s = a[i - 1] } }", 0},
		{"step down may wrap", "a: [4]u8, i: u32", "if i < 4 { s = a[i - 1] }", 1},
		{"let keeps the fact", "a: [4]u8, i: u32", "if i < 4 { let j = i; s = a[j] }", 0},
		{"loop", "a: [4]u8", "for i in 0..4 { s = a[i] }", 0},
		{"closed loop", "a: [4]u8", "for i in 0..=4 { s = a[i] }", 1},
		{"loop with step", "a: [7]u8", "for i in 0..7 step 3 { s = a[i] }", 0},
		{"neighbours", "a: [8]u8", "for i in 1..7 { s = a[i - 1] + a[i + 1] }", 0},
		{"loop to the length", "v: []u8", "for i in 0..v.len { s = v[i] }", 0},
		{"loop to a length in a let", "v: []u8", "let n = v.len; for i in 0..n { s = v[i] }", 0},
		{"loop to the length of bytes", "b: bytes<9>", "for i in 0..b.len { s = b[i] }", 0},
		{"one after the length", "b: bytes<9>", "for i in 0..=b.len { s = b[i] }", 1},
		{"half the length", "b: bytes<9>", "for i in 0..b.len / 2 { s = b[i] }", 1},
		{"bounded by two", "v: []u8, n: u32", "if n <= v.len { for i in 0..n { s = v[i] } }", 0},
		{"before the length", "b: bytes<9>", "if b.len >= 4 { s = b[0] + b[3] }", 0},
		{"not before the length", "b: bytes<9>", "if b.len >= 4 { s = b[4] }", 1},
		{"bytes change", "i: u32", "var b: bytes<9> = \"abc\"; if i < b.len { b.resize(1); s = b[i] }", 1},
		{"bytes resized", "", "var b: bytes<9>; b.resize(5); s = b[4]", 0},
		{"bytes just declared", "", "var b: bytes<9>; b.append(u8(1)); s = b[0]", 1},
		{"append fits", "", "var b: bytes<9>; b.append(\"12345\")", 0},
		{"append may not fit", "c: bytes<9>", "var b: bytes<9>; b.append(\"1\"); b.append(c)", 1},
		{"loop changes", "a: [4]u8", "var i: u32 = 0; while i < 4 max 4 { s = a[i]; i = i + 1 }", 1},
		{"loop changes before use", "a: [4]u8", "var i: u32 = 0; while i < 4 max 4 { i = i + 1; s = a[i] }", 2},
		{"fact from before the loop", "a: [4]u8", "var i: u32 = 0; for k in 0..9 { s = a[i]; i = i + 1 }", 1},
		{"fact after the loop", "a: [4]u8", "var i: u32 = 0; for k in 0..9 { i = i + 1 }; s = a[i]", 1},
		{"bound changes in the loop", "a: [4]u8", "var n: u32 = 4; for i in 0..n { n = 9; s = a[i] }", 0},
		{"two at once", "v: []u8", "var n: u32 = 0; for i in 0..v.len { n = i; s = v[n] }", 0},
		{"slice", "v: [8]u8", "s = f(v[2..5])", 0},
		{"slice of a loop", "v: [8]u8", "for i in 0..8 { s = f(v[i..8]) + f(v[..i]) }", 0},
		{"slice out of order", "v: [8]u8, i: u3, j: u3", "s = f(v[i..j])", 1},
		{"search", "a: [4]u8", "if let i = first i in 0..4 where a[i] == 2 { s = a[i] }", 0},
		{"within", "a: [4]u8, n: i64", "let i = n within 0..4 else { return 0 }; s = a[i]", 0},
		{"clamp", "a: [4]u8, n: i64", "s = a[clamp(n, 0, 3)]", 0},
		{"match", "a: [4]u8, n: u8", "match n { \n case 0..=3 { s = a[n] } \n else { s = 0 } }", 0},
		{"inout changes", "a: [4]u8", "var i: u32 = 1; inc(i); s = a[i]", 1},
		{"inout in a condition", "a: [4]u8", "var i: u32 = 1; if yes() and bump(i) { s = 1 }; s = a[i]", 1},
		{"conversion keeps", "a: [4]u8, n: u8", "if n < 4 { s = a[u32(n)] }", 0},
		{"conversion cuts", "a: [4]u8, n: u32", "if n < 300 { s = a[u8(n)] }", 1},
		{"within to a name", "v: []u8, n: i64", "let i = n within 0..v.len else { return 0 }; s = v[i]", 0},
		{"within keeps what is known", "v: []u8, n: u32", "if n < v.len { let i = n within 0..9 else { return 0 }; s = v[i] }", 0},
		{"within past a name", "v: []u8, n: i64", "let i = n within 0..=v.len else { return 0 }; s = v[i]", 1},
		{"within from a name", "a: [9]u8, k: 3..=5, n: i64", "if let i = n within k..9 { s = a[i - 3] }", 0},
		{"found before a name", "v: []u8", "if let i = first i in 0..v.len where v[i] == 2 { s = v[i] }", 0},
		{"found in the middle", "v: []u8, n: u32", "if n < v.len { if let i = first i in 0..=n where v[i] == 2 { s = v[i] } }", 0},
		{"search changes its bound", "a: [4]u8", "var n: u32 = 4; if any i in 0..n where a[i] == 1 and bump(n) { s = a[n - 1] }", 1},
		{"search changes its index", "a: [4]u8", "var n: u32 = 1; if any i in 0..4 where a[n] == 1 and bump(n) { s = 1 }", 1},
		{"wrap", "a: [10]u8, n: i64", "s = a[wrap(n, 0, 9)]", 0},
		{"wrap below zero", "a: [4]u8, n: u64", "s = a[wrap(n, -2, 1) + 2]", 0},
		{"range of a declared type", "a: [7]u8, d: Die", "s = a[d] + a[d - 1]", 0},
		{"product", "a: [19]u8, i: 0..=3, k: 0..=6", "s = a[i * k]", 0},
		{"quotient", "a: [4]u8, i: 0..=15", "s = a[i / 4]", 0},
		{"bounded part of a layout", "a: [16]u8, h: Head", "s = a[h.ihl] + a[h.ihl - 5]", 0},
		{"layout as parsed", "b: bytes<9>", "let m = Msg.parse(b) else { return 0 }; s = m.bytes()[0]", 1},
		{"part of a layout as parsed", "b: bytes<9>", "let m = Msg.parse(b) else { return 0 }; if let o = m.o { let c = o.bytes() ; if c.len > 0 { s = c[0] } }", 0},
		{"layout made from parts", "b: bytes<9>", "let m = Msg.parse(b) else { return 0 }; let c = Msg(n: m.n, o: m.o).bytes(); if c.len > 0 { s = c[0] }", 1},
		{"layout changed", "b: bytes<9>", "let m = Msg.parse(b) else { return 0 }; var k = m; k.n = 1; let c = k.bytes(); if c.len > 0 { s = c[0] }", 1},
		{"two dimensions", "a: [4][3]u8", "for i in 0..4 { for k in 0..3 { s = a[i][k] } }", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := check(t, `type Die = 1..=6
layout Opt { k: u8 in 0..=3; x: bytes<k> }
layout Msg { n: u8; o: Opt when n == 1 }
layout Head { ver: u4; ihl: u4 in 5..=15 }
fn f(v: []u8) -> u8 { return 1 }
fn inc(n: inout u32) { n = n + 1 }
fn yes() -> bool { return true }
fn bump(n: inout u32) -> bool { n = n + 1; return true }
fn g(`+c.params+`) -> u8 {
  var s: u8 = 0
  `+c.body+`
  return s
}`)
			if len(p.Traps) != c.traps {
				t.Errorf("%d checks are left, want %d", len(p.Traps), c.traps)
			}
		})
	}
}

// TestSettings checks that -D changes the value of a config in all places that use it.
func TestSettings(t *testing.T) {
	const text = "config N: u16 = 4\ntype T = [N]u8\nstruct S { a: T; b: bytes<N * 2> }\nconfig on = false\n"
	p := check(t, text, types.Setting{Name: "N", Value: "0x10"}, types.Setting{Name: "on", Value: "true"})
	if got := p.Structs[0].Fields[0].Type.Len + p.Structs[0].Fields[1].Type.Len; got != 48 {
		t.Errorf("lengths add up to %d, want 48", got)
	}
	if p.Consts[1].Cells[0] != 1 {
		t.Error("on is not set")
	}
}
