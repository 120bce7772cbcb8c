package elab

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Host is the checker of the program around a system, in five parts. Record may be nil.
type Host struct {
	Record *record.Record
	Report
	Values
	Tasks
	Packages
	Library
}

// Report takes diagnostics.
type Report interface {
	// Errorf reports an error and returns it for notes and hints.
	Errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Error
	// Warn reports a warning.
	Warn(e *diag.Error)
	// Failed is the number of errors so far.
	Failed() int
	// Unknown reports a name that is not declared, with the nearest known name.
	Unknown(name syntax.Ident, what string, known []string) *diag.Error
	// Suggest adds the nearest known name to an error.
	Suggest(e *diag.Error, name string, known []string)
}

// Values evaluates types and constants in the text of a system. Each method reports its
// errors.
type Values interface {
	// TypeOf is the written type, nil after an error.
	TypeOf(x syntax.TypeExpr) *tree.Type
	// Int is the value of a constant integer.
	Int(x syntax.Expr) (*big.Int, bool)
	// Size is the value of a constant length. what is its name in errors.
	Size(x syntax.Expr, what string) (int, bool)
	// Cells is the value of a constant of a type.
	Cells(x syntax.Expr, want *tree.Type) ([]uint64, bool)
	// Config is the config that an expression names if the program receives it unchanged,
	// so that it can be set at start. It is nil for other expressions.
	Config(x syntax.Expr) *tree.ConstDef
	// Bind binds a name to a constant, or to nothing if k is nil. It returns the previous
	// binding.
	Bind(name string, k *tree.ConstDef) *tree.ConstDef
}

// Tasks knows the tasks of the program.
type Tasks interface {
	// Task is the checked task that an expression names, nil after an error.
	Task(x syntax.Expr) *tree.Func
	// Arguments matches the arguments of a call to its named parameters, and calls check
	// for each. It reports arguments that are missing, surplus or given twice.
	Arguments(call *syntax.CallExpr, what string, names []string, check func(i int, x syntax.Expr)) bool
	// Use describes how a task uses its device parameter.
	Use(p *tree.Local) Use
	// Tried lists the source positions where a task tries to send on a channel end.
	Tried(p *tree.Local) []diag.Span
}

// Packages knows the packages of the language and of the library.
type Packages interface {
	// Package is the name when an expression names a package, else nil.
	Package(x syntax.Expr) *syntax.Ident
	// InUse reports a package that is not used in the file of its name.
	InUse(pkg syntax.Ident) bool
}

// Use tells whether a task receives from a device and sends to it, with the length of its
// longest message in each direction, in bytes.
type Use struct {
	Rx, Tx                bool
	LongestIn, LongestOut int
}

// Library gives systems the parts of the library that they need without naming them.
type Library interface {
	// Default is the config `name` of the package net.
	Default(name string, at diag.Span) uint32
	// Stack is the task that serves a network device. Its body may not be checked yet.
	Stack(s Stack, at diag.Span) *tree.Func
}

// Stack holds the numbers that a stack is made for: the receiving sockets, the longest
// frame that one of them has room for, and the longest frame of all, in bytes.
type Stack struct {
	Sockets, Room, Frame int
}
