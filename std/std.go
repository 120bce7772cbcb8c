// Package std is the library of the language, written in the language.
//
// Each folder is a package of the language. Its .sn files are the parts of the package:
//
//	std/bits/bits.sn      fn popcount(x: u32) -> u32      used as bits.popcount(x)
//	std/log/counter.sn    task counter(...)               run log.counter("dropped", c)
//
// A file makes a package visible with `use NAME`; log, time and bits are always
// visible. The folder prelude holds the names that need no package, such as
// crc32. A top-level name is public unless it begins with `_`. lang/types reads
// a package when a program first names the package, and resolves only the used
// names. Unused names cost nothing and are not in the image.
//
// A new file goes into the folder of the package that programs name to use it
// (soft-float: std/rt, called by the legaliser only; fixed point: std/fix). Each public
// name has a comment with units, errors and source, and a `test` block beside it. A
// program in std_test.go runs it on several machines.
//
// The package holds data only and imports nothing of the module.
package std

import "embed"

// Files are the texts of the library, NAME/FILE.sn.
//
//go:embed */*.sn
var Files embed.FS
