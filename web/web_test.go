package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestBundleIsFresh checks that the committed bundle was made from the current sources. If
// esbuild is installed, the test makes the bundle again.
func TestBundleIsFresh(t *testing.T) {
	names, err := filepath.Glob("src/*")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	h := sha256.New()
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		io.WriteString(h, filepath.Base(name)+"\n")
		h.Write(text)
	}
	head := "/* sources " + hex.EncodeToString(h.Sum(nil)) + " */\n"
	const how = "the bundle is stale: run npm ci && npm run build in web"
	require.True(t, strings.HasPrefix(script, head), how)
	require.True(t, strings.HasPrefix(style, head), how)
}

// TestBundleIsMadeAgain checks that esbuild makes the committed bundle again, byte for byte.
func TestBundleIsMadeAgain(t *testing.T) {
	node := testkit.Tool(t, "node", "nodejs")
	if _, err := os.Stat("node_modules/esbuild"); err != nil {
		testkit.Skip(t, "web/node_modules has no esbuild: run npm ci in web")
	}
	out, err := exec.Command(node, "build.mjs", "--check").CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestPageHoldsItsData checks that the same data always gives the same page, and that no text
// of a program can act as a part of the page.
func TestPageHoldsItsData(t *testing.T) {
	data := []byte(`{"text":"</script><script>alert(1)</script>"}`)
	page, err := Page(data, 0)
	require.NoError(t, err)
	again, err := Page(data, 0)
	require.NoError(t, err)
	require.Equal(t, page, again)
	require.NotContains(t, string(page), "alert")
	require.Equal(t, 2, strings.Count(string(page), "</script>"))
	packed := regexp.MustCompile(`<script id="data" type="text/plain">([^<]*)<`).FindSubmatch(page)
	raw, err := base64.StdEncoding.DecodeString(string(packed[1]))
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(raw))
	require.NoError(t, err)
	got, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, data, got)
	require.Contains(t, string(page), "connect-src 'none'")
	require.NotRegexp(t, `(src|href)="https?:`, string(page))
	served, err := Page(data, 500)
	require.NoError(t, err)
	require.Contains(t, string(served), "connect-src 'self'")
	require.Less(t, len(page), 100_000, "the page without data")
}
