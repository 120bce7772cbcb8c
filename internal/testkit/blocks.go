package testkit

import (
	"os"
	"strings"
	"testing"
)

// Blocks returns the fenced code blocks of a language in a Markdown page. A test can then check
// the examples of the page.
func Blocks(t testing.TB, path, language string) []string {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, part := range strings.Split("\n"+string(page), "\n```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(part, "\n```")
		if !closed {
			t.Fatalf("%s: a block of %s is not closed", path, language)
		}
		out = append(out, block+"\n")
	}
	if len(out) == 0 {
		t.Fatalf("%s has no block of %s", path, language)
	}
	return out
}
