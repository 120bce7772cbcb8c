package llvm_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// installed behaves like exec.LookPath on a machine with exactly these tools.
func installed(names ...string) func(string) (string, error) {
	return func(name string) (string, error) {
		for _, n := range names {
			if n == name {
				return "/bin/" + n, nil
			}
		}
		return "", exec.ErrNotFound
	}
}

func TestFindTakesTheNewestPair(t *testing.T) {
	tools, err := llvm.Find(installed("clang-14", "ld.lld-14", "clang-19", "ld.lld-19", "clang-20", "clang"))
	require.NoError(t, err)
	require.Equal(t, &llvm.Tools{Clang: "/bin/clang-19", LLD: "/bin/ld.lld-19", Version: 19}, tools)
}

func TestFindSaysWhatIsMissing(t *testing.T) {
	_, err := llvm.Find(installed())
	require.EqualError(t, err, "clang not found: apt-get install clang-19 lld-19")
	_, err = llvm.Find(installed("clang"))
	require.EqualError(t, err, "lld not found: apt-get install clang-19 lld-19")
}

func find(t *testing.T) *llvm.Tools {
	testkit.Tool(t, "clang-19", "clang")
	tools, err := llvm.Find(exec.LookPath)
	require.NoError(t, err)
	return tools
}

func TestCompileMakesAnObject(t *testing.T) {
	obj, err := find(t).Compile(context.Background(), llvm.Unit{Name: "f", Lang: "c", Text: "int f(void) { return 7; }"}, "-O1")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(obj), "\x7fELF"))
}

func TestFailureIsOneLineThatCanBeRepeated(t *testing.T) {
	_, err := find(t).Compile(context.Background(), llvm.Unit{Name: "bad", Lang: "c", Text: "int f(void) { return x; }"})
	var f *llvm.Failure
	require.True(t, errors.As(err, &f))
	require.NotContains(t, err.Error(), "\n")
	require.Contains(t, f.Said, "undeclared")
	out, err := exec.Command("sh", "-c", f.Command).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "undeclared")
}

func TestFindTakesAnUnversionedPair(t *testing.T) {
	tools, err := llvm.Find(installed("clang-19", "clang", "ld.lld"))
	require.NoError(t, err)
	require.Equal(t, &llvm.Tools{Clang: "/bin/clang", LLD: "/bin/ld.lld"}, tools)
}

func TestCancelledCompileIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := find(t).Compile(ctx, llvm.Unit{Name: "f", Lang: "c", Text: "int f(void) { return 7; }"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = find(t).Compile(context.Background(), llvm.Unit{Name: "f", Lang: "pascal"})
	require.EqualError(t, err, `llvm: no language "pascal"`)
}
