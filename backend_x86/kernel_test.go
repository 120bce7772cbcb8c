package x86_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// header skips the test if a header of the kernel is not installed.
func header(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		testkit.Skip(t, "no "+path+": apt-get install linux-libc-dev")
	}
}

// sameAsKernel compiles declarations of the layer after the kernel's headers. It asserts that
// the two expressions of each pair are equal.
func sameAsKernel(t *testing.T, headers []string, declarations string, pairs [][2]string) {
	t.Helper()
	clang := testkit.Tool(t, "clang-19", "clang")
	src := ""
	for _, h := range headers {
		src += "#include <" + h + ">\n"
	}
	src += "typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;\n" +
		declarations + "\n#define SAME(a, b) _Static_assert((a) == (b), #a)\n#define AT __builtin_offsetof\n"
	for _, pair := range pairs {
		src += fmt.Sprintf("SAME(%s, %s);\n", pair[0], pair[1])
	}
	path := filepath.Join(t.TempDir(), "same.c")
	require.NoError(t, os.WriteFile(path, []byte(src), 0o644))
	out, err := exec.Command(clang, "-fsyntax-only", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
