package llvmir_test

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// sample has one item of each kind: objects of all kinds, a call with two results, both edges
// of a branch to one block, a loop, a check, a log, marks.
const sample = `module sample
device 0 eth0 eth task 0 rx tx
mark 0 "work"
trap 0 index @s.sn:4.1
log 0 "n " i:12 " of " bytes:60 "!"
const %tab 4 align 4 = $01020304
state %hits 8 align 4
task 0 main @main
main @main

func @pair[%in 64 align 4 ro](v1: i32, v2: i5) -> (i32, i5) noinline {
b0(v1, v2):
  v3: i32 = load4 %in[4]
  v4: i32 = divu v3, v1
  v5: i5 = shl v2, v1
  ret v4, v5
}

func @main(v1: tok, v2: tok %hits) -> (tok, tok %hits) {
  local %buf 64 align 4
  local %big 600 align 4
b0(v1, v2):
  v3: tok %buf = local %buf
  v4: tok %big = local %big
  v5: i32 = const 1
  v6: i32, v7: tok = wait v5, v1 @s.sn:1.1
  v8: i1, v9: tok, v10: tok %buf = take eth0 %buf, v7, v3, 60
  v11: i5 = const 31
  v12: i32, v13: i5 = call @pair %buf, v6, v11, v10 @s.sn:2.1
  br v8, b1(v12), b1(v6)
b1(v14: i32):
  v15: i32 = const 3
  v16: i1 = ltu v14, v15
  v17: tok = check v16, v9 !0 task 0 @s.sn:4.1
  v18: i32 = load1 %tab[v14 - 1]
  v19: tok %hits = store4 %hits[4], v18, v2
  v20: tok %big = copy %big, %buf, v4, v10, 64
  v21: i12 = load2 %big[2], v20
  v22: tok, v23: tok %hits, v24: tok %buf, v25: tok %big = mark v17, v19, v10, v20, 0
  v26: tok = log %buf, v21, v22, v24 !0 task 0
  v27: tok = send eth0 %buf, v26, v24
  v28: tok = halt v27
  ret v28, v23
}
`

func module(t *testing.T) *ir.Module {
	t.Helper()
	m := ir.MustParse("sample.sir", sample)
	require.NoError(t, ir.Verify(m))
	return m
}

func TestHosted(t *testing.T) {
	out, err := llvmir.Emit(module(t), llvmir.Options{Triple: "x86_64-unknown-none-elf", Asm: ".text\n.globl x"})
	require.NoError(t, err)
	require.Empty(t, out.Places)
	testkit.Golden(t, "testdata/hosted.ll", out.Text)
}

func coreOptions() llvmir.Options {
	return llvmir.Options{
		Debug: llvmir.Values, Narrow: true, LogWords: true,
		Trap:    func(int, int) string { return "j trap" },
		Support: "define internal void @sn_halt() alwaysinline {\n  ret void\n}\n",
	}
}

func TestCore(t *testing.T) {
	out, err := llvmir.Emit(module(t), coreOptions())
	require.NoError(t, err)
	testkit.Golden(t, "testdata/core.ll", out.Text)
}

// TestPlaces checks that a line of the debug information identifies a value of a function.
func TestPlaces(t *testing.T) {
	m := module(t)
	out, err := llvmir.Emit(m, coreOptions())
	require.NoError(t, err)
	seen := map[string]int{}
	for _, p := range out.Places {
		require.NotNil(t, p.Func)
		if p.Func == m.Main() && !p.Span.IsZero() {
			seen[p.Span.String()] = p.Value
		}
	}
	require.Equal(t, map[string]int{"s.sn:1.1": 6, "s.sn:2.1": 12, "s.sn:4.1": 0}, seen)
}

func TestNeedsMain(t *testing.T) {
	m := module(t)
	m.Contexts = nil
	_, err := llvmir.Emit(m, llvmir.Options{})
	require.EqualError(t, err, "llvmir: module sample has no main function; run the tasks pass first")
}

