package source_test

import "testing"

// TestMeaning runs the body of a task and compares the log with the expected text. The expected
// text follows from the language definition.
func TestMeaning(t *testing.T) {
	for _, c := range []struct{ name, decls, body, want string }{
		{"wrapping", "", `
  var a: u8 = 250
  a = a + 10
  var b: i8 = 127
  b = b + 1
  let c = -b
  let d: u32 = 0
  log.print("{a} {b} {c} {d - 1} {~d}")`, "4 -128 -128 4294967295 4294967295"},
		{"odd widths", "", `
  var a: u5 = 31
  var b: i5 = -16
  log.print("{a + 1} {b - 1} {a * a} {a >> 2} {b >> 2} {b:hex}")`, "0 15 1 7 -4 10"},
		{
			"total division", "", `
  var z: u32 = 0
  var y: i32 = 0
  var m: i8 = -128
  var n: i8 = -1
  let p: u32 = 7
  let q: i32 = -7
  log.print("{p / z} {p % z} {q / y} {q % y} {m / n} {m % n} {q / 2} {q % 2}")`,
			"4294967295 7 -1 -7 -128 0 -3 -1",
		},
		{"shift amounts", "", `
  var x: u32 = 1
  var n: u32 = 33
  var w: u5 = 31
  var k: u8 = 6
  var i: i5 = -1
  log.print("{x << n} {x << 31} {w << k} {w >> k} {i >> k} {x << 32}")`, "2 2147483648 0 0 -1 1"},
		{"exact ranges", "", `
  for i in 0..3 {
    let d = i - 2
    let s = d * d * 1000000
    log.print("{d} {s} {i * 4 + 1} {-i} {~i} {d >> 1} {(i + 1) / 2} {7 % (i + 1)}")
  }`, "-2 4000000 1 0 -1 -1 0 0 -1 1000000 5 -1 -2 -1 1 1 0 0 9 -2 -3 0 1 1"},
		{"conversions", "", `
  let a: i8 = -2
  let b: u16 = 0xff80
  let t = true
  log.print("{u32(a):hex} {i8(b)} {i32(b)} {u8(300)} {u32(t)} {bits(a)} {i64(a)}")`, "fffffffe -128 65408 44 1 254 -2"},
		{"comparisons", "", `
  let a: i8 = -1
  let b: u8 = 255
  for i in 0..2 {
    let d = i - 1
    log.print("{a < 0} {b > 0} {d < i} {d == 0 - 1} {b >= 255} {a != -1}")
  }`, "true true true true true false true true true false true false"},
		{"short circuit", "fn hit(n: inout u32, v: bool) -> bool { n = n + 1; return v }", `
  var n: u32 = 0
  let a = hit(n, false) and hit(n, true)
  let b = hit(n, true) or hit(n, false)
  log.print("{a} {b} {n}")`, "false true 2"},
		{"evaluation order", "fn next(n: inout u32) -> u32 { n = n + 1; return n }", `
  var n: u32 = 0
  let a = next(n) * 100 + next(n) * 10 + next(n)
  var v: [4]u32
  v[next(n) - 4] = next(n)
  log.print("{a} {v[0]} {n}")`, "123 5 5"},
		{"values are copied", "struct P { x: u32; y: u32 }", `
  var p = P(x: 1, y: 2)
  let q = p
  p = P(x: p.y, y: p.x)
  var a: [2][2]u32
  a[0][1] = 5
  let b = a
  a[1] = a[0]
  a[0][1] = 7
  log.print("{p.x} {p.y} {q.x} {b[0][1]} {a[1][1]} {b[1][1]}")`, "2 1 1 5 5 0"},
		{"calls of calls", `struct P { x: u32; y: u32 }
fn swap(p: P) -> P { return P(x: p.y, y: p.x + 1) }
fn add(a: u32, b: u32) -> u32 { return a + b }`, `
  let p = swap(swap(P(x: 1, y: 2)))
  log.print("{p.x} {p.y} {add(add(1, 2), add(3, add(4, 5)))}")`, "2 3 15"},
		{"inout", `struct P { x: u32; v: [3]u8 }
fn set(n: inout u32, v: inout [3]u8, k: u8) { n = n + 1; v[1] = k }`, `
  var p: P
  var all: [2]P
  set(p.x, p.v, 9)
  set(all[1].x, all[1].v, 8)
  log.print("{p.x} {p.v[1]} {all[1].x} {all[1].v[1]} {all[0].v[1]}")`, "1 9 1 8 0"},
		{"slices", `fn sum(v: []u32) -> u32 {
  var s: u32 = 0
  for i in 0..v.len { s = s + v[i] }
  return s
}
fn fill(v: inout []u32, x: u32) { for i in 0..v.len { v[i] = x } }`, `
  var a: [6]u32
  fill(a, 1)
  fill(a[2..4], 10)
  log.print("{sum(a)} {sum(a[1..=2])} {sum(a[4..])} {sum(a[..3])} {sum(a[3..3])}")`, "24 11 2 12 0"},
		{"bytes", "fn second(v: []u8) -> u8 { return v[1] }", `
  var b: bytes<8> = "abc"
  let c = b
  b[0] = 0x78
  b.append("de")
  b.append(u8(102))
  b.append(c[1..2])
  let same = c == "abc"
  let other = b != "x"
  log.print("{b} {b.len} {c} {same} {b == c} {second(b)} {other}")
  b.resize(1)
  b.resize(3)
  log.print("{b} {be16(258)} {le32(0x64636261)}")`, `xbcdefb 7 abc true false 98 true x\x00\x00 \x01\x02 abcd`},
		{"options", `fn half(n: u32) -> u32? { if n % 2 == 0 { return n / 2 }; return none }
fn quarter(n: u32) -> u32? { let h = half(n) else { return none }; return half(h) }`, `
  for i in 0..6 {
    if let q = quarter(i) { log.print("{q}") } else { log.print("-") }
  }
  var o: u32? = 4
  if let v = o { o = none; log.print("{v}") }
  if let v = o { log.print("{v}") }`, "0 - - - 1 - 4"},
		{"enums", `enum Shape { dot; line(n: u16); box(w: u32, h: u8) }
enum Op: u8 { get = 7; put; del = 20 }
fn area(s: Shape) -> u32 {
  match s {
    case dot { return 0 }
    case line(n) { return u32(n) }
    case box(w, h) { return w * u32(h) }
  }
}`, `
  var s: Shape
  let a = area(s)
  s = Shape.box(w: 6, h: 7)
  let b = area(s)
  s = Shape.line(9)
  var o: Op
  let first = bits(o)
  o = put
  log.print("{a} {b} {area(s)} {first} {bits(o)} {bits(Op.del)} {o == put} {o != Op.get}")`, "0 42 9 7 8 20 true true"},
		{"match", "", `
  for i in 0..8 {
    let n: u8 = i
    match n {
      case 0, 2 { log.print("a") }
      case 3..5 { log.print("b") }
      case 7 { break }
      else { log.print("c") }
    }
  }
  let k: i8 = -3
  match k {
    case -5..=-1 { log.print("neg") }
    else { log.print("pos") }
  }
  match k > 0 {
    case true { log.print("t") }
    case false { log.print("f") }
  }`, "a c a b b c c neg f"},
		{"loops", "", `
  var n: u32 = 0
  for i in 0..0 { n = 100 }
  for i in 5..2 { n = 100 }
  for i in 0..=0 { n = n + 1 }
  for i in 0..10 step 4 { n = n * 10 + i }
  var top: u8 = 250
  for i in top..=255 { n = n + 1 }
  for i in -2..=2 { if i == 0 { continue }; if i == 2 { break }; n = n + 1000 }
  let most: u64 = 0xffffffffffffffff
  for i in most - 1..=most step 7 { n = n + 50000 }
  while n > 60000 max 1 { n = n - 100 }
  loop { n = n + 1; break }
  log.print("{n}")`, "54055"},
		{"while traps after max", "", `
  var n: u32 = 0
  while n < 3 max 3 { n = n + 1 }
  log.print("{n}")
  while n < 7 max 3 { n = n + 1 }
  log.print("never")`, "3 trap max"},
		{"search", "", `
  let a: [8]u8 = [3, 1, 4, 1, 5, 9, 2, 6]
  if let i = first i in 0..8 where a[i] > 4 { log.print("{i}") }
  if let i = first i in 0..8 where a[i] > 9 { log.print("{i}") } else { log.print("none") }
  let n = count i in 0..8 where a[i] == 1
  let x = any i in 0..8 where a[i] == 9
  let y = all i in 0..8 where a[i] < 9
  let z = all i in 0..0 where false
  let w = any i in 0..0 where true
  log.print("{n} {x} {y} {z} {w}")`, "4 none 2 true false true false"},
		{"within and clamp", "", `
  let a: [4]u8 = [10, 11, 12, 13]
  for k in 0..3 {
    let i: i32 = k * 3 - 1
    if let j = i within 0..4 { log.print("{a[j]}") } else { log.print("out") }
    log.print("{clamp(i, 0, 3)}")
  }`, "out 0 12 2 out 3"},
		{"constants", `fn table(n: u32) -> [8]u32 {
  var t: [8]u32
  for i in 0..8 { t[i] = i * i + n }
  return t
}
const T = table(3)
const S = T[2] + 1
config N: u16 = 12
const M = N * 100000
struct P { a: u8; b: bytes<4> }
const Q = P(a: 1, b: "hi")`, `
  var n = N
  n = n - 13
  log.print("{T[7]} {S} {M} {n} {Q.b} {T[N / 4]}")`, "52 8 1200000 65535 hi 12"},
		{"index trap", "", `
  var a: [4]u8
  var i: u32 = 3
  a[i] = 1
  log.print("{a[i]}")
  i = i + 1
  a[i] = 2
  log.print("never")`, "1 trap index"},
		{"negative index traps", "", `
  var a: [4]u8
  var i: i32 = 1
  while i > -5 max 9 { a[i] = 1; i = i - 1; log.print("{i}") }`, "0 -1 trap index"},
		{"index after the length of bytes traps", "", `
  var b: bytes<4> = "ab"
  var i: u32 = 2
  b.resize(i)
  log.print("{b[i - 1]}")
  log.print("{b[i]}")`, "98 trap index"},
		{"slice trap", "fn f(v: []u8) -> u32 { return u32(v.len) }", `
  var a: [4]u8
  var i: u32 = 2
  log.print("{f(a[i..3])}")
  i = 4
  log.print("{f(a[i..3])}")`, "1 trap slice"},
		{"length trap", "", `
  var b: bytes<4> = "abc"
  b.append("d")
  log.print("{b}")
  b.append("e")`, "abcd trap length"},
		{"assert", "", `
  var n: u32 = 1
  assert n == 1
  log.print("ok")
  assert n > 1`, "ok trap assert"},
		{"the target's check comes before the value", "fn bad() -> u8 { assert false; return 1 }", `
  var a: [4]u8
  var i: u32 = 9
  a[i] = bad()`, "trap index"},
		{"declared anew in each round", "", `
  for i in 0..3 {
    var n: u32
    var b: bytes<2>
    n = n + i
    b.append(u8(97))
    log.print("{n}{b}")
  }`, "0a 1a 2a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := logs(t, c.decls, c.body); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
