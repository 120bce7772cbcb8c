package lower

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// placed is a program with an assignment PLACE = VALUE that uses an index i and a value j. Both
// the place and the value may trap.
const placed = `use net
struct S { x: u32; v: [4]u32 }
enum E { nothing; some(v: u32) }
fn word(j: u32) -> u32 { assert j != 9; return j + 1 }
fn struct_(j: u32) -> S { assert j != 9; return S(x: j, v: [1, 2, 3, 4]) }
fn text(j: u32) -> bytes<8> { assert j != 9; var b: bytes<8>; b.append(u8(j)); return b }
fn wide(j: u32) -> bytes<16> { assert j != 9; var b: bytes<16>; b.append(u8(j)); return b }
fn option(j: u32) -> u32? { assert j != 9; if j == 2 { return none }; return j }
fn enum_(j: u32) -> E { assert j != 9; return E.some(v: j) }
fn bounded(j: u32) -> u32 { var k = j; while k > 3 max 2 { k = k - 1 }; return k }
fn sum(a: []u32) -> u32 { var s: u32 = 0; for i in 0..a.len { s = s + a[i] }; return s }
fn inside(a: inout [4]u32, i: u32, j: u32) { a[i] = word(j) }
fn through(a: inout []u32, i: u32, j: u32) { a[i] = word(j) }
fn bump(a: inout u32, v: u32) { a = a + v }
task t(nic: net.Eth, c: out chan<u32>, d: in chan<u32>) {
  state s: [4]u32
  var p: bytes<2>
  nic.recv(p)
  if p.len < 2 { return }
  let i = u32(p[0])
  let j = u32(p[1])
  var a: [4]u32
  var m: [4][4]u32
  var b: bytes<16>
  b.append("abcd")
  var bs: [2]bytes<16>
  bs[1].append("abcdefgh")
  var one: S
  var many: [4]S
  var os: [4]u32?
  var es: [4]E
  var bits: [4]bool
  c.send(i)
  c.send(j)
  log.print("before")
  STATEMENT
  log.print("after {a[1]} {m[1][1]} {m[0][1]} {b} {one.v[1]} {many[1].x} {bits[1]} {s[1]}")
}
task echo(c: in chan<u32>, d: out chan<u32>) { loop { d.send(c.recv()) } }
system s { d = net.eth(0); chan c: u32 cap 4; chan e: u32 cap 4; run t(d, c, e); run echo(c, e) }
`

// A program evaluates and checks the indices of a place before the value, even if both trap. The
// trap site is the same in the tree, in the IR and after all passes.
func TestPlaceBeforeValue(t *testing.T) {
	for _, stmt := range []string{
		"a[i] = word(j)", "a[i] = bounded(j)", "a[i] = a[j + 7]", "a[i] = sum(a[0..j])", "a[i] = d.recv()",
		"a[d.recv()] = d.recv()", "a[d.recv()] = word(d.recv())", "a[word(i)] = word(j)",
		"m[i][1] = word(j)", "m[1][i] = word(j)", "m[word(i) & 3][word(j)] = word(i + j)",
		"b[i] = u8(word(j))", "bs[i][i + 3] = u8(word(j))", "bs[i].resize(word(j))", "bs[i].append(text(j))",
		"one.v[i] = word(j)", "one.v[i] = one.v[j + 5]", "many[i].x = word(j)", "many[i] = struct_(j)",
		"many[i] = S(x: word(j), v: [1, 2, 3, 4])", "bs[i] = wide(j)", "os[i] = option(j)", "es[i] = enum_(j)",
		"bits[i] = word(j) == 3", "s[i] = word(j)", "inside(a, i, j)", "through(a[0..2], i, j)", "bump(a[i], word(j))", "bump(a[i], sum(a[j..3]))",
	} {
		p := check(t, "place.sn", strings.Replace(placed, "STATEMENT", stmt, 1))
		sites := map[int]bool{}
		for _, in := range [][]byte{{1, 1}, {7, 1}, {1, 9}, {7, 9}} {
			s := &world.Script{Devices: []string{"d"}, Inputs: []world.Input{{Data: in}}}
			m := requireSame(t, p, s)
			want := play(t, m, s)
			sites[trapSite(t, want)] = true
			for _, passes := range [][]pass.Pass{pass.Stages(), pass.List()} {
				m, err := Lower(p)
				require.NoError(t, err)
				require.NoError(t, pass.Run(m, passes, pass.Options{Env: pass.Env{XLen: 32}}))
				require.Equal(t, want, play(t, m, s), "%s with %d, %d", stmt, in[0], in[1])
			}
		}
		require.GreaterOrEqual(t, len(sites), 2, "%s: only %v", stmt, sites)
	}
}

// trapSite reads the site of the trap from a trace. The result is -1 if there is no trap.
func trapSite(t *testing.T, text string) int {
	tr, err := trace.Parse(&diag.File{Name: "trace", Text: text})
	require.NoError(t, err)
	for _, e := range tr.Events {
		if e.Kind == trace.Trap {
			return e.Site
		}
	}
	return -1
}
