package flow

import (
	"path/filepath"

	"github.com/sinter-lang/sinter/ir"
)

// Copy is a copy of memory that is left in a program.
type Copy struct {
	Place string `json:"place"`
	Bytes uint64 `json:"bytes"`
}

// maxCopy is the largest copy that is not worth telling.
const maxCopy = 64

// Copies lists the copies of a known size over 64 bytes that are left after the
// passes, in the order of the program: for x86-64 when an artefact of that name
// is for it, else for a core.
func (p *Program) Copies(artefact string) ([]Copy, error) {
	stage := p.Low
	if ext := filepath.Ext(artefact); ext == ".elf" || ext == ".ll" {
		stage = p.ForX86
	}
	m, err := stage()
	if err != nil {
		return nil, err
	}
	list := []Copy{}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Op == ir.OpCopy && i.Imm > maxCopy {
					list = append(list, Copy{i.Span.String(), i.Imm})
				}
			}
		}
	}
	return list, nil
}
