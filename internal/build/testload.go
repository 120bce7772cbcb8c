package build

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/std"
)

// TestLevels checks the names of machines for tests; `all` is all but the
// unikernel, which takes a second to boot for each run.
func TestLevels(names []string) ([]string, error) {
	known := []string{Source, IR, Native, ISA, Cycle, Gates}
	var list []string
	for _, n := range names {
		switch {
		case n == "all":
			list = append(list, known...)
		case slices.Contains(known, n) || n == Unikernel:
			list = append(list, n)
		default:
			return nil, userErrorf("there is no machine %q; there are %s", n, strings.Join(append(known, Unikernel, "all"), ", "))
		}
	}
	return list, nil
}

// libraryPath is what begins the path of a package of the library.
const libraryPath = "std:"

// LoadTests loads the programs of paths: files, folders, and std:NAME for a package
// of the library or std: for all packages.
func LoadTests(paths []string, o Options) ([]*Program, error) {
	var list []*Program
	for _, path := range paths {
		name, ok := strings.CutPrefix(path, libraryPath)
		if !ok {
			p, err := Load(path, o)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
			continue
		}
		packages, err := libraryPackages(name)
		if err != nil {
			return nil, err
		}
		for _, pkg := range packages {
			p, err := loadPackage(pkg, o)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
	}
	return list, nil
}

// libraryPackages lists one package, or all when the name is empty.
func libraryPackages(name string) ([]string, error) {
	entries, err := fs.ReadDir(std.Files, ".")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range entries {
		if e.IsDir() {
			all = append(all, e.Name())
		}
	}
	switch {
	case name == "":
		return all, nil
	case slices.Contains(all, name):
		return []string{name}, nil
	}
	return nil, userErrorf("the library has no package %q; it has %s", name, strings.Join(all, ", "))
}

// loadPackage checks a package of the library with its tests.
func loadPackage(pkg string, o Options) (*Program, error) {
	t, list := types.Check(nil, types.Options{Settings: o.Settings, Package: pkg})
	if err := list.Err(); err != nil {
		return nil, err
	}
	t.Name = libraryPath + pkg
	return &Program{Name: t.Name, Path: t.Name, Tree: t, Warnings: list, opts: o}, nil
}
