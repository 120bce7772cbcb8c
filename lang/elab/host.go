package elab

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Host gives access to the checker of the program around a system, in five parts. The part Record
// may be nil.
type Host struct {
	Record *record.Record
	Report
	Values
	Tasks
	Packages
	Library
}

// Report receives diagnostics.
type Report interface {
	// Errorf reports an error. The caller can add notes and hints to the result.
	Errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Error
	// Warn reports a warning.
	Warn(e *diag.Error)
	// Failed returns the number of errors reported so far.
	Failed() int
	// Unknown reports a name that is not declared, and suggests the nearest known name.
	Unknown(name syntax.Ident, what string, known []string) *diag.Error
	// Suggest adds the nearest known name to an error.
	Suggest(e *diag.Error, name string, known []string)
}

// Values evaluates types and constants in the source of a system. Each method reports its
// errors.
type Values interface {
	// TypeOf resolves a written type. It returns nil after an error.
	TypeOf(x syntax.TypeExpr) *tree.Type
	// Int evaluates a constant integer.
	Int(x syntax.Expr) (*big.Int, bool)
	// Size evaluates a constant length. `what` describes the length in errors.
	Size(x syntax.Expr, what string) (int, bool)
	// Cells evaluates a constant of a type.
	Cells(x syntax.Expr, want *tree.Type) ([]uint64, bool)
	// Config returns the config that an expression names, if a word of the start can set this config.
	// The value of the config must reach the program unchanged. For other expressions, Config returns
	// nil.
	Config(x syntax.Expr) *tree.ConstDef
	// Bind binds a name to a constant, or removes the binding if k is nil. Bind returns the previous
	// binding.
	Bind(name string, k *tree.ConstDef) *tree.ConstDef
}

// Tasks gives access to the tasks of the program.
type Tasks interface {
	// Task returns the checked task that an expression names, or nil after an error.
	Task(x syntax.Expr) *tree.Func
	// Arguments matches the arguments of a call to its named parameters, and calls check for each
	// one. Arguments reports arguments that are missing, surplus or given twice.
	Arguments(call *syntax.CallExpr, what string, names []string, check func(i int, x syntax.Expr)) bool
	// Use describes how a task uses its device parameter.
	Use(p *tree.Local) Use
	// Tried lists the source positions where a task tries to send on a channel end.
	Tried(p *tree.Local) []diag.Span
}

// Packages gives access to the packages of the language and of the library.
type Packages interface {
	// Package returns the package name if the expression names a package, else nil.
	Package(x syntax.Expr) *syntax.Ident
	// InUse reports an error if the file of the name does not use the package.
	InUse(pkg syntax.Ident) bool
}

// Use states whether a task receives from a device and sends to it. For each direction, Use
// also has the length of the longest message in bytes.
type Use struct {
	Rx, Tx                bool
	LongestIn, LongestOut int
}

// Library gives a system the library parts that it needs but does not name.
type Library interface {
	// Default returns the value of the config `name` of package net.
	Default(name string, at diag.Span) uint32
	// Stack returns the task that serves a network device. Its body may still be unchecked.
	Stack(s Stack, at diag.Span) *tree.Func
}

// Stack holds the parameters of a network stack: the number of receiving sockets, the longest
// frame that a receiving socket can hold, and the longest frame of all, in bytes.
type Stack struct {
	Sockets, Room, Frame int
}
