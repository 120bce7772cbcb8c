// Package tree is the typed tree: a checked program as data. lang/types makes it from the
// text. lang/eval runs it, and lang/lower turns it into IR. Both find everything resolved
// and check nothing again.
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
// A scalar (bool, integer, range) is a word: Type.Word gives its width and sign. Both
// operands of an arithmetic operation or comparison have the same word; only the amount of
// a shift has a separate word. The operation is done in that word, and the result of
// arithmetic has it too. If the text mixes words, the checker has inserted a Convert. So
// all arithmetic computes and keeps the low bits. The checker has proved that a range never
// loses bits in this way.
//
// # Cells
//
// For execution, a value is a run of 64-bit cells, see Cells:
//
//   - A scalar is one cell, zero- or sign-extended.
//   - An aggregate is its parts in order.
//   - bytes<N> is a length and N cells.
//   - An option is a flag and its value.
//   - An enum is the index of its variant and room for the largest payload.
//
// The cells of an absent value, of the unused part of a payload and of a zero value are 0.
// Bytes after the length have any value.
//
// Order of evaluation: operands, arguments and literal fields follow the order of the
// slices here (the order of the text). In an Assign the target's indices and their checks
// come first. And and Or evaluate R only when needed.
//
// The package holds data and depends only on spans. Start reading at Program, then stmt.go
// and expr.go.
package tree
