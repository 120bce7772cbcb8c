// Package llvm finds clang and lld and runs them. It does not depend on the compiler: callers
// pass texts (LLVM IR or C) and get objects and linked files.
//
//	tools, err := llvm.Find(exec.LookPath)
//	obj, err := tools.Compile(ctx, llvm.Unit{Name: "hello", Lang: "ir", Text: ll}, "--target=x86_64-unknown-none-elf", "-O2")
//
// The package takes the newest installed clang, not a fixed version. We have checked which
// versions read typed-pointer IR: for x86-64 from version 14 on, for RISC-V from version 16
// on. When a tool fails, the error is one line with the tool, its message, and the command
// that repeats the failure. The files of that command are then kept.
package llvm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/proc"
)

// The oldest supported versions.
const (
	MinX86   = 14
	MinRISCV = 16
	newest   = 30 // the highest suffix that Find tries
)

// Tools are the installed programs.
type Tools struct {
	Clang   string // path
	LLD     string // path of ld.lld
	Version int    // major version of clang; 0 if only an unversioned name was found
}

// Unit is one text to compile.
type Unit struct {
	Name string // base name of the output files, without extension
	Lang string // "ir" or "c"
	Text string
}

// Missing names a tool that is missing and the package that installs it.
type Missing struct{ Need string }

// Error gives one line.
func (m *Missing) Error() string {
	return m.Need + " not found: apt-get install clang-19 lld-19"
}

// Find returns the newest clang with its lld. lookPath is exec.LookPath or a replacement for
// tests.
func Find(lookPath func(string) (string, error)) (*Tools, error) {
	for v := newest; v >= MinX86; v-- {
		clang, err := lookPath(fmt.Sprintf("clang-%d", v))
		if err != nil {
			continue
		}
		if lld, err := lookPath(fmt.Sprintf("ld.lld-%d", v)); err == nil {
			return &Tools{Clang: clang, LLD: lld, Version: v}, nil
		}
	}
	clang, err := lookPath("clang")
	if err != nil {
		return nil, &Missing{"clang"}
	}
	lld, err := lookPath("ld.lld")
	if err != nil {
		return nil, &Missing{"lld"}
	}
	return &Tools{Clang: clang, LLD: lld}, nil
}

// Failure is an outside tool that ended with an error.
type Failure struct {
	Tool    string // base name
	Said    string // first line that states the error
	Command string // command that repeats the failure
	dir     string
}

// Forget removes the directory in which the command can be repeated.
func (f *Failure) Forget() { os.RemoveAll(f.dir) }

// Error gives one line.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s failed: %s (to repeat: %s)", f.Tool, f.Said, f.Command)
}

// Compile makes an object file of a unit.
func (t *Tools) Compile(ctx context.Context, u Unit, args ...string) ([]byte, error) {
	ext := map[string]string{"ir": ".ll", "c": ".c"}[u.Lang]
	if ext == "" {
		return nil, fmt.Errorf("llvm: no language %q", u.Lang)
	}
	in, out := u.Name+ext, u.Name+".o"
	args = append(args, "-c", in, "-o", out)
	return inScratch(ctx, t.Clang, args, map[string][]byte{in: []byte(u.Text)}, out)
}

// Macros lists the names of the macros that clang predefines, in order.
func (t *Tools) Macros(ctx context.Context, args ...string) ([]string, error) {
	args = append(args, "-E", "-dM", "-x", "c", "empty.h", "-o", "macros")
	text, err := inScratch(ctx, t.Clang, args, map[string][]byte{"empty.h": nil}, "macros")
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "#define" {
			names = append(names, f[1])
		}
	}
	slices.Sort(names)
	return names, nil
}

// Link runs lld on files. args must name the files and write to `out`.
func (t *Tools) Link(ctx context.Context, files map[string][]byte, out string, args ...string) ([]byte, error) {
	return inScratch(ctx, t.LLD, args, files, out)
}

// LinkHosted links with this system's C library, as clang finds it. args must name the files
// and write to `out`.
func (t *Tools) LinkHosted(ctx context.Context, files map[string][]byte, out string, args ...string) ([]byte, error) {
	return inScratch(ctx, t.Clang, append([]string{"--ld-path=" + t.LLD}, args...), files, out)
}

// inScratch runs a tool in a temporary directory with the given files, and returns the file
// out. The directory is kept only if the tool fails.
func inScratch(ctx context.Context, tool string, args []string, files map[string][]byte, out string) (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "sinter-")
	if err != nil {
		return nil, err
	}
	defer func() {
		var f *Failure
		if !errors.As(err, &f) {
			os.RemoveAll(dir)
		}
	}()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return nil, err
		}
	}
	cmd := proc.Command(ctx, tool, args...)
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &Failure{filepath.Base(tool), firstComplaint(string(said), err), repeat(dir, tool, args), dir}
	}
	return os.ReadFile(filepath.Join(dir, out))
}

// firstComplaint picks the line that states the error.
func firstComplaint(said string, err error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for _, line := range lines {
		if strings.Contains(line, "error") {
			return strings.TrimSpace(line)
		}
	}
	if lines[0] != "" {
		return strings.TrimSpace(lines[0])
	}
	return err.Error()
}

func repeat(dir, tool string, args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = a
		if strings.ContainsAny(a, " '\"$*()") {
			quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return fmt.Sprintf("cd %s && %s %s", dir, tool, strings.Join(quoted, " "))
}
