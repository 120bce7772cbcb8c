package flow

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/std"
)

// softFloat compiles the float library for targets without floats. The library is std/rt, which
// is checked and lowered like any program. An error in the library is a bug in Sinter.
func softFloat() *ir.Module {
	m, err := softFloatModule()
	if err != nil {
		panic("flow: std/rt: " + err.Error())
	}
	return m
}

func softFloatModule() (*ir.Module, error) {
	var files []*diag.File
	for _, name := range []string{"rt/f32.sn", "rt/f64.sn"} {
		text, err := std.Files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read: %w", err)
		}
		files = append(files, &diag.File{Name: "std/" + name, Text: string(text)})
	}
	p, err := LoadFiles(files, Options{})
	if err != nil {
		return nil, err
	}
	return lower.Library(p.Tree)
}
