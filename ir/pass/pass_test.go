package pass

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/irtest"
)

// TestReasons checks that the order of List agrees with the rows that explain it.
func TestReasons(t *testing.T) {
	var names []string
	for _, p := range List() {
		names = append(names, p.Name)
		require.NotEmpty(t, p.Doc, p.Name)
	}
	for _, r := range Reasons() {
		before, after := slices.Index(names, r.Before), len(names)-1
		for after >= 0 && names[after] != r.After {
			after--
		}
		require.GreaterOrEqual(t, before, 0, "%s is not a pass", r.Before)
		require.Greater(t, after, before, "%s before %s: %s", r.Before, r.After, r.Why)
	}
}

// TestPropertiesAreKept checks the errors for a pass that does not establish a property that it
// promises, and for a later pass that loses the property.
func TestPropertiesAreKept(t *testing.T) {
	env := Env{XLen: 32}
	legal := Legal()
	widen := Pass{Name: "widen", Run: func(m *ir.Module, _ *Env) bool {
		b := m.Funcs[0].Blocks[0]
		c := newConst(m.Funcs[0], b, 48, 7, nil)
		b.Instrs = append([]*ir.Instr{c}, b.Instrs...)
		return true
	}}
	liar := Pass{Name: "liar", Run: func(*ir.Module, *Env) bool { return false }, Gives: &legal}
	require.ErrorContains(t, Run(irtest.Random(1), []Pass{liar}, Options{Env: env, Check: true}), "after pass liar the module is not legal: @")
	require.ErrorContains(t, Run(irtest.Random(1), []Pass{Stages()[0], widen}, Options{Env: env, Check: true}), "after pass widen the module is not legal: @")
	require.NoError(t, Run(irtest.Random(1), List(), Options{Env: env, Check: true}))
}

func TestRunnerFindsFaults(t *testing.T) {
	liar := Pass{Name: "liar", Run: func(m *ir.Module, _ *Env) bool { m.Name = "other"; return false }}
	require.ErrorContains(t, Run(irtest.Random(1), []Pass{liar}, Options{Check: true}), "pass liar changed the module")
	breaker := Pass{Name: "breaker", Run: func(m *ir.Module, _ *Env) bool {
		b := m.Funcs[0].Blocks[0]
		b.Instrs = b.Instrs[1:]
		return true
	}}
	require.ErrorContains(t, Run(irtest.Random(1), []Pass{breaker}, Options{Check: true}), "after pass breaker")
}

func TestSkipLimitAfter(t *testing.T) {
	var ran []string
	pass := func(name string) Pass {
		return Pass{Name: name, Run: func(*ir.Module, *Env) bool { ran = append(ran, name); return false }}
	}
	var seen []int
	o := Options{Skip: []string{"b"}, Limit: 3, After: func(n int, _ *Pass, _ *ir.Module) error { seen = append(seen, n); return nil }}
	require.NoError(t, Run(irtest.Random(1), []Pass{pass("a"), pass("b"), pass("c"), pass("d")}, o))
	require.Equal(t, []string{"a", "c"}, ran)
	require.Equal(t, []int{0, 2}, seen)
}

func TestShuffleKeepsTraces(t *testing.T) {
	moved := false
	for seed := uint64(0); seed < 30; seed++ {
		m := irtest.Random(seed)
		before, want := ir.Print(m), play(t, m, nil)
		shuffle(m, seed)
		moved = moved || ir.Print(m) != before
		require.Equal(t, want, play(t, m, nil))
	}
	require.True(t, moved)
}

func TestInlineKeepsKernels(t *testing.T) {
	m := ir.MustParse("k.sir", `module k
task 0 main @main
func @main() {
b0:
  v1: i32 = call @kernel
  v2: i32 = call @once
  ret
}
func @kernel() -> (i32) noinline {
b0:
  v1: i32 = call @once
  ret v1
}
func @once() -> (i32) {
b0:
  v1: i32 = const 7
  ret v1
}
`)
	require.True(t, inline(m, &Env{}))
	require.NoError(t, ir.Verify(m))
	require.Len(t, m.Funcs, 2)
	require.Equal(t, []*ir.Func{m.Funcs[1]}, ir.Callees(m.Funcs[0]))
	require.Empty(t, ir.Callees(m.Funcs[1]))
}
