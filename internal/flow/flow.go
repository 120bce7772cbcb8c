// Package flow connects all stages of the flow, from options to results. A Program is loaded
// once. It makes its artefacts on demand, each from the previous artefact, and keeps them:
//
//	files ─ tree ─ ir ─┬─ Unoptimised                 sim/source, sim/program
//	                   ├─ for x86 ─ tasks             backend_x86: linux, pvh
//	                   └─ for a core ─ legalise, tasks ─ image ─ point ─ circuit ─ graph ─ netlist
//
// The package prints nothing and does not depend on the command line, which is in
// internal/cli. Input from outside the process (files, installed tools) enters here and not
// in lower packages. Start reading at Program.
package flow

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
)

// The organisations of generated cores.
const (
	Multi   = design.Multi
	Pipe3   = design.Pipe3
	Serial1 = design.Serial1
	Serial2 = design.Serial2
	Serial4 = design.Serial4
)

// Cores lists the organisations that execute whole words, in the order of reports.
func Cores() []string { return design.Cores() }

// Serials lists the organisations that execute digits.
func Serials() []string { return design.Serials() }

// AllCores also lists the organisations that execute digits.
func AllCores() []string { return design.AllCores() }

// Buses lists the buses by which a host can reach a core.
func Buses() []string { return periph.Buses() }

// Options are the inputs of a program's artefacts besides its text.
type Options struct {
	Settings []types.Setting // -D name=value
	// Addresses are the addresses of network devices, such as DEVICE.host=10.0.0.2/24
	// (addresses.go).
	Addresses []string
	Words     []string       // NAME=VALUE, values that configs get at the start (words.go)
	Regs      int            // registers of a generated core; 0: the compiler chooses the number
	Backend   string         // "cg" (default) or "llvm" for RISC-V
	CPU       string         // CPU for which x86-64 products are made; empty: the product's default
	Layout    uint64         // seed of the addresses of x86-64 products; 0: the usual ones
	Watched   bool           // x86-64 products keep readable data about their state in memory (watch.go)
	Engine    string         // engine of the machine that runs the circuit; empty: the machine's first
	Check     bool           // verify and shuffle the program IR around each pass
	Net       bool           // also include the checks that were proved unnecessary
	Target    *design.Target // target of a core; nil: RV32I with multiplication, Lines and Regs registers
	Lines     *isa.Set       // added to the instruction set of a core; may be nil
	Mine      int            // largest number of mined lines of a core; 0: none; or MineWherePays
	Goal      Goal           // goal of a core; empty: the first entry of Goals
	Soft      bool           // a core multiplies without an instruction

	Skip      []string                 // names of passes to leave out
	DumpAfter []string                 // names of passes after which Dump gets the program IR
	Dump      func(title, text string) // must be set if DumpAfter is set

	Passes func([]pass.Pass) []pass.Pass // may change the passes, for tests that plant mistakes
	// Printed may change the LLVM IR of processes and guests, for tests that plant mistakes.
	Printed func(text string) string
}

// Program is a loaded program.
type Program struct {
	Name     string
	Path     string // path from which it was loaded, as on the command line
	Files    []*diag.File
	Tree     *tree.Program
	Warnings diag.List
	Form     Form // the form in which it was loaded
	opts     Options
	base     bool              // the target is a base set, so its products may become narrow
	bare     *Program          // the program without the addresses of the start; nil: no addresses were given
	words    []string          // start words that pass the addresses to a product
	places   map[int]diag.Span // source positions of the trap sites of an image
	stages
}

// Load reads and checks a program: a file, or a folder whose .sn files together are one
// program. A file of a later form (.sir, .img, .elf, .rtl) is a program that begins at that
// form. If the text has mistakes, the error is a diag.List.
func Load(path string, opts Options) (*Program, error) {
	if err := opts.checkPasses(); err != nil {
		return nil, err
	}
	if err := opts.checkMining(); err != nil {
		return nil, err
	}
	if p, err := throughDoor(path, opts); p != nil || err != nil {
		return p, err
	}
	files, err := ReadFiles(path)
	if err != nil {
		return nil, err
	}
	p, err := LoadFiles(files, opts)
	if p != nil {
		p.Path = path
	}
	return p, err
}

