package examples

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/std"
)

// libraryMachines are the machines on which every public name of the library runs. The other
// machines run the same program IR or image as one of these.
func libraryMachines() [][2]string {
	return [][2]string{{flow.Source, ""}, {flow.IR, ""}, {flow.ISA, ""}}
}

// TestLibrary runs the programs of testdata/library, which have run lines like the examples.
func TestLibrary(t *testing.T) {
	files, err := filepath.Glob("testdata/library/*.sn")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			e := newExample(".")
			e.readFile(t, name)
			p, err := flow.Load(name, flow.Options{Check: true})
			require.NoError(t, err)
			for _, m := range libraryMachines() {
				t.Run(m[0], func(t *testing.T) {
					r, err := p.Run(context.Background(), flow.RunOptions{Level: m[0]})
					require.NoError(t, err)
					require.Equal(t, e.ends, string(r.Status))
					require.Equal(t, e.logs, r.Lines)
				})
			}
		})
	}
}

var declaration = regexp.MustCompile(`(?m)^(?:fn|task|struct|enum|layout|const|config|type) ([A-Za-z0-9]\w*)`)

// publicNames lists the public declarations of the library, with the names that users write.
func publicNames(t *testing.T) []string {
	var names []string
	dirs, err := std.Files.ReadDir(".")
	require.NoError(t, err)
	for _, dir := range dirs {
		files, err := std.Files.ReadDir(dir.Name())
		require.NoError(t, err)
		for _, f := range files {
			text, err := std.Files.ReadFile(dir.Name() + "/" + f.Name())
			require.NoError(t, err)
			for _, m := range declaration.FindAllStringSubmatch(string(text), -1) {
				name := m[1]
				if dir.Name() != "prelude" {
					name = dir.Name() + "." + name
				}
				names = append(names, name)
			}
		}
	}
	return names
}

// setting finds the configs of the library that tests set.
var setting = regexp.MustCompile(`types\.Setting\{+Name: "([a-z.]+)"`)

// TestLibraryIsUsed checks that each public name of the library is used. It is used by a
// program that TestLibrary runs, by an example, or as a setting of a test.
func TestLibraryIsUsed(t *testing.T) {
	var used strings.Builder
	for _, dir := range append(folders(t), "testdata/library", "testdata/devices") {
		files, err := flow.ReadFiles(dir)
		require.NoError(t, err)
		for _, f := range files {
			used.WriteString(f.Text)
		}
	}
	tests, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, name := range tests {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range setting.FindAllStringSubmatch(string(text), -1) {
			used.WriteString(m[1] + "\n")
		}
	}
	names := publicNames(t)
	require.Greater(t, len(names), 40)
	for _, name := range names {
		require.Regexp(t, `\b`+regexp.QuoteMeta(name)+`\b`, used.String(), "no program uses %s", name)
	}
}

// TestLibraryComments checks that each public name has a comment.
func TestLibraryComments(t *testing.T) {
	dirs, err := std.Files.ReadDir(".")
	require.NoError(t, err)
	for _, dir := range dirs {
		files, err := std.Files.ReadDir(dir.Name())
		require.NoError(t, err)
		for _, f := range files {
			text, err := std.Files.ReadFile(dir.Name() + "/" + f.Name())
			require.NoError(t, err)
			lines := strings.Split(string(text), "\n")
			for i, line := range lines {
				if m := declaration.FindStringSubmatch(line); m != nil && !strings.Contains(line, "//") {
					require.True(t, i > 0 && (strings.HasPrefix(lines[i-1], "//") || strings.HasPrefix(line, "const") && lines[i-1] != ""),
						"%s/%s: %s has no comment", dir.Name(), f.Name(), m[1])
				}
			}
		}
	}
}

// libraryUse is a small program with additional lines at its top.
func libraryUse(head string) []*diag.File {
	return []*diag.File{{Name: "small.sn", Text: head + "task main() { log.print(\"hello\") }\nsystem small { run main() }\n"}}
}

// A library name that a program does not use is absent from the program.
func TestUnusedLibraryCostsNothing(t *testing.T) {
	small, err := flow.LoadFiles(libraryUse(""), flow.Options{})
	require.NoError(t, err)
	big, err := flow.LoadFiles(libraryUse("use net, sha256, checksum, ring\n"), flow.Options{})
	require.NoError(t, err)
	a, err := small.Image(context.Background())
	require.NoError(t, err)
	b, err := big.Image(context.Background())
	require.NoError(t, err)
	require.Equal(t, a.Text, b.Text)
	require.Equal(t, small.Summary().StateBytes, big.Summary().StateBytes)
	require.Empty(t, big.Tree.Funcs)
}
