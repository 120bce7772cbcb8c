// Package tree defines the typed tree, which is a checked program as data. lang/types makes the
// typed tree from the syntax tree. lang/eval executes the typed tree, and lang/lower turns it into
// IR. All names and types in the tree are resolved, and the later packages check nothing again.
//
//	fn sum(v: []u32) -> u32 {        Func{Params: [v], Result: u32}
//	  var s: u32 = 0                   Declare{s, Const 0}
//	  for i in 0..v.len {              For{Var: i, Lo: Const 0, Hi: Len{v}}
//	    s = s + v[i]                     Assign{s, Binary{Add, s, Index{v, i, Proved}}}
//	  }
//	  return s                         Return{s}
//	}
//
// # Words
//
// A scalar (bool, integer, range) is a word: Type.Word gives its width and sign. Both operands of
// an arithmetic operation or comparison have the same word type. Only a shift amount may have a
// different word type. The operation computes with this width and sign, and the result of
// arithmetic has the same word. If the source mixes words, the checker has inserted a Convert. All
// arithmetic keeps the low bits of the exact result. For ranges, the checker has proved that no
// bits are lost.
//
// # Cells
//
// For execution, a value is a sequence of 64-bit cells (see the function Cells):
//
//   - A scalar is one cell, zero- or sign-extended.
//   - An aggregate is its parts in order.
//   - bytes<N> is a length and N cells.
//   - An option is a flag and its value.
//   - An enum is the index of its variant and enough cells for the largest payload.
//
// The cells of an absent value, of the unused part of a payload and of a zero value are 0.
// Bytes after the length may have any value.
//
// The slices of this package hold operands, arguments and literal fields in source order. They are
// evaluated in this order. An Assign first evaluates and checks the indices of its target. And
// evaluates its right operand only if the left operand is true, and Or only if the left operand is
// false.
//
// A place is a location that can be read and assigned: a variable, or a part of one.
// docs/glossary.md explains this and other terms. The package only holds data. Start reading at
// Program, then stmt.go and expr.go.
package tree