func TestRefusesWhatTheTasksPassRemoves(t *testing.T) {
	m := module(t)
	m.Main().Blocks[0].Instrs[3].Op = ir.OpRecv
	_, err := llvmir.Emit(m, llvmir.Options{})
	require.EqualError(t, err, "llvmir: function main: block b0: operation recv cannot reach a back end")
}

// TestLongBlocksAreCut checks that clang never gets a block of more than about 1,000 operations.
func TestLongBlocksAreCut(t *testing.T) {
	m := module(t)
	f := m.Funcs[0]
	b := ir.NewBuilder(f)
	b.B = f.Blocks[0]
	x := b.B.Params[0]
	for range 2500 {
		x = b.Word(word.Add, 32, x, b.B.Params[0])
	}
	out, err := llvmir.Emit(m, llvmir.Options{})
	require.NoError(t, err)
	longest, now := 0, 0
	for line := range strings.Lines(out.Text) {
		now++
		if !strings.HasPrefix(line, "\t") {
			now = 0
		}
		longest = max(longest, now)
	}
	require.Greater(t, longest, 900)
	require.Less(t, longest, 1100)
	require.Equal(t, 2, strings.Count(out.Text, "\ncut"))
}

// TestDeterministic checks that the same module gives the same bytes.
func TestDeterministic(t *testing.T) {
	for _, o := range []llvmir.Options{{Debug: llvmir.Lines}, coreOptions()} {
		first, err := llvmir.Emit(module(t), o)
		require.NoError(t, err)
		for range 5 {
			again, err := llvmir.Emit(module(t), o)
			require.NoError(t, err)
			require.Equal(t, first.Text, again.Text)
		}
	}
}

// TestClangAccepts checks that LLVM's verifier accepts both forms.
func TestClangAccepts(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	tools, err := llvm.Find(exec.LookPath)
	require.NoError(t, err)
	for target, o := range map[string]llvmir.Options{"x86_64": {Debug: llvmir.Lines}, "riscv32": coreOptions()} {
		out, err := llvmir.Emit(module(t), o)
		require.NoError(t, err)
		unit := llvm.Unit{Name: "sample", Lang: "ir", Text: strings.TrimSpace(out.Text) + "\n"}
		obj, err := tools.Compile(context.Background(), unit, "--target="+target+"-unknown-elf", "-O2", "-Wno-override-module")
		require.NoError(t, err)
		require.NotEmpty(t, obj)
	}
}

// TestDisplacementsOfShownOffsets checks how a displacement is added. If an earlier access proves
// that the offset lies in the object, the displacement is added to the address. Otherwise the
// displacement is added to the offset, and this sum wraps at 32 bits.
func TestDisplacementsOfShownOffsets(t *testing.T) {
	m := ir.MustParse("shown.sir", `module shown
task 0 main @main
main @main

func @f[%a 64 align 4 ro](v1: i32, v2: i1) -> (i32) noinline {
b0(v1, v2):
  v3: i32 = load1 %a[v1 + 8]
  br v2, b1, b2
b1:
  v4: i32 = load1 %a[v1]
  v5: i32 = load1 %a[v1 + 9]
  jump b4(v5)
b2:
  v6: i32 = load1 %a[v1 + 10]
  jump b4(v6)
b4(v7: i32):
  v8: i32 = load1 %a[v1 + 11]
  v9: i32 = add v7, v8
  ret v9
}

func @main(v1: tok) -> (tok) {
b0(v1):
  ret v1
}
`)
	require.NoError(t, ir.Verify(m))
	out, err := llvmir.Emit(m, coreOptions())
	require.NoError(t, err)
	for disp, wraps := range map[int]bool{8: true, 9: false, 10: true, 11: true} {
		sum := regexp.MustCompile(fmt.Sprintf(`= add i32 %%\S+, %d\b`, disp))
		place := regexp.MustCompile(fmt.Sprintf(`= getelementptr i8, i8\* %%\S+, i32 %d\b`, disp))
		require.Equal(t, wraps, sum.MatchString(out.Text), "%d\n%s", disp, out.Text)
		require.Equal(t, !wraps, place.MatchString(out.Text), "%d\n%s", disp, out.Text)
	}
}