// LoadFiles checks a program from texts that are already read.
//
// A single file whose name ends in .sir holds program IR. A single file whose name ends in
// .img holds an image (a linked program for a core).
func LoadFiles(files []*diag.File, opts Options) (*Program, error) {
	if len(files) == 1 && strings.HasSuffix(files[0].Name, ".sir") {
		return loadIR(files[0], opts)
	}
	if len(files) == 1 && strings.HasSuffix(files[0].Name, ".img") {
		return loadImage(files[0], opts)
	}
	var parsed []*syntax.File
	var all diag.List
	for _, f := range files {
		tree, list := syntax.Parse(f)
		all = append(all, list...)
		tree.Forget()
		parsed = append(parsed, tree)
	}
	if err := all.Err(); err != nil {
		return nil, err
	}
	t, list := types.Check(parsed, types.Options{Settings: opts.settings(), Net: opts.Net})
	all = append(all, list...)
	if err := all.Err(); err != nil {
		return nil, err
	}
	p := &Program{Name: t.Name, Files: files, Tree: t, Warnings: all, opts: opts}
	if err := p.begin(parsed); err != nil {
		return p, err
	}
	return p, p.addressed()
}

// LoadPackage checks a library package and its tests.
func LoadPackage(pkg string, o Options) (*Program, error) {
	t, list := types.Check(nil, types.Options{Settings: o.Settings, Package: pkg})
	if err := list.Err(); err != nil {
		return nil, err
	}
	t.Name = LibraryPath + pkg
	return &Program{Name: t.Name, Path: t.Name, Tree: t, Warnings: list, opts: o}, nil
}

// LibraryPath is the prefix of the path of a library package.
const LibraryPath = "std:"

// Settings are the settings with which the program was loaded.
func (p *Program) Settings() []types.Setting { return p.opts.Settings }

// For is the same program with cores for another target.
func (p *Program) For(t *design.Target) *Program {
	other := *p
	other.stages, other.opts.Target = stages{}, t
	return &other
}

// Through is the same program with other passes.
func (p *Program) Through(passes func([]pass.Pass) []pass.Pass) *Program {
	other := *p
	other.stages, other.opts.Passes = stages{target: p.target}, passes
	if p.bare != nil {
		other.bare = p.bare.Through(passes)
	}
	return &other
}

// Printing is the same program with changed LLVM IR for x86-64.
func (p *Program) Printing(text func(string) string) *Program {
	other := *p
	other.stages, other.opts.Printed = stages{target: p.target, forX86: p.forX86, forThreads: p.forThreads, first: p.first, tools: p.tools}, text
	if p.bare != nil {
		other.bare = p.bare.Printing(text)
	}
	return &other
}

// WithNet returns the same program, but with the checks that were proved unnecessary. WithNet
// skips the pass that removes checks: that pass and the proofs use the same interval arithmetic.
func (p *Program) WithNet() (*Program, error) {
	o := p.opts
	o.Net, o.Skip = true, append(slices.Clone(o.Skip), "checks")
	return LoadFiles(p.Files, o)
}

// With is a program for another tree, made with the same options.
func (p *Program) With(t *tree.Program) *Program {
	return &Program{Name: t.Name, Files: p.Files, Tree: t, opts: p.opts}
}

// ReadFiles reads a file, or the .sn files of a folder in order of name.
func ReadFiles(path string) ([]*diag.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, diag.Errorf("E0001", diag.Span{}, "cannot read %s: %s", path, Reason(err))
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = filepath.Glob(filepath.Join(path, "*.sn")); err != nil {
			return nil, err
		}
		sort.Strings(names)
	}
	if len(names) == 0 {
		return nil, diag.Errorf("E0001", diag.Span{}, "%s holds no .sn file", path)
	}
	var files []*diag.File
	for _, name := range names {
		f, err := readFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func readFile(name string) (*diag.File, error) {
	text, err := readInput(name, "a source file", maxSource)
	if err != nil {
		return nil, err
	}
	return &diag.File{Name: name, Text: string(text)}, nil
}
