// Package errors holds a page for each kind of diagnostic. The diagnostic's code
// is the name of its page. The page explains the diagnostic. It shows a program
// that causes it, and the corrected program. A test compiles both programs of
// every page.
package errors

import (
	"embed"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Page returns the text of the page for a code. It reports whether there is such a page.
func Page(code string) (string, bool) {
	text, err := pages.ReadFile(code + ".md")
	return string(text), err == nil
}

// Codes lists the codes that have a page, in order.
func Codes() []string {
	entries, err := pages.ReadDir(".")
	if err != nil {
		return nil // cannot happen: the folder is embedded
	}
	var codes []string
	for _, e := range entries {
		codes = append(codes, strings.TrimSuffix(e.Name(), ".md"))
	}
	return codes
}
