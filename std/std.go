// Package std is the library of the language, written in the language.
//
// Each folder is a package of the language, each of its .sn files a part of it:
//
//	std/bits/bits.sn      fn popcount(x: u32) -> u32      used as bits.popcount(x)
//	std/log/counter.sn    task counter(...)               run log.counter("dropped", c)
//
// A file makes a package visible with `use NAME`; log, time and bits are always
// visible. The folder prelude holds the names that need no package at all, such
// as crc32. A top-level name is public unless it begins with `_`. lang/types
// reads a package when a program first names it and resolves only the names
// that are asked for: what nobody uses costs nothing, and is not in the image.
//
// A new file goes into the folder of the package whose name its users shall
// write (soft-float: std/rt, called by the legaliser only; fixed point: std/fix).
// Each public name has a comment with units, errors and source, a `test` block
// beside it, and a program in std_test.go that runs it on several machines.
//
// The package holds data only and imports nothing of the module.
package std

import "embed"

// Files are the texts of the library, NAME/FILE.sn.
//
//go:embed */*.sn
var Files embed.FS
