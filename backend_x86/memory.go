package x86

import (
	"sort"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
)

// The memory of a guest. The image begins at 1 MiB, unless our own loader places it elsewhere.
// Each page table maps 2 MiB.
const (
	imageAt   = 1 << 20
	bareAt    = 32 << 20 // on a bare computer: its firmware uses the memory below
	tableMaps = 2 << 20
	maxStatic = 512 << 20 // bytes of objects that fit beside everything else in one page directory
)

// pageTables is the number of page tables that the image needs. The program's objects count
// with their exact size, and the rest of the image with a generous estimate.
func pageTables(m *ir.Module, base, rest int) (int, error) {
	objs := objects(m)
	static := 0
	for _, o := range objs {
		static += (o.Size + 15) &^ 15
	}
	if static > maxStatic {
		return 0, tooLarge(objs, static)
	}
	return (base + static + rest + rest/2 + tableMaps - 1) / tableMaps, nil
}

// objects lists all objects with separate memory.
func objects(m *ir.Module) []*ir.Object {
	out := append([]*ir.Object(nil), m.Objects...)
	for _, f := range m.Funcs {
		out = append(out, f.Locals...)
	}
	return out
}

// tooLarge names the largest objects with their source positions.
func tooLarge(objs []*ir.Object, static int) error {
	const shown = 3
	sort.SliceStable(objs, func(i, j int) bool { return objs[i].Size > objs[j].Size })
	e := diag.Errorf("", objs[0].Span, "static memory of %d bytes is more than a guest has, %d; %s takes %d", static, maxStatic, objs[0].Name, objs[0].Size)
	for _, o := range objs[1:min(shown, len(objs))] {
		e.Note(o.Span, "%s takes %d", o.Name, o.Size)
	}
	return e
}
