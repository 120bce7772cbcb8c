// Package errors holds a page for each kind of diagnostic, named by its code:
// what it means, a program that gets it, and the program mended. A test
// compiles both programs of every page.
package errors

import (
	"embed"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Page returns the text of a code's page.
func Page(code string) (string, bool) {
	text, err := pages.ReadFile(code + ".md")
	return string(text), err == nil
}

// Codes lists the codes that have a page, in order.
func Codes() []string {
	entries, err := pages.ReadDir(".")
	if err != nil {
		return nil // an embedded folder is always there
	}
	var codes []string
	for _, e := range entries {
		codes = append(codes, strings.TrimSuffix(e.Name(), ".md"))
	}
	return codes
}
