package types

import (
	"io/fs"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/elab"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/std"
)

// Packages. The library is written in the language itself (package std). The files of a package
// are parsed when a program first names the package. The checker resolves a declaration only on
// first use. Unused declarations are therefore not part of the program. The checker stores a
// declaration of a package as `package.name`. Inside the files of the package, the bare name is
// enough.

// prelude is the package whose names can be used without a package name.
const prelude = "prelude"

// alwaysUsed are the packages that need no `use`.
var alwaysUsed = map[string]bool{"log": true, "time": true, "bits": true}

// isPackage reports whether the language has a package with this name.
func isPackage(name string) bool {
	return name != prelude && (name == "log" || len(elab.Constructors(name)) > 0 || inLibrary(name))
}

func inLibrary(name string) bool {
	info, err := fs.Stat(std.Files, name)
	return err == nil && info.IsDir()
}

// packageNames lists all packages, for "did you mean".
func packageNames() []string {
	list := []string{"net", "log", "time"}
	entries, err := fs.ReadDir(std.Files, ".")
	if err != nil {
		return list
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != prelude {
			list = append(list, e.Name())
		}
	}
	return list
}

// qualified is the program-wide name of a declaration.
func qualified(pkg, name string) string {
	if pkg == "" {
		return name
	}
	return pkg + "." + name
}

// load reads the files of a package once.
func (c *checker) load(pkg string) {
	if c.loaded[pkg] || !inLibrary(pkg) {
		return
	}
	c.loaded[pkg] = true
	names, err := fs.Glob(std.Files, pkg+"/*.sn")
	if err != nil {
		panic("types: " + err.Error()) // the pattern is well formed
	}
	for _, name := range names {
		c.loadFile(pkg, name)
	}
}

func (c *checker) loadFile(pkg, name string) {
	text, err := std.Files.ReadFile(name)
	if err != nil {
		panic("types: " + err.Error()) // the file is embedded
	}
	f, list := syntax.Parse(&diag.File{Name: "std/" + name, Text: string(text)})
	c.errs = append(c.errs, list...)
	c.packageOf[f.Source] = pkg
	c.collectFile(f)
}

// find returns the declaration that a bare name refers to at its source position, or nil.
func (c *checker) find(name syntax.Ident) *decl {
	pkg := c.packageOf[name.Span().File]
	d := c.decls[qualified(pkg, name.Name)]
	if d == nil && predeclared[name.Name] {
		c.load(prelude)
		d = c.decls[qualified(prelude, name.Name)]
	}
	c.means(name, d)
	return d
}

// means records, for editors, the declaration that a name refers to.
func (c *checker) means(name syntax.Ident, d *decl) {
	if d != nil {
		c.opts.Record.Use(name.Span(), d.name.Span())
	}
}

// publicDecl finds a declaration of a package by name. It returns nil if the name is unknown or
// private.
func (c *checker) publicDecl(pkg, name string) *decl {
	c.load(pkg)
	if strings.HasPrefix(name, "_") {
		return nil
	}
	return c.decls[qualified(pkg, name)]
}

// publicNames lists the public declarations of a package, for "did you mean".
func (c *checker) publicNames(pkg string) []string {
	c.load(pkg)
	var list []string
	for full := range c.decls {
		if name, ok := strings.CutPrefix(full, pkg+"."); ok && !strings.HasPrefix(name, "_") {
			list = append(list, name)
		}
	}
	return list
}

// packageMember finds pkg.name if it is not one of the built-in names. packageMember reports an
// error if the package is not in use or the name is unknown.
func (b *body) packageMember(pkg, name syntax.Ident, what string, builtins ...string) *decl {
	if !b.needsUse(pkg) {
		return nil
	}
	d := b.c.publicDecl(pkg.Name, name.Name)
	if d == nil {
		e := b.c.errorf(codes.UnknownName, name.Span(), "the package `%s` has no %s `%s`", pkg.Name, what, name.Name)
		b.c.suggest(e, name.Name, append(append([]string(nil), builtins...), b.c.publicNames(pkg.Name)...))
	}
	b.c.means(name, d)
	return d
}

// packageValue checks pkg.name where a value is expected. The member must be a constant.
func (b *body) packageValue(pkg syntax.Ident, e *syntax.FieldExpr) *decl {
	d := b.packageMember(pkg, e.Name, "name")
	if d == nil || !b.c.resolve(d, e.Span()) {
		return nil
	}
	if d.konst == nil {
		b.c.errorf(codes.NotAValue, e.Span(), "`%s.%s` is %s, expected a value", pkg.Name, e.Name.Name, d.what()).
			Note(d.name.Span(), "declared here")
		return nil
	}
	return d
}

// mayName checks that a type written as pkg.T belongs to a package in use.
func (b *body) mayName(e syntax.Expr) bool {
	f, ok := e.(*syntax.FieldExpr)
	return !ok || b.needsUse(*b.packageName(f.X))
}

// packageName returns the expression if it is the name of a package, else nil.
func (b *body) packageName(e syntax.Expr) *syntax.Ident {
	n, ok := e.(*syntax.Name)
	if !ok || b.lookup(n.Name) != nil || b.c.find(n.Ident) != nil {
		return nil
	}
	if isPackage(n.Name) {
		return &n.Ident
	}
	return nil
}

// needsUse reports a package that the file does not use.
func (b *body) needsUse(pkg syntax.Ident) bool {
	f := pkg.Span().File
	if b.c.used[f][pkg.Name] || alwaysUsed[pkg.Name] || b.c.packageOf[f] == pkg.Name {
		return true
	}
	b.c.errorf(codes.NeedsUse, pkg.Span(), "the package `%s` is not in use here", pkg.Name).
		Hint("write `use %s` at the top of the file", pkg.Name)
	return false
}
