package testkit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Fault is a mistake that is planted in the tool itself, to check whether a test notices it. A
// fault replaces one text in a file with another text. The first text must occur exactly once
// in the file, so an outdated entry of the list is an error.
type Fault struct {
	Name     string
	File     string // path from the root of the project
	Old, New string
	Notes    [][]string // additional lines of the entry, as words
}

// Group returns the part of the tool that has the mistake. The group is the beginning of the
// fault's name, up to the colon.
func (f *Fault) Group() string { g, _, _ := strings.Cut(f.Name, ":"); return g }

// Note returns the words of the first additional line that begins with one of the given words.
// The result is nil if there is no such line.
func (f *Fault) Note(words ...string) []string {
	for _, n := range f.Notes {
		for _, w := range words {
			if n[0] == w {
				return n
			}
		}
	}
	return nil
}

// Faults reads a list of faults. `#` begins a comment. An entry is
//
//	== cg: a store of a half writes a byte
//	file backend_riscv/select.go
//	- size == 2
//	+ size == 1
//
// An entry may also have lines that begin with one of the signs in `notes`. Consecutive lines
// with the same sign form one text of several lines.
func Faults(t testing.TB, path string, notes ...string) []*Fault {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []*Fault
	for i, line := range strings.Split(string(text), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		if word == "" || strings.HasPrefix(word, "#") {
			continue
		}
		if word == "==" {
			all = append(all, &Fault{Name: rest})
			continue
		}
		require.NotEmpty(t, all, "%s:%d stands before the first fault", path, i+1)
		require.True(t, all[len(all)-1].line(word, rest, notes), "%s:%d: expected ==, file, -, + or one of %v, got %q", path, i+1, notes, word)
	}
	return all
}

// line adds a line of the entry.
func (f *Fault) line(word, rest string, notes []string) bool {
	switch word {
	case "file":
		f.File = rest
		return true
	case "-":
		f.Old = addLine(f.Old, rest)
		return true
	case "+":
		f.New = addLine(f.New, rest)
		return true
	}
	for _, n := range notes {
		if n == word {
			f.Notes = append(f.Notes, append([]string{word}, strings.Fields(rest)...))
			return true
		}
	}
	return false
}

func addLine(text, line string) string {
	if text == "" {
		return line
	}
	return text + "\n" + line
}

// Overlay writes the changed file into dir, and the file for go's -overlay flag. Overlay
// returns the path of the second file. The source tree in root stays unchanged.
func (f *Fault) Overlay(root, dir string) (string, error) {
	path, err := filepath.Abs(filepath.Join(root, f.File))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), f.Old); n != 1 {
		return "", fmt.Errorf("the text to replace occurs %d times in %s", n, f.File)
	}
	mistaken := filepath.Join(dir, "mistaken"+filepath.Ext(path))
	if err := os.WriteFile(mistaken, []byte(strings.Replace(string(text), f.Old, f.New, 1)), 0o644); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mistaken}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, list, 0o644)
}

// BuildTool builds the tool in dir and returns its path. The debug tables are omitted,
// because linking them is most of the work.
func BuildTool(root, dir string, flags ...string) (tool string, err error) {
	tool = filepath.Join(dir, "sinter")
	args := append(append([]string{"build", "-ldflags=-s -w"}, flags...), "-o", tool, "./cmd/sinter")
	if said, _, err := Within(Compiling, root, nil, "go", args...); err != nil {
		return "", fmt.Errorf("the tool does not compile: %w\n%s", err, said)
	}
	return tool, nil
}
