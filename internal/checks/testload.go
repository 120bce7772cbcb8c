package checks

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/std"
)

// TestLevels checks the names of machines for tests. `all` stands for all machines except the
// unikernel, which takes a second to boot for each run.
func TestLevels(names []string) ([]string, error) {
	known := flow.Names(flow.IsNamed)
	quick := flow.Names(func(l flow.Level) bool { return !l.Inner && !l.Slow })
	var list []string
	for _, n := range names {
		switch {
		case n == "all":
			list = append(list, quick...)
		case slices.Contains(known, n):
			list = append(list, n)
		default:
			return nil, flow.UserErrorf("there is no machine %q; there are %s", n, strings.Join(append(known, "all"), ", "))
		}
	}
	return list, nil
}

// LoadTests loads the programs of paths: files, folders, std:NAME for a package of the library,
// or std: for all packages.
func LoadTests(paths []string, o flow.Options) ([]*flow.Program, error) {
	var list []*flow.Program
	for _, path := range paths {
		name, ok := strings.CutPrefix(path, flow.LibraryPath)
		if !ok {
			p, err := flow.Load(path, o)
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
			p, err := flow.LoadPackage(pkg, o)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
	}
	return list, nil
}

// libraryPackages lists the package with a name, or all packages if the name is empty.
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
	return nil, flow.UserErrorf("the library has no package %q; it has %s", name, strings.Join(all, ", "))
}
