// Package record holds the results of a check that an editor needs: where each name is defined
// and used, and the type and range of each expression.
//
//	fn sum(v: []u32) -> u32 {    Definition at the v of `v[i]`: the parameter, a `[]u32`
//	  for i in 0..v.len {        Value at the i of `v[i]`: `0..=2147483646`
//	    s = s + v[i]             Uses of v: the places of `v.len` and `v[i]`
//
// If types.Options has a Record, the checker fills it. If the program has errors, the checker
// fills the record up to the point where it stops. A lookup takes a file and a byte offset in it.
// The package stores types and positions, but does not compute them.
package record

import (
	"cmp"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Def is the definition of a name. At is the source position of the name itself.
type Def struct {
	Name string
	What string // the kind of thing, as in "a function"
	Type *tree.Type
	At   diag.Span
}

// Value is the known type and range of an expression. Range is the range of a number at this
// position, narrowed by the facts that hold at this position. Range is empty for other types.
type Value struct {
	At    diag.Span
	Type  *tree.Type
	Range interval.Set
}

// Record collects definitions, uses and values. A nil Record collects nothing.
type Record struct {
	defs   map[diag.Span]*Def
	uses   map[diag.Span]diag.Span
	values map[diag.Span]Value
}

// New returns an empty record.
func New() *Record {
	return &Record{defs: map[diag.Span]*Def{}, uses: map[diag.Span]diag.Span{}, values: map[diag.Span]Value{}}
}

// Define adds a definition. The checker may define a name several times, because it checks the
// body of a generic function for each instance. The record keeps the first definition. A later
// definition only adds a missing type.
func (r *Record) Define(d Def) {
	if r == nil || d.Name == "" || d.Name == "_" || d.At.IsZero() {
		return
	}
	if old := r.defs[d.At]; old == nil {
		r.defs[d.At] = &d
	} else if old.Type == nil {
		old.Type = d.Type
	}
}

// Use records that the name at one position refers to the definition at another. Only the first
// call for a position has an effect. Later calls happen when a test starts the system, because the
// checker then elaborates the system again with fake devices.
func (r *Record) Use(at, def diag.Span) {
	if r == nil || at == def || at.IsZero() || def.IsZero() {
		return
	}
	if _, known := r.uses[at]; !known {
		r.uses[at] = def
	}
}

// Evaluate adds the type of an expression, and its range if it is a number.
func (r *Record) Evaluate(v Value) {
	if r == nil {
		return
	}
	if _, known := r.values[v.At]; !known {
		r.values[v.At] = v
	}
}

// Definitions lists all definitions in the order of files and positions.
func (r *Record) Definitions() []*Def {
	list := make([]*Def, 0, len(r.defs))
	for _, d := range r.defs {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b *Def) int { return compare(a.At, b.At) })
	return list
}

// Definition returns the definition of the name at a byte offset of a file, or nil. At a
// definition itself, the result is this definition.
func (r *Record) Definition(f *diag.File, at int) *Def {
	for use, def := range r.uses {
		if holds(use, f, at) {
			return r.defs[def]
		}
	}
	for span, d := range r.defs {
		if holds(span, f, at) {
			return d
		}
	}
	return nil
}

// Uses lists the source positions where a definition is used, in order.
func (r *Record) Uses(d *Def) []diag.Span {
	var list []diag.Span
	for use, def := range r.uses {
		if def == d.At {
			list = append(list, use)
		}
	}
	slices.SortFunc(list, compare)
	return list
}

// Value returns the type and range of the smallest expression around a byte offset of a file.
func (r *Record) Value(f *diag.File, at int) (Value, bool) {
	best, found := Value{}, false
	for span, v := range r.values {
		if holds(span, f, at) && (!found || span.End-span.Start < best.At.End-best.At.Start) {
			best, found = v, true
		}
	}
	return best, found
}

func holds(s diag.Span, f *diag.File, at int) bool { return s.File == f && s.Start <= at && at < s.End }

// compare orders source positions by file, start and end.
func compare(a, b diag.Span) int {
	return cmp.Or(cmp.Compare(a.File.Name, b.File.Name), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}
