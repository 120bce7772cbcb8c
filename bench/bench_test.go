package main

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

func examplesNamed(t *testing.T, names ...string) []*example {
	list, err := load(options{root: "..", only: names})
	require.NoError(t, err)
	require.Len(t, list, max(len(names), len(list)))
	return list
}

func TestCaptureInFewCycles(t *testing.T) {
	e := examplesNamed(t, "filter")[0]
	require.NotEmpty(t, e.world.Captures)
	for _, core := range flow.Cores() {
		r, err := e.Run(context.Background(), flow.RunOptions{Level: flow.Cycle, Core: core, World: e.world})
		require.NoError(t, err)
		require.Greater(t, r.Frames["outside"], 100)
		require.LessOrEqual(t, r.Figures["cycles"], 1.5e6, core)
	}
}

func TestFilterCoreIsSmall(t *testing.T) {
	e := examplesNamed(t, "filter")[0]
	for _, core := range flow.Cores() {
		f := newFigures()
		require.NoError(t, e.price(context.Background(), core, f))
		require.LessOrEqual(t, f.Ratios["luts."+core+".filter"], 0.6)
		require.Greater(t, f.Ratios["luts."+core+".filter"], 0.1)
	}
}

func TestUnikernelIsSmall(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	testkit.Tool(t, "qemu-system-x86_64")
	f := newFigures()
	require.NoError(t, products(context.Background(), examplesNamed(t, "hello"), f))
	require.LessOrEqual(t, f.Counts["pvh_bytes.hello"], 4096.0)
	require.Greater(t, f.Counts["pvh_bytes.hello"], 512.0)
	require.LessOrEqual(t, f.Counts["boot_instructions.hello"], 20000.0)
	require.Greater(t, f.Counts["boot_instructions.hello"], 100.0)
}

func TestInstructionsBesideClang(t *testing.T) {
	testkit.Tool(t, clangName)
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	ctx := context.Background()
	list := examplesNamed(t, kernelNames()...)
	f := newFigures()
	for _, e := range list {
		n, err := e.work(ctx, flow.ISA, "", "instructions")
		require.NoError(t, err)
		f.count("instructions."+e.name, n)
	}
	require.NoError(t, kernels(ctx, list, f))
	require.Empty(t, f.Missing)
	require.Len(t, f.Ratios, len(kernelNames())+1)
	require.LessOrEqual(t, f.Ratios["cg.instructions"], 1.6)
	product := 1.0
	for _, name := range kernelNames() {
		product *= f.Counts["instructions."+name] / f.Counts["clang_instructions."+name]
	}
	require.InDelta(t, math.Pow(product, 1.0/7), f.Ratios["cg.instructions"], 1e-4)
}

// If a kernel's result is wrong, its time is refused.
func TestWrongResultIsRefused(t *testing.T) {
	clang := testkit.Tool(t, clangName)
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	_, err := kernel{"fir", []uint32{1}}.run(context.Background(), clang)
	require.ErrorContains(t, err, "result words [c4c01672], expected [1]")
}

func TestCompare(t *testing.T) {
	old := &accepted{Counts: map[string]float64{"a.x": 100, "b.x": 100, "c.x": 100, "gone.x": 1}, Ratios: map[string]float64{"r": 1}}
	f := newFigures()
	f.Counts["a.x"], f.Counts["b.x"], f.Counts["c.x"], f.Counts["new.x"] = 102, 103, 90, 7
	f.Ratios["r"] = 1.5
	changes := compare(old, f)
	require.Equal(t, []change{{"a.x", 100, 102}, {"b.x", 100, 103}, {"c.x", 100, 90}, {"r", 1, 1.5}}, changes)
	var worse []string
	for _, c := range changes {
		if c.worse() {
			worse = append(worse, c.key)
		}
	}
	require.Equal(t, []string{"b.x", "r"}, worse)
	require.Contains(t, table(changes), "b.x                                               100          103  +3.0 %  worse\n")
	require.Empty(t, table(nil))
}

// Accepted figures that were not measured again stay accepted. Figures of a removed example are
// dropped.
func TestMerge(t *testing.T) {
	old := &accepted{Counts: map[string]float64{"luts.pipe3.old": 5, "placed_cells.pipe3.a": 9}, Ratios: map[string]float64{}}
	f := newFigures()
	f.Counts["luts.pipe3.a"] = 4
	require.Equal(t, map[string]float64{"luts.pipe3.a": 4, "placed_cells.pipe3.a": 9}, merge(old, f, false).Counts)
	require.Equal(t, map[string]float64{"luts.pipe3.a": 4, "luts.pipe3.old": 5, "placed_cells.pipe3.a": 9}, merge(old, f, true).Counts)
}

func TestThreeDigits(t *testing.T) {
	for in, want := range map[float64]float64{0: 0, 123456: 123000, 0.0123456: 0.0123, 63.681: 63.7, 999.6: 1000} {
		require.InDelta(t, want, threeDigits(in), 1e-12)
	}
	text, err := json.Marshal(threeDigits(0.0123456))
	require.NoError(t, err)
	require.Equal(t, "0.0123", string(text))
}

// TestAccepted checks that the accepted figures meet their goals.
func TestAccepted(t *testing.T) {
	a, err := readAccepted("accepted.json")
	require.NoError(t, err)
	require.Greater(t, len(a.Counts), 100)
	require.LessOrEqual(t, a.Ratios["cg.instructions"], 1.6)
	require.LessOrEqual(t, a.Ratios["luts.pipe3.filter"], 0.6)
	require.LessOrEqual(t, a.Ratios["luts.multi.filter"], 0.6)
}
