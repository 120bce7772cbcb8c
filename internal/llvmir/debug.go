package llvmir

import (
	"reflect"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/metadata"
	"github.com/llir/llvm/ir/types"

	"github.com/sinter-lang/sinter/internal/diag"
	sir "github.com/sinter-lang/sinter/ir"
)

// debugInfo writes source positions as DWARF metadata: one compile unit, a file for each
// source file, a subprogram for each function, a location for each instruction.
type debugInfo struct {
	kind   Debug
	mod    *ir.Module
	unit   *metadata.DICompileUnit
	files  map[*diag.File]*metadata.DIFile
	none   *metadata.DIFile // for code without a position
	locs   map[locKey]*metadata.DILocation
	scopes map[scopeKey]metadata.Field
	places []Place // by line-1
	lineOf map[Place]int
	lines  map[*diag.File]*diag.Lines
}

type scopeKey struct {
	sub  *metadata.DISubprogram
	file *metadata.DIFile
}

type locKey struct {
	line, col int
	scope     metadata.Field
}

// unnumbered is the number of a metadata node for which llir chooses the number.
const unnumbered = -1

func newDebugInfo(m *ir.Module, kind Debug) *debugInfo {
	d := &debugInfo{
		kind: kind, mod: m, files: map[*diag.File]*metadata.DIFile{}, locs: map[locKey]*metadata.DILocation{},
		scopes: map[scopeKey]metadata.Field{}, lineOf: map[Place]int{}, lines: map[*diag.File]*diag.Lines{},
	}
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
	if f == nil || d.kind == Values {
		return d.none
	}
	if known, ok := d.files[f]; ok {
		return known
	}
	d.files[f] = d.newFile(f.Name)
	return d.files[f]
}

// subprogram describes a function and returns the scope of its locations.
func (d *debugInfo) subprogram(fn *ir.Func, f *sir.Func) *metadata.DISubprogram {
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

// instr is the debug location of an instruction.
func (d *debugInfo) instr(in *sir.Instr, f *sir.Func, scope *metadata.DISubprogram) *metadata.DILocation {
	id := 0
	if r := in.Result(); r != nil {
		id = r.ID
	}
	return d.place(Place{Func: f, Value: id, Span: in.Span}, scope)
}

// term is the debug location of a terminator.
func (d *debugInfo) term(t *sir.Term, f *sir.Func, scope *metadata.DISubprogram) *metadata.DILocation {
	return d.place(Place{Func: f, Span: t.Span}, scope)
}

func (d *debugInfo) place(p Place, scope *metadata.DISubprogram) *metadata.DILocation {
	if d.kind == Lines {
		line, col := d.position(p.Span)
		return d.location(line, col, d.scope(scope, d.file(p.Span.File)))
	}
	line, known := d.lineOf[p]
	if !known {
		d.places = append(d.places, p)
		line = len(d.places)
		d.lineOf[p] = line
	}
	return d.location(line, 0, scope)
}

// position is the same as s.Position().
func (d *debugInfo) position(s diag.Span) (line, col int) {
	if s.File == nil {
		return 0, 0
	}
	if d.lines[s.File] == nil {
		d.lines[s.File] = diag.LinesOf(s.File)
	}
	return d.lines[s.File].Position(s.Start)
}

// scope returns the debug scope of an instruction: the function itself, or a scope of that
// function in another file. Another file is needed because our inliner copies lines of the
// library into functions.
func (d *debugInfo) scope(sub *metadata.DISubprogram, file *metadata.DIFile) metadata.Field {
	if file == sub.File || file == d.none {
		return sub
	}
	key := scopeKey{sub, file}
	if s, ok := d.scopes[key]; ok {
		return s
	}
	s := &metadata.DILexicalBlockFile{MetadataID: unnumbered, Scope: sub, File: file}
	d.add(s)
	d.scopes[key] = s
	return s
}

// location makes a location. Code without a position gets line 0.
func (d *debugInfo) location(line, col int, scope metadata.Field) *metadata.DILocation {
	key := locKey{line, col, scope}
	if l, ok := d.locs[key]; ok {
		return l
	}
	l := &metadata.DILocation{MetadataID: unnumbered, Line: int64(line), Column: int64(col), Scope: scope}
	d.add(l)
	d.locs[key] = l
	return l
}

// attach puts a location on an instruction or terminator. Each kind has its own field for the
// location, because llir has no common interface for locations.
func attach(x any, loc *metadata.DILocation) {
	if _, ok := x.(*ir.InstPhi); ok || x == nil {
		return
	}
	field := reflect.ValueOf(x).Elem().FieldByName("Metadata")
	list := field.Interface().(ir.Metadata)
	field.Set(reflect.ValueOf(append(list, &metadata.Attachment{Name: "dbg", Node: loc})))
}
