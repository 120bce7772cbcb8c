package llvmir

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/metadata"
	"github.com/llir/llvm/ir/types"

	"github.com/sinter-lang/sinter/internal/diag"
	sir "github.com/sinter-lang/sinter/ir"
)

// debugInfo writes source lines as DWARF metadata: one compile unit, a file for
// each source file, a subprogram for each function, a location for each
// instruction.
type debugInfo struct {
	mod   *ir.Module
	unit  *metadata.DICompileUnit
	files map[*diag.File]*metadata.DIFile
	none  *metadata.DIFile // for what has no place
	locs  map[locKey]*metadata.DILocation
}

type locKey struct {
	line, col int
	scope     metadata.Field
}

// unnumbered makes llir choose the number of a metadata node.
const unnumbered = -1

func newDebugInfo(m *ir.Module) *debugInfo {
	d := &debugInfo{mod: m, files: map[*diag.File]*metadata.DIFile{}, locs: map[locKey]*metadata.DILocation{}}
	d.none = d.newFile("-")
	d.unit = &metadata.DICompileUnit{
		MetadataID: unnumbered, Distinct: true, Language: enum.DwarfLangC99, File: d.none,
		Producer: "sinter", EmissionKind: enum.EmissionKindFullDebug,
	}
	d.add(d.unit)
	m.NamedMetadataDefs["llvm.dbg.cu"] = &metadata.NamedDef{Name: "llvm.dbg.cu", Nodes: []metadata.Node{d.unit}}
	version := d.flag(2, "Debug Info Version", 3)
	dwarf := d.flag(7, "Dwarf Version", 4)
	m.NamedMetadataDefs["llvm.module.flags"] = &metadata.NamedDef{
		Name: "llvm.module.flags", Nodes: []metadata.Node{version, dwarf},
	}
	return d
}

func (d *debugInfo) add(def metadata.Definition) {
	d.mod.MetadataDefs = append(d.mod.MetadataDefs, def)
}

func (d *debugInfo) flag(behaviour int64, name string, v int64) *metadata.Tuple {
	t := &metadata.Tuple{MetadataID: unnumbered, Fields: []metadata.Field{
		constant.NewInt(types.I32, behaviour),
		&metadata.String{Value: name},
		constant.NewInt(types.I32, v),
	}}
	d.add(t)
	return t
}

func (d *debugInfo) newFile(name string) *metadata.DIFile {
	f := &metadata.DIFile{MetadataID: unnumbered, Filename: name, Directory: "."}
	d.add(f)
	return f
}

func (d *debugInfo) file(f *diag.File) *metadata.DIFile {
	if f == nil {
		return d.none
	}
	if known, ok := d.files[f]; ok {
		return known
	}
	d.files[f] = d.newFile(f.Name)
	return d.files[f]
}

// subprogram describes a function and returns the scope of its locations.
func (d *debugInfo) subprogram(fn *ir.Func, f *sir.Func) metadata.Field {
	line, _ := f.Span.Position()
	file := d.file(f.Span.File)
	empty := &metadata.Tuple{MetadataID: unnumbered, Fields: []metadata.Field{metadata.Null}}
	d.add(empty)
	sig := &metadata.DISubroutineType{MetadataID: unnumbered, Types: empty}
	d.add(sig)
	sub := &metadata.DISubprogram{
		MetadataID: unnumbered, Distinct: true, Name: f.Name, LinkageName: fn.Name(), Scope: file, File: file,
		Line: int64(line), Type: sig, ScopeLine: int64(line), SPFlags: enum.DISPFlagDefinition, Unit: d.unit,
	}
	d.add(sub)
	fn.Metadata = append(fn.Metadata, &metadata.Attachment{Name: "dbg", Node: sub})
	return sub
}

// location makes the place of an instruction; what has no place gets line 0. A
// line of another file than the function's keeps its number: inlined code is
// rare after our own inliner and the trap table names places exactly.
func (d *debugInfo) location(at diag.Span, scope metadata.Field) *metadata.DILocation {
	line, col := at.Position()
	key := locKey{line, col, scope}
	if l, ok := d.locs[key]; ok {
		return l
	}
	l := &metadata.DILocation{MetadataID: unnumbered, Line: int64(line), Column: int64(col), Scope: scope}
	d.add(l)
	d.locs[key] = l
	return l
}

// attach puts a location on an instruction of a kind that may carry one.
func (d *debugInfo) attach(x ir.Instruction, loc *metadata.DILocation) {
	a := &metadata.Attachment{Name: "dbg", Node: loc}
	switch i := x.(type) {
	case *ir.InstCall:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstLoad:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstStore:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstAdd:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstSub:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstMul:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstUDiv:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstURem:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstICmp:
		i.Metadata = append(i.Metadata, a)
	case *ir.InstSelect:
		i.Metadata = append(i.Metadata, a)
	}
}
